"""What is removed after an erasure: photos, drafts, papers and letters, and the bytes that deleted rows leave behind.

Drafts and papers are sealed under the person's key and named by content; which ones are theirs is told by opening them,
before the key is destroyed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.clients.mail import MailFolder
from ncre.identity.forgetting import HOLD_PRIVATE
from ncre.operational.erasure_remains import Left, Remains, all_of, done
from ncre.operational.tombstones import Tombstones
from ncre.photo.file_store import PhotoMissing, PhotoStore, PhotoStoreUnavailable
from ncre.services.documents.cache import DocumentCache
from ncre.services.documents.issuing import SHELVED
from ncre.services.erasure.people import Traces
from ncre.services.photo.photos import DRAFT
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.outages import DatabaseFailure
from ncre.store.scrubbing import scrub

log = logging.getLogger("ncre.erasure")

SCRUBBED: Final = (
    *("person_keys", "registrations", "claims", "search_keys", "exchange_keys", "bans"),
    *("attempts", "sent_letters", "letter_choices", "letter_languages", "staff_requests", "exports"),
    *("review_claims", "review_handovers", "review_runs", "second_looks"),
    *HOLD_PRIVATE,
)
"""Tables in which an erasure deletes or overwrites something. Of what other provinces told (`foreign_registrations`) there

may be millions of rows, which nobody may wait for: a dead one is a keyed hash under a key that is none of ours."""

AGAIN: Final = timedelta(minutes=10)
"""After a failure the worker waits so long before it tries again."""


class Cleanup:
    """`outbox` is None where letters are mailed and no copy is kept. `exported` removes every exported file."""

    def __init__(
        self,
        database: Database,
        store: FactStore,
        tombstones: Tombstones,
        photos: PhotoStore,
        drafts: PhotoStore,
        papers: DocumentCache,
        outbox: MailFolder | None,
        clock: Callable[[], datetime],
        exported: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._store = store
        self._tombstones = tombstones
        self._photos = photos
        self._drafts = drafts
        self._papers = papers
        self._outbox = outbox
        self._clock = clock
        self._exported = exported
        self._failed_at: datetime | None = None

    def found(self, connection: Connection, people: Sequence[str], traces: Traces) -> Left:
        """What there is of these people, before their keys are destroyed. Raises PhotoStoreUnavailable."""
        accounts = [UUID(one) for one in people]
        drafts = ((file.name, self._read_draft(file.name)) for file in self._drafts.files())
        papers = ((key, self._papers.get(key)) for key in self._papers.names())
        return Left(
            tuple(people),
            tuple(sorted(traces.photos)),
            tuple(self._theirs(connection, accounts, DRAFT, drafts)),
            tuple(self._theirs(connection, accounts, SHELVED, papers)),
            tuple(self._letters(traces)),
        )

    def all(self) -> str:
        """Remove whatever is left of any erasure. Why something is left, or ""; the worker tries again."""
        with self._database.reading() as connection:
            waiting = all_of(connection)
        if not waiting:
            return ""
        try:
            for remains in waiting:
                self._remove(remains)
            problem = scrub(self._database, SCRUBBED)
        except (OSError, PhotoStoreUnavailable, DatabaseFailure) as error:
            problem = f"{type(error).__name__}: {error}"
        if problem:
            log.error("what is left of an erasure cannot be removed yet: %s", problem)
            return problem
        with self._database.transaction() as connection:
            for remains in waiting:
                done(connection, remains.id)
        return ""

    def run_due(self) -> None:
        """For the worker's rounds: at once, and after a failure in a while."""
        now = self._clock()
        if self._failed_at is not None and self._failed_at <= now < self._failed_at + AGAIN:
            return
        self._failed_at = now if self.all() else None

    def _remove(self, remains: Remains) -> None:
        """The tombstone first: from then on no older backup brings the person back."""
        left = remains.left
        with self._database.reading() as connection:
            erased = [one for one in map(UUID, left.people) if self._store.is_erased(connection, one)]
        self._tombstones.add(erased, remains.at)
        for digest in left.photos:
            self._photos.discard(digest)
        for name in left.drafts:
            self._drafts.remove(name)
        for key in left.papers:
            self._papers.remove(key)
        self._exported()
        if self._outbox is not None:
            for name in left.letters:
                self._outbox.remove(name)

    def _theirs(
        self,
        connection: Connection,
        people: Collection[UUID],
        purpose: str,
        files: Iterable[tuple[str, bytes | None]],
    ) -> Iterator[str]:
        """The names of those that open under one of the keys."""
        is_theirs = self._store.recognises(connection, people, purpose)
        return (name for name, box in files if box is not None and is_theirs(box))

    def _read_draft(self, name: str) -> bytes | None:
        try:
            return self._drafts.read(name)
        except PhotoMissing:
            return None

    def _letters(self, traces: Traces) -> list[str]:
        if self._outbox is None:
            return []
        return self._outbox.holding(traces.addresses | traces.documents)
