"""How connections are made and kept: to a file of SQLite, to PostgreSQL."""
