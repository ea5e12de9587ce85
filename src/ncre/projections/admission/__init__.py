"""Read models of who came in at the door."""
