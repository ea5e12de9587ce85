"""The waiting room: newcomers past the set rate wait in the order in which they came, before any page or password is worked on.

Whoever is signed in is inside, and so is whoever was let in a moment ago. Everybody else is let in at once while there is
room, and else gets a ticket that carries the moment of arrival. How far the queue has come is agreed in the shared store.
"""

from __future__ import annotations

import asyncio
import logging
from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from random import uniform
from secrets import token_hex
from time import monotonic
from typing import Final, Protocol, TypeVar

from ncre.server.address_shares import AddressShares
from ncre.server.queue_tickets import PASS, TICKET, Carried, TicketSigner, pass_of, ticket

log = logging.getLogger("ncre.server")

Found = TypeVar("Found")

COOKIE: Final = "ncre-queue"
SYNC_SECONDS: Final = 1.0
RENEWED_MS: Final = 120_000
"""A pass older than this is written anew when it is used."""

REQUESTS_OF_PASS: Final = 120
"""From one pass, in one process: several times what somebody asks until they are signed in."""

PASSES_KNOWN: Final = 50_000
USED_AGAIN_MS: Final = 60_000
"""Two tabs may show one ticket at the same moment; later than this it was copied, and stands at the end again."""

TOLD_AGAIN_SECONDS: Final = 60.0

SHORTEST, LONGEST = 4.0, 60.0
"""Seconds until the page asks again by itself."""


class Front(Protocol):
    """What `sync` of the store tells."""

    @property
    def front(self) -> int: ...
    @property
    def waiting(self) -> tuple[tuple[int, int], ...]: ...
    @property
    def lease(self) -> float: ...


class Store(Protocol):
    """Where all processes agree; its calls block."""

    per_minute: int
    slot_ms: int

    def now(self) -> int: ...
    def sync(self, process: str, came: Mapping[int, int], unused: float, overfull: bool) -> Front: ...
    def use(self, nonce: str) -> int | None: ...


@dataclass(frozen=True)
class QueuePlace:
    """Where somebody stands: how many are before them, when their turn comes (ms since 1970) and in how many minutes,

    after how many seconds to ask again.
    """

    ahead: int
    turn: int
    minutes: int
    again: int


@dataclass(frozen=True)
class QueueVerdict:
    """`place`: None for whoever is let in. `cookie`: what the browser carries from now on, "" for no change."""

    place: QueuePlace | None
    cookie: str = ""


INSIDE: Final = QueueVerdict(None)


