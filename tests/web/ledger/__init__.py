"""Tests of the public pages of the ledger, and of the auditors'."""
