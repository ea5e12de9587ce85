"""One code comes out of whatever a scanner and its keyboard make of it."""

from __future__ import annotations

import pytest

from ncre.domain.scanned_code import garbled_by_input_method, scanned

NUMBER = "78420019000123"
TICKET = "6678420019000307"
CODE = f"T2.{NUMBER}.66-0003-15-1.V31.8F3A9C1E5D7B42AA.{'A2B3' * 25}ABC"
FULL_WIDTH = str.maketrans({chr(one): chr(one + 0xFEE0) for one in range(0x21, 0x7F)})


@pytest.mark.parametrize("code", [NUMBER, TICKET, CODE])
@pytest.mark.parametrize(
    "sent",
    [
        "{}",
        " {} ",
        "{}\r",
        "{}\n",
        "{}\r\n",
        "{}\t",
        "]Q3{}",
        "]Q1{}\r\n",
        "]C0{}",
        "]C1{}\x1d",
        "】Q3{}",
        "{0}{0}",
        "{0}\r{0}\r",
        "{0}\t{0}",
        "]Q3{0}]Q3{0}",
        "{0}{0}{0}",
        "\u200b{}\ufeff",
        "\u202d{}\u202c",
    ],
)
def test_prefixes_suffixes_and_repeats_are_left_out(code: str, sent: str) -> None:
    assert scanned(sent.format(code)) == code


@pytest.mark.parametrize("code", [NUMBER, TICKET, CODE])
def test_full_width_is_read(code: str) -> None:
    assert scanned(code.translate(FULL_WIDTH)) == code
    assert scanned(code.replace(".", "。")) == code


def test_blanks_between_groups_are_left_out() -> None:
    assert scanned("66 78 420019 0003 07") == TICKET
    assert scanned("66\u300078\u00a0420019 0003 07") == TICKET


@pytest.mark.parametrize("text", ["", " ", "\r\n", f"{NUMBER}\r78420019000124", f"{NUMBER}\t{TICKET}"])
def test_nothing_and_two_different_codes_are_no_code(text: str) -> None:
    assert scanned(text) == ""


def test_an_endless_text_is_cut() -> None:
    assert len(scanned("a1b2c3" * 100_000)) <= 1000


def test_remains_of_a_code_among_other_letters_are_the_work_of_an_input_method() -> None:
    assert garbled_by_input_method("体2.78420019000123")
    assert not garbled_by_input_method("大家好")
    assert not garbled_by_input_method(CODE.translate(FULL_WIDTH))
