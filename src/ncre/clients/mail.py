"""Sending letters: by SMTP, or into a folder where the demo shows them."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex
from typing import Final, Protocol

from ncre.clients.failure_words import failed_of
from ncre.operational.private_files import make_folder, write

SECONDS: Final = 10.0

IMPLICIT_TLS: Final = 465
"""The port where TLS begins with the first byte (RFC 8314)."""


PERMANENT: Final = 5
"""The class of answers that will not change (RFC 5321)."""

_ENHANCED: Final = re.compile(rb"\A\s*([245]\.\d{1,3}\.\d{1,3})\b")

_PHONE: Final = re.compile(r"\+?\d{6,15}", re.ASCII)


class MailNotSent(Exception):
    """The letter could not be handed over; it may be tried again."""


class MailRefused(MailNotSent):
    """The server refused the address for good; `status` is its answer, without the address."""

    def __init__(self, status: str) -> None:
        super().__init__(f"refused: {status}")
        self.status = status


@dataclass(frozen=True)
class MailEnvelope:
    """What a letter carries besides its text. `message_id` is the same each time it is sent, so that nobody reads it twice.

    `return_path` is where it comes back to; `unsubscribe` the address that switches such letters off by one POST (RFC 8058).
    """

    message_id: str = ""
    return_path: str = ""
    unsubscribe: str = ""


USUAL: Final = MailEnvelope()


class Mail(Protocol):
    """What is sent: to whom, a subject, the text, the same as HTML, and in few words for a phone."""

    @property
    def to(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def short(self) -> str: ...
    @property
    def envelope(self) -> MailEnvelope: ...


class Carrier(Protocol):
    """Takes what is sent on its way."""

    def send(self, mail: Mail) -> None:
        """Raises MailNotSent."""


@dataclass(frozen=True)
class SmtpTerms:
    """A mail server. Letters go over TLS; only on this machine, and without a user, may it do without."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


class Smtp:
    def __init__(self, terms: SmtpTerms, clock: Callable[[], datetime]) -> None:
        self._terms = terms
        self._clock = clock

    def send(self, mail: Mail) -> None:
        """Raises MailRefused, MailNotSent."""
        terms = self._terms
        with self._signed_in() as server:
            message = _message(mail, terms.sender, self._clock())
            server.send_message(message, from_addr=mail.envelope.return_path or None)

    def greet(self) -> None:
        """Only sign in, and send nothing. Raises MailNotSent."""
        with self._signed_in():
            pass

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        """Raises MailNotSent, also for what the block meets."""
        terms = self._terms
        try:
            with self._connected() as server:
                server.ehlo()
                if not _is_encrypted(server) and (server.has_extn("starttls") or self._needs_tls()):
                    server.starttls(context=ssl.create_default_context())
                    server.ehlo()
                if terms.user:
                    server.login(terms.user, terms.password)
                yield server
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            if code // 100 == PERMANENT:
                raise MailRefused(enhanced_status(said) or str(code)) from None
            raise MailNotSent(f"{terms.host}: {code}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotSent(f"{terms.host}: {failed_of(error)}") from error

    def _connected(self) -> smtplib.SMTP:
        terms = self._terms
        if terms.port == IMPLICIT_TLS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(terms.host, terms.port, timeout=SECONDS, context=context)
        return smtplib.SMTP(terms.host, terms.port, timeout=SECONDS)

    def _needs_tls(self) -> bool:
        """Letters carry links that open accounts: nobody on the way may read them."""
        return bool(self._terms.user) or not is_loopback(self._terms.host)


@dataclass(frozen=True)
class StoredMail:
    """A letter in the folder. `html` is made by us and holds no script."""

    name: str
    at: datetime
    to: str
    title: str
    text: str


class MailFolder:
    """One file a letter, the newest last by name; for the demo and for tests."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    def send(self, mail: Mail) -> None:
        now = self._clock()
        make_folder(self._folder)
        place = sum(1 for _ in self._folder.glob("*.eml"))
        name = f"{now:%Y%m%dT%H%M%S%f}-{place:06}-{token_hex(4)}"
        write(
            self._folder / f"{name}.eml",
            _message(mail, "ncre@localhost", now).as_bytes(policy=policy.SMTP),
        )

    def newest(self, limit: int = 50) -> list[StoredMail]:
        """The letters, the newest first."""
        files = sorted(self._folder.glob("*.eml"), reverse=True)[:limit]
        return [_kept(file) for file in files]

    def holding(self, texts: Collection[str]) -> list[str]:
        """The names of the letters that were sent to one of these addresses, or say one of these numbers."""
        if not texts:
            return []
        anywhere = re.compile(
            "|".join(rf"(?<![\w.+-]){re.escape(one.casefold())}(?![\w.-]*\w)" for one in texts)
        )
        found = []
        for file in self._folder.glob("*.eml"):
            with suppress(FileNotFoundError):
                found += [file.stem] if anywhere.search(_said(file)) else []
        return sorted(found)

    def remove(self, name: str) -> None:
        """Take a letter away; one that is not there any more is no fault."""
        (self._folder / f"{name}.eml").unlink(missing_ok=True)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the host."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def enhanced_status(said: bytes) -> str:
    """The enhanced status code (RFC 3463) with which an answer begins, or ""."""
    found = _ENHANCED.match(said)
    return found[1].decode() if found else ""


def _is_encrypted(server: smtplib.SMTP) -> bool:
    return isinstance(server.sock, ssl.SSLSocket)


def _message(mail: Mail, sender: str, at: datetime) -> EmailMessage:
    """Raises MailNotSent for what is no bare address: a header is never parsed into other addresses."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"], message["Subject"] = sender, _recipient(mail.to), mail.title
    message["Date"] = format_datetime(at)
    message["Message-ID"] = mail.envelope.message_id or make_msgid(domain="ncre")
    if mail.envelope.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.envelope.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if mail.envelope.message_id:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def _recipient(to: str) -> Address | str:
    """An addr-spec (RFC 5322); the outbox takes numbers of phones too."""
    if _PHONE.fullmatch(to):
        return to
    try:
        address = Address(addr_spec=to)
    except (ValueError, IndexError, MessageError):
        raise MailNotSent("no bare address") from None
    if address.addr_spec != to or not to.isascii():
        raise MailNotSent("no bare address")
    return address


def _said(file: Path) -> str:
    """Whom a letter is for and all that it says, folded."""
    message = message_from_bytes(file.read_bytes(), policy=policy.SMTP)
    bodies = [body for kind in ("plain", "html") if (body := message.get_body((kind,)))]
    heads = [str(message["To"]), str(message["Subject"])]
    return "\n".join([*heads, *(str(body.get_content()) for body in bodies)]).casefold()


def _kept(file: Path) -> StoredMail:
    message = message_from_bytes(file.read_bytes(), policy=policy.SMTP)
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    return StoredMail(file.stem, message["Date"].datetime, str(message["To"]), str(message["Subject"]), text)
