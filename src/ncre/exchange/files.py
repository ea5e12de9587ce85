"""The files that provinces handed in, the newest of each round and province, in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from ncre.domain.duplicates.exchange_file import ExchangeOutline
from ncre.domain.exam.plan import EXAM_TIME

PAGE: Final = 50
"""Files of a list."""

FURTHEST: Final = timedelta(days=400)
"""A round is over within it; a later day would keep a file for ever."""

WAIT_SECONDS: Final = 20

_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS files (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        round TEXT NOT NULL,
        province TEXT NOT NULL,
        people INTEGER NOT NULL,
        digest TEXT NOT NULL,
        over TEXT NOT NULL,
        content BLOB NOT NULL,
        UNIQUE (round, province)
    )
"""


class RoundTooOld(Exception):
    """The files of the round have been dropped, or would be at once."""


class RoundTooFar(Exception):
    """No round is over so late."""


@dataclass(frozen=True)
class HeldFile:
    """A file as a list tells it."""

    position: int
    province: str
    people: int
    digest: str


class ExchangeFiles:
    """A file is dropped `keep_days` after the last day of its round. Thread-safe. Raises sqlite3.Error."""

    def __init__(self, file: Path, clock: Callable[[], datetime], keep_days: int) -> None:
        self._file = file
        self._clock = clock
        self._keep = timedelta(days=keep_days)
        with self._writing() as connection:
            connection.execute(_TABLE)

    def put(self, outline: ExchangeOutline, raw: bytes, over: date) -> tuple[int, bool]:
        """Position, and whether it is new: the same file again keeps its place, another takes the place of the one before.

        Raises RoundTooOld, RoundTooFar.
        """
        today = self._today()
        if over - today > FURTHEST:
            raise RoundTooFar
        if over + self._keep < today:
            raise RoundTooOld
        at = (outline.round, outline.province)
        with self._writing() as connection:
            self._drop(connection)
            held = connection.execute(
                "SELECT position, digest FROM files WHERE round = ? AND province = ?", at
            ).fetchone()
            if held is not None and held[1] == outline.digest:
                connection.execute(
                    "UPDATE files SET over = ? WHERE position = ?", (over.isoformat(), held[0])
                )
                return held[0], False
            connection.execute("DELETE FROM files WHERE round = ? AND province = ?", at)
            fresh = connection.execute(
                "INSERT INTO files (round, province, people, digest, over, content) VALUES (?, ?, ?, ?, ?, ?)",
                (*at, outline.people, outline.digest, over.isoformat(), raw),
            )
            assert fresh.lastrowid is not None
            return fresh.lastrowid, True

    def others(self, round_code: str, province: str, since: int) -> tuple[list[HeldFile], bool]:
        """Files of other provinces behind a position, and whether more follow."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT position, province, people, digest FROM files WHERE round = ? AND province <> ? "
                "AND position > ? AND over >= ? ORDER BY position LIMIT ?",
                (round_code, province, since, self._oldest(), PAGE + 1),
            ).fetchall()
        return [HeldFile(*row) for row in rows[:PAGE]], len(rows) > PAGE

    def own(self, round_code: str, province: str) -> str:
        """Digest of what a province handed in, "" where there is nothing."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT digest FROM files WHERE round = ? AND province = ? AND over >= ?",
                (round_code, province, self._oldest()),
            ).fetchone()
        return row[0] if row else ""

    def content(self, position: int, province: str) -> bytes | None:
        """A file of another province; None where there is none, or a newer one took its place."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT content FROM files WHERE position = ? AND province <> ? AND over >= ?",
                (position, province, self._oldest()),
            ).fetchone()
        return row[0] if row else None

    def drop(self) -> int:
        """Drop what is due; how many files that were."""
        with self._writing() as connection:
            return self._drop(connection)

    def _drop(self, connection: sqlite3.Connection) -> int:
        return connection.execute("DELETE FROM files WHERE over < ?", (self._oldest(),)).rowcount

    def _today(self) -> date:
        return self._clock().astimezone(EXAM_TIME).date()

    def _oldest(self) -> str:
        """The earliest last day of a round whose files are still kept."""
        return (self._today() - self._keep).isoformat()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; what is deleted is overwritten."""
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._file, timeout=WAIT_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = FULL")
            yield connection
        finally:
            connection.close()
