"""How the service does: what waits, what is late, when something was last done."""
