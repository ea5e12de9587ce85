"""What the office is told before it seats a site: windows that are open still, and who was not confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ncre.domain.exam.plan import Site, exam_time_in_words
from ncre.domain.seating.cautions import Caution, CautionCode, cautions
from ncre.events.exam import Window
from tests.support import people

ROUND, SITES = people.bundled_round()
SITE = SITES[people.SITE]
WINDOWS = ROUND.plan.windows


def told(code: CautionCode, window: Window) -> Caution:
    return Caution(code, {"closes": exam_time_in_words(window.closes)})


REGISTER = told(CautionCode.REGISTER_OPEN, WINDOWS.register)
REVIEW = told(CautionCode.REVIEW_OPEN, WINDOWS.review)
PAYMENT = told(CautionCode.PAYMENT_OPEN, WINDOWS.payment)


def site(*, reviews: bool = False, confirms: bool = False) -> Site:
    return Site(replace(SITE.plan, reviews=reviews, confirms=confirms), 1)


def test_each_window_is_told_until_it_closes_and_that_of_reviews_where_the_site_reviews() -> None:
    early = min(window.closes for window in (WINDOWS.register, WINDOWS.review, WINDOWS.payment)) - timedelta(
        days=1
    )
    assert list(cautions(ROUND, site(reviews=True), early, 0)) == [REGISTER, REVIEW, PAYMENT]
    assert list(cautions(ROUND, site(), early, 0)) == [REGISTER, PAYMENT]


@pytest.mark.parametrize(
    ("window", "caution"),
    [(WINDOWS.register, REGISTER), (WINDOWS.review, REVIEW), (WINDOWS.payment, PAYMENT)],
    ids=lambda value: value.code if isinstance(value, Caution) else "",
)
def test_a_window_is_over_from_the_moment_it_closes(window: Window, caution: Caution) -> None:
    just_before = window.closes - timedelta(microseconds=1)
    assert caution in cautions(ROUND, site(reviews=True), just_before, 0)
    assert caution not in cautions(ROUND, site(reviews=True), window.closes, 0)


def test_people_who_were_not_confirmed_are_counted_where_the_site_confirms() -> None:
    late = max(window.closes for window in (WINDOWS.register, WINDOWS.review, WINDOWS.payment))
    assert list(cautions(ROUND, site(confirms=True), late, 3)) == [
        Caution(CautionCode.UNCONFIRMED, {"people": 3})
    ]
    assert list(cautions(ROUND, site(confirms=True), late, 0)) == []
    assert list(cautions(ROUND, site(), late, 3)) == []
