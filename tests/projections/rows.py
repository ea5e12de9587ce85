"""What tests of projections stand on: rows folded from histories, and rows as a database holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from ncre.events.base import Fact
from ncre.projections import all_projections
from ncre.projections.base import Listeners, Row, RowsInTransaction, fold
from ncre.store.keys import Keys
from tests.support import people
from tests.support.people import SECRET

HOUSE = all_projections(Keys.derived_from(SECRET).pepper, b"the provinces' key")


def folded(table: str, history: Iterable[Fact]) -> list[Row]:
    """The rows of one table after these recorded facts."""
    by_projection = fold(HOUSE, history)
    return [
        row for projection, rows in by_projection.items() if projection.name == table for row in rows.values()
    ]


def row_after(history: tuple[Fact, ...]) -> Row:
    """Where the registration of this history stands."""
    (row,) = folded("registrations", people.recorded(history))
    return row


def write(connection: Connection, history: Sequence[Fact]) -> None:
    """Rows as the door writes them, all in one command."""
    rows = RowsInTransaction(connection, HOUSE)
    for fact in history:
        rows.take(fact)
    rows.flush()


def stored(connection: Connection) -> dict[str, list[Row]]:
    """Every row of every projection, in the order of the keys."""
    return {
        projection.name: [
            dict(row)
            for row in connection.execute(
                select(projection.table).order_by(*projection.table.primary_key.columns)
            ).mappings()
        ]
        for projection in HOUSE.all
    }


def in_order(history: Iterable[Fact], projections: Listeners = HOUSE) -> dict[str, list[Row]]:
    """The same, folded in memory by these projections; those of an installation know its own keys alone."""
    return {
        projection.name: [rows[key] for key in sorted(rows, key=lambda key: tuple(map(_sortable, key)))]
        for projection, rows in fold(projections, history).items()
    }


def _sortable(part: object) -> object:
    return part if isinstance(part, int | str) else str(part)
