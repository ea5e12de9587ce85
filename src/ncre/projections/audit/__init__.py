"""Read models of the past: the history in sentences, and the state at a moment."""
