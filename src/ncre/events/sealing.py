"""Private fields sealed under a key per person; destroying the key erases the person everywhere.

Each person's key stands wrapped by the master key in `person_keys`. An erasure leaves the row as a
tombstone without its key, so that no later write can make the person a new one.
"""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from time import monotonic
from typing import Any, Final, Self, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import BindParameter, Connection, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from ncre.events.schema import person_keys

NONCE: Final = 12
"""Bytes of a random nonce before each ciphertext (NIST SP 800-38D)."""

KEY_LIFE: Final = 60.0
"""Seconds for which a process keeps an opened key, and so outlives an erasure made elsewhere."""

MOST_KEPT: Final = 10_000
"""Opened keys in memory before they are all dropped; reading a whole log meets every person."""

_TEXT: Final = "1:"
_BYTES: Final = b"1:"
"""Prefix of every box: AES-256-GCM, nonce and ciphertext with tag. Another cipher gets another prefix."""

Result = TypeVar("Result")

OpenedKeys = Mapping[UUID, AESGCM | None]
"""Keys of persons, ready to use; None where the key was destroyed."""


class PersonErased(Exception):
    """The person's key is destroyed: nothing more can be sealed or opened for them."""


class BoxForged(Exception):
    """A box does not open under the key it must open under: an alarm, never the same as erased."""


@dataclass(frozen=True)
class Keys:
    """What the installation keeps secret, all of it from one secret.

    `master` wraps persons' keys, `pepper` keys the blind indexes, `stamp` is the seed of the Ed25519
    key that signs the codes on the papers.
    """

    master: bytes = field(repr=False)
    pepper: bytes = field(repr=False)
    stamp: bytes = field(repr=False)

    @classmethod
    def derived_from(cls, secret: bytes) -> Self:
        """Every key from one secret of 32 bytes (HKDF-SHA256). Raises ValueError for another length."""
        if len(secret) != 32:
            raise ValueError(f"the secret must have 32 bytes, not {len(secret)}")
        purposes = (b"ncre master key", b"ncre pepper", b"ncre printed codes")
        return cls(*(_derived(secret, purpose) for purpose in purposes))


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret)


def blind_index(pepper: bytes, kind: str, value: str) -> str:
    """The keyed hash (hex) under which a private value is looked up; without the pepper it tells nothing."""
    return hmac.new(pepper, f"{kind}\0{value}".encode(), sha256).hexdigest()


