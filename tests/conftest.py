"""Fixtures of all tests: databases, a clock that tests move, and a house with the bundled round."""

from __future__ import annotations

pytest_plugins = ["tests.databases"]
