"""Thousands of rows written or compared at once: past SQLAlchemy's work on each value, with its types and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Connection, Select, Table, Text, Uuid, cast, select, type_coerce
from sqlalchemy.types import NullType

from ncre.projections.base import Row
from ncre.store.columns import Moment, moment_on_sqlite

Values = tuple[Any, ...]

RAW: Final = NullType()
"""A type that leaves values as the driver gives them."""


def insert_all(connection: Connection, table: Table, rows: Collection[Row]) -> None:
    """Insert the rows, each of which has every column: by COPY on PostgreSQL, else as one prepared statement."""
    if not rows:
        return
    written = [_processor(connection, column.type) for column in table.columns]
    values = _values(table, rows, written)
    quoted = connection.dialect.identifier_preparer
    names = ", ".join(quoted.quote(column.name) for column in table.columns)
    into = f"{quoted.format_table(table)} ({names})"
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for one in values:
                copy.write_row(one)
        return
    marks = ", ".join("?" * len(table.columns))
    connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", values)


def raw_rows(connection: Connection, table: Table, where: ColumnElement[bool]) -> Sequence[Values]:
    """Stored rows as the database keeps them; JSON as its text, which PostgreSQL can compare."""
    asked: Select[Any] = select(*(_raw(column) for column in table.columns)).where(where)
    with connection.execute(asked) as result:
        found: Sequence[Values] = (
            result.cursor.fetchall()
        )  # plain tuples of the driver, which compare at once
    return found


def raw_rows_with(connection: Connection, table: Table, keys: Sequence[Values]) -> Sequence[Values]:
    """Stored rows with these primary keys, both as the driver gives them: one look-up each, of however many columns a key is."""
    if not keys:
        return ()
    name = connection.dialect.identifier_preparer.format_table(table)
    columns = ", ".join(f"{name}.{_quoted(connection, column)}" for column in table.columns)
    of_key = list(table.primary_key.columns)
    if connection.dialect.name == "sqlite":
        given: tuple[Any, ...] = (json.dumps(keys),)
        wanted = "json_each(?) AS wanted"
        matches = [f"json_extract(wanted.value, '$[{place}]')" for place in range(len(of_key))]
    else:
        kinds = ", ".join(f"%s::{column.type.compile(connection.dialect)}[]" for column in of_key)
        names = [f"key_{place}" for place in range(len(of_key))]
        wanted, given = (
            f"unnest({kinds}) AS wanted({', '.join(names)})",
            tuple(map(list, zip(*keys, strict=True))),
        )
        matches = [f"wanted.{one}" for one in names]
    which = " AND ".join(
        f"{name}.{_quoted(connection, column)} = {match}"
        for column, match in zip(of_key, matches, strict=True)
    )
    asked = f"SELECT {columns} FROM {wanted} CROSS JOIN {name} WHERE {which}"
    with connection.exec_driver_sql(asked, given) as result:
        found: Sequence[Values] = result.cursor.fetchall()
    return found


def delete_all(connection: Connection, table: Table, keys: Sequence[Values]) -> None:
    """Delete the rows with these primary keys, as the driver gives them."""
    if not keys:
        return
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    which = " AND ".join(f"{_quoted(connection, column)} = {mark}" for column in table.primary_key.columns)
    name = connection.dialect.identifier_preparer.format_table(table)
    connection.exec_driver_sql(f"DELETE FROM {name} WHERE {which}", list(keys))


def _quoted(connection: Connection, column: Any) -> str:
    return connection.dialect.identifier_preparer.quote(column.name)


def as_raw_rows(connection: Connection, table: Table, rows: Collection[Row]) -> list[Values]:
    """The same of rows that are not stored, in their order: equal to `raw_rows` where they stand so."""
    if connection.dialect.name == "sqlite":
        return _values(table, rows, [_processor(connection, column.type) for column in table.columns])
    return _values(
        table, rows, [_texts if isinstance(column.type, JSON) else None for column in table.columns]
    )


def _raw(column: Any) -> ColumnElement[Any]:
    return cast(column, Text) if isinstance(column.type, JSON) else type_coerce(column, RAW)


Processor = Callable[[Iterable[Any]], Iterable[Any]]
"""Converts the values of one column, row by row."""


def _processor(connection: Connection, kind: Any) -> Processor | None:
    """How the dialect hands values of this type to the driver; None for as they are."""
    if connection.dialect.name == "sqlite":
        if isinstance(kind, Moment):
            return _moments
        if isinstance(kind, Uuid):
            return _hexes
    one = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return (lambda column: map(one, column)) if one else None


def _texts(column: Iterable[Any]) -> Iterable[str]:
    return map(json.dumps, column)


def _hexes(column: Iterable[UUID | None]) -> list[str | None]:
    """Rows of one stream stand behind one another and hold the same id."""
    last, text, made = None, None, []
    for one in column:
        if one is not last:
            last, text = one, one.hex if one is not None else None
        made.append(text)
    return made


def _moments(column: Iterable[Any]) -> Iterable[str | None]:
    return map(moment_on_sqlite, column)


def _values(table: Table, rows: Collection[Row], written: list[Processor | None]) -> list[Values]:
    """Row by row, converted a column at a time."""
    plain = map(itemgetter(*(column.name for column in table.columns)), rows)
    columns: list[Iterable[Any]] = list(zip(*(plain if len(written) > 1 else zip(plain)), strict=True))
    for place, process in enumerate(written if rows else ()):
        if process:
            columns[place] = process(columns[place])
    return list(zip(*columns, strict=True))
