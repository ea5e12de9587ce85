"""What people typed: each row of the cases under "Typed", at the piece that reads it."""

from __future__ import annotations

import pytest

from ncre.domain import typed_text
from ncre.domain.accounts import addresses
from ncre.domain.identity_documents import normalise_document


def test_a_captcha_in_full_width() -> None:
    assert typed_text.code("１２３４５") == "12345"
    assert typed_text.code("你好") != "12345"


@pytest.mark.parametrize("typed", ["539 367", "５３９３６７", "539-367", "\u200b539367"])
def test_a_code_sent_to_a_phone(typed: str) -> None:
    assert typed_text.code(typed) == "539367"


def test_an_authenticator_code_in_full_width() -> None:
    assert typed_text.code("０１２３４５") == "012345"


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "+8613800138000",
        "+86 138 0013 8000",
        "138.0013.8000",
        "138–0013–8000",
        "１３８００１３８０００",
    ],  # noqa: RUF001
)
def test_one_phone_is_one_account_and_one_form_in_the_details(typed: str) -> None:
    assert addresses.phone(typed) == "+8613800138000"
    assert addresses.readable_address(addresses.phone(typed)) == "138 0013 8000"


def test_the_apostrophe_of_a_phone() -> None:
    assert typed_text.person_name("O\u2019Brien") == typed_text.person_name("O'Brien")  # noqa: RUF001


def test_the_dot_of_a_name() -> None:
    assert typed_text.person_name("阿卜杜热合曼.买买提明") == "阿卜杜热合曼·买买提明"


def test_blanks_of_a_name() -> None:
    assert typed_text.person_name("A · B") == typed_text.person_name("A·B")
    assert typed_text.person_name("张  三") == "张 三"


def test_a_latin_name_in_full_width() -> None:
    assert typed_text.person_name("ＬＩ ＭＩＮＧ") == "LI MING"  # noqa: RUF001


@pytest.mark.parametrize("last", ["Х", "×", "x", "Ｘ"])  # noqa: RUF001
def test_a_resident_number_that_ends_in_a_lookalike_of_x(last: str) -> None:
    assert normalise_document("resident_id", "11010519491231002" + last) == "11010519491231002X"


def test_an_account_name_that_a_phone_capitalised() -> None:
    assert typed_text.account_name("Shenhe") == typed_text.account_name("shenhe")


@pytest.mark.parametrize("typed", ["١٢٣٤٥", "۱۲۳۴۵", "１２３４５。", "12345，", "𝟏𝟐𝟑𝟒𝟓"])
def test_a_code_in_digits_of_another_keyboard_or_at_the_end_of_a_sentence(typed: str) -> None:
    assert typed_text.code(typed) == "12345"


def test_phones_numbers_and_postcodes_in_digits_of_another_keyboard() -> None:
    assert addresses.phone("١٣٨٠٠١٣٨٠٠٠") == "+8613800138000"
    assert normalise_document("resident_id", "۱۱۰۱۰۵۱۹۴۹۱۲۳۱۰۰۲x") == "11010519491231002X"
    assert typed_text.digits("٤٣٠٢٠٥") == "430205"


@pytest.mark.parametrize(
    "typed", ["阿卜杜热合曼. 买买提明", "阿卜杜热合曼 . 买买提明", "阿卜杜热合曼 。买买提明"]
)
def test_a_blank_beside_the_dot_of_a_name(typed: str) -> None:
    assert typed_text.person_name(typed) == "阿卜杜热合曼·买买提明"


def test_the_full_stop_of_an_initial_keeps_its_blank() -> None:
    assert typed_text.person_name("John R. Smith") == "John R. Smith"
