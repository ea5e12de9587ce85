"""What failed sign-ins cost: a growing delay at the account, a harder 验证码 for the rest. Never a lock.

Whoever guesses at one account waits. Many failures from one block of addresses, or in the whole service, delay
nobody: they make the 验证码 of that block harder, and raise an alarm. People who came in weigh against failures, so that
a campus or an opening day is not taken for an attack (decision 0020; payment and identity facts §7.2).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ncre.domain import typed_text
from ncre.domain.accounts import addresses
from ncre.identity.accounts import Account
from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.schema import metadata

log = logging.getLogger("ncre.throttle")

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("free_at", Moment),
    Index("attempts_slot", "slot"),
)
"""How often something happened in a slot of five minutes; `free_at`: until when it delays or keeps quiet."""

SLOT: Final = timedelta(minutes=5)
SLOTS: Final = 6
WINDOW: Final = SLOT * SLOTS
"""What counts: this slot and the five before it, so that every failure is forgotten after 25 to 30 minutes."""

FREE: Final = 4
"""Failures at an account that cost nothing."""

MOST_SECONDS: Final = 900

ALARM_EVERY: Final = timedelta(minutes=10)

SERVICE: Final = "service"


@dataclass(frozen=True)
class Limit:
    """When failures are unusually many: more than `free` and this share of the people who came in."""

    free: int
    share: float

    def exceeded(self, failures: int, came: int) -> bool:
        return failures > self.free + self.share * came


BLOCK_LIMIT: Final = Limit(40, 0.5)
SERVICE_LIMIT: Final = Limit(2_000, 0.2)


@dataclass(frozen=True)
class Risk:
    """What is known before a try. `wait`: seconds until this account may be tried, 0 for now."""

    wait: int
    failures: int
    block: bool
    """Unusually many failures from this block of addresses."""
    service: bool
    """Unusually many in the whole service."""


_WITHIN: Final = and_(
    attempts.c.key.in_(bindparam("keys", expanding=True)),
    attempts.c.slot.between(bindparam("oldest"), bindparam("newest")),
)
_READ: Final = (
    select(
        attempts.c.key,
        func.sum(attempts.c.count).label("number"),
        func.max(attempts.c.free_at).label("free_at"),
    )
    .where(_WITHIN)
    .group_by(attempts.c.key)
)
_UNTIL: Final = (
    update(attempts)
    .where(attempts.c.key == bindparam("of"), attempts.c.slot == bindparam("in_slot"))
    .values(free_at=bindparam("until"))
)
_FORGET: Final = delete(attempts).where(attempts.c.key == bindparam("of"))

Counted = tuple[int, datetime | None]
"""How often within the window, and until when it delays or keeps quiet."""

_NONE: Final[Counted] = (0, None)


def delay(failures: int) -> timedelta:
    """How long an account waits after so many failures: a few are free, then it doubles up to a quarter of an hour."""
    over = failures - FREE
    return timedelta(seconds=min(MOST_SECONDS, 2 ** min(1 + over, 20))) if over > 0 else timedelta()


def counted_as(account: Account | None, name: str, device: str = "") -> str:
    """Under what tries are counted: the account, whichever of its names was typed; what was typed where there is none.

    A browser that signed in to the account before is counted by itself, so that strangers do not delay it.
    """
    if account is None:
        return f"name:{_spelling(name)}"
    return f"browser:{account.id}:{device}" if device else f"account:{account.id}"


def _spelling(name: str) -> str:
    """What was typed, as if it were an account: dashes and blanks make no other one either."""
    return typed_text.code(addresses.key(name))


class SignInDelays:
    """Counts by who was tried: any text that names an account, or what somebody typed where there is none."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        insert: Any = sqlite.insert if database.dialect == "sqlite" else postgresql.insert
        self._add = insert(attempts).on_conflict_do_update(
            index_elements=[attempts.c.key, attempts.c.slot], set_={"count": attempts.c.count + 1}
        )

    def risk(self, who: str, place: str) -> Risk:
        """What is known of a try at `who` from the block of addresses `place`; "" is nobody yet."""
        now, key = self._clock(), _key("who", who)
        with self._database.reading() as connection:
            found = _counted(connection, [key, _key("failed", place), _key("came", place), *_OF_SERVICE], now)
        failures, free_at = found.get(key, _NONE)
        return Risk(
            _seconds(now, free_at),
            failures,
            BLOCK_LIMIT.exceeded(_number(found, "failed", place), _number(found, "came", place)),
            SERVICE_LIMIT.exceeded(_number(found, "failed", SERVICE), _number(found, "came", SERVICE)),
        )

    def one_more(self, what: str) -> int:
        """Count something that may be asked for a few times, like letters to an address.

        Seconds to wait where it was asked too often: then it is not to be done, and not counted.
        """
        key, now = _key("who", what), self._clock()
        with self._database.transaction() as connection:
            _, free_at = _counted(connection, [key], now).get(key, _NONE)
            wait = _seconds(now, free_at)
            if not wait:
                self._delay(connection, key, now)
        return wait

    def failed(self, who: str, place: str) -> None:
        """Somebody tried and failed; whether the account exists makes no difference."""
        with self._database.transaction() as connection:
            self.failed_within(connection, who, place)

    def failed_within(self, connection: Connection, who: str, place: str, *, known: bool = False) -> None:
        """The same in the caller's transaction. `known`: from a browser that signed in before, so by no stranger."""
        now = self._clock()
        self._delay(connection, _key("who", who), now)
        if not known:
            self._count_place(connection, place, now)

    def failed_there(self, place: str) -> None:
        """A failure of somebody who was counted before the try."""
        with self._database.transaction() as connection:
            self._count_place(connection, place, self._clock())

    def succeeded(self, who: str) -> None:
        """Its owner came in: the next failure is a first one again."""
        with self._database.transaction() as connection:
            connection.execute(_FORGET, {"of": _key("who", who)})

    def came_in_within(self, connection: Connection, who: str, account: str, place: str) -> None:
        """Somebody signed in. Each account weighs once in a while against the failures of its block and of all."""
        now = self._clock()
        connection.execute(_FORGET, {"of": _key("who", who)})
        if self._count(connection, _key("in", account), now) == 1:
            came = [_once(_key("came", where), now) for where in (place, SERVICE)]
            connection.execute(self._add, came)

    def forget_within(self, connection: Connection, account: UUID, addresses: Collection[str]) -> None:
        """Whatever was counted of an account and of whoever typed its addresses: hashes of a phone tell the phone."""
        who = [f"account:{account}", f"password:{account}", f"factor:{account}"]
        for address in addresses:
            who += [f"name:{_spelling(address)}", f"letters:{address}"]
        keys = [*(_key("who", one) for one in who), _key("in", str(account))]
        connection.execute(delete(attempts).where(attempts.c.key.in_(keys)))

    def tidy(self, _before: datetime) -> None:
        """Forget what no window holds any more."""
        with self._database.transaction() as connection:
            connection.execute(delete(attempts).where(attempts.c.slot <= _slot(self._clock()) - SLOTS))

    def _count_place(self, connection: Connection, place: str, now: datetime) -> None:
        self._alarm(connection, place, BLOCK_LIMIT, now)
        self._alarm(connection, SERVICE, SERVICE_LIMIT, now)

    def _delay(self, connection: Connection, key: str, now: datetime) -> None:
        """Count a failure, and let the next try wait where there were too many."""
        span = delay(self._count(connection, key, now))
        if span:
            connection.execute(_UNTIL, {"of": key, "in_slot": _slot(now), "until": now + span})

    def _alarm(self, connection: Connection, place: str, limit: Limit, now: datetime) -> None:
        """Count a failure of a block or of all; where there are too many the operator is told, now and then."""
        key = _key("failed", place)
        failures = self._count(connection, key, now)
        if failures <= limit.free:
            return
        found = _counted(connection, [key, _key("came", place)], now)
        came = _number(found, "came", place)
        if not limit.exceeded(failures, came) or _seconds(now, found[key][1]):
            return
        connection.execute(_UNTIL, {"of": key, "in_slot": _slot(now), "until": now + ALARM_EVERY})
        where = "the whole service" if place == SERVICE else place or "an unknown block of addresses"
        log.log(
            logging.ERROR if place == SERVICE else logging.WARNING,
            "%d failed sign-ins within %d minutes in %s, beside %d people who came in: "
            "see Many failed sign-ins in docs/operations.md",
            failures,
            WINDOW.total_seconds() // 60,
            where,
            came,
        )

    def _count(self, connection: Connection, key: str, now: datetime) -> int:
        """One more of it; how many there are within the window."""
        connection.execute(self._add, _once(key, now))
        return _counted(connection, [key], now)[key][0]


