"""What is said of a text of a letter that cannot be used, and how one is filled in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ncre.domain.letters.kinds import LetterKind
from ncre.domain.letters.text_rules import (
    LONGEST_BODY,
    LONGEST_SHORT,
    LONGEST_SUBJECT,
    LetterText,
    filled,
    require_usable,
)
from ncre.domain.refusals import Refusal, RefusalCode

PAID = LetterText("已支付", "Paid", "金额 {amount}", "Amount {amount}", "已支付", "Paid")
MAY = "{amount} {number} {round} {site} {subjects}"


def refused(text: LetterText, kind: LetterKind = LetterKind.PAID) -> Refusal:
    with pytest.raises(Refusal) as said:
        require_usable(kind, text)
    return said.value


def test_the_text_is_usable_as_it_is() -> None:
    require_usable(LetterKind.PAID, PAID)
    require_usable(LetterKind.PAID, replace(PAID, body="金额\n\t{amount}", short="{number} {site}"))


@pytest.mark.parametrize("part", ["subject", "subject_en", "body", "body_en", "short", "short_en"])
def test_an_unknown_placeholder_is_named_with_those_that_there_are(part: str) -> None:
    refusal = refused(replace(PAID, **{part: "{deadline} {amount} {colour}"}))
    assert refusal.code is RefusalCode.LETTER_PLACEHOLDER_UNKNOWN
    assert refusal.particulars == {"part": part, "which": "{colour}、{deadline}", "may": MAY}


@pytest.mark.parametrize("text", ["{ {amount}", "} {amount}", "{AMOUNT} {amount}"])
def test_a_brace_that_opens_nothing_is_refused(text: str) -> None:
    refusal = refused(replace(PAID, body=text))
    assert refusal.code is RefusalCode.LETTER_PLACEHOLDER_UNKNOWN
    assert refusal.particulars == {"part": "body", "which": "{ }", "may": MAY}


@pytest.mark.parametrize("part", ["body", "body_en"])
def test_what_a_mail_must_say_is_named_where_it_does_not(part: str) -> None:
    text = LetterText("座位", "Seats", "{seats} {printing}", "{seats} {printing}", "座位", "Seats")
    require_usable(LetterKind.SEATED, text)
    refusal = refused(replace(text, **{part: "座位"}), LetterKind.SEATED)
    assert refusal.code is RefusalCode.LETTER_PLACEHOLDER_MISSING
    assert refusal.particulars == {"part": part, "which": "{printing} {seats}"}


@pytest.mark.parametrize("part", ["subject", "subject_en", "body", "body_en", "short", "short_en"])
def test_a_part_that_is_empty_is_named(part: str) -> None:
    refusal = refused(replace(PAID, **{part: " \n"}))
    assert (refusal.code, refusal.particulars) == (RefusalCode.LETTER_EMPTY, {"part": part})


@pytest.mark.parametrize(
    ("part", "longest"),
    [("subject", LONGEST_SUBJECT), ("short_en", LONGEST_SHORT), ("body_en", LONGEST_BODY)],
)
def test_a_part_has_its_own_length(part: str, longest: int) -> None:
    full = "{amount}" + "长" * (longest - 8)
    require_usable(LetterKind.PAID, replace(PAID, **{part: full}))
    assert refused(replace(PAID, **{part: full + "长"})).code is RefusalCode.TEXT_TOO_LONG


def test_only_a_mail_has_several_lines() -> None:
    refused(replace(PAID, subject="已\n支付"))
    refused(replace(PAID, short="已\t支付"))


def test_what_is_filled_in_is_not_looked_through() -> None:
    assert filled("{site}：{amount}{gone}。", {"site": "{amount}", "amount": "80"}) == "{amount}：80。"


def test_a_part_is_said_in_a_language() -> None:
    assert (PAID.say("body", "zh"), PAID.say("body", "en")) == ("金额 {amount}", "Amount {amount}")
