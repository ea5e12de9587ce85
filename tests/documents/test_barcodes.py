"""The codes say what they must, with their white around them, and stand on the page in full size."""

from __future__ import annotations

from io import BytesIO

import pytest
import segno
from pypdf import PdfReader

from ncre.documents.admission_ticket import admission_ticket
from ncre.documents.codes.barcodes import BAR_QUIET, MASK, QR_QUIET, code128, qr
from ncre.documents.pdf.line_breaking import POINT
from ncre.documents.registration_form import registration_form
from tests.documents.examples import CODE, NUMBER, form, ticket

START_B, START_C = "11010010000", "11010011100"
TO_B = "10111101110"
STOP = "1100011101011"
PUBLISHED = {0: "11011001100", 1: "11001101100", 2: "11001100110", 34: "10001011000", 99: "10111011110"}
"""Symbols of ISO/IEC 15417, table 1, as printed there."""


def symbols(text: str) -> list[str]:
    """The symbols of a code, 1 for dark: start, data, check; the stop is taken off and checked."""
    picture = code128(text).picture
    bars = "".join("0" if picture.getpixel((x, 0)) else "1" for x in range(picture.width))
    assert bars[:BAR_QUIET] == bars[-BAR_QUIET:] == "0" * 10
    assert bars[BAR_QUIET:-BAR_QUIET].endswith(STOP)
    data = bars[BAR_QUIET : -BAR_QUIET - len(STOP)]
    return [data[place : place + 11] for place in range(0, len(data), 11)]


@pytest.mark.parametrize("value", PUBLISHED)
def test_a_pair_of_digits_is_drawn_as_the_standard_prints_it(value: int) -> None:
    assert symbols(f"{value:02}")[:2] == [START_C, PUBLISHED[value]]


def test_every_pair_has_its_own_symbol_of_three_bars_with_an_even_sum() -> None:
    """The parity by which readers find a misprint: a wrong digit in our table would break it."""
    pairs = [symbols(f"{value:02}")[1] for value in range(100)]
    assert len(set(pairs)) == 100
    for symbol in pairs:
        assert len(symbol) == 11
        assert symbol[0] == "1"
        assert symbol[-1] == "0"
        assert len(symbol.replace("0", " ").split()) == 3
        assert symbol.count("1") % 2 == 0


def test_the_check_symbol_is_the_weighted_sum_modulo_103() -> None:
    """ "0102": start C (105) + 1 * 1 + 2 * 2 = 110, which leaves 7."""
    assert symbols("0102") == [START_C, PUBLISHED[1], PUBLISHED[2], symbols("07")[1]]


def test_an_odd_last_digit_and_letters_are_written_in_set_b() -> None:
    two = symbols("18")[1]
    assert symbols("002")[:4] == [START_C, PUBLISHED[0], TO_B, two]
    assert symbols("B")[:2] == [START_B, PUBLISHED[34]]


def test_fourteen_digits_take_112_modules() -> None:
    assert 11 * len(symbols(NUMBER)) + len(STOP) == 112


def test_code_128_refuses_what_it_cannot_carry() -> None:
    with pytest.raises(ValueError, match="ASCII"):
        code128("考")


def test_the_qr_code_carries_its_payload_with_four_modules_of_white() -> None:
    payload = f"R1.{NUMBER}.v17.8f3a9c1e5d7b42aa"
    picture = qr(payload).picture
    dark = [[not picture.getpixel((x, y)) for x in range(picture.width)] for y in range(picture.height)]
    expected = segno.make(payload, error="m", micro=False, mask=MASK).matrix
    inside = [row[QR_QUIET:-QR_QUIET] for row in dark[QR_QUIET:-QR_QUIET]]
    assert inside == [[bool(module) for module in row] for row in expected]
    assert sum(map(sum, dark)) == sum(map(sum, inside))


def placed(pdf: bytes) -> list[tuple[float, ...]]:
    """Left, top, width and height (mm) of the pictures of the first page, in the order of drawing."""
    found: list[tuple[float, ...]] = []

    def visit(operator: bytes, _operands: object, matrix: list[float], _text: object) -> None:
        if operator == b"Do":
            width, _, _, height, x, y = (float(value) * POINT for value in matrix)
            found.append((x, 297 - y - height, width, height))

    PdfReader(BytesIO(pdf)).pages[0].extract_text(visitor_operand_before=visit)
    return found


def test_the_dark_modules_fill_the_frame_and_the_white_lies_outside() -> None:
    """Form: Code 128 at (15, 252), 74 by 13; QR at (168, 247), 27 square (pages and printing facts §3.2)."""
    _photo, bars, square = placed(registration_form(form()).pdf)
    quiet = 74 / 112 * BAR_QUIET
    assert bars == pytest.approx((15 - quiet, 252, 74 + 2 * quiet, 13), abs=0.05)
    quiet = 27 / (segno.make(CODE, error="m").symbol_size(border=0)[0]) * 4
    assert square == pytest.approx((168 - quiet, 247 - quiet, 27 + 2 * quiet, 27 + 2 * quiet), abs=0.05)


def test_the_codes_of_the_ticket_follow_its_table() -> None:
    (_, first, _), (_, third, _) = (placed(admission_ticket(ticket(subjects=n)).pdf) for n in (1, 3))
    assert third[1] - first[1] == pytest.approx(26, abs=0.05)
