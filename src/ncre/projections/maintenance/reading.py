"""The log read a part at a time for a check, past what cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from ncre.projections.maintenance.findings import (
    Checked,
    brief,
    unless_away,
)
from ncre.store.fact_store import StoredEvent

BATCH_SIZE: Final = 400
"""Keys in one question to the database."""


class PastDamage:
    """A block that ends where a table cannot be read, which is then named; the check goes on after it."""

    def __init__(self, connection: Connection, found: Checked, table: str, what: str) -> None:
        self._found, self._table, self._what = found, table, what
        self._nested = connection.begin_nested()

    def __enter__(self) -> None:
        self._nested.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        self._nested.__exit__(kind, error, trace)
        if error is None or not isinstance(error, Exception):
            return False
        self._found.is_damaged(self._table, f"{self._what} cannot be read: {brief(unless_away(error))}")
        return True


def by_stream(stored: Iterable[StoredEvent]) -> Iterator[list[StoredEvent]]:
    """The rows of each stream, in the order in which they come."""
    stream: list[StoredEvent] = []
    for row in stored:
        if stream and stream[0].originator_id != row.originator_id:
            yield stream
            stream = []
        stream.append(row)
    if stream:
        yield stream


def in_portions(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(keys), BATCH_SIZE):
        yield keys[start : start + BATCH_SIZE]