def _once(key: str, now: datetime) -> dict[str, object]:
    """The row of what happened for the first time in a slot."""
    return {"key": key, "slot": _slot(now), "count": 1, "free_at": None}


def _counted(connection: Connection, keys: Sequence[str], now: datetime) -> dict[str, Counted]:
    """Up to the next slot, which another machine may have reached; what lies further ahead is of a clock set back."""
    slots = {"oldest": _slot(now) - SLOTS + 1, "newest": _slot(now) + 1}
    rows = connection.execute(_READ, {"keys": list(keys), **slots})
    return {row.key: (int(row.number), row.free_at) for row in rows}


def _slot(now: datetime) -> int:
    return int(now.timestamp() // SLOT.total_seconds())


def _seconds(now: datetime, free_at: datetime | None) -> int:
    """Whole seconds from now; 0 where nothing is due."""
    ahead = (free_at - now).total_seconds() if free_at else 0.0
    return min(math.ceil(ahead), MOST_SECONDS) if ahead > 0 else 0


def _number(found: Mapping[str, Counted], kind: str, what: str) -> int:
    return found.get(_key(kind, what), _NONE)[0]


def _key(kind: str, what: str) -> str:
    """What is counted, hashed: people type passwords where names belong."""
    return f"{kind}:{sha256(what.encode(errors='replace')).hexdigest()}"


_OF_SERVICE: Final = (_key("failed", SERVICE), _key("came", SERVICE))
