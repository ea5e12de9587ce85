"""How the ledger stands and how it grew, for the page about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from ncre.ledger import checkpoints, lines, tables
from ncre.ledger.checkpoints import Sealed
from ncre.ledger.verifier import VerifierKey

POINTS: Final = 60
"""Checkpoints in the picture of growth."""

WAITING: Final = 100_000
"""Facts not sealed yet are counted up to here."""


@dataclass(frozen=True)
class WitnessState:
    """`size` is the largest checkpoint that it cosigned, 0 for none."""

    name: str
    size: int
    at: datetime | None


@dataclass(frozen=True)
class LedgerState:
    """How far the ledger has sealed, and how many facts wait."""

    newest: Sealed | None
    waiting: int
    witnesses: Sequence[WitnessState]
    points: Sequence[tuple[datetime, int]]


def ledger_state(connection: Connection, newest_fact: int, known: Sequence[VerifierKey]) -> LedgerState:
    """How far the ledger is behind the log, what witnesses cosigned, and how it grew."""
    newest = checkpoints.newest(connection)
    waiting = lines.pending(connection, newest.last_id if newest else 0, newest_fact, WAITING)
    witnesses = [WitnessState(key.name, *checkpoints.newest_of(connection, key.name)) for key in known]
    return LedgerState(newest, waiting, witnesses, _points(connection, newest))


def _points(connection: Connection, newest: Sealed | None) -> list[tuple[datetime, int]]:
    """(moment, size) of as many checkpoints as the picture has room for, evenly chosen, the newest among them."""
    if newest is None:
        return []
    step = -(-newest.number // POINTS)
    c = tables.checkpoints.c
    chosen = select(c.at, c.size).where(c.number.in_(range(newest.number, 0, -step))).order_by(c.number)
    return [(at, size) for at, size in connection.execute(chosen)]
