"""At the door of a site: what a scanned code or a typed number is worth, and whose face should be there.

The same judgement is made online, from the record, and offline, from a list that was exported and
signed before the exam day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection

from ncre.documents.codes.ticket_token import CaseLost, Forged, TicketKey, TokenUnreadable, read_ticket_token
from ncre.documents.view_models import SeatLine
from ncre.domain.admission import ADMITS, Ruling, TicketVerdict, ruling, verdict_of
from ncre.domain.candidate import masked_number
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Status
from ncre.domain.scanned_code import NUMBER, garbled_by_input_method, scanned
from ncre.events.admission import EntryRecorded, EntryRevoked
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.handlers.fact_metadata import caused
from ncre.projections.admission import entries
from ncre.projections.base import Row
from ncre.projections.registration import desk_search
from ncre.projections.rows import RegistrationRow
from ncre.services.documents.assembly import DocumentAssembler

PURPOSE: Final = "door"

ENTRY: Final = "entry"
"""Entries of a registration stand in a stream of their own beside it: a door makes no clerk's page out of date."""


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
    confirmed: bool = True
    """Whether no confirmation in person is outstanding."""


@dataclass(frozen=True)
class Verification:
    """What is said at the door, and who should be standing there (None where nobody is meant)."""

    verdict: TicketVerdict
    expected: Expected | None = None


class AdmissionRecord(Protocol):
    """Where a door looks people up."""

    @property
    def public(self) -> str:
        """The public key of our stamps, in hex."""

    def find(self, number: str) -> Expected | None:
        """By registration number or ticket number; None for people of other sites too."""


def verify_ticket(text: str, book: AdmissionRecord) -> Verification:
    """What the text of a scanned code, or a typed number, is worth. Never raises for bad text."""
    code = scanned(text)
    if NUMBER.fullmatch(code):
        return _compared(None, book.find(code))
    try:
        stamp = read_ticket_token(code, book.public)
    except Forged:
        return Verification(TicketVerdict.FORGED)
    except CaseLost:
        return Verification(TicketVerdict.CASE_LOST)
    except TokenUnreadable:
        return Verification(
            TicketVerdict.INPUT_METHOD if garbled_by_input_method(text) else TicketVerdict.UNREADABLE
        )
    expected = book.find(stamp.number)
    return (
        _compared(stamp.digest, expected) if stamp.is_ticket else Verification(TicketVerdict.FORM, expected)
    )


def _compared(with_metadata: str | None, expected: Expected | None) -> Verification:
    if expected is None:
        return Verification(verdict_of(with_metadata, None, seated=False))
    return Verification(verdict_of(with_metadata, expected.digest, expected.seated), expected)


