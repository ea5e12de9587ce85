"""Notes that staff write to each other about a case, sealed under the key of the person that they are about."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from sqlalchemy import Connection

from ncre.store.fact_store import FactStore
from ncre.store.sealing import PersonKeyDestroyed


class SealedNotes:
    """Notes of one use, to which each box is bound besides its key and its id."""

    def __init__(self, store: FactStore, use: str) -> None:
        self._store = store
        self._use = use

    def seal(self, connection: Connection, person: UUID, about: str, note: str) -> bytes | None:
        """None where nothing was written. Raises PersonKeyDestroyed."""
        written = note.strip()
        if not written:
            return None
        return self._store.seal_bytes(connection, person, written.encode(), self._purpose(about))

    def open(self, connection: Connection, person: UUID, about: str, box: bytes | None) -> str:
        """What was written; "" where nothing was, or the person is erased. Raises CiphertextForged."""
        if box is not None:
            with suppress(PersonKeyDestroyed):
                return self._store.open_bytes(connection, person, bytes(box), self._purpose(about)).decode()
        return ""

    def _purpose(self, about: str) -> str:
        return f"{self._use}|{about}"
