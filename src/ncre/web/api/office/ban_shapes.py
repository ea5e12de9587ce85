"""What operations upon bans are sent, and what they answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ncre.domain.bans.ban import LONGEST_DECISION
from ncre.services.bans.ban_file import MOST_ROWS
from ncre.web.api.bodies import Asked, Note, Text
from ncre.web.api.models import Answered
from ncre.web.api.office.draft_shapes import Day

Short = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]+$", max_length=40)]


class BanAsked(Asked):
    """`document_type` is a code of the form; the days are both included."""

    document_type: Short = "resident_id"
    document_number: Short
    starts: Day
    ends: Day
    decision: Annotated[
        str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]+$", max_length=LONGEST_DECISION)
    ]
    reason: Note


class BansAsked(Asked):
    bans: Annotated[list[BanAsked], Field(min_length=1, max_length=MOST_ROWS)]


class BanSearchAsked(Asked):
    """The number travels in the body, never in an address, and is kept nowhere."""

    document_number: Short


class BanListAsked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    page: Annotated[int, Field(ge=1, le=100_000)] = 1


class BannedOutcomeAsked(Asked):
    """Cancelled with the fee returned or kept, or left as it is."""

    outcome: Literal["refund", "keep-fee", "keep"]
    why: Text


class BanShape(Answered):
    """The number masked. `in_force`: today."""

    id: UUID
    document_type: str
    document_masked: str | None
    starts: date
    ends: date
    decision: str
    imposed_at: datetime
    lifted_at: datetime | None
    in_force: bool


class BansShape(Answered):
    """`more`: there are older ones on the next page."""

    items: list[BanShape]
    more: bool


class BannedRegistrationShape(Answered):
    """A paid registration of somebody banned, which waits for what becomes of it."""

    ban: UUID
    registration: UUID
    version: int
    number: str | None
    site: str | None
    status: str
    name_masked: str | None
    amount: int


class BannedRegistrationsShape(Answered):
    items: list[BannedRegistrationShape]


class BanReasonShape(Answered):
    reason: str


class BanOutcomeShape(Answered):
    """What an entry comes to: new, same, repeated or faulty (`says` why); how many registrations it touches."""

    place: int
    state: str
    document_masked: str
    says: str
    registered: int
    paid: int


class BanOutcomesShape(Answered):
    items: list[BanOutcomeShape]


class BansImportedShape(Answered):
    imposed: int
    items: list[BanOutcomeShape]
