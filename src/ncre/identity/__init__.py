"""Accounts and what guards them: passwords, sessions, proofs, second factors, delays."""
