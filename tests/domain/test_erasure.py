"""Who may be erased when, and what a reason must not say."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from ncre.domain.erasure import (
    HELD_BY,
    LONGEST_WHY,
    MOST_DAYS,
    HeldBy,
    Hold,
    Retention,
    ends_of,
    hold,
    require_days,
    require_free,
    require_reason,
)
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Status
from tests.support.people import NOW, SITE, bundled_round

ID, DAY = UUID(int=7), timedelta(days=1)
RULE = Retention(keep_days=10, erase_days=20)


def test_the_days_of_a_round_are_counted_from_its_end() -> None:
    assert RULE.kept_until(NOW) == NOW + 10 * DAY
    assert RULE.erased_from(NOW) == NOW + 20 * DAY
    assert Retention(10).erased_from(NOW) is None
    assert Retention() == Retention(0, None)


def test_a_round_ends_with_its_last_exam_and_its_last_print() -> None:
    round_, sites = bundled_round()
    printing = round_.plan.windows.printing.closes
    last = max(batch.ends_at for batch in sites[SITE].plan.batches)
    assert ends_of(round_, [sites[SITE]]) == max(printing, last)
    assert ends_of(round_, []) == printing


@pytest.mark.parametrize(
    ("status", "now", "by"),
    [
        (Status.APPROVED, NOW, None),
        (Status.PAID, NOW, HeldBy.RUNNING),
        (Status.CONFIRMED, NOW - DAY, HeldBy.RUNNING),
        (Status.PAID, NOW + timedelta(seconds=1), HeldBy.RETENTION),
        (Status.PAID, NOW + 10 * DAY, HeldBy.RETENTION),
        (Status.PAID, NOW + 10 * DAY + timedelta(seconds=1), None),
    ],
)
def test_what_was_paid_holds_back_while_the_law_wants_it(
    status: Status, now: object, by: HeldBy | None
) -> None:
    held = hold(ID, "78420019000001", status, NOW, RULE, now)  # type: ignore[arg-type]
    assert held == (Hold(ID, "78420019000001", by, NOW + 10 * DAY) if by else None)


def test_the_longest_hold_is_told() -> None:
    require_free([])
    one = Hold(ID, "", HeldBy.RETENTION, NOW + 2 * DAY)
    with pytest.raises(Refusal) as said:
        require_free(
            [
                Hold(UUID(int=8), "1", HeldBy.RUNNING, NOW),
                one,
                Hold(UUID(int=9), "2", HeldBy.RUNNING, NOW + DAY),
            ]
        )
    assert said.value.code is RefusalCode.ERASURE_HELD
    assert said.value.particulars == {
        "number": ID,
        "by": HELD_BY[HeldBy.RETENTION],
        "possible": exam_time_in_words(NOW + 2 * DAY),
    }
    with pytest.raises(Refusal) as said:
        require_free([Hold(ID, "81", HeldBy.RUNNING, NOW)])
    assert said.value.particulars["number"] == "81"


@pytest.mark.parametrize(
    ("why", "private", "code"),
    [
        (" ", (), RefusalCode.WHY_MISSING),
        ("理" * (LONGEST_WHY + 1), (), RefusalCode.TEXT_TOO_LONG),
        ("李 明要求删除", ("李明",), RefusalCode.ERASURE_WHY_PRIVATE),
        ("number 42011x", ("42011X",), RefusalCode.ERASURE_WHY_PRIVATE),
    ],
)
def test_a_reason_that_cannot_stay_is_refused(why: str, private: tuple[str, ...], code: RefusalCode) -> None:
    with pytest.raises(Refusal) as said:
        require_reason(why, private)
    assert said.value.code is code
    if code is RefusalCode.TEXT_TOO_LONG:
        assert said.value.particulars == {"most": LONGEST_WHY, "count": LONGEST_WHY + 1}


def test_any_other_reason_is_taken_without_its_margins() -> None:
    assert require_reason(" 本人书面申请 ", ("李明", "本")) == "本人书面申请"
    assert require_reason("理" * LONGEST_WHY) == "理" * LONGEST_WHY


@pytest.mark.parametrize(
    ("keep", "erase", "code", "said"),
    [
        (-1, None, RefusalCode.RETENTION_UNFIT, {"most": MOST_DAYS}),
        (0, MOST_DAYS + 1, RefusalCode.RETENTION_UNFIT, {"most": MOST_DAYS}),
        (MOST_DAYS + 1, None, RefusalCode.RETENTION_UNFIT, {"most": MOST_DAYS}),
        (10, 9, RefusalCode.RETENTION_TOO_SHORT, {"keep": 10, "erase": 9}),
    ],
)
def test_days_that_cannot_be_meant_are_refused(
    keep: int, erase: int | None, code: RefusalCode, said: dict[str, int]
) -> None:
    with pytest.raises(Refusal) as refused:
        require_days(keep, erase)
    assert (refused.value.code, refused.value.particulars) == (code, said)


def test_days_may_be_nothing_a_hundred_years_and_the_same() -> None:
    for keep, erase in ((0, None), (0, 0), (10, 10), (MOST_DAYS, MOST_DAYS)):
        require_days(keep, erase)
