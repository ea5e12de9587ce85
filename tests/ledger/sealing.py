"""A sealer in a process of its own, which is killed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from ncre.ledger.anchor import Anchor
from ncre.ledger.sealer import Sealer
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.keys import Keys

ORIGIN = "ncre.example/ledger"
SEED = bytes(range(32))


def seals(telling: Connection, url: str, anchor: Path, year: int) -> None:
    """Seals without an end, two minutes after each other from the beginning of the year; tells when it is ready."""
    database = Database(url)
    store = FactStore(database, Keys.derived_from(bytes(range(32))))
    start, moments = datetime(year, 1, 1, tzinfo=UTC), count(1)
    sealer = Sealer(
        database,
        store.settled,
        lambda: start + timedelta(minutes=2 * next(moments)),
        Anchor(anchor),
        ORIGIN,
        SEED,
    )
    sealer.assert_ready()
    telling.send("ready")
    while True:
        sealer.once()
