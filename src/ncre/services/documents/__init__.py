"""Use cases of printed documents."""
