"""Erasing people: who is meant, what is found, the erasure itself, what is left to remove, requests, the schedule."""
