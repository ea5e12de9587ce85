"""A row says where a registration on hold goes back to: by commands, by the migration, and when it is made anew."""

from __future__ import annotations

from importlib import import_module
from uuid import UUID

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, select

from bench.ground import command_handler, plan_exam, waiting
from ncre.domain.registration.commands import Approve, Cancel, Resume, Suspend
from ncre.projections.maintenance.rebuild import check
from ncre.projections.registration.registrations import registrations
from tests.support.people import OFFICE, REVIEWER


def goes_back_to(connection: Connection) -> dict[UUID, str | None]:
    asked = select(registrations.c.id, registrations.c.suspended_from)
    return {row.id: row.suspended_from for row in connection.execute(asked)}


def test_it_says_so_while_it_is_on_hold_and_the_migration_fills_it(sqlite_url: str) -> None:
    app = command_handler(sqlite_url)
    plan_exam(app)
    waits, passed, resumed, ended = waiting(app, 4)
    app.handle(Approve(registration=passed, actor=REVIEWER, seen=8))
    for one in (waits, passed, resumed, ended):
        app.handle(Suspend(registration=one, actor=REVIEWER, reason="考点正在接受调查"))
    app.handle(Resume(registration=resumed, actor=OFFICE))
    app.handle(Cancel(registration=ended, actor=OFFICE, reason="冒名报名"))
    expected = {waits: "pending-review", passed: "approved", resumed: None, ended: None}
    migration = import_module("ncre.migrations.versions.0060_suspended_from")
    with app.database.transaction() as connection:
        assert goes_back_to(connection) == expected
        connection.exec_driver_sql("ALTER TABLE registrations DROP COLUMN suspended_from")
        with Operations.context(MigrationContext.configure(connection)):
            migration.upgrade()
        assert goes_back_to(connection) == expected
    assert "registrations" not in {found.table for found in check(app.database, app.store, app.listeners)}  # type: ignore[union-attr]
    app.database.close()
