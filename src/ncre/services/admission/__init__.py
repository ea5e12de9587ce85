"""Use cases at the door: verifying tickets, with and without a network."""
