"""Reasons for which private details are opened, and by whom."""

from __future__ import annotations

import pytest

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.disclosure import (
    LONGEST,
    REASONS,
    SHORTEST,
    disclosure_words,
    reason_in_words,
    reason_of_work,
    require_may_open,
)
from ncre.domain.registration.vocabulary import Role

ENDS = {"least": SHORTEST, "most": LONGEST}
HERE = frozenset({"420019"})


@pytest.mark.parametrize("text", ["核 对", "理" * (LONGEST + 1), "电话 1380013", ""])
def test_a_reason_that_is_none_is_refused_with_its_ends(text: str) -> None:
    with pytest.raises(Refusal) as said:
        reason_in_words(text)
    assert (said.value.code, said.value.particulars) == (RefusalCode.OPENING_REASON, ENDS)


def test_a_reason_is_one_line_of_text() -> None:
    assert reason_in_words(" 核对\n 照片 123456 ") == "核对 照片 123456"
    assert reason_in_words("核对照片") == "核对照片"
    assert reason_in_words("理" * LONGEST) == "理" * LONGEST
    with pytest.raises(Refusal):
        reason_in_words("核对照片\x00")


def test_a_reason_of_work_is_one_of_the_table() -> None:
    assert reason_of_work("review") == "review"
    with pytest.raises(Refusal) as said:
        reason_of_work("curiosity")
    assert (said.value.code, said.value.particulars) == (RefusalCode.OPENING_REASON, ENDS)


def test_reasons_are_said_in_both_languages_where_they_are_codes() -> None:
    assert disclosure_words("review") is REASONS["review"]
    assert disclosure_words("核对照片") == Bilingual("核对照片", "核对照片")


@pytest.mark.parametrize(
    ("role", "site", "code"),
    [
        (Role.REVIEWER, "420020", RefusalCode.NOT_YOUR_SITE),
        (Role.AUDITOR, "420019", RefusalCode.NOT_YOUR_ROLE),
        (Role.SITE_ADMIN, "420019", RefusalCode.NOT_YOUR_ROLE),
    ],
)
def test_who_may_not_open_them(role: Role, site: str, code: RefusalCode) -> None:
    with pytest.raises(Refusal) as said:
        require_may_open(Actor("a", role, HERE), site)
    assert said.value.code is code


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.OFFICE])
def test_who_may_open_them(role: Role) -> None:
    require_may_open(Actor("a", role, HERE), "420019")
