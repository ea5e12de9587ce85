"""Bans as they hold now."""
