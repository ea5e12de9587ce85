"""What people do with a registration: one method a use case, the same for pages and command line.

Each raises Refusal where a rule says no; then nothing was recorded. Sent twice under one command id, it is done once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.disclosure import PREFILL, require_may_open
from ncre.domain.registration.state import Registration, registration_id
from ncre.domain.registration.vocabulary import Step
from ncre.events.base import Envelope
from ncre.events.registration_values import Details, Photo
from ncre.handlers.command_handler import CommandHandler
from ncre.operational import review_claims
from ncre.projections.registration import registrations
from ncre.projections.rows import RegistrationRow
from ncre.services.payment.counter_payments import CashTaken, CounterPayments
from ncre.services.registration.case_request import CaseRequest
from ncre.services.registration.changes import Changes
from ncre.services.registration.decided_before import newest_decision, of_somebody_else
from ncre.services.registration.people import People
from ncre.services.registration.transfer import RegistrationTransfer
from ncre.services.review.sampling import Sampling

REVIEWED: Final = frozenset({Step.APPROVE, Step.REJECT})
"""The decisions of a review, of which a sample gets a second look."""


@dataclass(frozen=True)
class Decision:
    """A decision of staff: the registration as it then stands, and the stamp of who had decided the same `before`.

    `newest` is the stamp of the decision that counts, whoever made it; None where none of this kind does.
    """

    registration: Registration
    before: Envelope | None = None
    newest: Envelope | None = None


class Registrations:
    """The use cases of a registration, from the agreement to its end."""

    def __init__(
        self,
        command_handler: CommandHandler,
        changes: Changes,
        people: People,
        transfer: RegistrationTransfer,
        counter_payments: CounterPayments,
        sampling: Sampling,
    ) -> None:
        self._command_handler = command_handler
        self._changes = changes
        self._people = people
        self._transfer = transfer
        self._counter_payments = counter_payments
        self._sampling = sampling

    def agree(
        self,
        candidate: UUID,
        actor: c.Actor,
        round_code: str,
        agreement: str,
        command_id: UUID,
        on_behalf_of: str = "",
    ) -> Registration:
        """Begin the candidate's next registration of a round; `agreement` is the edition that was read."""
        with self._command_handler.database.reading() as connection:
            ordinal = registrations.next_ordinal(connection, candidate, round_code)
        return self._command_handler.handle(
            c.Agree(
                registration=registration_id(round_code, candidate, ordinal),
                actor=actor,
                command_id=command_id,
                round=round_code,
                candidate=candidate,
                ordinal=ordinal,
                agreement=agreement,
                on_behalf_of=on_behalf_of,
            )
        )

    def fill_info(self, request: CaseRequest, details: Details) -> Registration:
        """The personal details for the first time."""
        person, holder = self._hashed(details)
        return self._command_handler.handle(
            c.FillInfo(**request.fields, details=details, person=person, holder=holder)
        )

    def amend_info(self, request: CaseRequest, details: Details) -> Registration:
        """Other personal details."""
        person, holder = self._hashed(details)
        return self._command_handler.handle(
            c.AmendInfo(**request.fields, details=details, person=person, holder=holder)
        )

    def submit(
        self, request: CaseRequest, site: str, subjects: tuple[str, ...], *, declared: bool, student: str = ""
    ) -> Registration:
        """Choose site and subjects, under the declaration that all is true. Open orders are closed first.

        `student` is a school number or `students.DECLARED`, which sites for their own students ask for.
        """
        return self._changes.carry_out(
            c.Submit(
                **request.fields,
                site=site,
                subjects=subjects,
                declared=declared,
                student=student,
            )
        )

    def change_subjects(
        self, request: CaseRequest, site: str, subjects: tuple[str, ...], student: str = ""
    ) -> Registration:
        """Another site or other subjects, while the choice holds its seats. Open orders are closed first."""
        return self._changes.carry_out(
            c.ChangeSubjects(**request.fields, site=site, subjects=subjects, student=student)
        )

    def upload_photo(self, request: CaseRequest, photo: Photo) -> Registration:
        """The first photo, which is kept already."""
        return self._command_handler.handle(c.UploadPhoto(**request.fields, photo=photo))

    def replace_photo(self, request: CaseRequest, photo: Photo) -> Registration:
        """Another photo, which is kept already."""
        return self._command_handler.handle(c.ReplacePhoto(**request.fields, photo=photo))

    def request_review(self, request: CaseRequest) -> Registration:
        """Ask the site to review it."""
        return self._command_handler.handle(c.RequestReview(**request.fields))

    def take_back(self, request: CaseRequest) -> Registration:
        """The candidate takes the request for review back, while nobody has opened it."""
        return self._command_handler.handle(c.TakeBack(**request.fields))

    def may_take_back(self, registration: UUID, actor: c.Actor) -> bool:
        """Whether the request for review could be taken back now."""
        try:
            return self._command_handler.allows(c.TakeBack(registration=registration, actor=actor))
        except Refusal:
            return False

    def withdraw(self, request: CaseRequest) -> Registration:
        """The candidate gives it up. Open orders are closed first."""
        return self._changes.carry_out(c.Withdraw(**request.fields))

    def approve(self, request: CaseRequest) -> Decision:
        """Staff of the site find it in order."""
        return self._decide(c.Approve(**request.fields))

    def reject(self, request: CaseRequest, reasons: tuple[str, ...], note: str = "") -> Decision:
        """Staff of the site send it back, for reasons by their codes, in any order."""
        return self._decide(c.Reject(**request.fields, reasons=tuple(sorted(reasons)), note=note))

    def confirm(self, request: CaseRequest, done_at: datetime | None = None) -> Decision:
        """Staff of the site saw the candidate in person; `done_at` is the moment on a device without a network."""
        return self._decide(c.Confirm(**request.fields, done_at=done_at))

    def suspend(self, request: CaseRequest, reason: str) -> Registration:
        """Staff of the site stop it while something is looked into; seats and places are kept."""
        return self._command_handler.handle(c.Suspend(**request.fields, reason=reason))

    def resume(self, request: CaseRequest) -> Registration:
        """Back to where it was before it was suspended."""
        return self._command_handler.handle(c.Resume(**request.fields))

    def cancel(
        self, request: CaseRequest, reason: str, money: c.PaidFee | None = None, money_reason: str = ""
    ) -> Registration:
        """The exam office ends it; `money` says what becomes of a fee that was paid. Open orders are closed first."""
        return self._changes.carry_out(
            c.Cancel(**request.fields, reason=reason, money=money, money_reason=money_reason)
        )

    def move(self, request: CaseRequest, to: str, evidence: str) -> Registration:
        """To another account of the same person, by its name or address, upon evidence. Both accounts are told."""
        target = self._transfer.target(to)
        return self._transfer.move(c.Move(**request.fields, to=target.id, evidence=evidence))

    def take_counter_payment(self, request: CaseRequest, receipt: str, amount: int) -> str:
        """Cash that staff of the site took: `amount` in fen, as they counted it.

        Returns the reason why the money must be handed back now, "" where it settled the registration.
        """
        return self._counter_payments.take(
            CashTaken(
                registration=request.registration,
                receipt=receipt,
                amount=amount,
                actor=request.actor,
                seen=request.seen,
                command_id=request.command_id,
            )
        )

    def hand_back_counter_payment(self, request: CaseRequest, trade: str) -> None:
        """Cash of this registration, owed back, was handed back at the counter of the site."""
        row = self._row(request.registration)
        if request.seen not in (None, row["version"]):
            raise Refusal(RefusalCode.OUT_OF_DATE, seen=request.seen, version=row["version"])
        self._counter_payments.hand_back(trade, request.actor, request.command_id, of=request.registration)

    def open_details(self, registration: UUID, actor: c.Actor, purpose: str, why: str = "") -> None:
        """Record that staff are about to see the private details, before anything of them is shown."""
        require_may_open(actor, self._row(registration)["site"] or "")
        self._command_handler.record_access(registration, actor, purpose, why)

    def open_several(self, rows: Sequence[RegistrationRow], actor: c.Actor, purpose: str, why: str) -> None:
        """`open_details` of several cases: all of them are recorded, or none is."""
        for row in rows:
            require_may_open(actor, row["site"] or "")
        self._command_handler.look_at_all([row["id"] for row in rows], actor, purpose, why)

    def details_of_former(self, registration: UUID, actor: c.Actor) -> Details | None:
        """The details of a candidate's own former registration, to begin another with; that is recorded with the former."""
        row = self._row(registration)
        if str(row["account"]) != actor.id:
            raise Refusal(RefusalCode.NOT_FOUND)
        self._command_handler.record_access(registration, actor, PREFILL)
        return self._people.details(registration, row["details_version"])

    def open_paper(self, registration: UUID, actor: c.Actor, kind: str) -> None:
        """Record that staff are about to see a printed form or ticket, which is never one of their own."""
        if str(self._row(registration)["account"]) == actor.id:
            raise Refusal(RefusalCode.OWN_REGISTRATION)
        self.open_details(registration, actor, kind)

    def _row(self, registration: UUID) -> RegistrationRow:
        with self._command_handler.database.reading() as connection:
            row = registrations.one(connection, registration)
        if row is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        return row

    def _hashed(self, details: Details) -> tuple[str, str]:
        """The keyed hashes of the person and of the holder of the document."""
        return self._people.person(details.document_type, details.document_number), self._people.holder(
            details
        )

    def _decide(self, command: c.Command) -> Decision:
        """The decision, its lot for a second look, and the end of the claim on the case, in one transaction."""

        def decided(connection: Connection) -> Decision:
            after = self._command_handler.carry_out(connection, command)
            newest = newest_decision(connection, self._command_handler, command)
            if newest is not None and newest.command_id == command.command_id and command.step in REVIEWED:
                self._sampling.draw(connection, after, newest, command.step.value)
                review_claims.drop(connection, command.registration)
            return Decision(after, newest if of_somebody_else(newest, command) else None, newest)

        return self._command_handler.run_in_transaction(decided)
