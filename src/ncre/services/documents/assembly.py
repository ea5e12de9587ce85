"""One registration gathered for its papers: everything that form and ticket say, resolved to words.

The same gathering serves a page of now and a page as it was: then the rows are folded from the facts
of that time, and round and site are those of that time too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.documents.codes.ticket_token import FORM, TICKET, TicketKey, TicketToken, TokenSeat
from ncre.documents.view_models import (
    FormSheet,
    Person,
    ReceiptSheet,
    Record,
    SeatLine,
    SubjectLine,
    TicketSheet,
)
from ncre.domain.accounts.addresses import masked, readable_address
from ncre.domain.candidate import masked_number
from ncre.domain.candidate_fields import EDUCATION, ETHNICITY_CHOICES, OCCUPATIONS, SEXES
from ncre.domain.exam.plan import Round, Site, exam_time_in_words
from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.domain.payment.settlement import yuan
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.wording import channel_words
from ncre.events.base import Fact
from ncre.events.registration import PaymentSettled, SeatAssigned
from ncre.events.registration_values import Details
from ncre.handlers.command_handler import CommandHandler
from ncre.photo.file_store import PhotoDamaged, PhotoMissing, PhotoStoreUnavailable
from ncre.projections.audit.snapshots import AsOfMoment, At, state_at
from ncre.projections.payment import ledger
from ncre.projections.registration import registrations
from ncre.projections.rows import known
from ncre.projections.seating import tickets
from ncre.services.documents.printed_case import PrintedCase, whole_case
from ncre.services.exam.plans_in_force import PlansInForce, Rules
from ncre.services.photo.photos import PhotoService
from ncre.services.registration.people import People
from ncre.store.sealing import PersonKeyDestroyed

log = logging.getLogger("ncre.papers")

LEVELS: Final = {1: "一级", 2: "二级", 3: "三级", 4: "四级"}


class DocumentAssembler:
    """`staff_name` gives the name of an account in office by its id; `proof_page` is where proofs are checked, or ""."""

    def __init__(
        self,
        command_handler: CommandHandler,
        people: People,
        photos: PhotoService,
        key: TicketKey,
        staff_name: Callable[[str], str],
        proof_page: str = "",
    ) -> None:
        self._proof_page = proof_page
        self._staff_name = staff_name
        self._plans = PlansInForce(command_handler.store)
        self._command_handler = command_handler
        self._people = people
        self._photos = photos
        self._key = key

    def now(self, registration: UUID) -> PrintedCase:
        """As it stands. Raises Refusal: not found, nothing chosen yet, erased."""
        with self._command_handler.database.reading() as connection:
            row = registrations.one(connection, registration)
            if row is None or not row["site"]:
                raise Refusal(RefusalCode.NOT_FOUND)
            round_ = self._command_handler.exams.round(connection, row["round"])
            site = self._command_handler.exams.site(connection, row["round"], row["site"])
            seats = tickets.seats_of(connection, registration)
            if round_ is None or site is None:
                raise Refusal(RefusalCode.NOT_FOUND)
            rules = Rules(round_, site)
            history: Sequence[Fact] = ()
            if row["paid_at"] and self._plans.revised_since(connection, rules, row["paid_at"]):
                history = self._command_handler.store.history(connection, registration)
            under = self._made_under(connection, rules, history)
        details = self._people.details(registration, row["details_version"])
        return whole_case(row, seats, rules, under, details)

    def then(self, registration: UUID, at: At) -> PrintedCase:
        """As it stood, with round and site as they were announced by then. Raises Refusal.

        A version counts until the next fact: its papers could be printed as long as that.
        """
        with self._command_handler.database.reading() as connection:
            history = self._command_handler.store.history(connection, registration)
            stood = state_at(history, at)
            if stood is None or not stood.row["site"]:
                raise Refusal(RefusalCode.NOT_FOUND)
            by = at.at if isinstance(at, AsOfMoment) else self._until(history, stood.version)
            round_ = self._command_handler.exams.round(connection, stood.row["round"])
            site = self._command_handler.exams.site(connection, stood.row["round"], stood.row["site"])
            if round_ is None or site is None:
                raise Refusal(RefusalCode.NOT_FOUND)
            rules = self._plans.at(connection, Rules(round_, site), by)
            under = self._made_under(connection, rules, history[: stood.version])
        return whole_case(
            stood.row,
            sorted(stood.seats, key=lambda seat: seat["starts_at"]),
            rules,
            under,
            stood.details if isinstance(stood.details, Details) else None,
        )

    def _made_under(
        self, connection: Connection, rules: Rules, history: Sequence[Fact]
    ) -> tuple[Rules, Rules]:
        """The plans in force when it was paid, and when it was last seated; those given where it was not."""
        paid = [fact for fact in history if isinstance(fact, PaymentSettled)]
        seated = [fact for fact in history if isinstance(fact, SeatAssigned)]
        under_paid, under_seated = (
            self._plans.at(connection, rules, made[-1].metadata.recorded_at) if made else rules
            for made in (paid, seated)
        )
        return under_paid, under_seated

    def _until(self, history: Sequence[Fact], version: int) -> datetime:
        """When the version ended; now, if it has not."""
        if version < len(history):
            return history[version].metadata.recorded_at
        return self._command_handler.clock()

    def photo(self, case: PrintedCase) -> bytes | None:
        """The JPEG of the case, or None: a photo that is lost or damaged keeps no paper from being printed."""
        if not case.photo:
            return None
        try:
            return self._photos.show(case.row["sealed_for"], case.photo)
        except (PhotoMissing, PhotoDamaged, PhotoStoreUnavailable, PersonKeyDestroyed) as bad:
            log.error("the photo of %s cannot be had: %s", case.row["id"], type(bad).__name__)
            return None

    def form_sheet(self, case: PrintedCase) -> FormSheet:
        """The registration form without its photo, which `sheets.pictured` puts in."""
        row, details = case.row, case.details
        return FormSheet(
            round=round_title(case.paid_under.round),
            person=_person(case),
            record=self._record(case, FORM),
            ethnicity=ETHNICITY_CHOICES[details.ethnicity].zh,
            birth=details.birth.isoformat(),
            education=EDUCATION[details.education].zh,
            occupation=OCCUPATIONS[details.occupation].zh,
            mobile=masked(details.mobile),
            email=_masked_email(details.email),
            address=details.address,
            postcode=details.postcode,
            site=_site_line(case),
            subjects=_subject_lines(case),
            paid=f"应缴 {yuan(row['amount'])} 元 · 已支付 {exam_time_in_words(known(row['paid_at']))}",
            agreement=row["agreement"],
            agreed=exam_time_in_words(row["agreed_at"]),
            review=f"通过（{exam_time_in_words(row['approved_at'])}）" if row["approved_at"] else "",
            proof=self._proof_page,
            remark=details.remark,
            site_mobile=readable_address(details.mobile),
            site_email=details.email,
        )

    def receipt_sheet(self, case: PrintedCase) -> ReceiptSheet:
        """The receipt; the document number masked, for it may be handed in for a refund of expenses."""
        payment = known(case.row["payment"])
        with self._command_handler.database.reading() as connection:
            booked = ledger.one(connection, payment["channel"], payment["trade"])
        clerk = booked["clerk"] if booked else None
        return ReceiptSheet(
            round=round_title(case.paid_under.round),
            record=self._record(case, FORM),
            name=case.details.name,
            document_number=masked_number(case.details.document_number),
            site=_site_line(case),
            subjects=_subject_lines(case),
            amount=f"{yuan(payment['amount'])} 元",
            paid=exam_time_in_words(known(case.row["paid_at"])),
            channel=channel_words(payment["channel"]).zh,
            order=payment["order"],
            trade=payment["trade"],
            remark="如有疑问，请持本凭证和有效身份证件联系考点。",
            clerk=self._staff_name(clerk) if clerk else "",
        )

    def ticket_sheet(self, case: PrintedCase) -> TicketSheet:
        """The admission ticket without its photo, which `sheets.pictured` puts in."""
        return TicketSheet(
            round=round_title(case.seated_under.round),
            person=_person(case),
            record=self._record(case, TICKET),
            site=f"{case.site.code} {case.seated_under.site.plan.name}",
            address=_address(case.site, case.seated_under.site),
            seats=tuple(
                SeatLine(
                    subject=f"{seat['subject']} {subject_title(case.seated_under.round, seat['subject'])}",
                    ticket=seat["ticket"],
                    starts_at=seat["starts_at"],
                    ends_at=seat["ends_at"],
                    batch=seat["batch"],
                    hall=seat["hall"],
                    room=seat["room"],
                    seat=seat["seat"],
                )
                for seat in case.seats
            ),
            unconfirmed=case.unconfirmed,
        )

    def _record(self, case: PrintedCase, kind: str) -> Record:
        """Which state is printed, and the signed code that names it."""
        row, digest = case.row, case.digest
        number = known(row["number"])
        seats = tuple(
            TokenSeat(seat["subject"], seat["hall"], seat["seat"], seat["batch"]) for seat in case.seats
        )
        stamp = TicketToken(kind, number, row["version"], digest, seats if kind == TICKET else ())
        return Record(number, row["version"], row["changed_at"], digest, self._key.signed(stamp))


def _person(case: PrintedCase) -> Person:
    details = case.details
    return Person(
        name=details.name,
        sex=SEXES[details.sex].zh,
        document_type=DOCUMENT_TYPES[details.document_type].words.zh,
        document_number=details.document_number,
        photo=None,
    )


def _subject_lines(case: PrintedCase) -> tuple[SubjectLine, ...]:
    return tuple(
        SubjectLine(
            line["subject"], subject_title(case.paid_under.round, line["subject"]), line["fee"], "已支付"
        )
        for line in case.row["lines"]
    )


def round_title(round_: Round) -> str:
    """As it is printed: the title and the number of the round."""
    return f"{round_.plan.title}（第 {round_.code} 次）"


def subject_title(round_: Round, code: str) -> str:
    """Level and name of a subject, also of one that the round has no more."""
    subject = round_.subject(code)
    return f"{LEVELS.get(subject.level, '')} {subject.name}".strip()


def _address(now: Site, then: Site) -> str:
    """Where to go: the address in force, and beside it the one that stood on earlier papers, if another."""
    if now.plan.address == then.plan.address:
        return now.plan.address
    return f"{now.plan.address}（原：{then.plan.address}）"


def _site_line(case: PrintedCase) -> str:
    address = _address(case.site, case.paid_under.site)
    return f"{case.site.code} {case.paid_under.site.plan.name}" + (f"（{address}）" if address else "")


def _masked_email(email: str) -> str:
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}" if at else ""
