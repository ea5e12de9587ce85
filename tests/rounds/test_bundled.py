"""The round that comes with the package: complete, and open on the day it is loaded."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.seating.plan import halls
from ncre.events.exam import OnSite, SitePlan
from ncre.rounds import bundled
from ncre.rounds.loader import LoadedRound, load_round

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def demo() -> LoadedRound:
    return load_round(bundled(), TODAY)


def site(demo: LoadedRound, code: str) -> SitePlan:
    return next(one for one in demo.sites if one.code == code)


def test_the_bundled_round_is_round_78_with_every_site_and_subject(demo: LoadedRound) -> None:
    assert (demo.plan.code, demo.plan.title) == ("78", "2026年12月全国计算机等级考试")
    assert (len(demo.sites), len(demo.plan.subjects)) == (26, 25)
    assert {one.code for one in demo.sites if not one.synthetic} == {"420019", "140027"}
    assert all(one.offers and one.rooms and one.batches for one in demo.sites)
    assert {notice.kind for notice in demo.notices} == {"announcement", "guide"}


@pytest.mark.parametrize("hour", [9, 15, 23])
def test_everything_is_open_on_the_day_of_loading(demo: LoadedRound, hour: int) -> None:
    now = datetime(TODAY.year, TODAY.month, TODAY.day, hour, tzinfo=EXAM_TIME)
    windows = demo.plan.windows
    for window in (windows.register, windows.review, windows.payment, windows.printing):
        assert window.opens <= now < window.closes


def test_wall_time_in_shanghai_is_eight_hours_before_it_in_utc(demo: LoadedRound) -> None:
    assert demo.plan.windows.register.opens == datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    assert demo.plan.windows.register.closes == datetime(2026, 12, 2, 9, 0, tzinfo=UTC)


def test_fees_are_those_of_hubei_with_their_basis(demo: LoadedRound) -> None:
    assert {fee.level: fee.amount for fee in demo.plan.fees} == {1: 8000, 2: 8000, 3: 8000, 4: 13500}
    assert all("107号" in fee.basis for fee in demo.plan.fees)


def test_the_sites_that_the_demo_shows_have_their_policies(demo: LoadedRound) -> None:
    first = site(demo, "420019")
    assert (first.reviews, first.confirms, first.clock, first.most_subjects) == (True, True, "approved", 3)
    assert (site(demo, "429901").reviews, site(demo, "429901").clock) == (False, "submitted")
    assert site(demo, "429901").hold_hours == 24
    assert site(demo, "429903").hold_hours == 1
    assert site(demo, "429906").most_subjects == 2
    assert site(demo, "140027").audience == "own_students"


def test_quotas_are_between_30_and_200_but_for_one_that_is_soon_full(demo: LoadedRound) -> None:
    quotas = Counter(offer.quota for one in demo.sites for offer in one.offers)
    assert quotas[2] == 1
    assert all(30 <= quota <= 200 for quota in quotas if quota != 2)


def test_everybody_a_site_may_take_finds_a_seat(demo: LoadedRound) -> None:
    for one in demo.sites:
        chairs = sum(hall.seats for hall in halls(one))
        people = min(one.quota * one.most_subjects, sum(offer.quota for offer in one.offers))
        assert chairs >= people, f"{one.code} offers {people} sittings and has {chairs} chairs"


def test_batches_lie_on_three_days_after_paying_ends(demo: LoadedRound) -> None:
    batches = demo.sites[0].batches
    assert [batch.number for batch in batches] == list(range(1, len(batches) + 1))
    assert len({batch.starts_at.astimezone(EXAM_TIME).date() for batch in batches}) == 3
    assert batches[0].starts_at >= demo.plan.windows.payment.closes
    longest = timedelta(minutes=max(subject.minutes for subject in demo.plan.subjects))
    assert all(batch.ends_at - batch.starts_at >= longest for batch in batches)


def test_texts_are_there_in_both_languages_and_say_they_are_samples(demo: LoadedRound) -> None:
    assert "样例" in demo.plan.agreement_text
    assert "sample" in demo.plan.agreement_text_en
    assert all(notice.body.strip() and notice.body_en.strip() for notice in demo.notices)


def test_loading_on_another_day_moves_the_windows(demo: LoadedRound) -> None:
    later = load_round(bundled(), TODAY + timedelta(days=100))
    assert later.plan.windows.register.opens - demo.plan.windows.register.opens == timedelta(days=100)


def test_the_months_of_the_titles_are_those_of_the_first_sitting(demo: LoadedRound) -> None:
    """Whenever it is loaded: 20 days after the last of January is in February."""
    assert demo.plan.title_en == "National Computer Rank Examination, December 2026"
    later = load_round(bundled(), date(2027, 1, 31))
    assert later.plan.title == "2027年2月全国计算机等级考试"
    assert later.plan.title_en.endswith("February 2027")
    assert later.notices[0].title.startswith("2027年2月")
    assert not [one for one in later.cautions if "月份" in one.words.zh]


def test_the_office_and_every_site_can_be_asked(demo: LoadedRound) -> None:
    assert demo.plan.office.phone
    assert demo.plan.office.hours_en
    assert demo.plan.papers_en
    assert all(one.contact.phone and one.contact.hours_en for one in demo.sites)


def test_a_site_that_confirms_says_when_and_where_and_others_say_nothing(demo: LoadedRound) -> None:
    first, other = site(demo, "420019").confirmation, site(demo, "140027").confirmation
    assert first.opens
    assert first.closes
    assert first.opens < first.closes
    assert first.place == "1号教学楼101室"
    assert other == OnSite()
