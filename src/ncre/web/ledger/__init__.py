"""The public pages of the ledger: checkpoints, tiles, and a page that checks a proof."""
