"""Private fields sealed under a key per person; destroying the key erases the person everywhere.

Each person's key stands wrapped by the master key in `person_keys`. An erasure leaves the row as a
tombstone without its key, so that no later write can make the person a new one.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any, Final, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import BindParameter, Connection, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from ncre.store.keys import KEY_ID, Keys, master_id
from ncre.store.schema import person_keys

NONCE: Final = 12
"""Bytes of a random nonce before each ciphertext (NIST SP 800-38D)."""

KEY_LIFE: Final = 60.0
"""Seconds for which a process keeps an opened key, and so outlives an erasure made elsewhere."""

MOST_KEPT: Final = 10_000
"""Opened keys in memory before they are all dropped; reading a whole log meets every person."""

_TEXT: Final = "1:"
_BYTES: Final = b"1:"
"""Prefix of every box: AES-256-GCM, nonce and ciphertext with tag. Another cipher gets another prefix."""

WRAPPED: Final = b"\x02"
"""First byte of a wrapped key: version 2, then the master key's id, nonce and ciphertext with tag (65 bytes)."""

WRAPPED_1: Final = NONCE + 32 + 16
"""Bytes of a wrapped key of version 1, which is nonce and ciphertext alone; it stays readable."""

Result = TypeVar("Result")

OpenedKeys = Mapping[UUID, AESGCM | None]
"""Keys of persons, ready to use; None where the key was destroyed."""


class PersonKeyDestroyed(Exception):
    """The person's key is destroyed: nothing more can be sealed or opened for them."""


class CiphertextForged(Exception):
    """A box does not open under the key it must open under: an alarm, never the same as erased."""


