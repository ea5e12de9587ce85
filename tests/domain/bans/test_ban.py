"""What may be imposed as a ban, and what a banned person is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from ncre.domain.bans.ban import (
    EARLIEST,
    LONGEST_DECISION,
    MOST_YEARS,
    Ban,
    ban_id,
    refusal_of,
    require_terms,
)
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE
from tests.support import people

GOOD: Final[dict[str, Any]] = {
    "starts": date(2027, 1, 1),
    "ends": date(2029, 12, 31),
    "decision": "鄂考〔2027〕3号",
    "reason": "替考",
}


def test_a_ban_within_the_rules_is_taken() -> None:
    for changed in (
        {},
        {"ends": GOOD["starts"]},
        {"starts": EARLIEST, "ends": EARLIEST},
        {"ends": date(2027 + MOST_YEARS, 12, 31)},
        {"decision": "x" * LONGEST_DECISION},
        {"reason": "x" * LONGEST_NOTE},
    ):
        require_terms(**{**GOOD, **changed})


@pytest.mark.parametrize(
    ("changed", "code", "particulars"),
    [
        ({"decision": ""}, RefusalCode.BAN_DECISION_MISSING, {}),
        (
            {"decision": "x" * (LONGEST_DECISION + 1)},
            RefusalCode.TEXT_TOO_LONG,
            {"most": LONGEST_DECISION, "count": LONGEST_DECISION + 1},
        ),
        ({"ends": date(2026, 12, 31)}, RefusalCode.BAN_DAYS_UNFIT, {"most": MOST_YEARS}),
        ({"starts": EARLIEST - timedelta(days=1)}, RefusalCode.BAN_DAYS_UNFIT, {"most": MOST_YEARS}),
        ({"ends": date(2028 + MOST_YEARS, 1, 1)}, RefusalCode.BAN_DAYS_UNFIT, {"most": MOST_YEARS}),
        ({"reason": " "}, RefusalCode.REASON_TEXT_MISSING, {}),
    ],
)
def test_what_cannot_be_meant_is_refused(
    changed: dict[str, Any], code: RefusalCode, particulars: dict[str, Any]
) -> None:
    with pytest.raises(Refusal) as refused:
        require_terms(**{**GOOD, **changed})
    assert (refused.value.code, refused.value.particulars) == (code, particulars)


@pytest.mark.parametrize("field", ["decision", "reason"])
def test_what_no_page_can_show_is_refused(field: str) -> None:
    with pytest.raises(Refusal):
        require_terms(**{**GOOD, field: "x\x00y"})


def test_a_reason_fits_its_column() -> None:
    with pytest.raises(Refusal) as refused:
        require_terms(**{**GOOD, "reason": "x" * (LONGEST_NOTE + 1)})
    assert refused.value.code is RefusalCode.TEXT_TOO_LONG


def test_one_decision_bans_a_person_once_for_good() -> None:
    assert str(ban_id("f" * 64, "鄂考〔2027〕3号")) == "005e5687-7258-590c-a691-29aecb2d591c"
    assert len({ban_id("a", "b"), ban_id("a", "c"), ban_id("c", "b")}) == 3


def test_who_is_banned_is_told_until_when_by_what_and_whom_to_ask() -> None:
    ban = Ban(UUID(int=1), "鄂考〔2027〕3号", date(2029, 12, 31))
    round_ = people.bundled_round()[0]
    office = replace(round_.plan.office, phone="027-68880000")
    told = refusal_of(ban, replace(round_, plan=replace(round_.plan, office=office)))
    assert told.code is RefusalCode.BANNED
    whom = told.particulars["whom"]
    assert (whom.zh, whom.en) == (
        "考务办公室（电话 027-68880000）",
        "the exam office (telephone 027-68880000)",
    )
    assert (told.particulars["until"], told.particulars["decision"]) == ("2029-12-31", "鄂考〔2027〕3号")
    nobody = replace(round_, plan=replace(round_.plan, office=replace(office, phone="")))
    for unknown in (None, nobody):
        whom = refusal_of(ban, unknown).particulars["whom"]
        assert (whom.zh, whom.en) == ("考务办公室", "the exam office")
