"""Backups of an installation, their restoration, and the way from one kind of database to the other."""
