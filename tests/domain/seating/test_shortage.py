"""What to add where seats are missing: the least that would do, told with what is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating.halls import LAST_HALL, halls
from ncre.domain.seating.occupancy import Occupancy
from ncre.domain.seating.plan import MOST_SEED, seed_in
from ncre.domain.seating.shortage import Suffices, shortage
from ncre.events.exam import Room, SitePlan
from tests.support import people

SITE = replace(people.bundled_round()[1][people.SITE].plan, rooms=(Room("机房1", 30),))
SITE = replace(SITE, batches=SITE.batches[:1])


def seats(plan: SitePlan) -> int:
    return sum(room.seats for room in plan.rooms) * len(plan.batches)


def needs(number: int) -> Suffices:
    """A plan is sure with so many seats; counting alone takes ten fewer for enough."""
    return Suffices(lambda plan: seats(plan) >= number - 10, lambda plan: seats(plan) >= number)


@pytest.mark.parametrize("number", [31, 40, 41, 55, 70, 71])
def test_where_counting_says_less_than_planning_needs_it_is_planned(number: int) -> None:
    refusal = shortage(SITE, 60, 120, needs(number))
    assert refusal.code is RefusalCode.NO_CAPACITY
    assert refusal.particulars["seats"] == number - 30
    assert refusal.particulars["batches"] == 2
    assert (refusal.particulars["site"], refusal.particulars["missing"], refusal.particulars["minutes"]) == (
        SITE.code, 60, 120,
    )  # fmt: skip


def test_the_least_is_found_among_all_numbers() -> None:
    for least in range(1, 21):
        grown = Suffices(lambda plan: True, lambda plan, least=least: seats(plan) >= 30 + least)  # type: ignore[misc]
        assert grown.least(lambda more: replace(SITE, rooms=(*SITE.rooms, Room("+", more))), 1, 20) == least
        assert (
            grown.least(lambda more: replace(SITE, rooms=(*SITE.rooms, Room("+", more))), 1, least - 1)
            is None
        )


def test_what_counting_says_is_taken_where_it_can_be_planned() -> None:
    asked: list[int] = []

    def planned(plan: SitePlan) -> bool:
        asked.append(len(plan.rooms))
        return True

    few = Suffices(lambda plan: len(plan.rooms) >= 5, planned)
    assert few.least(lambda more: replace(SITE, rooms=SITE.rooms * more), 1, 9) == 5
    assert asked == [5]


def never(_: SitePlan) -> bool:
    return False


@pytest.mark.parametrize(
    ("wanted", "suffices", "code", "said"),
    [
        ({}, Suffices(never, never), RefusalCode.TOO_MANY_HALLS, {"most": LAST_HALL}),
        (
            {}, Suffices(lambda plan: len(plan.batches) > 2, lambda plan: True),
            RefusalCode.TOO_FEW_BATCHES, {"batches": 2, "minutes": 120},
        ),
        ({"batches": ()}, needs(30), RefusalCode.TOO_FEW_BATCHES, {"batches": 2, "minutes": 120}),
        ({"rooms": ()}, needs(20), RefusalCode.NO_ROOMS, {"seats": 20}),
        (
            {}, Suffices(lambda plan: len(plan.rooms) > 1, lambda plan: True),
            RefusalCode.TOO_FEW_SEATS, {"seats": 1},
        ),
    ],
)  # fmt: skip
def test_what_does_not_help_is_not_told(
    wanted: dict[str, Any], suffices: Suffices, code: RefusalCode, said: dict[str, int]
) -> None:
    refusal = shortage(replace(SITE, **wanted), 60, 120, suffices)
    assert refusal.code is code
    assert refusal.particulars == {"site": SITE.code, "missing": 60} | said


def test_a_hall_that_is_added_counts_two_digits() -> None:
    sizes: list[list[int]] = []

    def planned(plan: SitePlan) -> bool:
        sizes.append([room.seats for room in plan.rooms[1:]])
        return True

    shortage(SITE, 250, 120, Suffices(lambda plan: seats(plan) >= 30 + 250, planned))
    assert sizes[0] == [99, 99, 52]


def test_a_batch_that_is_added_follows_a_day_later() -> None:
    added: list[Any] = []

    def planned(plan: SitePlan) -> bool:
        added.append(plan.batches[1:])
        return True

    shortage(SITE, 60, 120, Suffices(lambda plan: len(plan.rooms) > 1 or len(plan.batches) == 3, planned))
    last = SITE.batches[0]
    days = [(one.starts_at - last.ends_at).total_seconds() / 86400 for one in added[-1]]
    assert [one.number for one in added[-1]] == [last.number + 1, last.number + 2]
    assert days == [1, 2]
    assert {(one.ends_at - one.starts_at).total_seconds() for one in added[-1]} == {7200}


@pytest.mark.parametrize(("typed", "seed"), [(" 007 ", 7), ("0", 0), (str(MOST_SEED), MOST_SEED)])
def test_a_seed_is_typed_in_up_to_nine_digits(typed: str, seed: int) -> None:
    assert seed_in(typed) == seed


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "\u0661", "1234567890", "x" * 50])
def test_anything_else_is_no_seed(typed: str) -> None:
    with pytest.raises(Refusal) as said:
        seed_in(typed)
    assert said.value.code is RefusalCode.SEED_UNFIT
    assert said.value.particulars == {"seed": typed[:40], "most": MOST_SEED}


def test_where_there_is_no_hall_no_seat_is_free() -> None:
    (one,) = halls(SITE)
    occupancy = Occupancy([one], {one.number: 10})
    assert (occupancy.free(0, 0), occupancy.free(1, 0), occupancy.free(0, 1)) == (20, 0, 0)
