"""One registration: its life, its commands, its decisions, its state."""
