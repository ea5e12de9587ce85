"""Use cases of accounts: signing in, second factors, staff accounts, profiles."""
