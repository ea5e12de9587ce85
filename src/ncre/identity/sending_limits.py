"""How many letters and messages are sent for whoever asks: an address, a block of addresses and a day have a bound each.

Messages cost money, those abroad most of all: whoever makes us send them to numbers of their own must not earn by it.
People who then prove their address weigh against what was sent, so that a campus behind one address is not an attack.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from ipaddress import ip_network
from typing import Any, Final

from sqlalchemy import Column, Connection, Index, Integer, String, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from ncre.domain.accounts.addresses import HOME, country_of
from ncre.domain.exam.plan import EXAM_TIME
from ncre.identity.sign_in_delays import Limit
from ncre.store.database import Database
from ncre.store.schema import metadata

log = logging.getLogger("ncre.sending")

sent_letters = Table(
    "sent_letters",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Index("sent_letters_day", "day"),
)
"""What was sent on a day where the exam is, by whom it was asked for, hashed."""


class SendingKind(StrEnum):
    LETTER = "letter"
    MESSAGE = "message"
    ABROAD = "abroad"


class Bound(StrEnum):
    """Which bound was met."""

    ADDRESS = "address"
    BLOCK = "block"
    SERVICE = "service"


TO_ONE: Final = {SendingKind.LETTER: 20, SendingKind.MESSAGE: 10, SendingKind.ABROAD: 5}
"""To one address a day, whoever asks."""

OF_BLOCK: Final = {
    SendingKind.LETTER: Limit(300, 3),
    SendingKind.MESSAGE: Limit(100, 2),
    SendingKind.ABROAD: Limit(10, 0),
}
"""For one block of addresses a day, beside the people of it who proved an address."""

WIDEST_V6: Final = 48
"""A customer's network has so many bits of prefix: /64 blocks are cheap to change."""


@dataclass(frozen=True)
class SendingTerms:
    """To which countries messages go (ISO 3166), and how many of them a day beyond the first one, over all."""

    countries: tuple[str, ...] = (HOME,)
    abroad_a_day: int = 200


class SendingLimits:
    def __init__(self, database: Database, clock: Callable[[], datetime], terms: SendingTerms) -> None:
        self._database = database
        self._clock = clock
        self.terms = terms
        insert: Any = sqlite.insert if database.dialect == "sqlite" else postgresql.insert
        self._add = (
            insert(sent_letters)
            .on_conflict_do_update(
                index_elements=[sent_letters.c.key, sent_letters.c.day],
                set_={"count": sent_letters.c.count + 1},
            )
            .returning(sent_letters.c.count)
        )

    def take(self, to: str, place: str) -> Bound | None:
        """Count one more for `to`, asked for from the block `place`; the bound where it is not to be sent.

        It is counted also then, so that many at once do not all find the way free.
        """
        kind, block = kind_of(to), _wide(place)
        with self._database.transaction() as connection:
            proved = self._read(connection, f"proved:{block}")
            if self._count(connection, f"to:{to}") > TO_ONE[kind]:
                return Bound.ADDRESS
            if OF_BLOCK[kind].exceeded(self._count(connection, f"{kind}:{block}"), proved):
                log.warning(
                    "no more %ss today for %s: see Letters and messages in docs/operations.md", kind, block
                )
                return Bound.BLOCK
            if kind is SendingKind.ABROAD and self._count(connection, kind) > self.terms.abroad_a_day:
                log.error("no more messages abroad today: see Letters and messages in docs/operations.md")
                return Bound.SERVICE
        return None

    def proved(self, place: str) -> None:
        """Somebody of the block proved an address."""
        with self._database.transaction() as connection:
            self._count(connection, f"proved:{_wide(place)}")

    def forget_within(self, connection: Connection, addresses: Collection[str]) -> None:
        """What was sent to these addresses: the hash of a phone tells the phone."""
        keys = [_key(f"to:{address}") for address in addresses]
        connection.execute(delete(sent_letters).where(sent_letters.c.key.in_(keys)))

    def tidy(self, _before: datetime) -> None:
        """Forget all days but today."""
        with self._database.transaction() as connection:
            connection.execute(delete(sent_letters).where(sent_letters.c.day < self._today()))

    def _count(self, connection: Connection, what: str) -> int:
        row = {"key": _key(what), "day": self._today(), "count": 1}
        return int(connection.execute(self._add, row).scalar_one())

    def _read(self, connection: Connection, what: str) -> int:
        asked = select(sent_letters.c.count).where(
            sent_letters.c.key == _key(what), sent_letters.c.day == self._today()
        )
        return int(connection.execute(asked).scalar_one_or_none() or 0)

    def _today(self) -> int:
        return self._clock().astimezone(EXAM_TIME).date().toordinal()


def kind_of(to: str) -> SendingKind:
    if "@" in to:
        return SendingKind.LETTER
    return SendingKind.MESSAGE if country_of(to) == HOME else SendingKind.ABROAD


def _wide(place: str) -> str:
    network = ip_network(place) if place else None
    if network is not None and network.version == 6 and network.prefixlen > WIDEST_V6:
        return str(network.supernet(new_prefix=WIDEST_V6))
    return place


def _key(what: str) -> str:
    return sha256(what.encode(errors="replace")).hexdigest()
