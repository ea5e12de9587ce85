"""The desk on a device without a network: its list is handed out signed; what was done there comes back as commands.

An act has its own id and the moment when it was done. It is carried out by the use cases that the pages have, and sent
twice it is done once. What is refused, or was done by somebody else before, is told act by act.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from ncre.documents.codes.ticket_token import TicketKey, is_genuine
from ncre.domain.admission import ADMITS, Ruling, TicketVerdict
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.offline_acts import is_to_come, require_moment
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.disclosure import require_may_open
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.admission import entries
from ncre.projections.registration import registrations
from ncre.projections.rows import RegistrationRow
from ncre.projections.seating import tickets
from ncre.services.admission.offline_acts import ListReceipt, OfflineAct, OfflineActs
from ncre.services.admission.offline_list import PURPOSE, expected_as_json, with_small_photo
from ncre.services.admission.verification import Expected, TicketVerifier, verify_ticket
from ncre.services.registration.case_request import CaseRequest
from ncre.services.registration.registrations import Registrations
from ncre.services.review.bulk import NO_ANSWER

PORTION: Final = 50
"""People of one answer: their photos are decrypted and made smaller one by one."""


class ActOutcome(StrEnum):
    """What became of an act."""

    DONE = "done"
    ALREADY = "already"
    CONFLICT = "conflict"
    REFUSED = "refused"
    LATER = "later"


@dataclass(frozen=True)
class ActResult:
    """What became of one act: `by` (an account id) and `at` tell who did the same before, and when."""

    command_id: UUID
    outcome: ActOutcome
    ruling: Ruling | None = None
    refusal: Refusal | None = None
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Portion:
    """People of a list as a device keeps them, the receipt to send their acts with, and where to go on."""

    receipt: ListReceipt
    people: list[dict[str, Any]]
    after: UUID | None


class OfflineDesk:
    """Lists for devices, and the acts that come back from them."""

    def __init__(
        self,
        command_handler: CommandHandler,
        registrations: Registrations,
        verifier: TicketVerifier,
        key: TicketKey,
    ) -> None:
        self._command_handler = command_handler
        self._registrations = registrations
        self._verifier = verifier
        self._key = key

    def days(self, round_code: str, site: str) -> list[date]:
        """The days on which people of a site sit."""
        with self._command_handler.database.reading() as connection:
            halls = tickets.halls_at(connection, round_code, site)
        return sorted({hall["starts_at"].astimezone(EXAM_TIME).date() for hall in halls})

    def download(
        self, round_code: str, site: str, day: date | None, actor: Actor, after: UUID | None = None
    ) -> Portion:
        """Who is expected on a day, or, without one, who waits for the confirmation in person, after an id.

        Recorded for each person as a look for a list, before anything is handed out. Raises Refusal.
        """
        require_may_open(actor, site)
        made_at = self._command_handler.clock()
        ids = self._ids(round_code, site, day, after)
        chosen = ids[:PORTION]
        self._command_handler.look_at_all(chosen, actor, PURPOSE)
        people = [person for one in chosen if (person := self._person(one)) is not None]
        receipt = self._signed(ListReceipt(account=actor.id, round=round_code, site=site, made_at=made_at))
        return Portion(receipt, people, chosen[-1] if len(ids) > PORTION else None)

    def carry_out(self, batch: OfflineActs, actor: Actor) -> list[ActResult]:
        """Each act as a command of its own, in their order. Raises Refusal where the list is not this actor's own."""
        self._require_own(batch.receipt, actor)
        return [self._answer(act, batch.receipt, actor) for act in batch.acts]

    def _ids(self, round_code: str, site: str, day: date | None, after: UUID | None) -> list[UUID]:
        with self._command_handler.database.reading() as connection:
            if day is None:
                return registrations.unconfirmed_at(connection, round_code, site, after, PORTION + 1)
            start = datetime.combine(day, time.min, EXAM_TIME)
            until = start + timedelta(days=1)
            return tickets.sitting_between(connection, round_code, site, start, until, after, PORTION + 1)

    def _person(self, registration: UUID) -> dict[str, Any] | None:
        """Somebody as the device needs them; None where the person was erased meanwhile."""
        expected = self._verifier.expected(registration)
        if expected is None:
            return None
        with self._command_handler.database.reading() as connection:
            entered = entries.entries_of(connection, registration)
            row = registrations.one(connection, registration)
        told: dict[str, Any] = expected_as_json(with_small_photo(expected))
        return told | {
            "id": str(registration),
            "version": row["version"] if row else expected.version,
            "entered": {ticket: one["entered_at"].isoformat() for ticket, one in entered.items()},
        }

    def _signed(self, receipt: ListReceipt) -> ListReceipt:
        return replace(receipt, signature=self._key.signature(receipt.content))

    def _require_own(self, receipt: ListReceipt, actor: Actor) -> None:
        genuine = is_genuine(receipt.content, receipt.signature, self._key.public)
        if not genuine or receipt.account != actor.id or not actor.covers(receipt.site):
            raise Refusal(RefusalCode.OFFLINE_LIST)

    def _answer(self, act: OfflineAct, receipt: ListReceipt, actor: Actor) -> ActResult:
        now = self._command_handler.clock()
        try:
            require_moment(act.done_at, receipt.made_at, now)
            row = self._row(act.registration, receipt, actor)
            carry_out: Callable[[OfflineAct, RegistrationRow, Actor], ActResult] = {
                "confirm": self._confirm,
                "enter": self._enter,
                "revoke": self._revoke,
            }[act.kind]
            return carry_out(act, row, actor)
        except Refusal as refusal:
            outcome = _outcome(refusal)
            if is_to_come(act.done_at, receipt.made_at, now):
                outcome = ActOutcome.LATER  # the device keeps it until its moment has come
            return ActResult(act.command_id, outcome, refusal=refusal)

    def _row(self, registration: UUID, receipt: ListReceipt, actor: Actor) -> RegistrationRow:
        """A registration of the list's own site; of any other there is none."""
        with self._command_handler.database.reading() as connection:
            row = registrations.one(connection, registration)
        if row is None or row["site"] != receipt.site or not actor.covers(row["site"]):
            raise Refusal(RefusalCode.NOT_FOUND)
        return row

    def _confirm(self, act: OfflineAct, row: RegistrationRow, actor: Actor) -> ActResult:
        request = CaseRequest(registration=row["id"], actor=actor, seen=act.seen, command_id=act.command_id)
        newest = self._registrations.confirm(request, act.done_at).newest
        if newest is None or newest.command_id == act.command_id:
            return ActResult(act.command_id, ActOutcome.DONE)
        return ActResult(act.command_id, ActOutcome.ALREADY, by=newest.actor, at=newest.recorded_at)

    def _enter(self, act: OfflineAct, row: RegistrationRow, actor: Actor) -> ActResult:
        """Whom staff let in is in: what the door says now is recorded with it, and told where the device said otherwise."""
        finding = verify_ticket(act.code, _Listed(self._verifier, row, actor))
        ruled = self._verifier.let_in(
            finding, row["id"], actor, act.room, act.command_id, by_a_person=True, done_at=act.done_at
        )
        if ruled.verdict is TicketVerdict.ENTERED_BEFORE:
            entry = self._verifier.entry(row["id"], ruled.ticket)
            by, at = (entry["entered_by"], entry["entered_at"]) if entry else ("", None)
            return ActResult(act.command_id, ActOutcome.ALREADY, ruled, by=by, at=at)
        return ActResult(act.command_id, _entered(ruled, act), ruled)

    def _revoke(self, act: OfflineAct, row: RegistrationRow, actor: Actor) -> ActResult:
        if not self._verifier.carried_out(row["id"], act.command_id, actor):
            self._verifier.revoke(row["id"], act.ticket, actor, act.command_id)
        return ActResult(act.command_id, ActOutcome.DONE)


@dataclass(frozen=True)
class _Listed:
    """Looks up the one person that an act is about; the look was recorded with the list."""

    verifier: TicketVerifier
    row: RegistrationRow
    actor: Actor

    @property
    def public(self) -> str:
        return self.verifier.public

    def find(self, number: str) -> Expected | None:
        named = self.verifier.named(number, self.actor.sites)
        return self.verifier.expected(named["id"]) if named and named["id"] == self.row["id"] else None


def _entered(ruled: Ruling, act: OfflineAct) -> ActOutcome:
    if ruled.verdict in ADMITS or (act.by_a_person and ruled.may_be_let_in):
        return ActOutcome.DONE
    return ActOutcome.CONFLICT if ruled.may_be_let_in else ActOutcome.REFUSED


def _outcome(refusal: Refusal) -> ActOutcome:
    if refusal.code in NO_ANSWER:
        return ActOutcome.LATER
    changed = (RefusalCode.OUT_OF_DATE, RefusalCode.OUT_OF_TURN, RefusalCode.SENT_BEFORE)
    return ActOutcome.CONFLICT if refusal.code in changed else ActOutcome.REFUSED
