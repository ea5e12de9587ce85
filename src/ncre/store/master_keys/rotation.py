"""Every person's key wrapped anew under the newest master key, a portion at a time, while the service runs.

No fact and no file changes: they are sealed under the persons' keys, which stay what they are. What is wrapped anew is
told by the id of the master key in it, so an interrupted rotation goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, update

from ncre.store.database import Database
from ncre.store.keys import KEY_ID
from ncre.store.master_keys.keyring import Keyring
from ncre.store.schema import person_keys
from ncre.store.sealing import WRAPPED, WRAPPED_1, CiphertextForged, PersonKeys

PORTION: Final = 200
"""Keys in one transaction: a few milliseconds in which another writer waits."""

PASSES: Final = 3
"""How often the table is gone through: a process that read the keys before the newest one was made may add to it."""


class KeyRotation:
    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self.unopened: list[UUID] = []
        """Keys that do not open under any master key; they stay as they are."""

    def left(self) -> int:
        """How many keys are not wrapped by the newest master key."""
        with self._database.reading() as connection:
            asked = select(func.count()).select_from(person_keys).where(*self._old())
            return int(connection.execute(asked).scalar_one())

    def rotate(self) -> Iterator[int]:
        """Wrap anew; yields how many more were done, after each portion was committed."""
        for _ in range(PASSES):
            self.unopened, last = [], UUID(int=0)
            while True:
                with self._database.transaction() as connection:
                    portion, keys = self._portion(connection, last), PersonKeys(self._keyring.keys())
                    done = sum(self._again(connection, keys, *one) for one in portion)
                if not portion:
                    break
                last = portion[-1][0]
                yield done
            if self.left() <= len(self.unopened):
                return

    def by_master_key(self) -> Counter[str]:
        """How many keys each master key wraps, by its id; "" are the tombstones, "1" those without an id."""
        counted = Counter[str]()
        head = func.substr(person_keys.c.wrapped, 1, len(WRAPPED) + KEY_ID)
        size = func.length(person_keys.c.wrapped)
        asked = select(head, size, func.count()).group_by(head, size)
        with self._database.reading() as connection:
            for start, length, number in connection.execute(asked):
                counted[_named(start, length)] += number
        return counted

    def _old(self) -> tuple[ColumnElement[bool], ...]:
        header = WRAPPED + self._keyring.keys().master_id
        head = func.substr(person_keys.c.wrapped, 1, len(header), type_=person_keys.c.wrapped.type)
        return person_keys.c.wrapped.is_not(None), head != header

    def _portion(self, connection: Connection, after: UUID) -> list[tuple[UUID, bytes]]:
        asked = (
            select(person_keys.c.subject, person_keys.c.wrapped)
            .where(person_keys.c.subject > after, *self._old())
            .order_by(person_keys.c.subject)
            .limit(PORTION)
            .with_for_update()
        )
        return [(subject, wrapped) for subject, wrapped in connection.execute(asked)]

    def _again(self, connection: Connection, keys: PersonKeys, subject: UUID, wrapped: bytes) -> int:
        """1 where it was done; only what was read is replaced, never a tombstone."""
        try:
            fresh = keys.wrapped_again(subject, wrapped)
        except CiphertextForged:
            self.unopened.append(subject)
            return 0
        same = (person_keys.c.subject == subject, person_keys.c.wrapped == wrapped)
        return connection.execute(update(person_keys).where(*same).values(wrapped=fresh)).rowcount


def _named(start: Any, length: int | None) -> str:
    if start is None:
        return ""
    return "1" if length == WRAPPED_1 else bytes(start)[len(WRAPPED) :].hex()
