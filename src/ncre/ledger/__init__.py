"""The ledger: a signed Merkle tree over the log, and what lets an outsider check it without us."""
