"""The pages as they look: beside stored pictures, and with codes that an independent decoder reads."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from ncre.documents.admission_ticket import admission_ticket
from ncre.documents.codes.ticket_token import FORM as FORM_KIND
from ncre.documents.codes.ticket_token import TICKET, TicketKey, TicketToken, TokenSeat, read_ticket_token
from ncre.documents.registration_form import registration_form
from ncre.documents.view_models import Printed
from tests.documents.examples import ENGLISH, NUMBER, RARE, RECORD, form, ticket
from tests.documents.rendering import codes_on, rendered

PICTURES = Path(__file__).parent / "pictures"
KEY = TicketKey(bytes(range(32)))
HALLS = (TokenSeat("66", 1, 7, 1), TokenSeat("35", 104, 7, 12), TokenSeat("14", 9999, 99, 104))

DPI = 60
SAME = 4.0
"""Mean difference of grey a small square of the page may show: other versions of the drawing libraries
set edges by fractions of a pixel, while a line, a label or a field that moves makes dozens."""


def stamped_form(name: str = "欧阳䶮", subjects: int = 1) -> Printed:
    code = KEY.signed(TicketToken(FORM_KIND, NUMBER, 17, RECORD.digest))
    return registration_form(replace(form(name, subjects), record=replace(RECORD, code=code)))


def stamped_ticket(name: str = "欧阳䶮", subjects: int = 1) -> Printed:
    code = KEY.signed(TicketToken(TICKET, NUMBER, 17, RECORD.digest, HALLS[:subjects]))
    return admission_ticket(replace(ticket(name, subjects), record=replace(RECORD, code=code)))


def bilingual_ticket(subjects: int) -> Printed:
    code = KEY.signed(TicketToken(TICKET, NUMBER, 17, RECORD.digest, HALLS[:subjects]))
    return admission_ticket(
        replace(
            ticket(subjects=subjects), record=replace(RECORD, code=code), english=ENGLISH, unconfirmed=True
        )
    )


PAGES: dict[str, Callable[[], Printed]] = {
    "form": lambda: stamped_form(subjects=3),
    "ticket": lambda: stamped_ticket(subjects=3),
    "form-bilingual": lambda: registration_form(replace(form(subjects=3), english=ENGLISH)),
    "ticket-bilingual": lambda: bilingual_ticket(3),
    "ticket-long-name": lambda: stamped_ticket("阿卜杜热合曼·买买提艾力·" * 3),
}


def difference(one: Image.Image, other: Image.Image) -> float:
    """The largest mean difference (0 to 255) of any square of the page."""
    if one.size != other.size:
        return 255.0
    apart = ImageChops.difference(one.convert("L"), other.convert("L"))
    side = DPI // 5
    squares = (
        apart.crop((x, y, x + side, y + side))
        for x in range(0, apart.width, side)
        for y in range(0, apart.height, side)
    )
    return max(ImageStat.Stat(square).mean[0] for square in squares)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_it_did(name: str) -> None:
    """NCRE_NEW_PICTURES=1 stores what is drawn now; look at it before it is committed."""
    now, file = rendered(PAGES[name]().pdf, DPI), PICTURES / f"{name}.png"
    if os.environ.get("NCRE_NEW_PICTURES") == "1":
        now.convert("L").save(file, optimize=True)
    with Image.open(file) as stored:
        assert difference(now, stored.convert("RGB")) < SAME


def test_the_comparison_notices_a_field_that_moved() -> None:
    now = rendered(stamped_ticket().pdf, DPI)
    moved = rendered(stamped_ticket("欧阳䶮·").pdf, DPI)
    assert difference(now, now) == 0
    assert difference(now, moved) > SAME
    assert difference(now, ImageChops.offset(now, 1, 0)) > SAME


@pytest.mark.parametrize("subjects", [1, 2, 3])
def test_an_independent_decoder_reads_both_codes_of_the_ticket_at_150_dpi(subjects: int) -> None:
    found = codes_on(rendered(stamped_ticket(subjects=subjects).pdf))
    assert found["Code128"] == NUMBER
    stamp = read_ticket_token(found["QRCode"], KEY.public)
    assert (stamp.kind, stamp.number, stamp.version, stamp.seats) == (TICKET, NUMBER, 17, HALLS[:subjects])


@pytest.mark.parametrize("subjects", [1, 3])
def test_an_independent_decoder_reads_both_codes_of_a_bilingual_ticket(subjects: int) -> None:
    found = codes_on(rendered(bilingual_ticket(subjects).pdf))
    assert found["Code128"] == NUMBER
    assert read_ticket_token(found["QRCode"], KEY.public).kind == TICKET


@pytest.mark.parametrize("page", [0, 1])
def test_an_independent_decoder_reads_both_codes_of_either_copy_of_the_form(page: int) -> None:
    found = codes_on(rendered(stamped_form(subjects=3).pdf, page=page))
    assert found["Code128"] == NUMBER
    assert read_ticket_token(found["QRCode"], KEY.public).kind == FORM_KIND


@pytest.mark.parametrize("angle", [-3, 2, 90, 180])
def test_a_ticket_that_lies_askew_is_read_too(angle: int) -> None:
    askew = rendered(stamped_ticket().pdf).rotate(angle, expand=True, fillcolor="white")
    assert set(codes_on(askew)) == {"Code128", "QRCode"}


def test_a_photocopy_in_black_and_white_is_read_too() -> None:
    copied = rendered(stamped_ticket(subjects=3).pdf).convert("1")
    assert set(codes_on(copied.convert("L"))) == {"Code128", "QRCode"}


@pytest.mark.parametrize("character", RARE + "·")
def test_a_rare_character_leaves_ink_where_the_name_stands(character: str) -> None:
    """Not an empty box of white: whatever draws it, something is to be seen."""
    name = rendered(stamped_ticket(character).pdf, 200)
    inside = name.crop(tuple(round(mm / 25.4 * 200) for mm in (42, 43, 150, 50)))
    assert ImageStat.Stat(inside.convert("L")).extrema[0][0] < 100
