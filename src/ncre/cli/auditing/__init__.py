"""What proves the log to outsiders: bundles, witnesses, the ledger and its keys."""
