"""Bans: imposed one by one or from a file, lifted, and what becomes of who has paid already."""
