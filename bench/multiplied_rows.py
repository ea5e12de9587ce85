"""Rows of some thousand people, copied in the database until they are a million.

What is copied was folded from facts by the projections. A copy has other ids, hashes, numbers and, within the minute, moments; names
are those of the first. Sums are what the projector would have made of all: so many times those of the first, since no copy leaves its
site, hour or status.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Connection, Table, Uuid, text, update

from ncre.operational.letters import letters
from ncre.projections.accounts.profiles import profiles
from ncre.projections.bans.bans import bans
from ncre.projections.duplicates.duplicates import duplicates, exchange_keys
from ncre.projections.payment.ledger import payments
from ncre.projections.payment.orders import payment_orders
from ncre.projections.payment.refunds import refunds
from ncre.projections.registration.photo_files import photo_files
from ncre.projections.registration.registrations import registrations
from ncre.projections.registration.review_index import review_index
from ncre.projections.registration.search_keys import search_keys
from ncre.projections.statistics.review_measures import review_measures
from ncre.projections.summaries import Summary
from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.schema import claims, counters

COPIED: Final = (
    registrations, search_keys, exchange_keys, payment_orders, payments, refunds, photo_files, profiles, bans,
    duplicates, review_measures, review_index, claims, letters,
)  # fmt: skip
"""Every table with rows of a person."""

HASHES: Final = frozenset({
    "person", "holder", "mobile", "mail", "uploaded", "address_key", "order", "trade", "request", "reference",
    "exchange_keys.key", "payment_orders.number",
})  # fmt: skip
NUMBERS: Final = frozenset({"registrations.number", "review_index.number"})
SUFFIXED: Final = frozenset({"claims.key", "bans.decision"})
MOST: Final = 500
"""Copies there can be: a moment stays within its minute, a number within its three digits."""


def multiply(database: Database, summaries: Iterable[Summary], times: int) -> None:
    """Make the people of a database so many times as many."""
    assert 1 < times <= MOST
    _keep_first(database)
    for copy in range(1, times):
        with database.transaction() as connection:
            for table in COPIED:
                _copy(connection, table, copy)
    with database.transaction() as connection:
        for summary in summaries:
            if summary.table is not review_index:
                sums = {name: summary.table.c[name] * times for name in summary.sum_names}
                connection.execute(update(summary.table).values(sums))
        connection.execute(
            update(counters).values(taken=counters.c.taken * times, quota=counters.c.quota * times)
        )
    _forget_first(database)


def _keep_first(database: Database) -> None:
    with database.transaction() as connection:
        for table in COPIED:
            connection.execute(text(f"CREATE TABLE first_{table.name} AS SELECT * FROM {table.name}"))  # noqa: S608


def _forget_first(database: Database) -> None:
    with database.transaction() as connection:
        for table in COPIED:
            connection.execute(text(f"DROP TABLE first_{table.name}"))
        connection.execute(text("ANALYZE"))


def _copy(connection: Connection, table: Table, copy: int) -> None:
    """One copy of the first people."""
    dialect = connection.dialect.name
    columns = [_quoted(column) for column in table.columns]
    values = [_value(table, column, dialect) for column in table.columns]
    prefix = f"{(copy * 2654435761) % 2**24:06x}"
    connection.execute(
        text(
            f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {', '.join(values)} FROM first_{table.name}"  # noqa: S608
        ),
        {"prefix": prefix, "nnn": f"{copy:03}", "shift": f"{copy * 60 / (MOST + 1):09.6f}"},
    )


def _quoted(column: Column[object]) -> str:
    return f'"{column.name}"'


def _value(table: Table, column: Column[object], dialect: str) -> str:
    name, full = _quoted(column), f"{table.name}.{column.name}"
    sqlite = dialect == "sqlite"
    if isinstance(column.type, Uuid):
        if sqlite:
            return f":prefix || substr({name}, 7)"
        return f"CAST(CAST(:prefix AS text) || substr(replace(CAST({name} AS text), '-', ''), 7) AS uuid)"
    if isinstance(column.type, Moment):
        return (
            f"substr({name}, 1, 17) || :shift"
            if sqlite
            else f"{name} + CAST(:shift AS float) * interval '1 second'"
        )
    prefix, nnn = (":prefix", ":nnn") if sqlite else ("CAST(:prefix AS text)", "CAST(:nnn AS text)")
    if full in HASHES or column.name in HASHES:
        return f"{prefix} || substr({name}, 7)"
    if full in NUMBERS:
        return f"substr({name}, 1, 8) || {nnn} || substr({name}, 12)"
    if full in SUFFIXED:
        return f"{name} || {nnn}"
    return name
