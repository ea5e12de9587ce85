"""Mutants: one place of a rule is changed at a time, and a test has to fail (docs/mutants.md)."""
