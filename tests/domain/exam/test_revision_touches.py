"""Whom a change touches, and what comes of it for them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from ncre.domain.exam import revision_touches as touches
from ncre.domain.exam.revision import Change, ChangeKind
from ncre.domain.exam.revision_rules import RevisionOutcome
from ncre.domain.exam.revision_touches import HeldSeat, Holder, Touches
from ncre.domain.exam.revision_weighing import Weighed, needs_people, weighed
from ncre.domain.exam.site_run import cause_of_run, run_of_cause
from ncre.domain.registration.vocabulary import Status

SEAT = HeldSeat("2027-03-27-0800-1000", "机房1", 30)
ONE = Holder(UUID(int=1), "1", "李*", "420019", Status.APPROVED, "v1", ("66", "24"), (), "湖北")
LEVELS = {"66": 2, "24": 2}


def change(item: str = "", after: str = "", kind: ChangeKind = ChangeKind.NOTICE) -> Change:
    return Change(kind, "420019", item, "", after)


def sits(status: Status = Status.PAID) -> Holder:
    return replace(ONE, status=status, seats=(SEAT,))


def is_(status: Status) -> Holder:
    return replace(ONE, status=status)


@pytest.mark.parametrize(
    ("rule", "made", "one", "touched"),
    [
        (touches.nobody, change(), sits(), False),
        (touches.unfinished, change(), is_(Status.SUBMITTED), True),
        (touches.unfinished, change(), is_(Status.WITHDRAWN), False),
        (touches.waiting, change(), is_(Status.PENDING_REVIEW), True),
        (touches.waiting, change(), is_(Status.APPROVED), False),
        (touches.pictured, change(), is_(Status.PHOTO_UPLOADED), True),
        (touches.pictured, change(), is_(Status.PENDING_REVIEW), False),
        (touches.to_pay, change(), is_(Status.APPROVED), True),
        (touches.to_pay, change(), is_(Status.PAID), False),
        (touches.to_pay, change(), is_(Status.LAPSED), False),
        (touches.paid, change(), is_(Status.CONFIRMED), True),
        (touches.paid, change(), is_(Status.APPROVED), False),
        (touches.paid_only, change(), is_(Status.PAID), True),
        (touches.paid_only, change(), is_(Status.CONFIRMED), False),
        (touches.to_confirm, change(), is_(Status.PAID), True),
        (touches.to_confirm, change(), is_(Status.CONFIRMED), False),
        (touches.to_confirm, change(), is_(Status.WITHDRAWN), False),
        (touches.printable, change(), sits(), True),
        (touches.printable, change(), is_(Status.PAID), False),
        (touches.printable, change(), sits(Status.APPROVED), False),
        (touches.here, change(), ONE, True),
        (touches.here, change(), replace(ONE, subjects=()), False),
        (touches.here, change(), is_(Status.LAPSED), False),
        (touches.subject, change("66"), ONE, True),
        (touches.subject, change("67"), ONE, False),
        (touches.subject, change("66"), is_(Status.LAPSED), False),
        (touches.counted, change(), ONE, True),
        (touches.counted, change("24"), ONE, True),
        (touches.counted, change("67"), ONE, False),
        (touches.counted, change(), is_(Status.CANCELLED), False),
        (touches.fee, change("2"), ONE, True),
        (touches.fee, change("2 湖北"), ONE, True),
        (touches.fee, change("2 ≠湖北"), ONE, False),
        (touches.fee, change("1"), ONE, False),
        (touches.fee, change("2"), is_(Status.PAID), False),
        (touches.fee, change("0"), replace(ONE, subjects=("99",)), True),
        (touches.fee, change("1"), replace(ONE, subjects=("99",)), False),
        (touches.too_many, change("", "1"), ONE, True),
        (touches.too_many, change("", "2"), ONE, False),
        (touches.too_many, change("", "1"), is_(Status.LAPSED), False),
        (touches.agreed, change("v1"), ONE, True),
        (touches.agreed, change("v2"), ONE, False),
        (touches.in_room, change("机房1"), sits(), True),
        (touches.in_room, change("机房2"), sits(), False),
        (touches.beyond, change("机房1", "29"), sits(), True),
        (touches.beyond, change("机房1", "30"), sits(), False),
        (touches.beyond, change("机房2", "29"), sits(), False),
        (touches.in_sitting, change(SEAT.sitting), sits(), True),
        (touches.in_sitting, change("2027-03-28-0800-1000"), sits(), False),
    ],
)  # fmt: skip
def test_whom_a_change_touches(rule: Touches, made: Change, one: Holder, touched: bool) -> None:
    assert rule(made, one, LEVELS) is touched


def quota(after: str) -> Change:
    return change("", after, ChangeKind.QUOTA_LOWERED)


def test_a_quota_counts_by_how_much_it_is_exceeded() -> None:
    people = (ONE, replace(ONE, id=UUID(int=2)), replace(ONE, id=UUID(int=3), site="420020"))
    assert weighed(quota("2"), people, LEVELS) == Weighed(quota("2"), RevisionOutcome.ALLOWED, (), 0)
    found = weighed(quota("1"), people, LEVELS)
    assert (found.people, found.excess, found.touched) == (people[:2], 1, 1)
    assert found.outcome is not RevisionOutcome.ALLOWED


def test_any_other_change_counts_the_people_of_its_site_or_of_all() -> None:
    people = (sits(), replace(sits(), id=UUID(int=3), site="420020"))
    here = Change(ChangeKind.ROOM_REMOVED, "420019", "机房1", "30", "")
    found = weighed(here, people, LEVELS)
    assert (found.people, found.touched) == (people[:1], 1)
    assert found.outcome is not RevisionOutcome.ALLOWED
    everywhere = weighed(Change(ChangeKind.PRINTING_WINDOW), people, LEVELS)
    assert everywhere.people == people
    other = weighed(replace(here, item="机房9"), people, LEVELS)
    assert other == Weighed(replace(here, item="机房9"), RevisionOutcome.ALLOWED, ())


def test_people_are_asked_for_where_a_change_may_touch_them() -> None:
    assert needs_people([Change(ChangeKind.SITE_NAME), quota("1")])
    assert not needs_people([])
    assert not needs_people([Change(ChangeKind.ROUND_OPENED)])


def test_a_cause_names_the_run_that_calls_a_site_off() -> None:
    run = UUID(int=9)
    assert cause_of_run(run) == f"site run {run}"
    assert run_of_cause(cause_of_run(run)) == run
    assert run_of_cause("revision 3") is None
