"""Compares the files of photos with the photos that facts name: what is lost, what can be put back, what nobody names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from ncre.events.registration import PhotoReplaced, PhotoUploaded
from ncre.photo.file_store import PhotoDamaged, PhotoMissing, PhotoStore, PhotoStoreUnavailable, StoredFile
from ncre.projections.audit.timeline import timeline
from ncre.projections.registration import registrations
from ncre.projections.registration.photo_files import photo_files
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.sealing import CiphertextForged

TOPICS: Final = (PhotoUploaded.TOPIC, PhotoReplaced.TOPIC)


@dataclass(frozen=True)
class Named:
    """A photo that a fact names; `current` where it is the one that counts for its registration."""

    registration: UUID
    number: str
    person: UUID
    digest: str
    current: bool


@dataclass
class Inspection:
    """What was found. `swept` are the names of files that no fact names; younger ones are `waiting`.

    `newer` came after the newest fact, so the database may be an older one than the photos: they are never removed.
    """

    whole: int = 0
    repaired: list[Named] = field(default_factory=list)
    damaged: list[Named] = field(default_factory=list)
    missing: list[Named] = field(default_factory=list)
    swept: list[str] = field(default_factory=list)
    waiting: int = 0
    newer: list[str] = field(default_factory=list)

    @property
    def lost(self) -> list[Named]:
        """Photos that cannot be read: damaged and missing ones."""
        return [*self.damaged, *self.missing]


class PhotoInspection:
    """Compares the photo store with the photos that facts name, and puts back what it can."""

    def __init__(self, database: Database, store: FactStore, photos: PhotoStore) -> None:
        self._database = database
        self._store = store
        self._photos = photos

    def inspect(self, before: datetime, backups: Sequence[PhotoStore] = (), sweep: bool = True) -> Inspection:
        """Look at every photo that a fact names, and at every file.

        What lies in another place, or whole in a backup, is put back. Files that no fact names and that were
        put here `before` are removed. Raises PhotoStoreUnavailable where the store cannot be read.
        """
        files = list(
            self._photos.files()
        )  # before the facts: what comes meanwhile is named by then, or young
        named = list(self._named())
        found = Inspection()
        strays = self._strays(files, {one.digest for one in named})
        for one in named:
            fault = self._fault(one)
            if fault is None:
                found.whole += 1
            elif self._put_back(one, strays, backups):
                found.repaired.append(one)
            else:
                (found.missing if fault is PhotoMissing else found.damaged).append(one)
        self._sweep(found, files, {one.digest for one in named}, before, sweep)
        return found

    def newest_lost(self, most: int = 20) -> tuple[int, int]:
        """Of the photos that were sent last, how many are not in the store, and of how many.

        So a photo folder that was not restored is noticed at once, whatever the size of the installation.
        """
        newest = select(photo_files.c.registration).order_by(photo_files.c.sent_at.desc()).limit(most)
        with self._database.reading() as connection:
            cases = set(connection.execute(newest).scalars())
            found = select(registrations.registrations.c.photo).where(
                registrations.registrations.c.id.in_(cases)
            )
            digests = {photo["digest"] for photo in connection.execute(found).scalars() if photo}
        return sum(self._is_lost(digest) for digest in digests), len(digests)

    def _is_lost(self, digest: str) -> bool:
        try:
            self._photos.check(digest)
        except (PhotoMissing, PhotoDamaged, PhotoStoreUnavailable):
            return True
        return False

    def _newest_fact(self) -> datetime | None:
        with self._database.reading() as connection:
            newest: datetime | None = connection.scalar(select(func.max(timeline.c.at)))
        return newest

    def digests(self) -> Iterator[str]:
        """Of every photo that a fact names."""
        return (one.digest for one in self._named())

    def _named(self) -> Iterator[Named]:
        """Every photo of the log once, but for those of people who were erased: their files are to be gone."""
        position, seen = 0, set[str]()
        while batch := self._store.log_of(TOPICS, position):
            position = batch[-1][0]
            for _, fact in batch:
                assert isinstance(fact, PhotoUploaded | PhotoReplaced)
                if fact.photo.digest not in seen and not self._is_erased(fact):
                    seen.add(fact.photo.digest)
                    yield self._of(fact)

    def _is_erased(self, fact: PhotoUploaded | PhotoReplaced) -> bool:
        subject = fact.metadata.subject
        with self._database.reading() as connection:
            return subject is not None and self._store.is_erased(connection, subject)

    def _of(self, fact: PhotoUploaded | PhotoReplaced) -> Named:
        with self._database.reading() as connection:
            row = registrations.one(connection, fact.metadata.stream)
        current = bool(row and row["photo"] and row["photo"]["digest"] == fact.photo.digest)
        assert fact.metadata.subject is not None
        number = (row and row["number"]) or ""
        return Named(fact.metadata.stream, number, fact.metadata.subject, fact.photo.digest, current)

    def _fault(self, one: Named) -> type[Exception] | None:
        """None where the photo is whole: the file has its digest and opens under its person's key."""
        try:
            box = self._photos.get(one.digest)
            with self._database.reading() as connection:
                self._store.open_bytes(connection, one.person, box, "photo")
        except (PhotoMissing, PhotoDamaged, CiphertextForged) as fault:
            return type(fault)
        return None

    def _strays(self, files: Sequence[StoredFile], wanted: set[str]) -> dict[str, StoredFile]:
        """Files that lie elsewhere than their place, by what they hold."""
        strays: dict[str, StoredFile] = {}
        for file in files:
            if file.digest not in wanted:
                try:
                    holds = sha256(self._photos.read(file.name)).hexdigest()
                except PhotoMissing:
                    continue
                if holds in wanted:
                    strays[holds] = file
        return strays

    def _put_back(self, one: Named, strays: dict[str, StoredFile], backups: Sequence[PhotoStore]) -> bool:
        if one.digest in strays:
            self._photos.put(self._photos.read(strays[one.digest].name))
            return self._fault(one) is None
        for backup in backups:
            try:
                self._photos.put(backup.get(one.digest))
            except (PhotoMissing, PhotoDamaged):
                continue
            return self._fault(one) is None
        return False

    def _sweep(
        self, found: Inspection, files: Sequence[StoredFile], named: set[str], before: datetime, sweep: bool
    ) -> None:
        last = self._newest_fact()
        for file in files:
            if file.digest in named:
                continue
            if file.at >= before:
                found.waiting += 1
                continue
            if last is not None and file.at > last:
                found.newer.append(file.name)
                continue
            found.swept.append(file.name)
            if sweep:
                self._photos.remove(file.name)
