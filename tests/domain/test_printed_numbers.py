"""Nothing is taken that does not fit into the numbers on paper, neither by a file nor by a command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from ncre.domain import printed_numbers
from ncre.domain.exam.commands import ExamCommand, PlanRound, PlanSite
from ncre.domain.exam.decisions import decide_exam
from ncre.domain.exam.plan import round_id, site_id
from ncre.domain.exam.state import ExamRecord
from ncre.domain.printed_numbers import LAST_SERIAL, registration_number, ticket_number
from ncre.domain.refusal_wording import refusal_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating.halls import LAST_HALL
from ncre.events.exam import Offer, Room, RoundPlan, SitePlan
from tests.domain.seating.examples import batch
from tests.support.people import OFFICE, ROUND, SITE, bundled_round

PLAN: RoundPlan = bundled_round()[0].plan
HERE: SitePlan = bundled_round()[1][SITE].plan


def planning(plan: RoundPlan | SitePlan, round_code: str = ROUND) -> ExamCommand:
    if isinstance(plan, RoundPlan):
        return PlanRound(actor=OFFICE, command_id=uuid4(), plan=plan)
    return PlanSite(actor=OFFICE, command_id=uuid4(), round=round_code, plan=plan)


def with_subject(code: str) -> RoundPlan:
    return replace(PLAN, subjects=(replace(PLAN.subjects[0], code=code), *PLAN.subjects[1:]))


def with_rooms(*rooms: tuple[Any, Any]) -> SitePlan:
    return replace(HERE, rooms=tuple(Room(name, seats) for name, seats in rooms))


def with_batches(*numbers: int) -> SitePlan:
    return replace(
        HERE, batches=tuple(replace(batch(place), number=one) for place, one in enumerate(numbers))
    )


UNFIT: list[RoundPlan | SitePlan] = [
    *(with_subject(code) for code in ("00", "101", "1", "", "A1", "1 ", "１４", "-1", "1\n", PLAN.subjects[1].code)),
    *(replace(PLAN, code=code) for code in ("00", "7", "078", "7A", "７８", "", "-1")),
    *(replace(HERE, code=code) for code in ("000000", "42001", "4200190", "42001A", "", "４２００１９", " 42001")),
    replace(HERE, offers=(Offer("066", 9),)),
    *(with_rooms(("A", seats)) for seats in (0, 100, -1, 1000, 99.5)),
    *(with_rooms((name, 9)) for name in ("", "x" * 81)),
    with_rooms(("A", 9), ("A", 9)),
    *(with_batches(*numbers) for numbers in ((0,), (100,), (1, 1))),
    replace(with_batches(1, 2), rooms=tuple(Room(f"R{number}", 9) for number in range(LAST_HALL // 2 + 1))),
]  # fmt: skip


@pytest.mark.parametrize("plan", UNFIT)
def test_what_does_not_fit_is_refused_and_the_words_say_what_would(plan: RoundPlan | SitePlan) -> None:
    stream = round_id(ROUND) if isinstance(plan, RoundPlan) else site_id(ROUND, SITE)
    with pytest.raises(Refusal) as refused:
        decide_exam(ExamRecord(stream), planning(plan))
    assert refused.value.code is RefusalCode.NUMBER_UNFIT
    for language in ("zh", "en"):
        assert "{" not in refusal_words(refused.value.code, refused.value.particulars, language)


def test_what_fits_to_the_last_digit_is_taken() -> None:
    for code in ("01", "99"):
        assert decide_exam(
            ExamRecord(round_id(ROUND)),
            planning(replace(with_subject(code), subjects=with_subject(code).subjects[:1])),
        )
    for code in ("01", "99"):
        assert decide_exam(ExamRecord(round_id(code)), planning(replace(PLAN, code=code)))
    full = replace(
        with_batches(*range(1, 100)), rooms=tuple(Room(f"第{number}机房", 99) for number in range(101))
    )
    assert decide_exam(ExamRecord(site_id(ROUND, SITE)), planning(full))
    assert len(full.rooms) * len(full.batches) == LAST_HALL


def test_a_number_is_made_of_parts_that_fit_or_not_at_all() -> None:
    assert ticket_number("66", "77", "420019", 3, 15) == "6677420019000315"
    assert ticket_number("14", "09", "140027", 9999, 99) == "1409140027999999"
    assert registration_number("78", SITE, LAST_SERIAL) == "78420019999999"
    unfit: list[Callable[[], str]] = [
        lambda: ticket_number("101", "78", SITE, 1, 1),
        lambda: ticket_number("6", "78", SITE, 1, 1),
        lambda: ticket_number("66", "8", SITE, 1, 1),
        lambda: ticket_number("66", "78", "42", 1, 1),
        lambda: ticket_number("66", "78", SITE, 0, 1),
        lambda: ticket_number("66", "78", SITE, 10_000, 1),
        lambda: ticket_number("66", "78", SITE, 1, 100),
        lambda: registration_number("78", SITE, LAST_SERIAL + 1),
    ]
    for make in unfit:
        with pytest.raises(Refusal):
            make()


def test_a_site_that_has_given_out_its_numbers_is_named_with_how_many_they_are() -> None:
    with pytest.raises(Refusal) as refused:
        registration_number("78", "420019", 1_000_000)
    assert (refused.value.code, refused.value.particulars) == (
        RefusalCode.NUMBERS_USED_UP,
        {"site": "420019", "most": 999_999},
    )


def test_what_does_not_fit_is_told_with_its_form_and_no_more_than_forty_characters() -> None:
    refusal = printed_numbers.SITE.refusal("x" * 50)
    name, form = printed_numbers.SITE.name, printed_numbers.SITE.form
    assert refusal.code is RefusalCode.NUMBER_UNFIT
    assert refusal.particulars == {
        "what": name.zh,
        "what_en": name.en,
        "value": "x" * 40,
        "form": form.zh,
        "form_en": form.en,
    }
    assert printed_numbers.SITE.fault("x" * 50) == (
        f"{name.zh}应为{form.zh}，现在是“{'x' * 40}”",
        f"{name.en} must be {form.en}, not {'x' * 40!r}",
    )
