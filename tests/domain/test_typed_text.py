"""One spelling of what keyboards, phones and copied messages make different."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.domain import typed_text


@pytest.mark.parametrize(
    "text",
    [
        "539367",
        "539 367",
        "５３９３６７",
        "539\u3000367",
        "\u200b539\u200d367\ufeff",
        "539-367",
        "539–367",
        "539．367",
        "\t539\n367 ",
        "\u202a539367\u202c",
        "𝟓𝟑𝟗𝟑𝟔𝟕",
    ],
)
def test_spellings_of_a_code_are_one(text: str) -> None:
    assert typed_text.code(text) == "539367"


@given(st.text(max_size=20))
def test_no_blank_and_nothing_invisible_is_left(text: str) -> None:
    assert not any(
        letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf") for letter in typed_text.code(text)
    )


@given(st.from_regex(r"[0-9A-Za-z]{1,20}", fullmatch=True))
def test_what_was_typed_plainly_is_left_as_it_is(text: str) -> None:
    assert typed_text.code(text) == text


def test_a_megabyte_is_not_worked_through() -> None:
    assert len(typed_text.code("1" * 10**6)) == typed_text.LONGEST


@pytest.mark.parametrize(
    "text", ["Shenhe", "SHENHE", " shenhe ", "ＳＨＥＮＨＥ", "shen\u200bhe", "\u202ashenhe\u202c"]
)
def test_spellings_of_the_name_of_an_account_are_one(text: str) -> None:
    assert typed_text.account_name(text) == "shenhe"


def test_names_that_differ_in_more_than_case_stay_two() -> None:
    assert len({typed_text.account_name(text) for text in ("li-lei", "lilei", "li lei", "li.lei")}) == 4
    assert typed_text.account_name("李  雷") == "李 雷"
