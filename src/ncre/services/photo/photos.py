"""A photo's way in and out: measured, judged, sealed under its person's key, kept by hash."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from ncre.domain.photo.rules import CROPPABLE, TURNED
from ncre.domain.photo.verdict import judge, may_appeal, refusing
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.registration_values import Photo
from ncre.photo.file_store import PhotoDamaged, PhotoMissing, PhotoNotKept, PhotoStore, PhotoStoreUnavailable
from ncre.photo.lab.answers import Measured
from ncre.photo.lab.lab import Lab
from ncre.services.photo.turns import PhotoTurns
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.sealing import CiphertextForged

log = logging.getLogger("ncre.photos")

TURN: Final = "turn"
CROP: Final = "crop"
APPEAL: Final = "appeal"

DRAFT: Final = "photo draft"
"""What a draft is bound to when it is sealed."""

HANDLING: Final = {TURN: "turned", CROP: "cropped", APPEAL: "as-uploaded"}

HASH: Final = 64
"""Characters of the hash of the original upload, which a draft begins with."""


@dataclass(frozen=True)
class PhotoOffer:
    """What the candidate may do with a refused photo: `draft` names the picture that would be taken.

    `photo` is how it would be recorded.
    """

    kind: str
    draft: str
    photo: Photo


@dataclass(frozen=True)
class UploadResult:
    """What came of an upload. A photo that is not refused is kept already; a refused one may have offers.

    `advice` says what to do where no crop can be made (codes of `domain/faults.py`).
    """

    photo: Photo
    offers: tuple[PhotoOffer, ...] = ()
    advice: tuple[str, ...] = ()

    @property
    def mended(self) -> bool:
        """Whether a turned or cropped picture waits for the candidate's word."""
        return any(offer.kind != APPEAL for offer in self.offers)


