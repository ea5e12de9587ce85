"""What staff write: lengths and control characters are refused in the command, whoever sends it; reasons at hand."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ncre.domain.accounts.staff import assert_explained
from ncre.domain.exam.commands import LONGEST_BODY, PostNotice
from ncre.domain.exam.decisions import decide_exam
from ncre.domain.exam.plan import notices_id
from ncre.domain.exam.state import ExamRecord
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.decisions import decide
from ncre.domain.registration.disclosure import reason_in_words
from ncre.domain.registration.rejection_reasons import (
    FIRST,
    REVIEW_REASONS,
    USUAL,
    first_reasons,
    measured_reasons,
)
from ncre.domain.registration.state import replay
from ncre.events.exam import NoticePosted
from tests.support.people import (
    OFFICE,
    OTHER_ID,
    PAID,
    REGISTRATION,
    REVIEWER,
    ROUND,
    WAITING,
    context,
    recorded,
)

UNREADABLE = ("\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\ud800", "\u202e", "\u2066")


def refused(command: c.Command, history: tuple[object, ...]) -> RefusalCode:
    registration = replay(REGISTRATION, recorded(history))  # type: ignore[arg-type]
    with pytest.raises(Refusal) as caught:
        decide(registration, command, context())
    return caught.value.code


def commands_with(text: str) -> list[tuple[c.Command, tuple[object, ...]]]:
    """Every command in which staff write words, with this text in each of its fields."""
    office = {"registration": REGISTRATION, "actor": OFFICE}
    money = {"money": c.PaidFee.KEEP}
    return [
        (c.Reject(registration=REGISTRATION, actor=REVIEWER, reasons=("P01",), note=text), WAITING),
        (c.Cancel(**office, reason=text, money_reason="缴费后不退", **money), PAID),
        (c.Cancel(**office, reason="考生申请", money_reason=text, **money), PAID),
        (c.Move(**office, to=OTHER_ID, evidence=text), PAID),
        (c.Suspend(**office, reason=text), PAID),
    ]


@pytest.mark.parametrize("mark", UNREADABLE)
def test_control_characters_are_refused_in_every_command(mark: str) -> None:
    for command, history in commands_with(f"核对证件前{mark}后"):
        assert refused(command, history) is RefusalCode.TEXT_UNREADABLE, command
    with pytest.raises(Refusal, match="text_unreadable"):
        reason_in_words(f"核对更正申请{mark}材料" if mark.strip() == mark else "核对\x00更正")
    with pytest.raises(Refusal, match="text_unreadable"):
        assert_explained(f"新任{mark}", None, frozenset())


def test_lengths_are_refused_in_every_command() -> None:
    for command, history in commands_with("长" * 5000):
        assert refused(command, history) is RefusalCode.TEXT_TOO_LONG, command


def test_lines_and_rare_characters_are_text() -> None:
    reject = c.Reject(registration=REGISTRATION, actor=REVIEWER, reasons=("P01",), note="第一行\n第二行 𠮷 é")
    assert decide(replay(REGISTRATION, recorded(WAITING)), reject, context())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": " "}, RefusalCode.NOTICE_EMPTY),
        ({"body_en": ""}, RefusalCode.NOTICE_EMPTY),
        ({"title_en": "t" * 201}, RefusalCode.TEXT_TOO_LONG),
        ({"body": "b" * (LONGEST_BODY + 1)}, RefusalCode.TEXT_TOO_LONG),
        ({"body": "a\x1bb"}, RefusalCode.TEXT_UNREADABLE),
    ],
)
def test_a_notice_is_checked_in_its_command(change: dict[str, str], code: RefusalCode) -> None:
    texts = {"title": "须知", "title_en": "Guide", "body": "一\n二", "body_en": "one\ntwo"}
    record = ExamRecord(notices_id(ROUND))
    good = PostNotice(actor=OFFICE, command_id=uuid4(), notice=NoticePosted(ROUND, "guide", **texts))
    assert decide_exam(record, good)
    bad = NoticePosted(ROUND, "guide", **{**texts, **change})
    with pytest.raises(Refusal) as caught:
        decide_exam(record, PostNotice(actor=OFFICE, command_id=uuid4(), notice=bad))
    assert caught.value.code is code


def test_what_a_photo_measures_is_a_reason() -> None:
    assert measured_reasons({}, ("BLUR", "YAW", "TOP")) == ("P01", "P04", "P07")
    assert measured_reasons({"head": 0.5}, ("HEAD",))[0] == "P05"
    assert measured_reasons({"head": 0.9}, ("HEAD",))[0] == "P06"
    assert measured_reasons({}, ()) == ()


def test_the_five_commonest_come_first_behind_what_was_measured() -> None:
    rejected = [["I02"], ["I02", "E01"], ["I02"], ["gone"]]
    first = first_reasons(("P11",), rejected)
    assert first[:3] == ("P11", "I02", "E01")
    assert len(first) == FIRST + 1
    assert first_reasons((), []) == USUAL
    assert set(USUAL) <= REVIEW_REASONS.keys()
