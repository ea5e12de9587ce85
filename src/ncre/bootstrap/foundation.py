"""What every service stands on: clock, database, keys, log, photos, the command handler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ncre.config import Misconfigured, Settings
from ncre.handlers.command_handler import CommandHandler
from ncre.observability import metrics
from ncre.observability.tracing import Spans, TracingUnusable, spans_to
from ncre.observability.watching import PoolMetrics, ProcessWatch
from ncre.operational.watched_clock import WatchedClock
from ncre.outside import (
    kept_photos,
    photos_on,
)
from ncre.photo.file_store import PhotoStore
from ncre.photo.lab.lab import InProcessPhotoLab, Lab, PhotoLabPool
from ncre.projections import all_projections
from ncre.services.photo.photos import PhotoService
from ncre.services.photo.turns import PhotoTurns
from ncre.services.registration.people import People
from ncre.store.claims import ClaimStore
from ncre.store.database import CONNECTIONS, Database
from ncre.store.fact_store import FactStore
from ncre.store.keys import Keys
from ncre.store.master_keys.keyring import Keyring


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Foundation:
    """What every service stands on."""

    settings: Settings
    clock: Callable[[], datetime]
    clock_trusted: Callable[[], bool]
    spans: Spans
    database: Database
    keyring: Keyring
    keys: Keys
    store: FactStore
    kept_photos: PhotoStore
    draft_photos: PhotoStore
    photos: PhotoService
    command_handler: CommandHandler
    people: People


def foundation_of(
    settings: Settings, clock: Callable[[], datetime] | None, spans: Spans | None
) -> Foundation:
    """`clock` stands in for the machine's, which is watched, `spans` for the receiver of traces. Raises Misconfigured."""
    watched = WatchedClock(utc_now) if clock is None else None
    clock = clock or watched or utc_now
    spans = _spans(settings) if spans is None else spans
    database = _database(settings)
    keyring = Keyring(settings.secret, settings.master_keys)
    keys = keyring.keys()
    store = FactStore(database, keys, newer=keyring.keys)
    kept, drafts = kept_photos(settings), photos_on(settings, "drafts")
    turns = PhotoTurns(max(1, settings.photo_workers), told=metrics.PHOTOS_IN_HAND.set)
    photos = PhotoService(database, store, kept, drafts, _lab(settings), turns)
    listeners = all_projections(keys.pepper, settings.exchange_key)
    command_handler = CommandHandler(
        database, store, ClaimStore(database), listeners, clock, photos, ProcessWatch(spans)
    )
    return Foundation(
        settings=settings,
        clock=clock,
        clock_trusted=watched.trusted if watched else lambda: True,
        spans=spans,
        database=database,
        keyring=keyring,
        keys=keys,
        store=store,
        kept_photos=kept,
        draft_photos=drafts,
        photos=photos,
        command_handler=command_handler,
        people=People(command_handler, keys),
    )


def _database(settings: Settings) -> Database:
    connections = settings.connections or CONNECTIONS
    database = Database(settings.database_url, connections)
    database.watch_pool(PoolMetrics().taken, PoolMetrics().given_back)
    metrics.POOL_SIZE.set(connections)
    return database


def _lab(settings: Settings) -> Lab:
    if not settings.photo_workers:
        return InProcessPhotoLab()
    return PhotoLabPool(settings.photo_workers, told_lost=metrics.PHOTO_WORKERS_LOST.inc)


def _spans(settings: Settings) -> Spans:
    """Raises Misconfigured."""
    try:
        return spans_to(settings.observability.traces, "ncre")
    except TracingUnusable as unusable:
        raise Misconfigured(str(unusable)) from None
