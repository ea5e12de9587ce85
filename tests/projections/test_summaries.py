"""Sums kept as rows are what the rows add up to: after commands, after rivals, after the migration."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection

from bench.ground import ROUND, SITE, command_handler, plan_exam, waiting
from bench.grown_site import fill
from ncre.domain.registration.commands import Approve
from ncre.domain.registration.vocabulary import Status
from ncre.projections.maintenance.rebuild import check
from ncre.projections.registration import registration_counts
from ncre.projections.summaries import Totals
from tests.support.people import REVIEWER

TABLES = ("registration_counts", "takings")

BEFORE = (
    *(f"DROP TABLE {table}" for table in TABLES),
    "DROP INDEX registrations_due",
    "CREATE INDEX registrations_due ON registrations (pay_by)",
    *(
        f"DROP INDEX {index}"
        for index in (
            "registrations_waiting",
            "payment_orders_opened",
            "payments_returned",
            "payments_owed",
            "payments_unexplained",
            "proofs_expires",
            "sessions_seen",
            "errands_next",
        )
    ),
)
"""What makes the schema again as it was before there were sums."""


def sums(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: sorted(tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}"))
        for table in TABLES
    }


def test_the_migration_counts_what_is_there(database_url: str) -> None:
    app = command_handler(database_url)
    plan_exam(app)
    fill(app, 45)
    growth = import_module("ncre.migrations.versions.0014_growth")
    seated = import_module("ncre.migrations.versions.0062_seated_counts")
    with app.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE registrations SET seated = 2 WHERE status = 'paid'")
        totals = Totals(app.listeners.summaries)
        totals.take_stored(connection)
        totals.write(connection)
        expected = sums(connection)
        assert sum(people for people, _ in registration_counts.seated_by_site(connection, ROUND).values()) > 0
        for statement in BEFORE:
            connection.exec_driver_sql(statement)
        with Operations.context(MigrationContext.configure(connection)):
            growth.upgrade()
            seated.upgrade()
        assert sums(connection) == expected
        assert all(expected.values())
    app.database.close()


def test_rivals_at_one_site_lose_no_count(database_url: str) -> None:
    """All of them change the same two counts, at the same time."""
    app = command_handler(database_url)
    plan_exam(app)
    made = waiting(app, 24)
    with ThreadPoolExecutor(8) as lanes:
        list(lanes.map(lambda one: app.handle(Approve(registration=one, actor=REVIEWER, seen=8)), made))
    with app.database.reading() as connection:
        counts = registration_counts.by_site(connection, ROUND)
        at_two_sites = registration_counts.standing(
            connection, ROUND, Status.APPROVED, frozenset({SITE, "429901"})
        )
    assert counts == {SITE: {Status.APPROVED: 24}}
    assert at_two_sites == 24
    differing = {found.table for found in check(app.database, app.store, app.listeners)}
    assert not differing & set(TABLES)
    app.database.close()
