"""Thousands of rows written at once: past SQLAlchemy's statement by statement, with its types and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Connection, Table

from ncre.projections.base import Row
from ncre.store.columns import Moment, moment_on_sqlite


def insert_all(connection: Connection, table: Table, rows: Collection[Row]) -> None:
    """Insert the rows, each of which has every column: by COPY on PostgreSQL, else as one prepared statement."""
    if not rows:
        return
    names = [column.name for column in table.columns]
    written = [_processor(connection, table.c[name].type) for name in names]
    quoted = connection.dialect.identifier_preparer
    into = f"{quoted.format_table(table)} ({', '.join(quoted.quote(name) for name in names)})"
    values = _values(rows, names, written)
    if connection.dialect.name == "postgresql":
        cursor: Any = connection.connection.cursor()
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for one in values:
                copy.write_row(one)
        return
    marks = ", ".join("?" * len(names))
    connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", values)


def _processor(connection: Connection, kind: Any) -> Callable[[Any], Any] | None:
    """How the dialect hands a value of this type to the driver; None for as it is."""
    if isinstance(kind, Moment) and connection.dialect.name == "sqlite":
        return moment_on_sqlite
    made: Callable[[Any], Any] | None = kind.dialect_impl(connection.dialect).bind_processor(
        connection.dialect
    )
    return made


def _values(
    rows: Collection[Row], names: list[str], written: list[Callable[[Any], Any] | None]
) -> list[tuple[Any, ...]]:
    """Row by row, converted a column at a time."""
    columns = []
    for name, process in zip(names, written, strict=True):
        column = [row[name] for row in rows]
        columns.append(list(map(process, column)) if process else column)
    return list(zip(*columns, strict=True))
