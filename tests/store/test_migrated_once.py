"""What tests are given instead of migrating is, to the row, what migrations make."""

from __future__ import annotations

import sqlite3
from inspect import unwrap
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url

from ncre.store.database import Database
from ncre.store.schemas import in_schema
from tests.support.emptying import read_table

MIGRATE = unwrap(Database.migrate)

CATALOGUE = """
    SELECT 'column', table_name, column_name, data_type, is_nullable, column_default, is_identity, identity_generation
        FROM information_schema.columns WHERE table_schema = current_schema()
    UNION ALL SELECT 'index', tablename, indexname, replace(indexdef, schemaname || '.', ''), '', '', '', ''
        FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', '', ''
        FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, tgenabled::text, tgtype::text, '', '', ''
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal
    UNION ALL SELECT 'function', proname, prosrc, '', '', '', '', ''
        FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    ORDER BY 1, 2, 3, 4
"""


def test_a_file_put_in_place_is_what_migrations_make(tmp_path: Path) -> None:
    said = []
    for name, migrate in (("put", Database.migrate), ("made", MIGRATE)):
        database = Database(f"sqlite:///{tmp_path / name}")
        migrate(database)
        database.assert_migrated()
        database.close()
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        with sqlite3.connect(tmp_path / name) as connection:
            said.append(sorted(connection.iterdump()) + connection.execute("PRAGMA journal_mode").fetchall())
    assert said[0] == said[1]


def test_tables_put_in_place_are_what_migrations_make(postgres_url: str) -> None:
    said = []
    for name, migrate in (("put", Database.migrate), ("made", MIGRATE)):
        url = in_schema(postgres_url, name)
        database = Database(url)
        migrate(database)
        database.assert_migrated()
        database.close()
        with psycopg.connect(url) as connection:
            written = connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
                " AND relkind = 'r' AND pg_relation_size(oid) > 0 ORDER BY relname"
            ).fetchall()
            rows = {table: read_table(connection, table) for (table,) in written}
            said.append((connection.execute(CATALOGUE).fetchall(), rows))
    assert said[0][0]
    assert said[0][1].keys() >= {"alembic_version", "letter_progress"}
    assert said[0] == said[1]


def test_what_is_there_already_is_migrated_as_ever(tmp_path: Path) -> None:
    (tmp_path / "ncre.sqlite").touch(0o600)
    database = Database(f"sqlite:///{tmp_path / 'ncre.sqlite'}")
    database.migrate()
    database.assert_migrated()
    database.close()


def test_who_is_no_superuser_migrates_as_ever(postgres_url: str) -> None:
    """Migrations leave out for them what they may not do; what a superuser's did is no use to them."""
    Database.migrate(own := Database(in_schema(postgres_url, "own")))
    own.close()
    role = f"plain_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN")
        connection.execute(f"GRANT CREATE ON DATABASE {connection.info.dbname} TO {role}")
    url = make_url(in_schema(postgres_url, "plain")).set(username=role).render_as_string(hide_password=False)
    database = Database(url)
    try:
        Database.migrate(database)
        database.assert_migrated()
    finally:
        database.close()
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {role} CASCADE")
            connection.execute(f"DROP ROLE {role}")
