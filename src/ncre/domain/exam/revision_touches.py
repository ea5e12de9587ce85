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
        return self.status in PAID

    @property
    def unpaid(self) -> bool:
        return self.holds and not self.paid


Levels = Mapping[str, int]
"""The level of each subject."""


Touches = Callable[[Change, Holder, Levels], bool]


def nobody(_: Change, __: Holder, ___: Levels) -> bool:
    return False


def unfinished(_: Change, one: Holder, __: Levels) -> bool:
    return STANDINGS[one.status].open


def waiting(_: Change, one: Holder, __: Levels) -> bool:
    return one.status is Status.PENDING_REVIEW


def pictured(_: Change, one: Holder, __: Levels) -> bool:
    return one.status is Status.PHOTO_UPLOADED


def to_pay(_: Change, one: Holder, __: Levels) -> bool:
    return one.unpaid


def paid(_: Change, one: Holder, __: Levels) -> bool:
    return one.paid


def paid_only(_: Change, one: Holder, __: Levels) -> bool:
    return one.status is Status.PAID


def to_confirm(_: Change, one: Holder, __: Levels) -> bool:
    return one.holds and one.status is not Status.CONFIRMED


def printable(_: Change, one: Holder, __: Levels) -> bool:
    return one.paid and bool(one.seats)


def here(_: Change, one: Holder, __: Levels) -> bool:
    return one.holds


def subject(change: Change, one: Holder, _: Levels) -> bool:
    return one.holds and change.item in one.subjects


def counted(change: Change, one: Holder, _: Levels) -> bool:
    return one.holds and (not change.item or change.item in one.subjects)


def fee(change: Change, one: Holder, levels: Levels) -> bool:
    return one.unpaid and any(
        pays(change.item, levels.get(subject, 0), one.province) for subject in one.subjects
    )


def too_many(change: Change, one: Holder, _: Levels) -> bool:
    return one.holds and len(one.subjects) > int(change.after)


def agreed(change: Change, one: Holder, _: Levels) -> bool:
    return one.agreement == change.item


def in_room(change: Change, one: Holder, _: Levels) -> bool:
    return any(seat.room == change.item for seat in one.seats)


def beyond(change: Change, one: Holder, _: Levels) -> bool:
    return any(seat.room == change.item and seat.seat > int(change.after) for seat in one.seats)


def in_sitting(change: Change, one: Holder, _: Levels) -> bool:
    return any(seat.sitting == change.item for seat in one.seats)
