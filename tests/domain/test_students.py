"""School numbers: the one form in which they are kept."""

from __future__ import annotations

import pytest

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.students import DECLARED, LONGEST_SCHOOL_NUMBER, school_number


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("   ", ""),
        (DECLARED, DECLARED),
        ("u2021-001", "U2021-001"),
        ("\uff12\uff10\uff12\uff11 0 01", "2021001"),
        ("1" * LONGEST_SCHOOL_NUMBER, "1" * LONGEST_SCHOOL_NUMBER),
    ],
)
def test_a_school_number_has_one_form(typed: str, kept: str) -> None:
    assert school_number(typed) == kept


@pytest.mark.parametrize("typed", ["1" * (LONGEST_SCHOOL_NUMBER + 1), "ABC", "-1", "学号1", "XXXX"])
def test_anything_else_is_no_school_number(typed: str) -> None:
    with pytest.raises(Refusal) as said:
        school_number(typed)
    assert said.value.code is RefusalCode.SCHOOL_NUMBER_INVALID
