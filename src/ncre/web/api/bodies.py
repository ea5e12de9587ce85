"""What the interface is sent: nothing that is not named here, each of the named type. Money is fen."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ncre.domain.exam.commands import LONGEST_BODY, LONGEST_TITLE
from ncre.domain.registration.vocabulary import Status
from ncre.domain.scanned_code import LONGEST as LONGEST_CODE
from ncre.domain.seating.plan import MOST_SEED

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", max_length=500)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
Title = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]+$", max_length=LONGEST_TITLE)]
Body = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+$", max_length=LONGEST_BODY)
]
Note = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$", max_length=500)]
SiteCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class Asked(BaseModel):
    """What comes in: nothing that is not named here, and of the named type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CandidateAsked(Asked):
    """`reference` is the caller's own name for the person; the same reference is the same candidate."""

    reference: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,120}$")]


class ListAsked(BaseModel):
    """`candidate` lists those of one of the caller's own candidates, at whatever site."""

    model_config = ConfigDict(extra="forbid")

    status: Status | None = None
    site: SiteCode | None = None
    candidate: UUID | None = None
    cursor: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


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


class RejectAsked(Asked):
    reasons: Annotated[list[Code], Field(min_length=1, max_length=20)]
    note: Note = ""


class SuspendAsked(Asked):
    """The candidate reads the reason."""

    reason: Text


class NoticeAsked(Asked):
    """`replaces` is the version of the notice of this kind that was looked at, 0 where there was none."""

    kind: Literal["announcement", "guide"]
    title: Title
    title_en: Title
    body: Body
    body_en: Body
    why: Text
    replaces: Annotated[int, Field(ge=0, le=2**31)]


class SeatingAsked(Asked):
    """How a site is seated; no batch or room named means all. With the `digest` of a preview, exactly what it showed."""

    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] | None = None
    manner: Literal["few", "spread"] = "few"
    batches: Annotated[list[Annotated[int, Field(ge=1, le=9999)]], Field(max_length=200)] = []
    rooms: Annotated[list[Text], Field(max_length=500)] = []


class SeatAsked(SeatingAsked):
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,128}$")]


class CheckAsked(Asked):
    """`code` is what was scanned, or a number that was typed; `room` at whose door, "" for the whole site."""

    code: Annotated[str, StringConstraints(max_length=LONGEST_CODE)]
    room: Text = ""


class EntryAsked(Asked):
    """Staff let in whom the door leaves to them; `manner` is how the ticket was read."""

    manner: Literal["scanned", "typed"]
    room: Text = ""


class RevokeAsked(Asked):
    ticket: Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")]


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


class HandedBackAsked(Asked):
    """`receipt` of the cash that could not be used."""

    receipt: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$")]


class ViewAsked(Asked):
    """Why: review, confirmation, counter, inquiry, or a reason in 4 to 200 characters."""

    why: Text


class PaperAsked(Asked):
    kind: Literal["form", "ticket", "receipt"]


class EventsAsked(BaseModel):
    """`wait` seconds at the most for something new."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int, Field(ge=0, le=2**62)] = 0
    limit: Annotated[int, Field(ge=1, le=2_000)] = 100
    wait: Annotated[int, Field(ge=0, le=20)] = 0
    private: bool = False
