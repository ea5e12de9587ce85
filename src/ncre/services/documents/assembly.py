"""One registration gathered for its papers: everything that form and ticket say, resolved to words.

The same gathering serves a page of now and a page as it was: then the rows are folded from the facts
of that time, and round and site are those of that time too.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import takewhile
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
from ncre.domain.accounts.addresses import masked
from ncre.domain.candidate import (
    DOCUMENT_TYPES,
    EDUCATION,
    ETHNICITIES,
    OCCUPATIONS,
    SEXES,
    masked_number,
)
from ncre.domain.exam.plan import ExamRecord, Round, Site, in_words, replay_exam, round_id, site_id
from ncre.domain.payment.settlement import yuan
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.lifecycle import PAID, Status
from ncre.domain.wording import channel_words
from ncre.events.base import Fact
from ncre.events.exam import RoundPlan, SitePlan
from ncre.events.registration import Details
from ncre.handlers.command_handler import CommandHandler
from ncre.photo.file_store import PhotoDamaged, PhotoMissing, PhotoStoreUnavailable
from ncre.projections.audit.snapshots import At, Moment, standing
from ncre.projections.base import Row
from ncre.projections.payment import ledger
from ncre.projections.registration import registrations
from ncre.projections.seating import tickets
from ncre.services.photo.photos import PhotoService
from ncre.services.registration.people import People
from ncre.store.sealing import PersonErased

log = logging.getLogger("ncre.papers")

LEVELS: Final = {1: "一级", 2: "二级", 3: "三级", 4: "四级"}


@dataclass(frozen=True)
class Case:
    """A registration with everything that its pages say."""

    row: Row
    seats: Sequence[Row]
    round: Round
    site: Site
    details: Details

    @property
    def paid(self) -> bool:
        return Status(self.row["status"]) in PAID

    @property
    def seated(self) -> bool:
        """Whether every subject has its seat, and the registration stands."""
        return self.paid and len(self.seats) == len(self.row["lines"])

    @property
    def photo(self) -> str:
        """The digest of the photo in the photo store, "" where there is none."""
        return str(self.row["photo"]["digest"]) if self.row["photo"] else ""

    @property
    def digest(self) -> str:
        """16 hex digits over what the papers say: while it stays, a paper printed earlier is current."""
        row = self.row
        said = {
            "number": row["number"],
            "site": row["site"],
            "lines": row["lines"],
            "photo": self.photo,
            "person": row["person"],
            "details": row["details_version"],
            "seats": [
                (seat["ticket"], seat["room"], seat["starts_at"].isoformat(), seat["ends_at"].isoformat())
                for seat in self.seats
            ],
        }
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


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
        self._command_handler = command_handler
        self._people = people
        self._photos = photos
        self._key = key

    def now(self, registration: UUID) -> Case:
        """As it stands. Raises Refusal: not found, nothing chosen yet, erased."""
        with self._command_handler.database.reading() as connection:
            row = registrations.one(connection, registration)
            if row is None or not row["site"]:
                raise Refusal(RefusalCode.NOT_FOUND)
            round_ = self._command_handler.exams.round(connection, row["round"])
            site = self._command_handler.exams.site(connection, row["round"], row["site"])
            seats = tickets.seats_of(connection, registration)
        details = self._people.details(registration, row["details_version"])
        return _whole(row, seats, round_, site, details)

    def then(self, registration: UUID, at: At) -> Case:
        """As it stood, with round and site as they were announced by then. Raises Refusal.

        A version counts until the next fact: its papers could be printed as long as that.
        """
        with self._command_handler.database.reading() as connection:
            history = self._command_handler.store.history(connection, registration)
            stood = standing(history, at)
            if stood is None or not stood.row["site"]:
                raise Refusal(RefusalCode.NOT_FOUND)
            by = at.at if isinstance(at, Moment) else self._until(history, stood.version)
            round_ = self._announced(connection, round_id(stood.row["round"]), by)
            site = self._announced(connection, site_id(stood.row["round"], stood.row["site"]), by)
        return _whole(
            stood.row,
            sorted(stood.seats, key=lambda seat: seat["starts_at"]),
            Round(round_.plan, round_.version) if isinstance(round_.plan, RoundPlan) else None,
            Site(site.plan, site.version) if isinstance(site.plan, SitePlan) else None,
            stood.details if isinstance(stood.details, Details) else None,
        )

    def _until(self, history: Sequence[Fact], version: int) -> datetime:
        """When the version ended; now, if it has not."""
        if version < len(history):
            return history[version].metadata.recorded_at
        return self._command_handler.clock()

    def _announced(self, connection: Connection, stream: UUID, by: datetime) -> ExamRecord:
        """What a stream of the exam had announced by a moment."""
        history = self._command_handler.store.history(connection, stream)
        return replay_exam(stream, takewhile(lambda fact: fact.metadata.recorded_at <= by, history))

    def photo(self, case: Case) -> bytes | None:
        """The JPEG of the case, or None: a photo that is lost or damaged keeps no paper from being printed."""
        if not case.photo:
            return None
        try:
            return self._photos.show(case.row["sealed_for"], case.photo)
        except (PhotoMissing, PhotoDamaged, PhotoStoreUnavailable, PersonErased) as bad:
            log.error("the photo of %s cannot be had: %s", case.row["id"], type(bad).__name__)
            return None

    def form_sheet(self, case: Case) -> FormSheet:
        """The registration form without its photo, which `sheets.pictured` puts in."""
        row, details = case.row, case.details
        return FormSheet(
            round=round_title(case.round),
            person=_person(case),
            record=self._record(case, FORM),
            ethnicity=ETHNICITIES[details.ethnicity].zh,
            birth=details.birth.isoformat(),
            education=EDUCATION[details.education].zh,
            occupation=OCCUPATIONS[details.occupation].zh,
            mobile=masked(details.mobile),
            email=_masked_email(details.email),
            address=details.address,
            postcode=details.postcode,
            site=_site_line(case.site),
            subjects=_subject_lines(case),
            paid=f"应缴 {yuan(row['amount'])} 元 · 已支付 {in_words(row['paid_at'])}",
            agreement=row["agreement"],
            agreed=in_words(row["agreed_at"]),
            review=f"通过（{in_words(row['approved_at'])}）" if row["approved_at"] else "",
            proof=self._proof_page,
        )

    def receipt_sheet(self, case: Case) -> ReceiptSheet:
        """The receipt; the document number masked, for it may be handed in for a refund of expenses."""
        payment = case.row["payment"]
        with self._command_handler.database.reading() as connection:
            booked = ledger.one(connection, payment["channel"], payment["trade"])
        clerk = booked["clerk"] if booked else None
        return ReceiptSheet(
            round=round_title(case.round),
            record=self._record(case, FORM),
            name=case.details.name,
            document_number=masked_number(case.details.document_number),
            site=_site_line(case.site),
            subjects=_subject_lines(case),
            amount=f"{yuan(payment['amount'])} 元",
            paid=in_words(case.row["paid_at"]),
            channel=channel_words(payment["channel"]).zh,
            order=payment["order"],
            trade=payment["trade"],
            remark="如有疑问，请持本凭证和有效身份证件联系考点。",
            clerk=self._staff_name(clerk) if clerk else "",
        )

    def ticket_sheet(self, case: Case) -> TicketSheet:
        """The admission ticket without its photo, which `sheets.pictured` puts in."""
        return TicketSheet(
            round=round_title(case.round),
            person=_person(case),
            record=self._record(case, TICKET),
            site=f"{case.site.code} {case.site.plan.name}",
            address=case.site.plan.address,
            seats=tuple(
                SeatLine(
                    subject=f"{seat['subject']} {subject_title(case.round, seat['subject'])}",
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
        )

    def _record(self, case: Case, kind: str) -> Record:
        """Which state is printed, and the signed code that names it."""
        row, digest = case.row, case.digest
        seats = tuple(
            TokenSeat(seat["subject"], seat["hall"], seat["seat"], seat["batch"]) for seat in case.seats
        )
        stamp = TicketToken(kind, row["number"], row["version"], digest, seats if kind == TICKET else ())
        return Record(row["number"], row["version"], row["changed_at"], digest, self._key.signed(stamp))


def _whole(
    row: Row, seats: Sequence[Row], round_: Round | None, site: Site | None, details: Details | None
) -> Case:
    if round_ is None or site is None:
        raise Refusal(RefusalCode.NOT_FOUND)
    if details is None:
        raise Refusal(RefusalCode.PERSON_ERASED)
    return Case(row, seats, round_, site, details)


def _person(case: Case) -> Person:
    details = case.details
    return Person(
        name=details.name,
        sex=SEXES[details.sex].zh,
        document_type=DOCUMENT_TYPES[details.document_type].words.zh,
        document_number=details.document_number,
        photo=None,
    )


def _subject_lines(case: Case) -> tuple[SubjectLine, ...]:
    return tuple(
        SubjectLine(line["subject"], subject_title(case.round, line["subject"]), line["fee"], "已支付")
        for line in case.row["lines"]
    )


def round_title(round_: Round) -> str:
    return f"{round_.plan.title}（第 {round_.code} 次）"


def subject_title(round_: Round, code: str) -> str:
    subject = round_.subjects[code]
    return f"{LEVELS[subject.level]} {subject.name}"


def _site_line(site: Site) -> str:
    where = f"（{site.plan.address}）" if site.plan.address else ""
    return f"{site.code} {site.plan.name}{where}"


def _masked_email(email: str) -> str:
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}" if at else ""
