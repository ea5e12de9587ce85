"""Tests of what proves the log at the command line."""