class WaitingRoom:
    """Belongs to one event loop. `signed_in` tells by the cookies whether somebody has begun a session inside."""

    def __init__(
        self, store: Store, key: bytes, lanes: Sequence[str], signed_in: Callable[[str], bool]
    ) -> None:
        self.lanes = frozenset(lanes)
        self._store = store
        self._signer = TicketSigner(key)
        self._signed_in = signed_in
        self._process = token_hex(8)
        self._came: Counter[int] = Counter()
        self._lease = 0.0
        self._overfull = False
        self._front = 0
        self._waiting: Counter[int] = Counter()
        self._slots: list[int] = []
        self._before: list[int] = [0]
        self._asked: OrderedDict[str, int] = OrderedDict()
        self._told_at: float | None = None
        self._shares = AddressShares(store.per_minute)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ncre-waiting-room")

    async def run(self) -> None:
        """Agree with the other processes once a second, until cancelled."""
        while True:
            await self.sync()
            await asyncio.sleep(SYNC_SECONDS)

    def overfull(self) -> None:
        """Somebody inside was turned away: until this is told, nobody more is let in."""
        self._overfull, self._lease = True, 0.0

    def close(self) -> None:
        self._thread.shutdown(wait=False)

    async def sync(self) -> None:
        """Where the store cannot be reached, what was counted is told the next time."""
        came, self._came = self._came, Counter()
        unused, self._lease = self._lease, 0.0
        overfull, self._overfull = self._overfull, False
        try:
            told = await self._run(self._store.sync, self._process, dict(came), unused, overfull)
        except Exception as error:  # whatever the store fails of, people wait on
            self._came.update(came)
            self._overfull |= overfull
            self._tell("the waiting room cannot be agreed on", error)
            return
        self._told_at = None
        self._lease, self._front = 0.0 if self._overfull else told.lease, told.front
        self._waiting = Counter(dict(told.waiting))
        self._slots = [slot for slot, _ in told.waiting]
        self._before = [0, *accumulate(people for _, people in told.waiting)]

    def _tell(self, what: str, error: Exception) -> None:
        """Once, and again each minute while it lasts: hundreds who wait meet the same outage."""
        now = monotonic()
        if self._told_at is None or now - self._told_at >= TOLD_AGAIN_SECONDS:
            self._told_at = now
            log.warning("%s: %s", what, error)

    async def look(self, cookies: str, address: str) -> QueueVerdict:
        """Whether this request is let in, and what its browser carries."""
        if self._signed_in(cookies):
            return INSIDE
        now = self._store.now()
        carried = self._signer.read(_carried(cookies), now)
        if carried is not None and carried.kind == PASS:
            return self._by_pass(carried, now) or self._newcomer(address, now)
        if carried is not None and carried.kind == TICKET:
            return await self._by_ticket(carried, address, now)
        return self._newcomer(address, now)

    def _by_pass(self, carried: Carried, now: int) -> QueueVerdict | None:
        """None for one that asked too often: it is passed around."""
        self._asked[carried.nonce] = asked = self._asked.get(carried.nonce, 0) + 1
        if len(self._asked) > PASSES_KNOWN:
            self._asked.popitem(last=False)
        if asked > REQUESTS_OF_PASS:
            return None
        if now - carried.at < RENEWED_MS:
            return INSIDE
        renewed = Carried(PASS, carried.since, now, carried.nonce)
        return QueueVerdict(None, self._signer.write(renewed))

    async def _by_ticket(self, carried: Carried, address: str, now: int) -> QueueVerdict:
        if carried.since > self._front:
            return QueueVerdict(self._place(carried.since, now))
        try:
            used = await self._run(self._store.use, carried.nonce)
        except Exception as error:
            self._tell("a ticket cannot be used now", error)
            return QueueVerdict(self._place(self._front, now))
        if used is None:
            return QueueVerdict(None, self._signer.write(pass_of(now)))
        if now - used < USED_AGAIN_MS:
            return QueueVerdict(
                self._place(self._front, now)
            )  # the other tab's cookie opens for this one too
        return self._newcomer(address, now)

    def _newcomer(self, address: str, now: int) -> QueueVerdict:
        since = self._shares.stands_at(address, now)
        if self._lease >= 1 and since <= now:
            self._lease -= 1
            return QueueVerdict(None, self._signer.write(pass_of(now)))
        self._came[since // self._store.slot_ms] += 1
        given = ticket(since, now)
        return QueueVerdict(self._place(since, now), self._signer.write(given))

    def _place(self, since: int, now: int) -> QueuePlace:
        ahead = max(0, round(self._until(since) - self._until(self._front)))
        wait = max(0.0, 60 * ahead / self._store.per_minute)
        again = min(LONGEST, max(SHORTEST, wait / 4)) * uniform(0.8, 1.2)
        wait = max(wait, SHORTEST)
        return QueuePlace(ahead, now + int(1000 * wait), ceil(wait / 60), max(1, round(again)))

    def _until(self, moment: int) -> float:
        """How many who came before this moment are known of; people of one slot came evenly over it."""
        slot, part = divmod(moment, self._store.slot_ms)
        earlier = sum(people for one, people in self._came.items() if one < slot)
        here = self._waiting[slot] + self._came[slot]
        return self._before[bisect_left(self._slots, slot)] + earlier + here * part / self._store.slot_ms

    async def _run(self, work: Callable[..., Found], *given: object) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)


def _carried(cookies: str) -> str:
    """What the queue's cookie holds; "" without one."""
    for one in cookies.split(";"):
        name, _, value = one.strip().partition("=")
        if name == COOKIE:
            return value
    return ""
