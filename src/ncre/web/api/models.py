"""What the interface answers. Money is fen, moments are UTC; private details are in `DetailsShape` alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ncre.domain.registration.vocabulary import Status

SHAPE: Final = "Shape"
"""What the name of each shape ends in, for the domain has a class for the same thing; the document leaves it off."""


def documented_name(model: type) -> str:
    """The name of a model in the document."""
    return model.__name__.removesuffix(SHAPE)


class Answered(BaseModel):
    model_config = ConfigDict(extra="forbid", model_title_generator=documented_name)


class ProblemShape(BaseModel):
    """Problem details (RFC 9457). `code` is stable; `detail` is for people."""

    model_config = ConfigDict(model_title_generator=documented_name)

    type: str
    title: str
    status: int
    code: str
    detail: str
    faults: dict[str, str] | None = None
    offers: list[PhotoOfferShape] | None = None


class PhotoOfferShape(Answered):
    """What may be done with a refused photo: send it to `photo-adoptions`."""

    kind: Literal["turn", "crop", "appeal"]
    draft: str


class MeShape(Answered):
    id: UUID
    name: str
    scopes: list[str]
    sites: list[str]


class SubjectOfferedShape(Answered):
    code: str
    name: str
    level: int
    fee: int


class RoundShape(Answered):
    code: str
    title: str
    agreement: str
    agreement_text: str
    subjects: list[SubjectOfferedShape]
    register_opens: datetime
    register_closes: datetime


class SiteShape(Answered):
    code: str
    name: str
    province: str
    city: str
    address: str
    reviews: bool
    confirms: bool
    audience: str
    most_subjects: int
    subjects: list[str]


class SitesShape(Answered):
    items: list[SiteShape]


class SeatsLeftShape(Answered):
    subject: str
    quota: int
    left: int


class SiteSeatsShape(Answered):
    """Seats left by subject; for somebody who holds no place at the site yet."""

    items: list[SeatsLeftShape]


class NoticeShape(Answered):
    """`version` is its place in the history of the round's notices."""

    kind: str
    title: str
    title_en: str
    body: str
    body_en: str
    version: int
    posted_at: datetime


class NoticesShape(Answered):
    """The newest of each kind, as candidates read it."""

    items: list[NoticeShape]


class HallLoadShape(Answered):
    batch: int
    room: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    taken: int
    new: int


class SeatingPreviewShape(Answered):
    """What a seating would do. `problem` says why nobody would be seated; `cautions` are to be read before."""

    people: int
    sittings: int
    seed: int
    digest: str
    problem: str | None
    cautions: list[str]
    halls: list[HallLoadShape]


class SeatedShape(Answered):
    """`left` are those who changed meanwhile and wait for the next seating."""

    people: int
    sittings: int
    left: int


class CheckShape(Answered):
    """What the door says. `admits`: go in, and it is recorded; `by_a_person`: staff may let in all the same."""

    verdict: str
    says: str
    admits: bool
    by_a_person: bool
    registration: UUID | None
    ticket: str | None
    hall: int | None
    name: str | None
    document_masked: str | None


class CandidateShape(Answered):
    id: UUID
    reference: str


class LineShape(Answered):
    subject: str
    fee: int


class RegistrationShape(Answered):
    """Where a registration stands. `steps` are those open now, leaving windows aside."""

    id: UUID
    version: int
    round: str
    candidate: UUID
    status: Status
    number: str | None
    site: str | None
    lines: list[LineShape]
    amount: int
    name_masked: str | None
    document_masked: str | None
    photo: str | None = Field(
        description="The verdict on the photo: accept, warn or reject; null without one."
    )
    reasons: list[str]
    submitted_at: datetime | None
    requested_at: datetime | None
    approved_at: datetime | None
    pay_by: datetime | None
    paid_at: datetime | None
    confirmed_at: datetime | None
    seated: int
    changed_at: datetime
    steps: list[str]


class RegistrationsShape(Answered):
    """A page; `next` is the cursor of the one that follows, null on the last."""

    items: list[RegistrationShape]
    next: str | None


class ToldShape(Answered):
    at: datetime
    role: str
    topic: str
    zh: str
    en: str


class HistoryShape(Answered):
    items: list[ToldShape]


class OrderShape(Answered):
    """Where the candidate pays: an address to open, or the text of a QR code; both null where nothing is to be paid."""

    number: str
    channel: str
    amount: int
    address: str | None
    qr: str | None


class CashShape(Answered):
    """`unusable` says why the money must be handed back now; "" where it settled the registration."""

    unusable: str
    registration: RegistrationShape


class DetailsShape(Answered):
    """Private. Each opening stands in the history of the registration."""

    name: str
    sex: str
    document_type: str
    document_number: str
    birth: date
    ethnicity: str
    education: str
    occupation: str
    mobile: str
    email: str
    address: str
    postcode: str
    remark: str


class EventShape(Answered):
    """A CloudEvents 1.0 event, as webhooks carry it too."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"]
    dataschema: str
    position: str
    stream: str
    version: int
    actor: str
    role: str
    sealed: str
    data: dict[str, object]


class FactSchema(BaseModel):
    """A JSON Schema (2020-12)."""

    model_config = ConfigDict(extra="allow")


class EventsShape(Answered):
    """`next` is the position to go on after, also where nothing of this page was for the caller."""

    items: list[EventShape]
    next: int
    more: bool
