"""The shapes of the interface. Money is fen, moments are UTC; private details are in `Details` alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ncre.domain.registration.lifecycle import Status

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", max_length=500)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
SiteCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class Asked(BaseModel):
    """What comes in: nothing that is not named here, and of the named type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Answered(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Problem details (RFC 9457). `code` is stable; `detail` is for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    faults: dict[str, str] | None = None
    offers: list[PhotoOffer] | None = None


class PhotoOffer(Answered):
    """What may be done with a refused photo: send it to `photo-adoptions`."""

    kind: Literal["turn", "crop", "appeal"]
    draft: str


class Me(Answered):
    id: UUID
    name: str
    scopes: list[str]
    sites: list[str]


class SubjectOffered(Answered):
    code: str
    name: str
    level: int
    fee: int


class Round(Answered):
    code: str
    title: str
    agreement: str
    agreement_text: str
    subjects: list[SubjectOffered]
    register_opens: datetime
    register_closes: datetime


class Site(Answered):
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


class Sites(Answered):
    items: list[Site]


class CandidateAsked(Asked):
    """`reference` is the caller's own name for the person; the same reference is the same candidate."""

    reference: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,120}$")]


class Candidate(Answered):
    id: UUID
    reference: str


class Line(Answered):
    subject: str
    fee: int


class Registration(Answered):
    """Where a registration stands. `steps` are those open now, leaving windows aside."""

    id: UUID
    version: int
    round: str
    candidate: UUID
    status: Status
    number: str | None
    site: str | None
    lines: list[Line]
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


class Registrations(Answered):
    """A page; `next` is the cursor of the one that follows, null on the last."""

    items: list[Registration]
    next: str | None


class ListAsked(BaseModel):
    """`candidate` lists those of one of the caller's own candidates, at whatever site."""

    model_config = ConfigDict(extra="forbid")

    status: Status | None = None
    site: SiteCode | None = None
    candidate: UUID | None = None
    cursor: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Told(Answered):
    at: datetime
    role: str
    topic: str
    zh: str
    en: str


class History(Answered):
    items: list[Told]


class AgreeAsked(Asked):
    candidate: Annotated[UUID, Field(strict=False)]
    agreement: Code


class DetailsAsked(Asked):
    """As a candidate types them; `birth` is YYYYMMDD, codes are those of the form."""

    name: Text
    sex: Text
    document_type: Text
    document_number: Text
    birth: Text
    ethnicity: Text
    education: Text
    occupation: Text
    mobile: Text
    email: Text
    address: Text
    postcode: Text
    remark: Text = ""


class SubjectsAsked(Asked):
    """`student` is a school number, or `declared`: sites for their own students ask for one of them."""

    site: SiteCode
    subjects: Annotated[list[Code], Field(min_length=1, max_length=10)]
    declared: bool = False
    student: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", max_length=40)] = ""


class AdoptAsked(Asked):
    kind: Literal["turn", "crop", "appeal"]
    draft: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class OrderAsked(Asked):
    """Without a channel, the usual one."""

    channel: Code | None = None


class Order(Answered):
    """Where the candidate pays: an address to open, or the text of a QR code; both null where nothing is to be paid."""

    number: str
    channel: str
    amount: int
    address: str | None
    qr: str | None


class RejectAsked(Asked):
    reasons: Annotated[list[Code], Field(min_length=1, max_length=20)]
    note: Annotated[
        str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$", max_length=500)
    ] = ""


class CancelAsked(Asked):
    """`money` and its reason where a fee was paid."""

    reason: Text
    money: Literal["refund", "keep"] | None = None
    money_reason: Text = ""


class TransferAsked(Asked):
    """`account` is the name or address with which the same person signs in, `evidence` what was seen that says so."""

    account: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]+$", max_length=254)]
    evidence: Text


class SearchAsked(Asked):
    """A registration number, ticket number, document number or id. It travels in the body, never in an address."""

    text: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]+$", max_length=120)]


class CashAsked(Asked):
    receipt: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$")]
    amount: Annotated[int, Field(ge=1, le=99_999_999_999)]


class Cash(Answered):
    """`unusable` says why the money must be handed back now; "" where it settled the registration."""

    unusable: str
    registration: Registration


class HandedBackAsked(Asked):
    """`receipt` of the cash that could not be used."""

    receipt: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$")]


class ViewAsked(Asked):
    """Why: review, confirmation, counter, inquiry, or a reason in 4 to 200 characters."""

    why: Text


class Details(Answered):
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


class EventsAsked(BaseModel):
    """`wait` seconds at the most for something new."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int, Field(ge=0, le=2**62)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    wait: Annotated[int, Field(ge=0, le=20)] = 0
    private: bool = False


class Event(Answered):
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


class Events(Answered):
    """`next` is the position to go on after, also where nothing of this page was for the caller."""

    items: list[Event]
    next: int
    more: bool
