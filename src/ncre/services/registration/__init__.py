"""Use cases of a registration."""