class Sealer:
    """Boxes as they stand inside stored facts (text) and in photo files (bytes)."""

    @staticmethod
    def seal(key: AESGCM, plaintext: bytes, aad: bytes) -> str:
        nonce = os.urandom(NONCE)
        return _TEXT + b64encode(nonce + key.encrypt(nonce, plaintext, aad)).decode("ascii")

    @staticmethod
    def open(key: AESGCM, box: str, aad: bytes) -> bytes:
        """Raises BoxForged."""
        if not box.startswith(_TEXT):
            raise BoxForged("a sealed box is of a kind that is not known here")
        try:
            return _decrypted(key, b64decode(box[len(_TEXT) :], validate=True), aad)
        except NotBase64:
            raise BoxForged("a sealed box is damaged") from None

    @staticmethod
    def seal_bytes(key: AESGCM, plaintext: bytes, aad: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return _BYTES + nonce + key.encrypt(nonce, plaintext, aad)

    @staticmethod
    def open_bytes(key: AESGCM, box: bytes, aad: bytes) -> bytes:
        """Raises BoxForged."""
        if not box.startswith(_BYTES):
            raise BoxForged("a sealed file is of a kind that is not known here")
        return _decrypted(key, box[len(_BYTES) :], aad)


def _decrypted(key: AESGCM, box: bytes, aad: bytes) -> bytes:
    try:
        return key.decrypt(box[:NONCE], box[NONCE:], aad)
    except (InvalidTag, ValueError):
        raise BoxForged("a sealed box does not open under the key of its person") from None


_SUBJECTS: Final[BindParameter[Any]] = bindparam("subjects", expanding=True)
_FIND: Final = select(person_keys.c.subject, person_keys.c.wrapped).where(
    person_keys.c.subject.in_(_SUBJECTS)
)
_FIND_AND_HOLD: Final = _FIND.order_by(person_keys.c.subject).with_for_update(read=True)
_MAKE: Final = {
    "sqlite": sqlite.insert(person_keys).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(person_keys).on_conflict_do_nothing(),
}


class PersonKeys:
    """The keys in table `person_keys`. Thread-safe.

    `clock` gives seconds that only grow; it ends the short life of the opened keys kept in memory.
    """

    def __init__(self, keys: Keys, clock: Callable[[], float] = monotonic, life: float = KEY_LIFE) -> None:
        self._master = AESGCM(keys.master)
        self._clock = clock
        self._life = life
        self._kept: dict[UUID, tuple[AESGCM, float]] = {}

    def to_seal(self, connection: Connection, subjects: Iterable[UUID]) -> OpenedKeys:
        """Keys to write with, made on first use in the caller's transaction. Raises PersonErased.

        Always read anew and, on PostgreSQL, held against an erasure until the transaction ends.
        """
        wanted = sorted(set(subjects))
        found = self._read(connection, wanted, hold=True)
        missing = [subject for subject in wanted if subject not in found]
        if missing:
            self._make(connection, missing)
            found |= self._read(connection, missing, hold=True)
        for subject, key in found.items():
            if key is None:
                raise PersonErased(f"the key of person {subject} is destroyed")
        return found

    def to_open(self, connection: Connection, subjects: Iterable[UUID]) -> OpenedKeys:
        """Keys to read with; one query at most, none for keys opened a short while ago.

        A person who never had a key is missing from the answer.
        """
        now = self._clock()
        opened: dict[UUID, AESGCM | None] = {}
        for subject in set(subjects):
            key, until = self._kept.get(subject, (None, now))
            if key is not None and until > now:
                opened[subject] = key
        unknown = [subject for subject in set(subjects) if subject not in opened]
        if unknown:
            found = self._read(connection, unknown)
            self._keep(found, now + self._life)
            opened |= found
        return opened

    def opening(
        self, connection: Connection, subjects: Collection[UUID], use: Callable[[OpenedKeys], Result]
    ) -> Result:
        """What `use` makes of the keys. Where a box does not open, once more with keys read anew:

        a key in memory can stem from a transaction that was rolled back afterwards.
        """
        try:
            return use(self.to_open(connection, subjects))
        except BoxForged:
            self.forget(subjects)
            return use(self.to_open(connection, subjects))

    def forget(self, subjects: Iterable[UUID]) -> None:
        """Drop opened keys from memory, so that they are read anew."""
        for subject in set(subjects):
            self._kept.pop(subject, None)

    def erase(self, connection: Connection, subject: UUID, at: datetime) -> None:
        """Destroy the person's key for good. Erasing again keeps the time of the first erasure."""
        inserting = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(person_keys)
        connection.execute(
            inserting.values(subject=subject, wrapped=None, erased_at=at).on_conflict_do_update(
                index_elements=[person_keys.c.subject],
                set_={
                    "wrapped": None,
                    "erased_at": func.coalesce(person_keys.c.erased_at, inserting.excluded.erased_at),
                },
            )
        )
        self.forget([subject])

    def _make(self, connection: Connection, subjects: Iterable[UUID]) -> None:
        rows = [{"subject": subject, "wrapped": self._wrapped(subject)} for subject in subjects]
        connection.execute(_MAKE[connection.dialect.name], rows)

    def _wrapped(self, subject: UUID) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._master.encrypt(nonce, AESGCM.generate_key(256), subject.bytes)

    def _read(
        self, connection: Connection, subjects: Iterable[UUID], hold: bool = False
    ) -> dict[UUID, AESGCM | None]:
        rows = connection.execute(_FIND_AND_HOLD if hold else _FIND, {"subjects": list(subjects)})
        return {subject: self._unwrapped(subject, wrapped) for subject, wrapped in rows}

    def _unwrapped(self, subject: UUID, wrapped: bytes | None) -> AESGCM | None:
        if wrapped is None:
            return None
        try:
            return AESGCM(_decrypted(self._master, wrapped, subject.bytes))
        except BoxForged:
            raise BoxForged(
                f"the key of person {subject} does not open: it was altered, or the secret is another one"
            ) from None

    def _keep(self, found: Mapping[UUID, AESGCM | None], until: float) -> None:
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        self._kept.update((subject, (key, until)) for subject, key in found.items() if key is not None)