class TicketVerifier:
    """The record itself, for doors that have a network."""

    def __init__(self, command_handler: CommandHandler, cases: DocumentAssembler, key: TicketKey) -> None:
        self._command_handler = command_handler
        self._cases = cases
        self.public = key.public

    def at(self, actor: Actor) -> TicketRecord:
        """What this member of staff may look up; each look is recorded."""
        return TicketRecord(self, actor)

    def check(
        self, text: str, actor: Actor, room: str, command_id: UUID
    ) -> tuple[Verification, Ruling, RegistrationRow | None]:
        """What was scanned or typed is worth, at the door of `room`, "" for the whole site; whoever may enter is recorded.

        The registration is None where nobody is meant, or nobody at the sites of this actor.
        """
        record = self.at(actor)
        finding = verify_ticket(text, record)
        if record.row is None:
            return finding, Ruling(finding.verdict), None
        return finding, self.let_in(finding, record.row["id"], actor, room, command_id), record.row

    def named(self, number: str, sites: frozenset[str]) -> RegistrationRow | None:
        """The registration of a number, if it is at one of these sites."""
        with self._command_handler.database.reading() as connection:
            rows = desk_search.found(connection, number, (), sites, limit=1)
        return rows[0] if rows else None

    def look(self, registration: UUID, actor: Actor, purpose: str = PURPOSE) -> None:
        """Record that this person is about to be shown at a door, or on the list for one."""
        self._command_handler.record_access(registration, actor, purpose)

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
            confirmed=not case.site.confirms or case.row["status"] == Status.CONFIRMED,
        )

    def ruling(self, finding: Verification, registration: UUID, room: str = "") -> Ruling:
        """What the finding about a registration admits to now, at the door of this room ("" for the whole site)."""
        with self._command_handler.database.reading() as connection:
            return self._ruling(connection, finding, registration, room)

    def let_in(
        self,
        finding: Verification,
        registration: UUID,
        actor: Actor,
        room: str = "",
        command_id: UUID | None = None,
        *,
        by_a_person: bool = False,
        done_at: datetime | None = None,
    ) -> Ruling:
        """The ruling, and the entry recorded where it admits. Of two doors at one moment one is told "already let in".

        The same command sent twice is told the same twice. `by_a_person`: staff let in whom the door leaves to them.
        `done_at`: a device without a network did so at this moment, which counts for the hour and is recorded.
        """
        act = Act(actor, command_id or uuid4())

        def work(connection: Connection) -> Ruling:
            stream = uuid5(registration, ENTRY)
            self._command_handler.database.lock(connection, stream)
            ruled = self._ruling(connection, finding, registration, room, act.command_id, done_at)
            if ruled.verdict in ADMITS or (by_a_person and ruled.may_be_let_in):
                self._record(connection, stream, act, _entry(registration, ruled, finding, done_at))
            return ruled

        return self._command_handler.run_in_transaction(work)

    def carried_out(self, registration: UUID, command_id: UUID, actor: Actor) -> bool:
        """Whether a command of this id was carried out at the door of this registration."""
        with self._command_handler.database.reading() as connection:
            history = self._command_handler.store.history(connection, uuid5(registration, ENTRY))
        return caused(history, Act(actor, command_id)) is not None

    def entry(self, registration: UUID, ticket: str) -> Row | None:
        """The entry by a ticket number that counts now."""
        with self._command_handler.database.reading() as connection:
            return entries.entries_of(connection, registration).get(ticket)

    def revoke(self, registration: UUID, ticket: str, actor: Actor, command_id: UUID) -> None:
        """The person was not let in after all. Raises Refusal where there is no such entry."""
        act = Act(actor, command_id)

        def work(connection: Connection) -> None:
            stream = uuid5(registration, ENTRY)
            self._command_handler.database.lock(connection, stream)
            if ticket not in entries.entries_of(connection, registration):
                raise Refusal(RefusalCode.NOT_FOUND)
            version = self._command_handler.store.version(connection, stream)
            self._command_handler.record(
                connection, act, stream, version, [EntryRevoked(registration, ticket)]
            )

        self._command_handler.run_in_transaction(work)

    def _ruling(
        self,
        connection: Connection,
        finding: Verification,
        registration: UUID,
        room: str,
        command_id: UUID | None = None,
        done_at: datetime | None = None,
    ) -> Ruling:
        expected = finding.expected
        if expected is None:
            return Ruling(finding.verdict)
        rows = entries.entries_of(connection, registration).values()
        entered = {row["ticket"]: row["entered_at"] for row in rows if row["command"] != command_id}
        return ruling(
            finding.verdict,
            expected.seats,
            done_at or self._command_handler.clock(),
            confirmed=expected.confirmed,
            entered=entered,
            room=room,
        )

    def _record(self, connection: Connection, stream: UUID, act: Act, entry: EntryRecorded) -> None:
        """Record the entry unless this very command did so, even where it was taken back since."""
        history = self._command_handler.store.history(connection, stream)
        if caused(history, act) or entry.ticket in entries.entries_of(connection, entry.registration):
            return
        self._command_handler.record(connection, act, stream, len(history), [entry])


def _entry(
    registration: UUID, ruled: Ruling, finding: Verification, done_at: datetime | None
) -> EntryRecorded:
    manner = "typed" if finding.verdict is TicketVerdict.TYPED else "scanned"
    return EntryRecorded(registration, ruled.ticket, ruled.hall, manner, ruled.verdict.value, done_at)


@dataclass
class TicketRecord:
    """The record as one member of staff may see it; `row` is the registration that was found in it last."""

    door: TicketVerifier
    actor: Actor
    row: RegistrationRow | None = None

    @property
    def public(self) -> str:
        """The public key of our stamps, in hex."""
        return self.door.public

    def find(self, number: str) -> Expected | None:
        """By registration number or ticket number; None for people of other sites too. The look is recorded."""
        self.row = self.door.named(number, self.actor.sites)
        if self.row is None:
            return None
        self.door.look(self.row["id"], self.actor)
        return self.door.expected(self.row["id"])
