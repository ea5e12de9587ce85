"""What is said about windows: complete for every status at both kinds of sites, and true to the table of the life."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product

import pytest

from ncre.domain.exam.plan import Site, deadline_of
from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.machine import open_rows
from ncre.domain.registration.vocabulary import Opening, Status, Step
from ncre.domain.registration.window_wording import FOLLOWS, TURNS, UNDER_WAY, WINDOWS
from tests.support import people

PAIRS = list(product(Status, (True, False)))


def site(reviews: bool) -> Site:
    _, sites = people.bundled_round()
    return sites[people.SITE if reviews else "429901"]


def test_every_status_and_window_has_words() -> None:
    assert set(TURNS) == set(PAIRS)
    assert set(WINDOWS) == set(FOLLOWS) == set(Opening)


@pytest.mark.parametrize(("status", "reviews"), PAIRS)
def test_before_and_after_are_said_in_both_languages_with_the_moment(status: Status, reviews: bool) -> None:
    round_, _ = people.bundled_round()
    window = round_.window(TURNS[status, reviews].window)
    assert window is not None
    for now, over in ((window.closes - timedelta(seconds=1), False), (window.closes, True)):
        due = deadline_of(status, reviews, round_, now)
        assert due.over is over
        words = due.turn.after if over else due.turn.before
        assert due.say("en") == words.say("en", closes=due.told, closed=due.told)
        assert due.told in due.say("zh")
        assert due.told in due.say("en")
        assert re.search(r"[\u4e00-\u9fff]", due.say("zh"))
        assert not re.search(r"[\u4e00-\u9fff{]", due.say("en"))


@pytest.mark.parametrize(("status", "reviews"), PAIRS)
def test_what_ends_with_a_window_is_what_lapses_with_it(status: Status, reviews: bool) -> None:
    """But for an agreement that nothing followed, which holds nothing, and what lapsed before."""
    rows = open_rows(status, site(reviews) if status not in (Status.NEW, Status.AGREED) else None)
    lapses = {row.after for row in rows if row.step is Step.EXPIRE}
    turn = TURNS[status, reviews]
    if status in (Status.AGREED, Status.LAPSED):
        assert turn.ends
        assert not lapses
    elif status is Status.PENDING_REVIEW:
        assert not turn.ends
        assert lapses == {Opening.PAYMENT}
    else:
        assert lapses == ({turn.window} if turn.ends else set())


def test_what_is_over_is_not_under_way() -> None:
    over = {Status.NEW, Status.PAID, Status.CONFIRMED, Status.LAPSED, Status.WITHDRAWN, Status.CANCELLED}
    over |= set(HOLDS)
    assert set(Status) - over == UNDER_WAY
