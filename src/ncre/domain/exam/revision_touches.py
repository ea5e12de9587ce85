"""Whom a change of a round touches: for each kind of change, which of the people under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from ncre.domain.exam.revision import Change, pays
from ncre.domain.registration.lifecycle import HOLDS_SEATS, PAID, STANDINGS
from ncre.domain.registration.vocabulary import Status


@dataclass(frozen=True)
class HeldSeat:
    """A seat that somebody has, in a sitting (`sitting_name`) that is not over."""

    sitting: str
    room: str
    seat: int


@dataclass(frozen=True)
class Holder:
    """A registration that a change may touch; `name` is masked."""

    id: UUID
    number: str
    name: str
    site: str
    status: Status
    agreement: str
    subjects: tuple[str, ...]
    seats: tuple[HeldSeat, ...] = ()
    province: str = ""

    @property
    def holds(self) -> bool:
        """Whether its choice counts: it has neither lapsed nor been given up."""
        return bool(self.subjects) and self.status in HOLDS_SEATS

    @property
    def paid(self) -> bool:
        """Whether the fee was paid."""
        return self.status in PAID

    @property
    def unpaid(self) -> bool:
        """Whether a seat is held and the fee is still to be paid."""
        return self.holds and not self.paid


Levels = Mapping[str, int]
"""The level of each subject."""


Touches = Callable[[Change, Holder, Levels], bool]


def nobody(_: Change, __: Holder, ___: Levels) -> bool:
    """A change that touches nobody."""
    return False


def unfinished(_: Change, one: Holder, __: Levels) -> bool:
    """Whoever has something left to do."""
    return STANDINGS[one.status].open


def waiting(_: Change, one: Holder, __: Levels) -> bool:
    """Whoever waits for review."""
    return one.status is Status.PENDING_REVIEW


def pictured(_: Change, one: Holder, __: Levels) -> bool:
    """Whoever sent a photo and has not asked for review."""
    return one.status is Status.PHOTO_UPLOADED


def to_pay(_: Change, one: Holder, __: Levels) -> bool:
    """Whoever has still to pay."""
    return one.unpaid


def paid(_: Change, one: Holder, __: Levels) -> bool:
    """Whether the fee was paid."""
    return one.paid


def paid_only(_: Change, one: Holder, __: Levels) -> bool:
    """Whoever paid and has not confirmed."""
    return one.status is Status.PAID


def to_confirm(_: Change, one: Holder, __: Levels) -> bool:
    """Whoever may still confirm in person."""
    return one.holds and one.status is not Status.CONFIRMED


def printable(_: Change, one: Holder, __: Levels) -> bool:
    """Whoever could print a ticket."""
    return one.paid and bool(one.seats)


def here(_: Change, one: Holder, __: Levels) -> bool:
    """Whoever holds a seat at the site."""
    return one.holds


def subject(change: Change, one: Holder, _: Levels) -> bool:
    """Whoever holds a seat in the subject."""
    return one.holds and change.item in one.subjects


def counted(change: Change, one: Holder, _: Levels) -> bool:
    """Whoever counts against the quota, of the subject or of the whole site."""
    return one.holds and (not change.item or change.item in one.subjects)


def fee(change: Change, one: Holder, levels: Levels) -> bool:
    """Whoever has still to pay the fee of the level."""
    return one.unpaid and any(
        pays(change.item, levels.get(subject, 0), one.province) for subject in one.subjects
    )


def too_many(change: Change, one: Holder, _: Levels) -> bool:
    """Whoever chose more subjects than are allowed from now on."""
    return one.holds and len(one.subjects) > int(change.after)


def agreed(change: Change, one: Holder, _: Levels) -> bool:
    """Whoever accepted this edition of the agreement."""
    return one.agreement == change.item


def in_room(change: Change, one: Holder, _: Levels) -> bool:
    """Whoever sits in the room."""
    return any(seat.room == change.item for seat in one.seats)


def beyond(change: Change, one: Holder, _: Levels) -> bool:
    """Whoever sits in the room on a seat that it no longer has."""
    return any(seat.room == change.item and seat.seat > int(change.after) for seat in one.seats)


def in_sitting(change: Change, one: Holder, _: Levels) -> bool:
    """Whoever sits in the sitting."""
    return any(seat.sitting == change.item for seat in one.seats)
