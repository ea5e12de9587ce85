"""Each of these tests runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.handlers.conftest import container

__all__ = ["container"]
