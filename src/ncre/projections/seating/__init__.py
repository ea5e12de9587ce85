"""Read models of seats as assigned."""
