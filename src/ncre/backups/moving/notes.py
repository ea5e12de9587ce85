"""What a move leaves at the database that is moved away: triggers that note each changed row, and a gate for its writers.

The triggers note keys, never contents; who moves reads the row as it then stands. On PostgreSQL the gate is an advisory
lock that every statement of a writer shares: it is taken before any table is, so nobody waits in a circle. SQLite has
one writer at a time anyway. The log needs no notes: it only grows, and is read by its positions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from time import sleep
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Table, TypeDecorator, bindparam, inspect, text

from ncre.store.database import MIGRATION_LOCK, Database
from ncre.store.engines.sqlite_file import MOVED
from ncre.store.outages import DatabaseFailure, Outage
from ncre.store.schema import facts, metadata

ATTEMPTS: Final = 100
PAUSE: Final = 0.1
"""Seconds between two attempts at a lock that writers hold."""

Key = tuple[Any, ...]

_TABLES: Final = {
    "sqlite": (
        "CREATE TABLE IF NOT EXISTS move_state (token TEXT NOT NULL, moved BOOLEAN NOT NULL)",
        "CREATE TABLE IF NOT EXISTS move_notes (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, "
        "key TEXT NOT NULL)",
    ),
    "postgresql": (
        "CREATE TABLE IF NOT EXISTS move_state (token TEXT NOT NULL, moved BOOLEAN NOT NULL)",
        "CREATE TABLE IF NOT EXISTS move_notes (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
        "name TEXT NOT NULL, key TEXT NOT NULL)",
        """CREATE OR REPLACE FUNCTION move_gate() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
               PERFORM pg_advisory_xact_lock_shared(1836021349, hashtext(current_schema()));
               IF EXISTS (SELECT FROM move_state WHERE moved) THEN
                   RAISE EXCEPTION 'this database was moved to another place' USING ERRCODE = '57N01';
               END IF;
               RETURN NULL;
           END $$""",
        """CREATE OR REPLACE FUNCTION move_note() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
               IF TG_OP <> 'INSERT' THEN
                   INSERT INTO move_notes (name, key) SELECT TG_TABLE_NAME, json_agg(to_jsonb(OLD) ->> k ORDER BY n)
                   FROM unnest(TG_ARGV) WITH ORDINALITY AS keys(k, n);
               END IF;
               IF TG_OP <> 'DELETE' THEN
                   INSERT INTO move_notes (name, key) SELECT TG_TABLE_NAME, json_agg(to_jsonb(NEW) ->> k ORDER BY n)
                   FROM unnest(TG_ARGV) WITH ORDINALITY AS keys(k, n);
               END IF;
               RETURN NULL;
           END $$""",
    ),
}
_HOLD: Final = text("SELECT pg_advisory_xact_lock(1836021349, hashtext(current_schema()))")
_NO_MIGRATION: Final = text("SELECT pg_advisory_xact_lock_shared(:key)")
_SOON: Final = text("SET LOCAL lock_timeout = '1s'")
_TRIGGERS: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'move_%'",
    "postgresql": "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND tgname LIKE 'move_%' AND tgenabled <> 'D'",
}
_NOTES: Final = text("SELECT id, name, key FROM move_notes ORDER BY id LIMIT :most")
_FORGET: Final = text("DELETE FROM move_notes WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))


@dataclass(frozen=True)
class ChangeNote:
    """A row of a table changed, came or went."""

    id: int
    table: Table
    key: Key


class Notes:
    """Those of a source."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = database.dialect

    def token(self) -> str | None:
        """Of the move that began here and has not ended, or has moved it; None where there is none."""
        with self._database.reading() as connection:
            return self._state(connection)[0]

    def moved(self) -> bool:
        """Whether nothing is written here any more, because all of it stands elsewhere."""
        with self._database.reading() as connection:
            return self._state(connection)[1]

    def begin(self, token: str) -> list[Table]:
        """Note every change from now on. The tables of which changes were not noted before."""
        with self._database.transaction() as connection:
            for statement in _TABLES[self._dialect]:
                connection.execute(text(statement))
            if self._state(connection)[0] is None:
                connection.execute(text("INSERT INTO move_state VALUES (:token, FALSE)"), {"token": token})
        with self._database.reading() as connection:
            known = set(connection.execute(text(_TRIGGERS[self._dialect])).scalars())
        lacking = {
            table: [made for name, made in triggers(self._dialect, table).items() if name not in known]
            for table in metadata.sorted_tables
        }
        self._carry_out(lacking.values())
        return [table for table, made in lacking.items() if made]

    def end(self) -> None:
        """Take everything away that `begin` left."""
        with self._database.reading() as connection:
            known = set(connection.execute(text(_TRIGGERS[self._dialect])).scalars())
        self._carry_out(
            [
                f"DROP TRIGGER IF EXISTS {name}{f' ON {table.name}' if self._dialect == 'postgresql' else ''}"
                for name in triggers(self._dialect, table)
                if name in known
            ]
            for table in metadata.sorted_tables
        )
        with self._database.transaction() as connection:
            if self._has_state(connection):
                connection.execute(text("DROP TABLE move_notes"))
                connection.execute(text("DROP TABLE move_state"))
            if self._dialect == "postgresql":
                connection.execute(text("DROP FUNCTION IF EXISTS move_note(), move_gate()"))

    def some(self, connection: Connection, most: int) -> list[ChangeNote]:
        """The oldest notes."""
        return [
            ChangeNote(id_, table, self._key(connection, table, json.loads(key)))
            for id_, name, key in connection.execute(_NOTES, {"most": most})
            for table in (metadata.tables[name],)
        ]

    def forget(self, notes: Sequence[ChangeNote], connection: Connection | None = None) -> None:
        """These have been taken over."""
        if not notes:
            return
        gone = {"ids": [note.id for note in notes]}
        if connection is not None:
            connection.execute(_FORGET, gone)
            return
        with self._database.transaction() as own:
            own.execute(_FORGET, gone)

    @contextmanager
    def held(self) -> Iterator[Connection]:
        """Nothing is written by anybody else until the block ends. Raises DatabaseFailure where writers do not end in a second."""
        with self._database.transaction() as connection:
            if self._dialect == "postgresql":
                connection.execute(_SOON)
                connection.execute(_NO_MIGRATION, {"key": MIGRATION_LOCK})
                connection.execute(_HOLD)
            yield connection

    def close(self, connection: Connection) -> None:
        """From the end of this transaction on nothing is ever written here again."""
        connection.execute(text("UPDATE move_state SET moved = TRUE"))
        if self._dialect == "sqlite":
            connection.execute(text(f"PRAGMA user_version = {MOVED}"))

    def _carry_out(self, tables: Iterable[list[str]]) -> None:
        """Statements of each table; on PostgreSQL a transaction for each, which holds up nobody at another one."""
        if self._dialect == "sqlite":
            self._soon([statement for statements in tables for statement in statements])
            return
        for statements in tables:
            if statements:
                self._soon(statements)

    def _soon(self, statements: Sequence[str]) -> None:
        """Never waiting long for the writers of a table: others would queue behind."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._database.transaction() as connection:
                    if self._dialect == "postgresql":
                        connection.execute(_SOON)
                    for statement in statements:
                        connection.execute(text(statement))
                return
            except DatabaseFailure as failure:
                if failure.kind is not Outage.BUSY or attempt == ATTEMPTS:
                    raise
                sleep(PAUSE)

    @staticmethod
    def _has_state(connection: Connection) -> bool:
        return inspect(connection).has_table("move_state")

    def _state(self, connection: Connection) -> tuple[str | None, bool]:
        if not self._has_state(connection):
            return None, False
        row = connection.execute(text("SELECT token, moved FROM move_state")).first()
        return (row[0], bool(row[1])) if row else (None, False)

    def _key(self, connection: Connection, table: Table, values: list[Any]) -> Key:
        """As Python has it: SQLite notes what it stores, PostgreSQL its text."""
        columns = table.primary_key.columns
        read = _stored if self._dialect == "sqlite" else _as_text
        return tuple(read(connection, column, value) for column, value in zip(columns, values, strict=True))


def triggers(dialect: str, table: Table) -> dict[str, str]:
    """The statements that make a table's triggers, by name."""
    name, keys = table.name, [column.name for column in table.primary_key.columns]
    if dialect == "postgresql":
        made = {
            "move_gate_"
            + name: f"CREATE TRIGGER move_gate_{name} BEFORE INSERT OR UPDATE OR DELETE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION move_gate()"
        }
        if table is not facts:
            given = ", ".join(f"'{key}'" for key in keys)
            made["move_note_" + name] = (
                f"CREATE TRIGGER move_note_{name} AFTER INSERT OR UPDATE OR DELETE ON {name} "
                f"FOR EACH ROW EXECUTE FUNCTION move_note({given})"
            )
        return made
    if table is facts:
        return {}
    return {
        f"move_{action.lower()}_{name}": f"CREATE TRIGGER move_{action.lower()}_{name} AFTER {action} ON {name} BEGIN "
        + "".join(
            f"INSERT INTO move_notes (name, key) VALUES ('{name}', json_array({_of(row, keys)})); "
            for row in rows
        )
        + "END"
        for action, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",)))
    }


def _of(row: str, keys: Sequence[str]) -> str:
    return ", ".join(f'{row}."{key}"' for key in keys)


def _stored(connection: Connection, column: Any, value: Any) -> Any:
    process = column.type.dialect_impl(connection.dialect).result_processor(connection.dialect, None)
    return process(value) if process else value


_PARSED: Final[dict[type, Callable[[str], Any]]] = {
    UUID: UUID,
    int: int,
    str: str,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}


def _as_text(_connection: Connection, column: Any, value: str) -> Any:
    kind = column.type
    return _PARSED[(kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type](value)
