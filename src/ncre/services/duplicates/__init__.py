"""Duplicates across provinces: exported, imported, found, and what becomes of them."""
