"""Clients of the outside world, one each: payment channels, sign-in providers, mail, messages, object store."""
