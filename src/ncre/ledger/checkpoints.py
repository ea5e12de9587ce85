"""Checkpoints, keys and cosignatures as they are stored: read, and added to."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, insert, select

from ncre.ledger import tables
from ncre.ledger.signing import with_lines
from ncre.ledger.verifier import Checkpoint, VerificationFailed, VerifierKey
from ncre.store.columns import ONE
from ncre.store.database import Database

LOCK: Final = UUID("6c656467-6572-4e63-8265-000000000001")
"""One sealer, or one who rotates the key, writes at a time."""


@dataclass(frozen=True)
class Sealed:
    """A stored checkpoint; `last_id` is the position of its last fact in the log."""

    number: int
    size: int
    root: bytes
    last_id: int
    at: datetime
    note: str


_COLUMNS: Final = tuple(
    tables.checkpoints.c[name] for name in ("number", "size", "root", "last_id", "at", "note")
)
_NEWEST: Final = select(*_COLUMNS).order_by(tables.checkpoints.c.number.desc()).limit(ONE)


def newest(connection: Connection) -> Sealed | None:
    found = connection.execute(_NEWEST).first()
    return Sealed(*found) if found else None


def covering(connection: Connection, position: int) -> Sealed | None:
    """The first checkpoint over the fact at a position of the log; None while it is not sealed."""
    first = (
        select(*_COLUMNS)
        .where(tables.checkpoints.c.last_id >= position)
        .order_by(tables.checkpoints.c.last_id)
        .limit(ONE)
    )
    found = connection.execute(first).first()
    return Sealed(*found) if found else None


def all_of(connection: Connection, upto: int) -> list[tuple[int, str]]:
    """(size, note) of every checkpoint up to a size, in order, with the cosignatures that came for it."""
    notes = select(tables.checkpoints.c.size, tables.checkpoints.c.note)
    rows = connection.execute(
        notes.where(tables.checkpoints.c.size <= upto).order_by(tables.checkpoints.c.size)
    )
    lines: dict[int, list[str]] = {}
    for size, line in connection.execute(
        select(tables.cosignatures.c.size, tables.cosignatures.c.line).order_by(tables.cosignatures.c.witness)
    ):
        lines.setdefault(size, []).append(line)
    return [(size, with_lines(note, lines.get(size, []))) for size, note in rows]


def cosigned(connection: Connection, sealed: Sealed) -> str:
    """The note of a checkpoint with the cosignatures that came for it."""
    lines = select(tables.cosignatures.c.line).where(tables.cosignatures.c.size == sealed.size)
    return with_lines(sealed.note, list(connection.scalars(lines.order_by(tables.cosignatures.c.witness))))


def at_size(connection: Connection, size: int) -> Sealed | None:
    found = connection.execute(select(*_COLUMNS).where(tables.checkpoints.c.size == size)).first()
    return Sealed(*found) if found else None


def latest(connection: Connection, count: int, before: int | None = None) -> list[Sealed]:
    """The newest checkpoints, newest first; `before` goes on from a number."""
    asked = select(*_COLUMNS).order_by(tables.checkpoints.c.number.desc()).limit(count)
    if before is not None:
        asked = asked.where(tables.checkpoints.c.number < before)
    return [Sealed(*row) for row in connection.execute(asked)]


def newest_of(connection: Connection, witness: str) -> tuple[int, datetime | None]:
    """The largest size that a witness cosigned, and when its line came; (0, None) for none."""
    c = tables.cosignatures.c
    newest = select(c.size, c.at).where(c.witness == witness).order_by(c.size.desc()).limit(ONE)
    found = connection.execute(newest).first()
    return (found.size, found.at) if found else (0, None)


def add_cosignature(connection: Connection, size: int, witness: str, line: str, at: datetime) -> None:
    """Keep a verified line; one that came before stays."""
    known = select(tables.cosignatures.c.size).where(
        tables.cosignatures.c.size == size, tables.cosignatures.c.witness == witness
    )
    if connection.execute(known).first() is None:
        connection.execute(insert(tables.cosignatures).values(size=size, witness=witness, line=line, at=at))


def keys(connection: Connection) -> list[tuple[int, VerifierKey, str | None]]:
    """(size from which on it signs, key, handover to it), the first one first."""
    c = tables.keys.c
    rows = connection.execute(select(c.from_size, c.key, c.handover).order_by(c.from_size))
    return [(from_size, VerifierKey.read(key), handover) for from_size, key, handover in rows]


def is_signed(connection: Connection, note: str) -> bool:
    """Whether one of the ledger's keys signed this checkpoint. Raises ValueError for what is no checkpoint."""
    parsed = Checkpoint.read(note)
    try:
        return any(parsed.note.signed_by(key) for _, key, _ in keys(connection))
    except VerificationFailed:
        return False


def statement(connection: Connection, digest: str) -> str | None:
    return connection.execute(
        select(tables.statements.c.note).where(tables.statements.c.digest == digest)
    ).scalar()


def lock(database: Database, connection: Connection) -> None:
    database.lock(connection, LOCK)


def root_in(note: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint. Raises ValueError."""
    _, size, root, *_ = note.split("\n")
    return int(size), b64decode(root)
