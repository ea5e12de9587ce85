"""Accounts: addresses as people type them, and who may change an account of staff."""
