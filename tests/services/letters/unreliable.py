"""A mail server on which nothing can be relied, and a town whose people register and meet every cause of a letter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from random import Random
from threading import Lock
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import insert

from ncre.bootstrap import Container
from ncre.clients.mail import Mail, MailNotSent
from ncre.domain.letters.kinds import LetterKind
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.state import registration_id
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.registration_values import Photo, SubjectFee
from ncre.handlers.command_handler import Act
from ncre.identity.accounts import accounts
from ncre.operational import letters
from ncre.projections.registration import registrations
from tests.services.letters.post import Arrived, Server
from tests.support.people import NOW, ROUND, SITE, WENJING, Clock

PORTION: Final = 100
CLERK: Final = Actor("shenhe", Role.REVIEWER, frozenset({SITE}))
FATES: Final = ("taken", "taken", "refuses", "loses", "doubles", "slow")


def kind_of(container: Container, mail: Mail) -> tuple[LetterKind, UUID]:
    """The kind of a letter that was sent, and the registration it is about, as the outbox has them."""
    found = re.search(r"[0-9a-f]{32}", mail.envelope.message_id)
    assert found is not None, mail.envelope
    with container.database.reading() as connection:
        letter = letters.one(connection, UUID(found[0]))
    assert letter is not None
    return LetterKind(letter.kind), letter.registration


class Unreliable(Server):
    """Each letter meets one fate: taken, not taken, taken with the answer lost, taken twice, or taken slowly."""

    def __init__(
        self,
        container: Container,
        clock: Clock,
        random: Random,
        states: Mapping[LetterKind, frozenset[Status]],
    ) -> None:
        super().__init__()
        self._container = container
        self._clock = clock
        self._random = random
        self._states = states
        self._met: Counter[str] = Counter()
        self._guard = Lock()
        self.stale: list[str] = []
        self.fates: Counter[str] = Counter()
        self.kinds: dict[str, LetterKind] = {}

    def send(self, mail: Mail) -> None:
        with self._guard:
            self._met[mail.envelope.message_id] += 1
            fate = self._random.choice(FATES)
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
        kind, registration = kind_of(self._container, mail)
        self.kinds[mail.envelope.message_id] = kind
        with self._container.database.reading() as connection:
            row = registrations.one(connection, registration)
        assert row is not None
        if Status(row["status"]) not in self._states[kind]:
            self.stale.append(f"{kind}: {row['status']}")

    def counted(self) -> Counter[tuple[LetterKind, str]]:
        """How often each address read a letter of each kind: of letters with one Message-ID the first."""
        return Counter((self._kind_of(one), one.to) for one in self.read)

    def _kind_of(self, arrived: Arrived) -> LetterKind:
        return self.kinds[arrived.message_id]


class Town:
    """Everybody who registers; what happens to them is recorded as facts, a portion in one transaction."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self.versions: dict[UUID, int] = {}
        self.owners: dict[UUID, UUID] = {}

    def settle(self, count: int) -> list[UUID]:
        """So many people, each with a registration that waits for review."""
        owners = [uuid4() for _ in range(count)]
        self.accounts(owners)
        for owner in owners:
            identity = registration_id(ROUND, owner, 1)
            self.versions[identity], self.owners[identity] = 0, owner
        ids = list(self.versions)
        self.happens({one: until_waiting(self.owners[one], at) for at, one in enumerate(ids)})
        return ids

    def accounts(self, owners: list[UUID]) -> None:
        """An account with a verified address for each."""
        with self._container.database.transaction() as connection:
            connection.execute(insert(accounts), [_account(one) for one in owners])

    def address(self, registration: UUID) -> str:
        """Of whoever registered."""
        return address_of(self.owners[registration])

    def happens(self, new: Mapping[UUID, list[Fact]], cause: str = "") -> None:
        """Facts of registrations, each by a command of its own."""
        every = list(new.items())
        for start in range(0, len(every), PORTION):
            with self._container.database.transaction() as connection:
                for identity, made in every[start : start + PORTION]:
                    self._container.command_handler.record(
                        connection,
                        Act(CLERK, uuid4(), cause),
                        identity,
                        self.versions[identity],
                        made,
                        self.owners[identity],
                    )
                    self.versions[identity] += len(made)

    def happens_elsewhere(self, new: Mapping[UUID, list[Fact]]) -> None:
        """Facts on streams of their own, which are new."""
        with self._container.database.transaction() as connection:
            for stream, made in new.items():
                self._container.command_handler.record(connection, Act(CLERK, uuid4()), stream, 0, made)


def address_of(owner: UUID) -> str:
    """The address of an account of the town."""
    return f"{owner.hex}@example.com"


def _account(identity: UUID) -> dict[str, object]:
    mail = address_of(identity)
    return {
        "id": identity, "name": mail, "key": mail, "role": "candidate", "sites": [], "password": "x",
        "created_at": NOW, "email": mail,
    }  # fmt: skip


def until_waiting(owner: UUID, at: int) -> list[Fact]:
    """From the agreement to the wait for review."""
    return [
        facts.AgreementAccepted(ROUND, owner, 1, "2027-03"),
        facts.InfoFilled(WENJING, f"{at:064x}"),
        facts.Submitted(f"78420019{at:06}", SITE, (SubjectFee("66", 8000),), "声明", 1),
        facts.PhotoUploaded(Photo("a" * 64, "b" * 64, 1, 390, 567)),
        facts.ReviewRequested(1),
    ]
