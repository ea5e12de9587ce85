"""What means the same on SQLite and on PostgreSQL: types of columns, keys of several of them, the limit of one row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, DateTime, Table, and_, literal_column, tuple_
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

ONE: Final[ColumnElement[Any]] = literal_column("1")
"""The limit of a statement that reads one row, written into it. Of a limit that is sent beside it PostgreSQL assumes that it lets
a tenth of all rows through: a plan for every limit then looks dearer than one for this limit, and each use plans anew.
"""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, aware on both sides; SQLite, which knows no zones, keeps it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return moment


def moment_on_sqlite(value: datetime | None) -> str | None:
    """The text as which SQLite keeps a moment, made at once: rebuilding writes millions of them."""
    if value is None:
        return None
    moment = value if value.tzinfo is UTC else value.astimezone(UTC)
    return moment.isoformat(" ", "microseconds")[:26]


def has_key(table: Table, keys: Collection[tuple[Any, ...]]) -> ColumnElement[bool]:
    """Whether the primary key of a row is one of these, of which there is one at least.

    For a key of several columns SQLite would look through the whole table: each column by itself leads it through the
    index, and all of them together say which rows are meant.
    """
    columns = list(table.primary_key.columns)
    by_column = zip(columns, zip(*keys, strict=True), strict=True)
    each = [column.in_(list(dict.fromkeys(values))) for column, values in by_column]
    return and_(*each, tuple_(*columns).in_(list(keys))) if len(each) > 1 else each[0]
