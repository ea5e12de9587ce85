"""The words in which the life of a registration is told: statuses, steps, roles, conditions and windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, Protocol, TypeVar


class Status(StrEnum):
    """Where a registration stands. The nine of the manual's flow, their start, four side exits or side states."""

    NEW = "new"
    AGREED = "agreed"
    INFO_FILLED = "info-filled"
    SUBMITTED = "submitted"
    PHOTO_UPLOADED = "photo-uploaded"
    PENDING_REVIEW = "pending-review"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAID = "paid"
    CONFIRMED = "confirmed"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"


T = TypeVar("T")


_FIELDS: Final = {status: status.name.lower() for status in Status}
"""The name of the field of each status: asked for thousands of times a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByStatus(Mapping[Status, T], Generic[T]):
    """Something for each status. The type checker names a status that a table of this type leaves out.

    Holds have their words in one place, from which `on_hold` is filled (`holds.each_hold`).
    """

    new: T
    agreed: T
    info_filled: T
    submitted: T
    photo_uploaded: T
    pending_review: T
    approved: T
    rejected: T
    paid: T
    confirmed: T
    lapsed: T
    withdrawn: T
    cancelled: T
    on_hold: Mapping[Status, T]

    def __getitem__(self, status: Status) -> T:
        if status in self.on_hold:
            return self.on_hold[status]
        found: T = getattr(self, _FIELDS[status])
        return found

    def __iter__(self) -> Iterator[Status]:
        return iter(Status)

    def __len__(self) -> int:
        return len(Status)


class Step(StrEnum):
    """What can be asked of a registration."""

    AGREE = "agree"
    FILL_INFO = "fill_info"
    AMEND_INFO = "amend_info"
    SUBMIT = "submit"
    CHANGE_SUBJECTS = "change_subjects"
    UPLOAD_PHOTO = "upload_photo"
    REPLACE_PHOTO = "replace_photo"
    REQUEST_REVIEW = "request_review"
    TAKE_BACK = "take_back"
    APPROVE = "approve"
    REJECT = "reject"
    SETTLE = "settle"
    RETURN_PAYMENT = "return_payment"
    LAPSE = "lapse"
    EXPIRE = "expire"
    CONFIRM = "confirm"
    SEAT = "seat"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    MOVE = "move"
    POSTPONE = "postpone"
    SUSPEND = "suspend"
    RESUME = "resume"


class Role(StrEnum):
    """In what capacity somebody acts. Payment and clock are machines."""

    CANDIDATE = "candidate"
    REVIEWER = "reviewer"
    SITE_ADMIN = "site_admin"
    OFFICE = "office"
    AUDITOR = "auditor"
    PAYMENT = "payment"
    CLOCK = "clock"


STAFF: Final = frozenset({Role.REVIEWER, Role.OFFICE})
OFFICE: Final = frozenset({Role.OFFICE})
CANDIDATE: Final = frozenset({Role.CANDIDATE})
PAYMENT: Final = frozenset({Role.PAYMENT})
CLOCK: Final = frozenset({Role.CLOCK})


class Back(StrEnum):
    """A target that is not the same every time: the field of the fact that names the status to go back to."""

    WHERE_IT_WAS = "to"


class When(StrEnum):
    """What the site's policy for a registration must say for a row to count."""

    ALWAYS = "always"
    SITE_REVIEWS = "site_reviews"
    SITE_DOES_NOT_REVIEW = "site_does_not_review"
    SITE_CONFIRMS = "site_confirms"
    CLOCK_AT_SUBMISSION = "clock_at_submission"
    PHOTO_LOST = "photo_lost"


class Opening(StrEnum):
    """The windows of a round: which one must be open, or over, for a step."""

    NONE = "none"
    REGISTER = "register"
    REVIEW = "review"
    PAYMENT = "payment"
    PRINTING = "printing"


class SitePolicy(Protocol):
    """The part of a site's policy for a registration that decides which rows count."""

    @property
    def reviews(self) -> bool:
        """Whether the site reviews before people pay."""

    @property
    def confirms(self) -> bool:
        """Whether people confirm in person."""

    @property
    def clock(self) -> str:
        """When the time to pay begins to run."""

    @property
    def photo_lost(self) -> bool:
        """Whether the photo cannot be read any more."""
