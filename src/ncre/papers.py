"""The printed pages of a registration: whether they may be printed now, and what stands on them.

The same registration at the same version prints the same bytes: the only moment on a page is that
of the record itself, and its digest is taken over the record, not over the file.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from ncre.application import Application
from ncre.domain.candidate import (
    DOCUMENT_TYPES,
    EDUCATION,
    ETHNICITIES,
    OCCUPATIONS,
    SEXES,
    masked_mobile,
)
from ncre.domain.exam import Round, Site, in_words, require_open
from ncre.domain.lifecycle import Status
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.registration import Details
from ncre.people import People
from ncre.photos import PhotoRoom
from ncre.printing.form import registration_form
from ncre.printing.sheets import (
    FormSheet,
    Person,
    Printed,
    Record,
    SeatLine,
    SubjectLine,
    TicketSheet,
)
from ncre.printing.ticket import admission_ticket
from ncre.projections import registrations, tickets
from ncre.projections.base import Row
from ncre.projections.sentences import yuan

log = logging.getLogger("ncre.papers")

PAID: Final = frozenset({Status.PAID, Status.CONFIRMED})
LEVELS: Final = {1: "一级", 2: "二级", 3: "三级", 4: "四级"}


@dataclass(frozen=True)
class _Case:
    """A registration with everything that its pages say."""

    row: Row
    seats: list[Row]
    round: Round
    site: Site
    details: Details


class Papers:
    def __init__(self, application: Application, people: People, photos: PhotoRoom) -> None:
        self._application = application
        self._people = people
        self._photos = photos

    def form(self, registration: UUID) -> Printed:
        """The registration form, from payment on. Raises Refusal."""
        case = self._case(registration)
        require_paid(case.row)
        return _noted(registration, registration_form(self._form_sheet(case)))

    def ticket(self, registration: UUID) -> Printed:
        """The admission ticket, once seated and while printing is open. Raises Refusal."""
        case = self._case(registration)
        require_ticket(case.row, case.round, self._application.clock())
        return _noted(registration, admission_ticket(self._ticket_sheet(case)))

    def _case(self, registration: UUID) -> _Case:
        with self._application.database.reading() as connection:
            row = registrations.one(connection, registration)
            if row is None:
                raise Refusal(RefusalCode.NOT_FOUND)
            require_paid(row)
            round_ = self._application.exams.round(connection, row["round"])
            site = self._application.exams.site(connection, row["round"], row["site"])
            seats = tickets.seats_of(connection, registration)
        details = self._people.details(registration, row["details_version"])
        if round_ is None or site is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        if details is None:
            raise Refusal(RefusalCode.PERSON_ERASED)
        return _Case(row, seats, round_, site, details)

    def _form_sheet(self, case: _Case) -> FormSheet:
        row, details = case.row, case.details
        return FormSheet(
            round=_round_title(case.round),
            person=self._person(case),
            record=_record(case),
            ethnicity=ETHNICITIES[details.ethnicity].zh,
            birth=details.birth.isoformat(),
            education=EDUCATION[details.education].zh,
            occupation=OCCUPATIONS[details.occupation].zh,
            mobile=masked_mobile(details.mobile),
            email=_masked_email(details.email),
            address=details.address,
            postcode=details.postcode,
            site=_site_line(case.site),
            subjects=tuple(
                SubjectLine(line["subject"], _subject(case.round, line["subject"]), line["fee"], "已支付")
                for line in row["lines"]
            ),
            paid=f"应缴 {yuan(row['amount'])} 元 · 已支付 {in_words(row['paid_at'])}",
            agreement=row["agreement"],
            agreed=in_words(row["agreed_at"]),
            review=f"通过（{in_words(row['approved_at'])}）" if row["approved_at"] else "",
        )

    def _ticket_sheet(self, case: _Case) -> TicketSheet:
        return TicketSheet(
            round=_round_title(case.round),
            person=self._person(case),
            record=_record(case),
            site=f"{case.site.code} {case.site.plan.name}",
            address=case.site.plan.address,
            seats=tuple(
                SeatLine(
                    subject=f"{seat['subject']} {_subject(case.round, seat['subject'])}",
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

    def _person(self, case: _Case) -> Person:
        details, photo = case.details, case.row["photo"]
        return Person(
            name=details.name,
            sex=SEXES[details.sex].zh,
            document_type=DOCUMENT_TYPES[details.document_type].words.zh,
            document_number=details.document_number,
            photo=self._photos.show(case.row["account"], photo["digest"]) if photo else None,
        )


def _noted(registration: UUID, printed: Printed) -> Printed:
    """Characters that were substituted are logged by code point, so that a font can be installed."""
    if printed.missing:
        points = " ".join(f"U+{ord(one):04X}" for one in printed.missing)
        log.warning("no font draws %s on the papers of %s", points, registration)
    return printed


def require_paid(row: Row) -> None:
    """支付完成后可打印报名登记表 (manual, part 6)."""
    if Status(row["status"]) not in PAID:
        raise Refusal(RefusalCode.PRINT_NOT_PAID)


def require_ticket(row: Row, round_: Round, now: datetime) -> None:
    """The ticket needs every subject seated, and the print window open (manual, parts 6 and 10)."""
    require_paid(row)
    if row["seated"] < len(row["lines"]):
        raise Refusal(RefusalCode.PRINT_NOT_SEATED)
    try:
        require_open(round_.plan.windows.printing, now)
    except Refusal as refusal:
        if refusal.code is RefusalCode.WINDOW_NOT_YET:
            raise Refusal(RefusalCode.PRINT_NOT_YET, **refusal.particulars) from None
        raise Refusal(RefusalCode.PRINT_OVER, **refusal.particulars) from None


def _record(case: _Case) -> Record:
    """Which state is printed. The digest names the record: what it says, at which version."""
    row = case.row
    said = {
        "number": row["number"],
        "version": row["version"],
        "site": row["site"],
        "lines": row["lines"],
        "photo": (row["photo"] or {}).get("digest"),
        "person": row["person"],
        "tickets": [seat["ticket"] for seat in case.seats],
    }
    digest = sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
    return Record(row["number"], row["version"], row["changed_at"], digest)


def _round_title(round_: Round) -> str:
    return f"{round_.plan.title}（第 {round_.code} 次）"


def _subject(round_: Round, code: str) -> str:
    subject = round_.subjects[code]
    return f"{LEVELS[subject.level]} {subject.name}"


def _site_line(site: Site) -> str:
    where = f"（{site.plan.address}）" if site.plan.address else ""
    return f"{site.code} {site.plan.name}{where}"


def _masked_email(email: str) -> str:
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}" if at else ""
