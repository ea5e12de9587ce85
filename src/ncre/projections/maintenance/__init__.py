"""Read models made anew from the log, and checked against it."""
