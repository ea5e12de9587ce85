"""Seen from outside: metrics, traces, log lines and reports of errors. Nothing of a person is in any of them."""