class PhotoService:
    """Photos of candidates: taken in, kept sealed, and shown."""

    def __init__(
        self,
        database: Database,
        store: FactStore,
        photos: PhotoStore,
        drafts: PhotoStore,
        lab: Lab,
        turns: PhotoTurns,
    ) -> None:
        self._database = database
        self._store = store
        self._photos = photos
        self._drafts = drafts
        self._lab = lab
        self._turns = turns

    def take_in(self, person: UUID, uploaded: bytes) -> UploadResult:
        """Measure and judge what was sent; keep the clean picture unless it is refused.

        The photo is kept before any fact names it. Of a refused one only drafts are kept, for as long
        as the candidate thinks about the offers. Raises Refusal where too many pictures wait.
        """
        self._database.release()
        with self._turns.turn(person):
            return self._taken_in(person, uploaded)

    def _taken_in(self, person: UUID, uploaded: bytes) -> UploadResult:
        measured = self._lab.measure(uploaded)
        photo = _recorded(measured, sha256(uploaded).hexdigest())
        if photo.verdict != "reject":
            return UploadResult(self._kept(person, photo, measured.jpeg))
        offers, advice = self._mended(person, uploaded, photo)
        return UploadResult(photo, (*offers, *self._appeal(person, photo, measured)), advice)

    def adopt(self, person: UUID, draft: str, kind: str) -> Photo:
        """Take the picture of an offer. It is measured and judged again; an appeal keeps its refusal.

        Raises PhotoMissing for a draft that is not this person's, or was swept away, and Refusal where
        too many pictures wait.
        """
        if kind not in HANDLING:
            raise PhotoMissing(draft)
        original, jpeg = self._opened_draft(person, draft)
        self._database.release()
        with self._turns.turn(person):
            measured = self._lab.measure(jpeg)
        photo = replace(_recorded(measured, original), handling=HANDLING[kind])
        if kind == APPEAL and photo.verdict == "reject":
            photo = replace(photo, appealed=True)
        if photo.verdict == "reject" and not photo.appealed:
            return photo
        return self._kept(person, photo, measured.jpeg)

    def draft(self, person: UUID, digest: str) -> bytes:
        """The JPEG of an offer, for its person alone. Raises PhotoMissing."""
        return self._opened_draft(person, digest)[1]

    def show(self, person: UUID, digest: str) -> bytes:
        """The JPEG as it was kept. Raises the store's errors, and PersonErased."""
        box = self._photos.get(digest)
        try:
            with self._database.reading() as connection:
                return self._store.open_bytes(connection, person, box, "photo")
        except CiphertextForged:
            raise PhotoDamaged(digest) from None

    def require_known(self, digest: str) -> bool:
        """Whether the photo of this digest is lost or damaged. Raises Refusal where that cannot be told now."""
        try:
            self._photos.check(digest)
        except (PhotoMissing, PhotoDamaged):
            return True
        except PhotoStoreUnavailable as silent:
            log.error("photos cannot be read: %s", silent)
            raise Refusal(RefusalCode.PHOTOS_SILENT) from None
        return False

    def is_lost(self, digest: str) -> bool:
        """The same for a page, which is shown also where nothing is known of any photo."""
        try:
            return bool(digest) and self.require_known(digest)
        except Refusal:
            return False

    def sweep(self, before: datetime) -> int:
        """Drop the drafts of before; returns how many."""
        return self._drafts.sweep(before)

    def close(self) -> None:
        """End the processes that measure."""
        self._lab.close()

    def _mended(
        self, person: UUID, uploaded: bytes, photo: Photo
    ) -> tuple[list[PhotoOffer], tuple[str, ...]]:
        """Offers to turn or to crop, and the advice where cropping cannot help."""
        refused = refusing(photo.measured, photo.codes)
        turned = [degrees for degrees, code in TURNED.items() if code in refused]
        offers: list[PhotoOffer] = []
        if turned:
            offers += self._offer(person, TURN, photo, self._lab.turn(uploaded, turned[0]))
        if offers or not CROPPABLE.union(TURNED.values()).issuperset(refused):
            return offers, ()
        framed = self._lab.frame(uploaded)
        offers += self._offer(person, CROP, photo, framed.jpeg)
        return offers, framed.advice

    def _offer(self, person: UUID, kind: str, photo: Photo, jpeg: bytes | None) -> Iterator[PhotoOffer]:
        """The offer, if the mended picture is not refused."""
        if jpeg is None:
            return
        mended = replace(_recorded(self._lab.measure(jpeg), photo.uploaded), handling=HANDLING[kind])
        if mended.verdict != "reject":
            yield PhotoOffer(kind, self._drafted(person, photo.uploaded, jpeg), mended)

    def _appeal(self, person: UUID, photo: Photo, measured: Measured) -> Iterator[PhotoOffer]:
        """The way to a person, where only what depends on finding the face was refused."""
        if measured.jpeg is not None and may_appeal(refusing(photo.measured, photo.codes)):
            draft = self._drafted(person, photo.uploaded, measured.jpeg)
            yield PhotoOffer(APPEAL, draft, replace(photo, appealed=True))

    def _kept(self, person: UUID, photo: Photo, jpeg: bytes | None) -> Photo:
        assert jpeg is not None, "what was not refused has a picture"
        return replace(photo, digest=_put(self._photos, self._sealed(person, jpeg, "photo")))

    def _drafted(self, person: UUID, original: str, jpeg: bytes) -> str:
        return _put(self._drafts, self._sealed(person, original.encode("ascii") + jpeg, DRAFT))

    def _opened_draft(self, person: UUID, digest: str) -> tuple[str, bytes]:
        """The hash of the original upload, and the JPEG."""
        try:
            box = self._drafts.get(digest)
        except (PhotoDamaged, PhotoStoreUnavailable):
            raise PhotoMissing(digest) from None
        try:
            with self._database.reading() as connection:
                data = self._store.open_bytes(connection, person, box, DRAFT)
        except CiphertextForged:
            raise PhotoMissing(digest) from None  # somebody else's
        return data[:HASH].decode("ascii"), data[HASH:]

    def _sealed(self, person: UUID, data: bytes, purpose: str) -> bytes:
        with self._database.transaction() as connection:
            return self._store.seal_bytes(connection, person, data, purpose)


def _put(store: PhotoStore, data: bytes) -> str:
    """The digest under which it is kept. Raises Refusal."""
    try:
        return store.put(data)
    except (PhotoNotKept, PhotoStoreUnavailable):
        raise Refusal(RefusalCode.PHOTO_NOT_KEPT) from None


def _recorded(measured: Measured, original: str) -> Photo:
    """The photo as its fact would name it, before it is kept."""
    verdict = judge(measured)
    return Photo(
        digest="",
        uploaded=original,
        size=len(measured.jpeg) if measured.jpeg is not None else measured.size,
        width=measured.width,
        height=measured.height,
        verdict=verdict.verdict,
        codes=verdict.codes,
        measured=measured.facts,
        versions=verdict.versions,
    )
