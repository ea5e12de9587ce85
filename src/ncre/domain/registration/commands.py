"""What can be asked of a registration, by whom, and what they saw when they asked.

Every command carries its own id: sent twice, it finds the fact it caused and succeeds once.
`seen` is the version of the case on the page from which a person acted; machines leave it None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID, uuid4

from ncre.domain.registration.vocabulary import Role, Step
from ncre.events.registration import SeatAssigned
from ncre.events.registration_values import Details, Photo

EVERY_SITE: Final = frozenset({"*"})
"""The scope of staff who act for all sites, as the exam office does."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: an account id (or the name of a machine part), a role, and the sites it covers."""

    id: str
    role: Role
    sites: frozenset[str] = frozenset()

    def covers(self, site: str) -> bool:
        """Whether this actor acts for the site of this code."""
        return self.sites == EVERY_SITE or site in self.sites


CLOCK_ACTOR: Final = Actor("clock", Role.CLOCK)
PAYMENT_ACTOR: Final = Actor("payment", Role.PAYMENT)


@dataclass(frozen=True, kw_only=True)
class BaseCommand:
    """What all commands say: which registration, who asks, what they saw, and what made them ask."""

    step: ClassVar[Step]

    registration: UUID
    actor: Actor
    seen: int | None = None
    command_id: UUID = field(default_factory=uuid4, compare=False)
    on_behalf_of: str = ""
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class Agree(BaseCommand):
    """Begin the candidate's `ordinal`-th registration of a round, upon the edition of the agreement that was read."""

    step = Step.AGREE
    round: str
    candidate: UUID
    ordinal: int
    agreement: str


@dataclass(frozen=True, kw_only=True)
class FillInfo(BaseCommand):
    """`person` and `holder` are keyed hashes, made where the keys are (`services.people`)."""

    step = Step.FILL_INFO
    details: Details
    person: str
    holder: str = ""


@dataclass(frozen=True, kw_only=True)
class AmendInfo(BaseCommand):
    """Other personal details; `person` and `holder` as for `FillInfo`."""

    step = Step.AMEND_INFO
    details: Details
    person: str
    holder: str = ""


@dataclass(frozen=True, kw_only=True)
class Submit(BaseCommand):
    """`number` is the 14-digit registration number drawn for this site, used if one is needed.

    `student` is a school number or `students.DECLARED`, which sites for their own students ask for. What was declared
    are the words of the round, where `declaration` says nothing else.
    """

    step = Step.SUBMIT
    site: str
    subjects: tuple[str, ...]
    declared: bool
    declaration: str = ""
    number: str = ""
    student: str = ""


@dataclass(frozen=True, kw_only=True)
class ChangeSubjects(BaseCommand):
    """Another choice, while the present one holds its seats; `number` and `student` as for `Submit`."""

    step = Step.CHANGE_SUBJECTS
    site: str
    subjects: tuple[str, ...]
    number: str = ""
    student: str = ""


@dataclass(frozen=True, kw_only=True)
class UploadPhoto(BaseCommand):
    """The first photo, which is kept already."""

    step = Step.UPLOAD_PHOTO
    photo: Photo


@dataclass(frozen=True, kw_only=True)
class ReplacePhoto(BaseCommand):
    """Another photo, which is kept already."""

    step = Step.REPLACE_PHOTO
    photo: Photo


@dataclass(frozen=True, kw_only=True)
class RequestReview(BaseCommand):
    """The candidate asks the site to review."""

    step = Step.REQUEST_REVIEW


@dataclass(frozen=True, kw_only=True)
class TakeBack(BaseCommand):
    """The candidate takes the request for review back."""

    step = Step.TAKE_BACK


@dataclass(frozen=True, kw_only=True)
class Approve(BaseCommand):
    """Staff of the site find it in order."""

    step = Step.APPROVE


@dataclass(frozen=True, kw_only=True)
class Reject(BaseCommand):
    """Staff of the site send it back; `reasons` are codes of `rejection_reasons`, `note` is what the candidate reads besides."""

    step = Step.REJECT
    reasons: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Settle(BaseCommand):
    """News of money, as the channel tells it; `paid_at` is the channel's own time."""

    step = Step.SETTLE
    order: str
    channel: str
    trade: str
    amount: int
    paid_at: datetime
    seats_gone: bool = False


@dataclass(frozen=True, kw_only=True)
class ReturnPayment(BaseCommand):
    """The channel confirmed that the money of `trade` went back, under its `reference`."""

    step = Step.RETURN_PAYMENT
    order: str
    channel: str
    trade: str
    amount: int
    reference: str


@dataclass(frozen=True, kw_only=True)
class Lapse(BaseCommand):
    """The time to pay is over."""

    step = Step.LAPSE


@dataclass(frozen=True, kw_only=True)
class Expire(BaseCommand):
    """A window closed that the registration needed to go on."""

    step = Step.EXPIRE


@dataclass(frozen=True, kw_only=True)
class Confirm(BaseCommand):
    """Staff of the site saw the candidate in person: now, or at `done_at` where their device was without a network."""

    step = Step.CONFIRM
    done_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Seat(BaseCommand):
    """The seats of a registration, one a subject; those who have them keep them."""

    step = Step.SEAT
    seats: tuple[SeatAssigned, ...]


@dataclass(frozen=True, kw_only=True)
class Withdraw(BaseCommand):
    """The candidate gives it up."""

    step = Step.WITHDRAW


class PaidFee(StrEnum):
    """What becomes of a fee that was paid when the registration is cancelled."""

    REFUND = "refund"
    KEEP = "keep"


@dataclass(frozen=True, kw_only=True)
class Cancel(BaseCommand):
    """`money` and its reason are asked for where a fee was paid, and left out where none was."""

    step = Step.CANCEL
    reason: str
    money: PaidFee | None = None
    money_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Move(BaseCommand):
    """`to` is the other account of the same person, `evidence` what was seen that says so."""

    step = Step.MOVE
    to: UUID
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Postpone(BaseCommand):
    """`to` is the round for which it counts from now on; that it takes it is asked where rounds are."""

    step = Step.POSTPONE
    to: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Suspend(BaseCommand):
    """It stops where it is while something is looked into; the reason is told to the candidate."""

    step = Step.SUSPEND
    reason: str


@dataclass(frozen=True, kw_only=True)
class Resume(BaseCommand):
    """Back to where it was before it was suspended."""

    step = Step.RESUME


Command = (
    Agree
    | FillInfo
    | AmendInfo
    | Submit
    | ChangeSubjects
    | UploadPhoto
    | ReplacePhoto
    | RequestReview
    | TakeBack
    | Approve
    | Reject
    | Settle
    | ReturnPayment
    | Lapse
    | Expire
    | Confirm
    | Seat
    | Withdraw
    | Cancel
    | Move
    | Postpone
    | Suspend
    | Resume
)
"""Whatever can be asked. The type checker names a command that has no answer (`decisions.decide`)."""
