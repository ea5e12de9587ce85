"""What should be there and is not: tables, columns, indexes, and the guards that keep facts as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Inspector, Table, inspect, text

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
        for table, lacked in _lacking(inspect(connection), metadata.sorted_tables)
        for what in lacked
    ]
    return [*found, *(Gone(facts.name, what, False) for what in _lacking_guards(connection))]


def lacking(connection: Connection, table: Table) -> list[str]:
    """What the database has not of a table, in words; [] where it is as declared."""
    ((_, lacked),) = _lacking(inspect(connection), [table])
    return lacked


def _lacking(there: Inspector, tables: Sequence[Table]) -> Iterator[tuple[Table, list[str]]]:
    """Of many tables the database is asked once."""
    named = [table.name for table in tables]
    columns = {
        name: _names(found) for (_, name), found in there.get_multi_columns(filter_names=named).items()
    }
    indexes = {
        name: _names(found) for (_, name), found in there.get_multi_indexes(filter_names=named).items()
    }
    for table in tables:
        if table.name not in columns:
            yield table, ["the table"]
            continue
        yield (
            table,
            [
                *(f"column {one.name}" for one in table.columns if one.name not in columns[table.name]),
                *(f"index {one.name}" for one in table.indexes if one.name not in indexes[table.name]),
            ],
        )


def _names(found: Iterable[Mapping[str, Any]]) -> set[str]:
    return {one["name"] for one in found}


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
