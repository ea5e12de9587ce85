"""The migrations make exactly the tables that the code declares, on both databases."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

import ncre
from ncre.store.database import Database
from ncre.store.schema import metadata


def _declare_every_table() -> None:
    """Tables stand beside the code that uses them, so that code is imported first."""
    for room in ("identity", "ledger", "operational", "projections"):
        package = import_module(f"{ncre.__name__}.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)


def test_the_migrated_schema_is_the_declared_one(database: Database) -> None:
    _declare_every_table()
    with database.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_forgotten_migration_is_noticed(database: Database) -> None:
    _declare_every_table()
    with database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE serials RENAME TO numbers")
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) != []


@pytest.mark.parametrize("table", ["facts", "person_keys", "claims", "counters"])
def test_constraints_are_the_same_on_both_databases(sqlite_url: str, postgres_url: str, table: str) -> None:
    made = []
    for url in (sqlite_url, postgres_url):
        database = Database(url)
        with database.reading() as connection:
            found = inspect(connection)
            checks = {check["name"] for check in found.get_check_constraints(table)}
            uniques = {unique["name"] for unique in found.get_unique_constraints(table)}
            made.append((checks, uniques))
        database.close()
    assert made[0] == made[1]
    assert made[0] != (set(), set()) or table == "claims"