class FieldSealer:
    """Boxes as they stand inside stored facts (text) and in photo files (bytes)."""

    @staticmethod
    def seal(key: AESGCM, plaintext: bytes, aad: bytes) -> str:
        nonce = os.urandom(NONCE)
        return _TEXT + b64encode(nonce + key.encrypt(nonce, plaintext, aad)).decode("ascii")

    @staticmethod
    def open(key: AESGCM, box: str, aad: bytes) -> bytes:
        """Raises BoxForged."""
        if not box.startswith(_TEXT):
            raise CiphertextForged("a sealed box is of a kind that is not known here")
        try:
            return _decrypted(key, b64decode(box[len(_TEXT) :], validate=True), aad)
        except NotBase64:
            raise CiphertextForged("a sealed box is damaged") from None

    @staticmethod
    def seal_bytes(key: AESGCM, plaintext: bytes, aad: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return _BYTES + nonce + key.encrypt(nonce, plaintext, aad)

    @staticmethod
    def open_bytes(key: AESGCM, box: bytes, aad: bytes) -> bytes:
        """Raises BoxForged."""
        if not box.startswith(_BYTES):
            raise CiphertextForged("a sealed file is of a kind that is not known here")
        return _decrypted(key, box[len(_BYTES) :], aad)

    @staticmethod
    def opens_bytes(key: AESGCM, box: bytes, aad: bytes) -> bool:
        """Whether a file was sealed under this key."""
        try:
            FieldSealer.open_bytes(key, box, aad)
        except CiphertextForged:
            return False
        return True


def _decrypted(key: AESGCM, box: bytes, aad: bytes) -> bytes:
    try:
        return key.decrypt(box[:NONCE], box[NONCE:], aad)
    except (InvalidTag, ValueError):
        raise CiphertextForged("a sealed box does not open under the key of its person") from None


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

    `clock` gives seconds that only grow; it ends the short life of the opened keys kept in memory. `newer` gives the
    keys as they are now, where a master key may be added while the process runs.
    """

    def __init__(
        self,
        keys: Keys,
        clock: Callable[[], float] = monotonic,
        life: float = KEY_LIFE,
        newer: Callable[[], Keys] | None = None,
    ) -> None:
        self._newer = newer
        self._use(keys)
        self._clock = clock
        self._life = life
        self._kept: dict[UUID, tuple[AESGCM, float]] = {}

    def to_seal(self, connection: Connection, subjects: Iterable[UUID]) -> OpenedKeys:
        """Keys to write with, made on first use in the caller's transaction. Raises PersonKeyDestroyed.

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
                raise PersonKeyDestroyed(f"the key of person {subject} is destroyed")
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
        except CiphertextForged:
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

    def erased_of(self, connection: Connection, subjects: Iterable[UUID]) -> set[UUID]:
        """Whose keys were destroyed, of these; they are forgotten. The others' are held against an erasure, as in `to_seal`."""
        held = connection.execute(_FIND_AND_HOLD, {"subjects": list(subjects)})
        erased = {subject for subject, wrapped in held if wrapped is None}
        self.forget(erased)
        return erased

    def is_erased(self, connection: Connection, subject: UUID) -> bool:
        """Whether the person's key was destroyed; asked anew each time, whatever is kept in memory."""
        erased = select(person_keys.c.erased_at).where(person_keys.c.subject == subject)
        return connection.execute(erased).scalar_one_or_none() is not None

    def foreign(self, connection: Connection) -> list[UUID]:
        """Whose keys do not open: they were altered, or made under another secret."""
        rows = connection.execute(select(person_keys.c.subject, person_keys.c.wrapped))
        return [subject for subject, wrapped in rows if not self._opens(subject, wrapped)]

    def _opens(self, subject: UUID, wrapped: bytes | None) -> bool:
        try:
            self._unwrapped(subject, wrapped)
        except CiphertextForged:
            return False
        return True

    def _make(self, connection: Connection, subjects: Iterable[UUID]) -> None:
        rows = [{"subject": subject, "wrapped": self._wrapped(subject)} for subject in subjects]
        connection.execute(_MAKE[connection.dialect.name], rows)

    def wrapped_again(self, subject: UUID, wrapped: bytes) -> bytes:
        """The same key wrapped by the master key in use. Raises CiphertextForged."""
        key = self._opened(subject, wrapped)
        fresh = self._wrapped_key(subject, key)
        if self._opened(subject, fresh) != key:
            raise CiphertextForged("a key that was wrapped anew does not open")
        return fresh

    def _wrapped(self, subject: UUID) -> bytes:
        self._renew()
        return self._wrapped_key(subject, AESGCM.generate_key(256))

    def _wrapped_key(self, subject: UUID, key: bytes) -> bytes:
        header, nonce = WRAPPED + self._id, os.urandom(NONCE)
        return header + nonce + self._masters[self._id].encrypt(nonce, key, header + subject.bytes)

    def _use(self, keys: Keys) -> None:
        known = (*keys.earlier_masters, keys.master)
        self._first = AESGCM(keys.first_master)
        self._masters = {master_id(one): AESGCM(one) for one in known}
        self._id = keys.master_id
        self._used = keys

    def _renew(self) -> None:
        """Master keys may have been added since."""
        keys = self._newer() if self._newer is not None else self._used
        if keys is not self._used:
            self._use(keys)

    def _read(
        self, connection: Connection, subjects: Iterable[UUID], hold: bool = False
    ) -> dict[UUID, AESGCM | None]:
        rows = connection.execute(_FIND_AND_HOLD if hold else _FIND, {"subjects": list(subjects)})
        return {subject: self._unwrapped(subject, wrapped) for subject, wrapped in rows}

    def _unwrapped(self, subject: UUID, wrapped: bytes | None) -> AESGCM | None:
        if wrapped is None:
            return None
        try:
            return AESGCM(self._opened(subject, wrapped))
        except CiphertextForged:
            raise CiphertextForged(
                f"the key of person {subject} does not open: it was altered, or the secret is another one"
            ) from None

    def _opened(self, subject: UUID, wrapped: bytes) -> bytes:
        if len(wrapped) == WRAPPED_1:
            return _decrypted(self._first, wrapped, subject.bytes)
        start = len(WRAPPED) + KEY_ID
        header, box = wrapped[:start], wrapped[start:]
        if header[len(WRAPPED) :] not in self._masters:
            self._renew()
        master = self._masters.get(header[len(WRAPPED) :])
        if not header.startswith(WRAPPED) or master is None:
            raise CiphertextForged("a key is wrapped in a way, or by a master key, that is not known here")
        return _decrypted(master, box, header + subject.bytes)

    def _keep(self, found: Mapping[UUID, AESGCM | None], until: float) -> None:
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        self._kept.update((subject, (key, until)) for subject, key in found.items() if key is not None)
