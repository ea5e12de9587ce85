"""What can happen to a registration, in the words of the people it happens to.

Stored names and fields are promises: a changed class owes a `class_version` and an upcast, and
every class has a golden file under `tests/events/golden/`. Money is in fen (1/100 yuan), moments
are UTC, photos and people are named by hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ncre.events.base import Erased, Fact
from ncre.events.registration_values import Details, Photo, SubjectFee


@dataclass(frozen=True)
class AgreementAccepted(Fact):
    """The candidate accepted this edition of the agreement; `ordinal` counts their registrations in the round, from 1."""

    TOPIC: ClassVar[str] = "registration.agreement_accepted"
    round: str
    candidate: UUID
    ordinal: int
    agreement: str


@dataclass(frozen=True)
class InfoFilled(Fact):
    """`person` is the keyed hash of document type and number: one person, one place in a round.

    `holder` is that of name, date of birth and sex, where one person may hold two numbers of one kind; else "".
    """

    TOPIC: ClassVar[str] = "registration.info_filled"
    SEALED: ClassVar[tuple[str, ...]] = ("details",)
    details: Details | Erased
    person: str
    holder: str = ""


@dataclass(frozen=True)
class InfoAmended(Fact):
    """The personal details as they are from now on, with the keyed hashes of person and holder."""

    TOPIC: ClassVar[str] = "registration.info_amended"
    SEALED: ClassVar[tuple[str, ...]] = ("details",)
    details: Details | Erased
    person: str
    holder: str = ""


@dataclass(frozen=True)
class Submitted(Fact):
    """`policy` is the version of the site's rules that applied; `pay_by` is set where the clock starts here.

    `student` is the school number at a site for its own students, "declared" where somebody has none; "" elsewhere.
    """

    TOPIC: ClassVar[str] = "registration.submitted"
    SEALED: ClassVar[tuple[str, ...]] = ("student",)
    SEALED_LATER: ClassVar[bool] = True
    number: str
    site: str
    lines: tuple[SubjectFee, ...]
    declaration: str
    policy: int
    pay_by: datetime | None = None
    student: str | Erased = ""


@dataclass(frozen=True)
class SubjectsChanged(Fact):
    """Site and subjects as they are from now on; fees are fen."""

    TOPIC: ClassVar[str] = "registration.subjects_changed"
    SEALED: ClassVar[tuple[str, ...]] = ("student",)
    SEALED_LATER: ClassVar[bool] = True
    number: str
    site: str
    lines: tuple[SubjectFee, ...]
    policy: int
    pay_by: datetime | None = None
    student: str | Erased = ""


@dataclass(frozen=True)
class PhotoUploaded(Fact):
    """The first photo, by its digest; its bytes stand outside the log."""

    TOPIC: ClassVar[str] = "registration.photo_uploaded"
    photo: Photo


@dataclass(frozen=True)
class PhotoReplaced(Fact):
    """Another photo, by its digest."""

    TOPIC: ClassVar[str] = "registration.photo_replaced"
    photo: Photo


@dataclass(frozen=True)
class ReviewRequested(Fact):
    """From now on the site decides; `policy` is the version of its rules."""

    TOPIC: ClassVar[str] = "registration.review_requested"
    policy: int


@dataclass(frozen=True)
class ReviewTakenBack(Fact):
    """The candidate took the request back before anybody of the staff opened it."""

    TOPIC: ClassVar[str] = "registration.review_taken_back"


@dataclass(frozen=True)
class Approved(Fact):
    """The site found it in order; the fee is due by `pay_by`."""

    TOPIC: ClassVar[str] = "registration.approved"
    pay_by: datetime
    policy: int


@dataclass(frozen=True)
class Rejected(Fact):
    """`reasons` are codes of rejection_reasons.csv; the note may name private things, so it is sealed."""

    TOPIC: ClassVar[str] = "registration.rejected"
    SEALED: ClassVar[tuple[str, ...]] = ("note",)
    reasons: tuple[str, ...]
    note: str | Erased


@dataclass(frozen=True)
class PaymentSettled(Fact):
    """`paid_at` is the channel's own time of payment; `order` is ours, `trade` the channel's."""

    TOPIC: ClassVar[str] = "registration.payment_settled"
    order: str
    channel: str
    trade: str
    amount: int
    paid_at: datetime


@dataclass(frozen=True)
class PaymentUnusable(Fact):
    """Money came that this registration cannot use; it is owed back, for the reason named."""

    TOPIC: ClassVar[str] = "registration.payment_unusable"
    order: str
    channel: str
    trade: str
    amount: int
    paid_at: datetime
    reason: str


@dataclass(frozen=True)
class PaymentReturned(Fact):
    """Money that was owed back has gone back."""

    TOPIC: ClassVar[str] = "registration.payment_returned"
    order: str
    channel: str
    trade: str
    amount: int
    reference: str


@dataclass(frozen=True)
class PaymentLapsed(Fact):
    """The time to pay, until `pay_by`, is over; the seats are free again."""

    TOPIC: ClassVar[str] = "registration.payment_lapsed"
    pay_by: datetime


@dataclass(frozen=True)
class WindowLapsed(Fact):
    """The registration could not go on after a window of the round (`register`, `review`, `payment`) closed."""

    TOPIC: ClassVar[str] = "registration.window_lapsed"
    window: str
    closed: datetime


@dataclass(frozen=True)
class ConfirmedOnSite(Fact):
    """Staff of the site saw the candidate in person, with the document.

    `done_at` is when it was, as a device says that was without a network and sent it later; None: when it was recorded.
    """

    TOPIC: ClassVar[str] = "registration.confirmed_on_site"
    done_at: datetime | None = None


@dataclass(frozen=True)
class SeatAssigned(Fact):
    """Where and when one subject is sat. `hall` is the 考场号 (1-9999), one per room and batch."""

    TOPIC: ClassVar[str] = "registration.seat_assigned"
    subject: str
    ticket: str
    hall: int
    room: str
    seat: int
    batch: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Withdrawn(Fact):
    """The candidate gave it up."""

    TOPIC: ClassVar[str] = "registration.withdrawn"


@dataclass(frozen=True)
class Cancelled(Fact):
    """`money` says what became of a fee that was paid, "refund" or "keep", and `money_reason` why; "" without one."""

    TOPIC: ClassVar[str] = "registration.cancelled"
    SEALED: ClassVar[tuple[str, ...]] = ("reason", "money_reason")
    reason: str | Erased
    money: str = ""
    money_reason: str | Erased = ""


@dataclass(frozen=True)
class Moved(Fact):
    """From now on the registration belongs to another account of the same person (`was`, `to`).

    `evidence` is what the exam office saw that says so; it may name private things.
    """

    TOPIC: ClassVar[str] = "registration.moved"
    SEALED: ClassVar[tuple[str, ...]] = ("evidence",)
    was: UUID
    to: UUID
    evidence: str | Erased


@dataclass(frozen=True)
class SeatReleased(Fact):
    """The seat of a subject is given up, because the exam for which it was given does not take place."""

    TOPIC: ClassVar[str] = "registration.seat_released"
    subject: str
    hall: int
    seat: int


@dataclass(frozen=True)
class Postponed(Fact):
    """The registration counts for another round (`was`, `to`) at the same site, with its subjects and its fee."""

    TOPIC: ClassVar[str] = "registration.postponed"
    was: str
    to: str
    reason: str


@dataclass(frozen=True)
class Suspended(Fact):
    """Nothing about the registration goes on until staff resume it. `was` is the status it had, `since` the moment.

    `reason` is what staff wrote and the candidate reads; it may name private things.
    """

    TOPIC: ClassVar[str] = "registration.suspended"
    SEALED: ClassVar[tuple[str, ...]] = ("reason",)
    was: str
    since: datetime
    reason: str | Erased


@dataclass(frozen=True)
class Resumed(Fact):
    """The registration goes on in the status `to`; `pay_by` is its new time to pay, None where no clock runs."""

    TOPIC: ClassVar[str] = "registration.resumed"
    to: str
    pay_by: datetime | None = None
