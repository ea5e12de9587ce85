"""At the door of a site: what a scanned code or a typed number is worth, and whose face should be there.

The same judgement is made online, from the record, and offline, from a list that was exported and
signed before the exam day.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from ncre.documents.codes.ticket_token import TICKET, Forged, TicketKey, Unreadable, read
from ncre.documents.view_models import SeatLine
from ncre.domain.admission import TicketVerdict, worth
from ncre.domain.candidate import masked_number
from ncre.domain.refusals import Refusal
from ncre.domain.registration.commands import Actor
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.base import Row
from ncre.projections.registration import desk_search
from ncre.services.documents.assembly import DocumentAssembler

_NUMBER: Final = re.compile(r"\d{14}|\d{16}", re.ASCII)
"""A registration number (14) or a ticket number (16); the spaces in between were taken out."""

PURPOSE: Final = "door"


@dataclass(frozen=True)
class Expected:
    """Whom a number stands for. `document` is masked; `photo` a JPEG, or None where there is none."""

    number: str
    version: int
    digest: str
    seated: bool
    name: str
    document: str
    seats: tuple[SeatLine, ...]
    photo: bytes | None


@dataclass(frozen=True)
class Verification:
    """What is said at the door, and who should be standing there (None where nobody is meant)."""

    worth: TicketVerdict
    expected: Expected | None = None


class Book(Protocol):
    """Where a door looks people up."""

    @property
    def public(self) -> str:
        """The public key of our stamps, in hex."""

    def find(self, number: str) -> Expected | None:
        """By registration number or ticket number; None for people of other sites too."""


def verify_ticket(text: str, book: Book) -> Verification:
    """What the text of a scanned code, or a typed number, is worth. Never raises for bad text."""
    plain = unicodedata.normalize("NFKC", text).strip()
    number = re.sub(r"\s", "", plain)
    if _NUMBER.fullmatch(number):
        return _compared(None, book.find(number))
    try:
        stamp = read(plain, book.public)
    except Forged:
        return Verification(TicketVerdict.FORGED)
    except Unreadable:
        return Verification(TicketVerdict.UNREADABLE)
    expected = book.find(stamp.number)
    return (
        Verification(TicketVerdict.FORM, expected)
        if stamp.kind != TICKET
        else _compared(stamp.digest, expected)
    )


def _compared(with_metadata: str | None, expected: Expected | None) -> Verification:
    if expected is None:
        return Verification(worth(with_metadata, None, seated=False))
    return Verification(worth(with_metadata, expected.digest, expected.seated), expected)


class TicketVerifier:
    """The record itself, for doors that have a network."""

    def __init__(self, command_handler: CommandHandler, cases: DocumentAssembler, key: TicketKey) -> None:
        self._command_handler = command_handler
        self._cases = cases
        self.public = key.public

    def at(self, actor: Actor) -> Book:
        """What this member of staff may look up; each look is recorded."""
        return _Record(self, actor)

    def named(self, number: str, sites: frozenset[str]) -> Row | None:
        """The registration of a number, if it is at one of these sites."""
        with self._command_handler.database.reading() as connection:
            rows = desk_search.found(connection, number, (), sites, limit=1)
        return rows[0] if rows else None

    def look(self, registration: UUID, actor: Actor) -> None:
        """Record that this person is about to be shown at a door."""
        self._command_handler.record_access(registration, actor, PURPOSE)

    def expected(self, registration: UUID) -> Expected | None:
        """Whom a door should see; None where the person was erased. The look is the caller's to record."""
        try:
            case = self._cases.now(registration)
        except Refusal:
            return None
        sheet = self._cases.ticket_sheet(case)
        return Expected(
            number=sheet.record.number,
            version=sheet.record.version,
            digest=sheet.record.digest,
            seated=case.seated,
            name=sheet.person.name,
            document=masked_number(sheet.person.document_number),
            seats=sheet.seats,
            photo=self._cases.photo(case),
        )


@dataclass(frozen=True)
class _Record:
    """The record as one member of staff may see it."""

    door: TicketVerifier
    actor: Actor

    @property
    def public(self) -> str:
        return self.door.public

    def find(self, number: str) -> Expected | None:
        row = self.door.named(number, self.actor.sites)
        if row is None:
            return None
        self.door.look(row["id"], self.actor)
        return self.door.expected(row["id"])
