"""A mail server of the tests, which takes letters, loses answers, is slow, or is dead; and letters over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from ncre.bootstrap import Container
from ncre.clients.mail import Mail, MailNotSent
from ncre.clients.messages import Mailer
from ncre.domain.letters.kinds import LetterKind
from ncre.identity.accounts import Account
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.letters.assembly import LetterServices, letter_services
from tests.support.people import Candidate, somebody

BOUNCES = "back@mail.example"
PUBLIC = "https://exam.example"


@dataclass
class Arrived:
    """One letter that reached a mailbox."""

    to: str
    message_id: str
    title: str
    text: str
    mail: Mail


class Server:
    """`fails(n)` is asked before the nth letter: what it raises before taking it; `loses(n)` whether its answer gets lost."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.asked = 0
        self.fails: Callable[[int], Exception | None] = lambda _n: None
        self.loses: Callable[[int], bool] = lambda _n: False
        self._lock = Lock()

    def send(self, mail: Mail) -> None:
        with self._lock:
            self.asked += 1
            number = self.asked
        if (failure := self.fails(number)) is not None:
            raise failure
        with self._lock:
            said = mail.text if "@" in mail.to else mail.short
            self.arrived.append(Arrived(mail.to, mail.envelope.message_id, mail.title, said, mail))
        if self.loses(number):
            raise MailNotSent("mail.example: TimeoutError")

    @property
    def read(self) -> list[Arrived]:
        """What the reader sees: of letters with one Message-ID the first."""
        seen: dict[str, Arrived] = {}
        for one in self.arrived:
            seen.setdefault(one.message_id, one)
        return list(seen.values())

    def titles(self, to: str) -> list[str]:
        return [one.title for one in self.read if one.to == to]


def letters_over(
    container: Container, mail: Server, phone: Server | None = None, public_url: str = PUBLIC
) -> LetterServices:
    """The letters of a container, sent by these servers."""
    handler = container.command_handler
    mailer = Mailer(mail, phone)
    security = SecurityLog(handler, mailer)
    keys = container.keyring.keys()
    return letter_services(handler, security, container.accounts, mailer, keys, BOUNCES, None, public_url)


def with_mail(container: Container, name: str = "wenjing", **more: str) -> Candidate:
    """A candidate whose account has a verified address, name@example.com, and what else is given."""
    candidate = somebody(container, name)
    with container.database.transaction() as connection:
        given = {"email": f"{name}@example.com", **more}
        for kind, value in given.items():
            container.accounts.set_contact(connection, known(container, candidate), kind, value)
    candidate.account = known(container, candidate)
    return candidate


def known(container: Container, candidate: Candidate) -> Account:
    found = container.accounts.find(candidate.account.id)
    assert found is not None
    return found


def kinds(letters: LetterServices, candidate: Candidate) -> list[tuple[LetterKind, str, str]]:
    """Kind, state and why of every letter about a registration, the oldest first."""
    found = letters.log.of_registration(candidate.id)
    return [(one.kind, one.state.value, one.why.value) for one in found][::-1]
