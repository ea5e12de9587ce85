"""Servers that lose, double and delay letters, over many registrations: each letter once for its cause, none about the past.

Every kind of letter there is has a cause here; two workers send at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from threading import Thread
from typing import Final
from uuid import UUID, uuid4

import pytest

from ncre.bootstrap import Container
from ncre.domain.exam.site_run import cause_of_run
from ncre.domain.letters.kinds import LetterKind
from ncre.domain.payment.settlement import order_number, order_stream
from ncre.domain.registration.lifecycle import PAID
from ncre.domain.registration.vocabulary import Status
from ncre.events import payment
from ncre.events import registration as facts
from ncre.events.base import Fact
from tests.services.letters.post import letters_over
from tests.services.letters.test_called_off import NEXT, next_round
from tests.services.letters.test_timed_and_spread import moves_site
from tests.services.letters.unreliable import Town, Unreliable, address_of
from tests.support.people import NOW, ROUND, SITE, Clock

HOLD: Final = timedelta(hours=24)
STARTS: Final = NOW + timedelta(days=20)
FEE: Final = 8000

GROUPS: Final = (
    "seated", "late", "again", "rejected", "moved", "cancelled", "called off", "postponed", "changed",
)  # fmt: skip
"""What becomes of people; every ninth is of the same group."""

APPROVED: Final = frozenset(GROUPS) - {"again", "rejected"}
PAYERS: Final = APPROVED - {"late"}


@dataclass(frozen=True)
class Expected:
    """Who must read a letter of the kind, exactly once, and who may, once at most; the states in which it may be sent."""

    must: frozenset[str]
    states: frozenset[Status]
    may: frozenset[str] = frozenset()


def expected(must: str, *states: Status, may: frozenset[str] = frozenset()) -> Expected:
    groups = frozenset(must.split(", "))
    assert groups <= set(GROUPS)
    return Expected(groups, frozenset(states), may)


TABLE: Final = {
    LetterKind.APPROVED: expected("late", Status.APPROVED, may=PAYERS),
    LetterKind.REJECTED: expected("rejected", Status.REJECTED, may=frozenset({"again"})),
    LetterKind.LAPSES_IN_6_HOURS: expected("late", Status.APPROVED),
    LetterKind.LAPSES_IN_1_HOUR: expected("late", Status.APPROVED),
    LetterKind.LAPSED: expected("late", Status.LAPSED),
    LetterKind.PAID: Expected(PAYERS, PAID),
    LetterKind.REFUNDED: expected("cancelled, called off", Status.CANCELLED),
    LetterKind.SEATED: Expected(frozenset({"seated"}), PAID),
    LetterKind.MOVED: Expected(frozenset({"moved"}), PAID),
    LetterKind.ROUND_CHANGED: Expected(frozenset({"changed", "seated", "moved"}), PAID),
    LetterKind.EXAM_TOMORROW: Expected(frozenset({"seated"}), PAID),
    LetterKind.SITE_CANCELLED: expected("called off", Status.CANCELLED),
    LetterKind.POSTPONED: Expected(frozenset({"postponed"}), PAID),
    LetterKind.CANCELLED: expected("cancelled", Status.CANCELLED),
}


def test_every_kind_of_letter_has_its_cause_here() -> None:
    assert TABLE.keys() == set(LetterKind)


@pytest.mark.parametrize("people", [45, pytest.param(1000, marks=pytest.mark.soak)])
def test_each_letter_is_read_once_and_none_about_what_is_over(
    container: Container, clock: Clock, people: int
) -> None:
    states = {kind: row.states for kind, row in TABLE.items()}
    server = Unreliable(container, clock, Random(17), states)
    story = Story(container, clock, server, people)
    story.runs()
    assert server.stale == []
    assert all(server.fates[fate] for fate in ("refuses", "loses", "doubles", "slow"))
    assert len(server.arrived) > len(server.read), "something was doubled or lost on the way"
    assert story.differences() == []


class Story:
    """Everybody waits for review; then each group goes its way, while two workers send."""

    def __init__(self, container: Container, clock: Clock, server: Unreliable, people: int) -> None:
        self._container, self._clock, self._server = container, clock, server
        self._workers = [letters_over(container, server), letters_over(container, server)]
        self._town = Town(container)
        everybody = self._town.settle(people)
        self._groups = {name: everybody[at :: len(GROUPS)] for at, name in enumerate(GROUPS)}
        self._moved_to = {one: uuid4() for one in self._groups["moved"]}
        self._town.accounts(list(self._moved_to.values()))

    def runs(self) -> None:
        """From the reviews to the eve of the exam."""
        pay_by = self._clock.now + HOLD
        self._happens(APPROVED, lambda _one: [facts.Approved(pay_by, 1)])
        self._happens({"again", "rejected"}, lambda _one: [facts.Rejected(("P01",), "")])
        self._rounds(1, 1)
        self._happens(PAYERS, lambda one: [_settled(one, self._clock.now)])
        self._happens({"again"}, lambda _one: [facts.ReviewRequested(1)])
        self._rounds(8, 20)
        self._changes_of_cases()
        self._until(pay_by - timedelta(hours=6))
        self._rounds(8, 10)
        self._until(pay_by - timedelta(hours=1))
        self._rounds(8, 5)
        self._until(pay_by + timedelta(minutes=1))
        self._happens({"late"}, lambda _one: [facts.PaymentLapsed(pay_by)])
        seats = {one: _seat(number) for number, one in enumerate(self._groups["seated"])}
        self._happens({"seated"}, lambda one: [seats[one]])
        self._rounds(8, 30)
        self._until(STARTS - timedelta(hours=20))
        self._rounds(8, 30)

    def differences(self) -> list[str]:
        """Where somebody read a letter of a kind other than once, or one that is none of theirs."""
        read, found = self._server.counted(), []
        for kind, row in TABLE.items():
            for group, people in self._groups.items():
                least, most = int(group in row.must), int(group in row.must | row.may)
                for address in [to for one in people for to in self._addresses(kind, one)]:
                    count = read.pop((kind, address), 0)
                    if not least <= count <= most:
                        found.append(f"{kind} was read {count} times by one of {group}")
        return found + [f"{kind} was read by {to}" for kind, to in read]

    def _addresses(self, kind: LetterKind, one: UUID) -> list[str]:
        """Who reads it: both owners of a registration that moves; before and after, whoever owns it then."""
        first = self._town.address(one)
        if one not in self._moved_to:
            return [first]
        second = address_of(self._moved_to[one])
        return {LetterKind.MOVED: [first, second], LetterKind.ROUND_CHANGED: [second]}.get(kind, [first])

    def _changes_of_cases(self) -> None:
        """Cancelled alone, cancelled with the site, carried over, given to another account, and a site that moves."""
        self._happens({"cancelled"}, lambda _one: [facts.Cancelled("重复报名", "refund", "考点的错")])
        run = cause_of_run(uuid4())
        self._happens({"called off"}, lambda _one: [facts.Cancelled("停考", "refund", "")], run)
        for group in ("cancelled", "called off"):
            returned = [_returned(one, self._clock.now) for one in self._groups[group]]
            self._town.happens_elsewhere(dict(returned))
        next_round(self._container)
        self._happens({"postponed"}, lambda _one: [facts.Postponed(ROUND, NEXT, "停考")])
        owners, to = self._town.owners, self._moved_to
        self._happens({"moved"}, lambda one: [facts.Moved(owners[one], to[one], "申请书 2027-15")])
        moves_site(self._container, "乙路 2 号")
        self._rounds(8, 20)

    def _happens(self, groups: set[str] | frozenset[str], made, cause: str = "") -> None:  # type: ignore[no-untyped-def]
        people = [one for group in GROUPS if group in groups for one in self._groups[group]]
        self._town.happens({one: made(one) for one in people}, cause)

    def _rounds(self, count: int, minutes: int) -> None:
        for _ in range(count):
            work = [Thread(target=one.once) for one in self._workers]
            for one in work:
                one.start()
            for one in work:
                one.join()
            self._clock.advance(minutes=minutes)

    def _until(self, moment: datetime) -> None:
        self._clock.now = max(self._clock.now, moment)


def _order(registration: UUID) -> tuple[str, str]:
    return order_number(registration, 6, "till", 1), f"T{registration.hex}"


def _settled(registration: UUID, at: datetime) -> Fact:
    order, trade = _order(registration)
    return facts.PaymentSettled(order, "till", trade, FEE, at)


def _returned(registration: UUID, at: datetime) -> tuple[UUID, list[Fact]]:
    """The order of a registration, from its opening to the money that went back."""
    order, trade = _order(registration)
    made: list[Fact] = [
        payment.OrderOpened(order, registration, ROUND, SITE, "till", 6, FEE, at),
        payment.PaymentReceived(order, registration, ROUND, SITE, "till", trade, FEE, at, "notice"),
        payment.RefundRequested(order, registration, "till", trade, f"R{trade}", FEE, "cancelled"),
        payment.RefundConfirmed(order, registration, "till", trade, f"R{trade}", FEE, at, "answer"),
    ]
    return order_stream(order), made


def _seat(number: int) -> Fact:
    ticket = f"6642420019{number:06}"
    return facts.SeatAssigned("66", ticket, 1, "机房一", number % 30, 1, STARTS, STARTS + timedelta(hours=2))
