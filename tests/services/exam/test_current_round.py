"""Which round the front page and the desks speak of, while the next one is published already."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ncre.bootstrap import Container
from ncre.events.exam import Window
from ncre.services.exam.revision_commands import Revise
from ncre.web.site import create_site
from tests.support.people import OFFICE, ROUND, Clock, somebody
from tests.web.staff_members import reviewer

LATER = "79"
AHEAD = timedelta(days=100)


@pytest.fixture
def published(container: Container) -> None:
    """The next round, whose registration begins in a hundred days."""
    wanted = container.revisions.wanted(ROUND)
    windows = replace(
        wanted.plan.windows,
        **{
            name: Window(one.opens + AHEAD, one.closes + AHEAD)
            for name in ("register", "review", "payment", "printing")
            if (one := getattr(wanted.plan.windows, name))
        },
    )
    later = replace(wanted, plan=replace(wanted.plan, code=LATER, windows=windows), sites=())
    container.revisions.revise(Revise(actor=OFFICE, wanted=later, why="下一考次"))


def current(container: Container) -> str:
    round_ = container.queries.exams.current()
    assert round_ is not None
    return round_.code


def test_a_round_that_goes_on_stays_the_current_one_until_the_next_begins(
    container: Container, clock: Clock, published: None
) -> None:
    wenjing = somebody(container, "wenjing")
    wenjing.until_waiting()
    assert current(container) == ROUND
    shown = reviewer(container, create_site(container)).get("/staff/queue")
    assert f"/staff/cases/{wenjing.id}" in shown
    case = container.queries.cases.case(wenjing.id)
    assert case is not None
    assert case.current is not None
    assert case.current.code == ROUND
    windows = container.queries.exams.round(LATER).plan.windows  # type: ignore[union-attr]
    clock.now = windows.register.opens
    assert current(container) == LATER


def test_when_nothing_of_a_round_is_open_the_next_is_announced(
    container: Container, clock: Clock, published: None
) -> None:
    windows = container.queries.exams.round(ROUND).plan.windows  # type: ignore[union-attr]
    clock.now = windows.printing.closes - timedelta(seconds=1)
    assert current(container) == ROUND
    clock.advance(seconds=1)
    assert current(container) == LATER


def test_a_first_round_is_announced_before_it_begins(container: Container, clock: Clock) -> None:
    windows = container.queries.exams.round(ROUND).plan.windows  # type: ignore[union-attr]
    clock.now = windows.register.opens - timedelta(days=30)
    assert current(container) == ROUND
