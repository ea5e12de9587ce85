"""The steps at a site: which there are, when, and what counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import Site
from ncre.domain.registration.schedule import Milestone, payment_rule, schedule_of
from ncre.events.exam import OnSite
from tests.support import people

ROUND, SITES = people.bundled_round()
NAMES = {
    "网上报名": "Registration",
    "信息审核": "Review",
    "缴费": "Payment",
    "现场确认": "Confirmation on site",
    "打印准考证": "Printing of the admission ticket",
    "考试": "Exam",
}


def site(**wanted: Any) -> Site:
    was = SITES[people.SITE]
    return replace(was, plan=replace(was.plan, **wanted))


def steps(**wanted: Any) -> dict[str, Milestone]:
    found = schedule_of(ROUND, site(**wanted))
    assert {one.name.zh: one.name.en for one in found} == {
        name: NAMES[name] for name in NAMES if name in [one.name.zh for one in found]
    }
    return {one.name.zh: one for one in found}


def test_a_site_that_does_everything_has_every_step_in_order_with_its_window() -> None:
    on_site = OnSite(people.NOW, people.NOW + timedelta(hours=1), "一楼大厅")
    found = steps(reviews=True, confirms=True, confirmation=on_site)
    assert list(found) == list(NAMES)
    windows, batches = ROUND.plan.windows, site().plan.batches
    assert [(one.opens, one.closes) for one in found.values()] == [
        (windows.register.opens, windows.register.closes),
        (windows.review.opens, windows.review.closes),
        (windows.payment.opens, windows.payment.closes),
        (on_site.opens, on_site.closes),
        (windows.printing.opens, windows.printing.closes),
        (min(one.starts_at for one in batches), max(one.ends_at for one in batches)),
    ]
    assert found["现场确认"].rule == Bilingual(
        "本人带证件到一楼大厅。", "Come in person with your document to 一楼大厅."
    )
    assert found["缴费"].rule == payment_rule(site(reviews=True))
    assert found["网上报名"].rule == Bilingual(
        "填写、选考点和科目、上传照片，并申请信息审核。",
        "Fill in, choose site and subjects, upload the photo, and request review.",
    )
    assert found["信息审核"].rule == Bilingual(
        "考点审核；没有通过的，在截止前修改并再次申请。",
        "The site reviews; what is not approved may be corrected and requested again until review closes.",
    )
    assert found["打印准考证"].rule == Bilingual(
        "缴费并编排座位后打印。", "After payment, once seats are assigned."
    )
    assert found["考试"].rule == Bilingual(
        "个人时间以准考证为准。", "Your own time stands on the admission ticket."
    )


def test_a_site_that_does_less_has_fewer_steps() -> None:
    found = steps(reviews=False, confirms=False, batches=())
    assert list(found) == ["网上报名", "缴费", "打印准考证"]
    assert found["网上报名"].rule == Bilingual(
        "填写、选考点和科目、上传照片。", "Fill in, choose site and subjects, upload the photo."
    )


def test_a_site_without_a_place_confirms_where_it_is() -> None:
    rule = steps(confirms=True, confirmation=OnSite())["现场确认"].rule
    assert rule.zh == f"本人带证件到{site().plan.name}。"


@pytest.mark.parametrize(
    ("clock", "reviews", "zh", "en"),
    [
        ("submitted", True, "提交报考信息后 36 小时内支付，逾期报名失效，名额让给别人。", "Within 36 hours after submitting;"),
        ("approved", True, "审核通过后 36 小时内支付，逾期报名失效，名额让给别人。", "Within 36 hours after approval;"),
    ],
)  # fmt: skip
def test_how_long_somebody_has_to_pay(clock: str, reviews: bool, zh: str, en: str) -> None:
    rule = payment_rule(site(clock=clock, reviews=reviews, hold_hours=36))
    assert rule.zh == zh
    assert rule.en == f"{en} after that the registration lapses and the seat goes to others."


def test_without_a_clock_payment_is_open_until_its_window_closes() -> None:
    assert payment_rule(site(clock="approved", reviews=False)) == Bilingual(
        "上传照片后支付，截止前有效。", "After the photo was uploaded, until payment closes."
    )


def test_a_step_goes_on_from_its_first_moment_and_is_over_at_its_last() -> None:
    end = people.NOW + timedelta(hours=1)
    step = Milestone(Bilingual("", ""), people.NOW, end, Bilingual("", ""))
    second = timedelta(seconds=1)
    moments = (people.NOW - second, people.NOW, end - second, end)
    assert [(step.is_now(one), step.is_over(one)) for one in moments] == [
        (False, False),
        (True, False),
        (True, False),
        (False, True),
    ]
    for open_ in (replace(step, opens=None, closes=None), replace(step, closes=None)):
        assert not open_.is_now(people.NOW)
        assert not open_.is_over(people.NOW)
    assert not replace(step, opens=None).is_now(people.NOW)
