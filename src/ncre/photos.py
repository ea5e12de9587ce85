"""A photo's way in and out: measured, judged, sealed under its person's key, kept by hash."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from uuid import UUID

from PIL import Image

from ncre.domain.photo import judge
from ncre.events.database import Database
from ncre.events.registration import Photo
from ncre.events.store import FactStore
from ncre.gateways.photo_lab import measure
from ncre.gateways.photo_store import PhotoFolder


class PhotoRoom:
    def __init__(self, database: Database, store: FactStore, folder: PhotoFolder) -> None:
        self._database = database
        self._store = store
        self._folder = folder

    def take_in(self, person: UUID, uploaded: bytes) -> Photo:
        """Measure and judge what was sent; keep the clean picture unless it is refused.

        The photo is on disk before any fact names it. Nothing is kept of a refused one.
        """
        measured = measure(uploaded)
        verdict = judge(measured)
        digest = ""
        if measured.jpeg is not None and verdict.verdict != "reject":
            digest = self._folder.put(self._sealed(person, measured.jpeg))
        return Photo(
            digest=digest,
            uploaded=sha256(uploaded).hexdigest(),
            size=len(measured.jpeg or uploaded),
            width=measured.width,
            height=measured.height,
            verdict=verdict.verdict,
            codes=verdict.codes,
            measured=measured.facts,
            versions=verdict.versions,
        )

    def show(self, person: UUID, digest: str) -> bytes:
        """The JPEG as it was kept. Raises the store's errors, and PersonErased."""
        with self._database.reading() as connection:
            return self._store.open_bytes(connection, person, self._folder.get(digest), "photo")

    def _sealed(self, person: UUID, jpeg: bytes) -> bytes:
        with self._database.transaction() as connection:
            return self._store.seal_bytes(connection, person, jpeg, "photo")


def smaller(jpeg: bytes, most: tuple[int, int]) -> bytes:
    """The picture within so many pixels (width, height), for lists of many faces."""
    with Image.open(BytesIO(jpeg)) as photo:
        photo.thumbnail(most)
        out = BytesIO()
        photo.save(out, "JPEG", quality=80)
    return out.getvalue()
