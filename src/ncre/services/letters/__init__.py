"""Letters about registrations: planned from the log, sent once, logged; what comes back; who wants which."""
