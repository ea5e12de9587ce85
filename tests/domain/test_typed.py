"""One spelling of what keyboards, phones and copied messages make different."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.domain import typed
from ncre.passport.accounts import as_phone, spelling


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
    assert typed.code(text) == "539367"


@given(st.text(max_size=20))
def test_no_blank_and_nothing_invisible_is_left(text: str) -> None:
    assert not any(
        letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf") for letter in typed.code(text)
    )


@given(st.from_regex(r"[0-9A-Za-z]{1,20}", fullmatch=True))
def test_what_was_typed_plainly_is_left_as_it_is(text: str) -> None:
    assert typed.code(text) == text


def test_a_megabyte_is_not_worked_through() -> None:
    assert len(typed.code("1" * 10**6)) == typed.LONGEST


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "0086 138 0013 8000",
        "+86 (138) 0013.8000",
    ]
    + ["１３８００１３８０００", "138–0013–8000", "\u200b13800138000"],
)
def test_spellings_of_a_phone_are_one(text: str) -> None:
    assert as_phone(text) == "13800138000"
    assert spelling(text) == "13800138000"


@pytest.mark.parametrize("text", ["+441632960961", "+44 1632 960961"])
def test_phones_of_other_countries_keep_their_country(text: str) -> None:
    assert as_phone(text) == "+441632960961"


@pytest.mark.parametrize("text", ["", "1380013800", "٠١٢٣٤٥٦٧٨٩١", "+86", "phone"])
def test_what_is_no_phone(text: str) -> None:
    assert as_phone(text) is None


def test_spellings_of_a_name_without_an_account_are_one() -> None:
    assert (
        len(
            {
                spelling(text)
                for text in ("Wen Jing", "wenjing", "ＷＥＮＪＩＮＧ", "wen\u200bjing", " WENJING ")
            }
        )
        == 1
    )
    assert spelling("A@Example.com") == spelling(" a@example.COM ") != spelling("b@example.com")
