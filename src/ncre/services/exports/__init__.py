"""Exports: what office staff take out as files, made in the background."""
