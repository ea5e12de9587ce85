"""What should be there and is not: tables, columns, indexes, and the guards that keep facts as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Table, inspect, text

from ncre.projections.base import Listeners
from ncre.store.schema import claims, counters, facts, metadata, serials

DERIVED: Final = (claims, counters, serials)
"""Tables that follow from facts besides the rows of projections and their sums."""


@dataclass(frozen=True)
class Gone:
    """Something of a table that is missing; `derived` says that rebuilding makes it from the facts."""

    table: str
    what: str
    derived: bool

    @property
    def whole(self) -> bool:
        """Whether nothing of the table can be read as it should be."""
        return not self.what.startswith(("index", "trigger"))


def missing(connection: Connection, listeners: Listeners) -> list[Gone]:
    """Everything that the tables declare and the database does not have."""
    derived = {projection.table.name for projection in listeners.all}
    derived |= {summary.table.name for summary in listeners.summaries} | {table.name for table in DERIVED}
    found = [
        Gone(table.name, what, table.name in derived)
        for table in metadata.sorted_tables
        for what in lacking(connection, table)
    ]
    return [*found, *(Gone(facts.name, what, False) for what in _lacking_guards(connection))]


def lacking(connection: Connection, table: Table) -> list[str]:
    """What the database has not of a table, in words; [] where it is as declared."""
    there = inspect(connection)
    if not there.has_table(table.name):
        return ["the table"]
    columns = {column["name"] for column in there.get_columns(table.name)}
    indexes = {index["name"] for index in there.get_indexes(table.name)}
    return [
        *(f"column {column.name}" for column in table.columns if column.name not in columns),
        *(f"index {index.name}" for index in table.indexes if index.name not in indexes),
    ]


def make_whole(connection: Connection, table: Table) -> None:
    """The table, made where it is gone; without its rows where a column of it is."""
    if any(what.startswith("column") for what in lacking(connection, table)):
        table.drop(connection)
    table.create(connection, checkfirst=True)


_GUARDS: Final = {
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'facts'",
        {"facts_never_updated", "facts_never_deleted", "facts_never_replaced"},
    ),
    "postgresql": (
        "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('facts') AND tgenabled <> 'D'",
        {"facts_append_only"},
    ),
}
"""Where the triggers of the facts are read, and which there must be."""


def _lacking_guards(connection: Connection) -> list[str]:
    asked, needed = _GUARDS[connection.dialect.name]
    there = set(connection.execute(text(asked)).scalars())
    return [f"trigger {name}" for name in sorted(needed - there)]
