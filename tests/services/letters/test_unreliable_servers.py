"""Servers that lose, double and delay letters, over many registrations: each letter once for its cause, none about the past.

`LETTERS_PEOPLE` says how many register; two workers send at the same time.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from threading import Lock, Thread
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import insert

from ncre.bootstrap import Container
from ncre.clients.mail import Mail, MailNotSent
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.state import registration_id
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.registration_values import Photo, SubjectFee
from ncre.handlers.command_handler import Act
from ncre.identity.accounts import accounts
from ncre.projections.registration import registrations
from tests.services.letters.post import Server, letters_over
from tests.support.people import NOW, ROUND, SITE, WENJING, Clock

PEOPLE: Final = int(os.environ.get("LETTERS_PEOPLE", "300"))
PORTION: Final = 100
CLERK: Final = Actor("shenhe", Role.REVIEWER, frozenset({SITE}))
HOLD: Final = timedelta(hours=24)

STATE_OF: Final = {
    "Approved": {Status.APPROVED},
    "Your registration was not approved": {Status.REJECTED},
    "6 hours left": {Status.APPROVED},
    "1 hour left": {Status.APPROVED},
    "Your registration has lapsed": {Status.LAPSED},
    "Your fee was received": {Status.PAID},
    "Your hall and seat": {Status.PAID},
    "Your exam is tomorrow": {Status.PAID},
}
"""In which states a letter of this title may reach anybody."""


class Unreliable(Server):
    """Each letter meets one fate: taken, not taken, taken with the answer lost, taken twice, or taken slowly."""

    def __init__(self, container: Container, clock: Clock, random: Random) -> None:
        super().__init__()
        self._container = container
        self._clock = clock
        self._random = random
        self._met: Counter[str] = Counter()
        self._guard = Lock()
        self.stale: list[str] = []
        self.fates: Counter[str] = Counter()

    def send(self, mail: Mail) -> None:
        with self._guard:
            self._met[mail.envelope.message_id] += 1
            fate = self._random.choice(("taken", "taken", "refuses", "loses", "doubles", "slow"))
            if self._met[mail.envelope.message_id] > 2 and fate in ("refuses", "loses"):
                fate = "taken"
            self.fates[fate] += 1
            if fate == "slow":
                self._clock.advance(seconds=5)
        if fate == "refuses":
            raise MailNotSent("mail.example: ConnectionResetError")
        self._check(mail)
        super().send(mail)
        if fate == "doubles":
            super().send(mail)
        if fate == "loses":
            raise MailNotSent("mail.example: TimeoutError")

    def _check(self, mail: Mail) -> None:
        """The state at this moment, read beside the code that sends."""
        title = mail.title.rpartition(" / ")[2]
        allowed = next(states for begin, states in STATE_OF.items() if title.startswith(begin))
        registration = UUID(mail.text.partition("/registrations/")[2][:36])
        with self._container.database.reading() as connection:
            row = registrations.one(connection, registration)
        assert row is not None
        if Status(row["status"]) not in allowed:
            self.stale.append(f"{title}: {row['status']}")


class Town:
    """Everybody who registers; what happens to them is recorded as facts, a portion in one transaction."""

    def __init__(self, container: Container, clock: Clock) -> None:
        self._container = container
        self._clock = clock
        self.versions: dict[UUID, int] = {}
        self.owners: dict[UUID, UUID] = {}

    def settle(self, count: int) -> list[UUID]:
        ids = []
        for start in range(0, count, PORTION):
            owners = [uuid4() for _ in range(min(PORTION, count - start))]
            with self._container.database.transaction() as connection:
                connection.execute(insert(accounts), [_account(one) for one in owners])
            for owner in owners:
                identity = registration_id(ROUND, owner, 1)
                self.versions[identity], self.owners[identity] = 0, owner
                ids.append(identity)
        self.happens({one: _until_waiting(self.owners[one], at) for at, one in enumerate(ids)})
        return ids

    def happens(self, new: dict[UUID, list[Fact]]) -> None:
        every = list(new.items())
        for start in range(0, len(every), PORTION):
            with self._container.database.transaction() as connection:
                for identity, made in every[start : start + PORTION]:
                    self._container.command_handler.record(
                        connection,
                        Act(CLERK, uuid4()),
                        identity,
                        self.versions[identity],
                        made,
                        self.owners[identity],
                    )
            for identity, made in every[start : start + PORTION]:
                self.versions[identity] += len(made)


def _account(identity: UUID) -> dict[str, object]:
    mail = f"{identity.hex}@example.com"
    return {
        "id": identity, "name": mail, "key": mail, "role": "candidate", "sites": [], "password": "x",
        "created_at": NOW, "email": mail,
    }  # fmt: skip


def _until_waiting(owner: UUID, at: int) -> list[Fact]:
    return [
        facts.AgreementAccepted(ROUND, owner, 1, "2027-03"),
        facts.InfoFilled(WENJING, f"{at:064x}"),
        facts.Submitted(f"78420019{at:06}", SITE, (SubjectFee("66", 8000),), "声明", 1),
        facts.PhotoUploaded(Photo("a" * 64, "b" * 64, 1, 390, 567)),
        facts.ReviewRequested(1),
    ]


def _paid(at: datetime) -> Fact:
    return facts.PaymentSettled("o", "till", uuid4().hex, 8000, at)


def _seat(number: int) -> Fact:
    starts = NOW + timedelta(days=20)
    return facts.SeatAssigned(
        "66", f"6642420019{number:06}", 1, "机房一", number % 30, 1, starts, starts + timedelta(hours=2)
    )


def at_once(work: list[Thread]) -> None:
    for one in work:
        one.start()
    for one in work:
        one.join()


def test_each_letter_is_read_once_and_none_about_what_is_over(container: Container, clock: Clock) -> None:
    random = Random(17)
    server = Unreliable(container, clock, random)
    workers = [letters_over(container, server), letters_over(container, server)]
    town = Town(container, clock)
    people = town.settle(PEOPLE)

    def rounds(count: int, minutes: int) -> None:
        for _ in range(count):
            at_once([Thread(target=one.once) for one in workers])
            clock.advance(minutes=minutes)

    quick, late, again = people[::3], people[1::3], people[2::3]
    pay_by = clock.now + HOLD
    town.happens({one: [facts.Approved(pay_by, 1)] for one in (*quick, *late)})
    town.happens({one: [facts.Rejected(("P01",), "")] for one in again})
    rounds(1, 1)
    town.happens({one: [_paid(clock.now)] for one in quick})
    town.happens({one: [facts.ReviewRequested(1)] for one in again})
    rounds(6, 20)
    clock.now = max(clock.now, pay_by - timedelta(hours=6))
    rounds(8, 10)
    clock.now = max(clock.now, pay_by - timedelta(hours=1))
    rounds(8, 5)
    clock.now = max(clock.now, pay_by + timedelta(minutes=1))
    town.happens({one: [facts.PaymentLapsed(pay_by)] for one in late})
    town.happens({one: [_seat(number)] for number, one in enumerate(quick)})
    rounds(8, 30)

    assert server.stale == []
    assert all(server.fates[fate] for fate in ("refuses", "loses", "doubles", "slow"))
    assert len(server.arrived) > len(server.read), "something was doubled or lost on the way"
    read = Counter(_who_and_what(one.to, one.title) for one in server.read)
    assert {key: count for key, count in read.items() if count > 1} == {}
    for kind, ids in (
        ("Your fee was received", quick),
        ("Your hall and seat", quick),
        ("Your registration has lapsed", late),
        ("6 hours left", late),
        ("1 hour left", late),
        ("Approved", late),
    ):
        missing = [one for one in ids if read[f"{town.owners[one].hex}@example.com", kind] != 1]
        assert missing == [], (kind, len(missing))


def _who_and_what(to: str, title: str) -> tuple[str, str]:
    said = title.rpartition(" / ")[2]
    return to, next(begin for begin in STATE_OF if said.startswith(begin))
