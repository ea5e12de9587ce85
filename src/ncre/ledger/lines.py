"""The log as lines: what a leaf of the tree is the hash of, and what an export holds.

    [position,"stream",version,"stored name",{stored JSON as it stands in the table}]

Stored JSON is copied byte for byte, private fields sealed. Whatever else stands in the column, as after a
manipulation, is written as a base64 string, so that a line stays a line and two rows never give the same one.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

ROWS: Final = 5000
"""Facts in memory at a time."""

_LOG: Final = {
    "sqlite": "SELECT id, stream, version, topic, state FROM facts WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
    "postgresql": "SELECT id, stream, version, topic, state FROM facts WHERE id > %s AND id <= %s ORDER BY id LIMIT %s",
}
_NAMES: Final[dict[str, str]] = {}


def line_of(row: tuple[Any, ...]) -> bytes:
    """A row (id, stream, version, topic, state) as its line, without an end."""
    position, stream, version, topic, state = row
    if type(stream) is str:  # SQLite keeps 32 digits
        stream = f"{stream[:8]}-{stream[8:12]}-{stream[12:16]}-{stream[16:20]}-{stream[20:]}"
    name = _NAMES.get(topic) or _NAMES.setdefault(topic, json.dumps(topic))
    state = bytes(state)
    if state[:1] != b"{" or b"\n" in state:
        state = b'"' + b64encode(state) + b'"'
    return f'[{position},"{stream}",{version},{name},'.encode() + state + b"]"


def read(connection: Connection, after: int, upto: int, most: int) -> list[tuple[int, bytes]]:
    """(position, line) of the facts after one position up to another, in order. The driver's rows, as they are."""
    rows = connection.exec_driver_sql(_LOG[connection.dialect.name], (after, upto, most)).fetchall()
    return [(row[0], line_of(row)) for row in rows]


def walk(connection: Connection, after: int, upto: int) -> Iterator[tuple[int, bytes]]:
    """`read` in portions."""
    while rows := read(connection, after, upto, ROWS):
        yield from rows
        after = rows[-1][0]


def pending(connection: Connection, after: int, upto: int, most: int) -> int:
    """How many facts stand there, counted up to `most`."""
    statement = "SELECT count(*) FROM (SELECT 1 FROM facts WHERE id > {0} AND id <= {0} LIMIT {0}) AS new"
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    return int(connection.exec_driver_sql(statement.format(mark), (after, upto, most)).scalar_one())


def ids(connection: Connection, first: int, last: int) -> list[int]:
    """The positions of the facts between two, both included."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    statement = f"SELECT id FROM facts WHERE id >= {mark} AND id <= {mark} ORDER BY id"
    return [row[0] for row in connection.exec_driver_sql(statement, (first, last))]


def positions_of(connection: Connection, streams: Iterable[UUID], upto: int) -> list[int]:
    """The positions of all facts of these streams up to one position, in order."""
    from sqlalchemy import select

    from ncre.store.schema import facts

    wanted, found = list(streams), list[int]()
    for start in range(0, len(wanted), 500):
        some = facts.c.stream.in_(wanted[start : start + 500])
        found += connection.scalars(select(facts.c.id).where(some, facts.c.id <= upto))
    return sorted(found)
