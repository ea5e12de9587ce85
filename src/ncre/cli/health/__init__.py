"""How the service does: top, and doctor."""
