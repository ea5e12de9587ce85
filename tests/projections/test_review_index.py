"""The index of the queue follows from the registrations: by commands, by the migration, and when it is made anew."""

from __future__ import annotations

from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, delete, select

from bench.ground import command_handler, plan_exam, waiting
from bench.grown_site import fill
from ncre.domain.registration.commands import Approve
from ncre.projections.maintenance.rebuild import check, rebuild
from ncre.projections.registration.review_index import review_index
from tests.support.people import REVIEWER

TABLES = (
    "review_index",
    "review_claims",
    "review_handovers",
    "review_runs",
    "review_run_items",
    "second_looks",
)


def rows(connection: Connection) -> list[tuple[object, ...]]:
    return sorted(map(tuple, connection.execute(select(review_index))), key=str)


def test_the_migration_lists_what_waits(database_url: str) -> None:
    app = command_handler(database_url)
    plan_exam(app)
    fill(app, 45)
    review = import_module("ncre.migrations.versions.0051_review")
    with app.database.transaction() as connection:
        expected = rows(connection)
        for table in (*TABLES, "second_look_rates"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        with Operations.context(MigrationContext.configure(connection)):
            review.upgrade()
        assert rows(connection) == expected
        assert len(expected) == 10, "five cases wait, each with a row of its own and one of its subject"
    app.database.close()


def test_it_is_checked_and_made_anew(database_url: str) -> None:
    app = command_handler(database_url)
    plan_exam(app)
    cases = waiting(app, 3)
    app.handle(Approve(registration=cases[0], actor=REVIEWER, seen=8))
    with app.database.transaction() as connection:
        expected = rows(connection)
        assert {row[5] for row in expected} == set(cases[1:])
        connection.execute(delete(review_index).where(review_index.c.registration == cases[1]))
    assert "review_index" in {found.table for found in check(app.database, app.store, app.listeners)}  # type: ignore[union-attr]
    rebuild(app.database, app.store, app.listeners)
    with app.database.reading() as connection:
        assert rows(connection) == expected
    app.database.close()
