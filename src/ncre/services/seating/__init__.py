"""Use cases of seating: what it would do, and the lists of the halls."""
