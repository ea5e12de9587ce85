"""The rows of every declared table, read alike from both kinds of database, and digests that compare them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    cast,
    inspect,
    null,
    select,
)

from ncre.store.columns import ONE, has_key
from ncre.store.schema import metadata

BATCH_SIZE: Final = 1_000
"""Rows in memory at a time."""

MODULUS: Final = 2**256


Key = tuple[Any, ...]
Row = dict[str, Any]


def digests(connection: Connection) -> dict[str, str]:
    """Of each table, how many rows it has and the sum of their SHA-256: equal tables give equal digests in any order.

    Comparable between SQLite and PostgreSQL. It guards against loss and mistakes; the proofs against forgery are
    those of the facts themselves.
    """
    return {table.name: digest(connection, table) for table in metadata.sorted_tables}


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """The tables whose digests are not the same."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


BEGUN: Final = frozenset({"letter_progress"})
"""Tables into which a migration itself puts a row: they say nothing of whether a database is in use."""


def filled(connection: Connection) -> list[str]:
    """The declared tables that are there and have rows of an installation."""
    known = set(inspect(connection).get_table_names())
    return [
        table.name
        for table in metadata.sorted_tables
        if table.name in known - BEGUN and connection.execute(select(table).limit(ONE)).first() is not None
    ]


def rows(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """All rows of a table in portions, ready to be inserted anywhere: no JSON null becomes a missing value."""
    for portion in _read(connection, table):
        yield [insertable(table, row) for row in portion]


def insertable(table: Table, row: Row) -> Row:
    """A row as it was read, as it is inserted."""
    return {name: _written(table, name, value) for name, value in row.items()}


def read(connection: Connection, table: Table, *conditions: ColumnElement[bool]) -> list[Row]:
    """The rows of which all of this is true."""
    return [dict(row) for row in connection.execute(_reading(table, *conditions)).mappings()]


def with_keys(connection: Connection, table: Table, keys: Collection[Key]) -> dict[Key, Row]:
    """The rows that have these keys."""
    return {key_of(table, row): row for row in read(connection, table, has_key(table, keys))}


def key_of(table: Table, row: Row) -> Key:
    return tuple(row[column.name] for column in table.primary_key.columns)


def hash_of(table: Table, row: Row) -> int:
    """SHA-256 of a row's contents, the same for both kinds of database."""
    plain = [_canonical(table, name, value) for name, value in row.items()]
    return int.from_bytes(sha256(msgspec.json.encode(plain, order="deterministic")).digest())


def digest(
    connection: Connection,
    table: Table,
    without: Collection[Key] = frozenset(),
    *conditions: ColumnElement[bool],
) -> str:
    """That of the rows of which the conditions are true, and which have none of the keys `without`."""
    total = count = 0
    for portion in _read(connection, table, *conditions):
        for row in portion:
            if not without or key_of(table, row) not in without:
                total = (total + hash_of(table, row)) % MODULUS
                count += 1
    return f"{count}:{total:064x}"


def _read(connection: Connection, table: Table, *conditions: ColumnElement[bool]) -> Iterator[list[Row]]:
    found = connection.execution_options(stream_results=True, yield_per=BATCH_SIZE).execute(
        _reading(table, *conditions)
    )
    for portion in found.mappings().partitions(BATCH_SIZE):
        yield [dict(row) for row in portion]


def _reading(table: Table, *conditions: ColumnElement[bool]) -> Select[Any]:
    """JSON as the text that is stored: so a missing value and a JSON null stay two things."""
    columns = [
        cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column
        for column in table.columns
    ]
    return select(*columns).where(*conditions)


def _canonical(table: Table, name: str, value: Any) -> Any:
    if isinstance(table.columns[name].type, JSON) and value is not None:
        return {"json": json.loads(value)}
    return value


def _written(table: Table, name: str, value: Any) -> Any:
    if not isinstance(table.columns[name].type, JSON):
        return value
    if value is None:
        return null()
    parsed = json.loads(value)
    return JSON.NULL if parsed is None else parsed
