"""Seating: who sits where and when."""
