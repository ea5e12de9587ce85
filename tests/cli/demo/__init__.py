"""The demonstration of the whole service."""
