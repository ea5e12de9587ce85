"""The database: facts in and out, private fields sealed, claims, and the keys behind them.

fact_store.py   what the command handler uses               recorder.py  rows of facts on SQLAlchemy Core
fact_events.py  what the eventsourcing library asks for     safe_reader.py  how far the log can be read
mapper.py       fact to stored JSON and back, fact_json.py  sealing.py   a key a person; destroying it erases
claims.py       unique keys, counted seats, serial numbers  keys.py      all keys from one secret, master_keys/
database.py     SQLite file or PostgreSQL, engines/, migrated.py   schema.py    tables and guards, columns.py
outages.py      what a database fails of
"""
