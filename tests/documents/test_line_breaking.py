"""Breaking and fitting: nothing is lost, nothing sticks out, and no line begins or ends as it must not."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as some

from ncre.documents.labels import PROMISE
from ncre.documents.pdf.line_breaking import LEADING, NEVER_FIRST, NEVER_LAST, POINT, broken, fitted
from ncre.documents.ticket_notices import TICKET_NOTICES

TEXTS = some.text(alphabet="武汉市洪山区路号，。、（）《》；：aZ09.@- ·", max_size=220)


def width(text: str) -> float:
    """Han is as wide as high, Latin half of it; millimetres at one point."""
    return sum(0.5 if one.isascii() else 1.0 for one in text) * POINT


@given(TEXTS, some.floats(6, 120), some.floats(0, 5))
def test_the_lines_joined_are_the_text_and_none_is_too_wide(text: str, room: float, hanging: float) -> None:
    lines = broken(text, 10, room + 5, width, hanging)
    assert "".join(lines) == text
    assert all(
        width(line.rstrip(" ")) * 10 <= room + 5 - (hanging if number else 0) + 1e-9
        for number, line in enumerate(lines)
    )


@settings(deadline=None)
@given(TEXTS, some.floats(10, 120), some.floats(3, 12))
def test_a_fitted_text_is_whole_and_inside_its_cell(text: str, room: float, height: float) -> None:
    size, lines = fitted(text, 10.5, room, height, width)
    assert 0 < size <= 10.5
    assert "".join(lines) == text
    assert all(width(line.rstrip(" ")) * size <= room + 1e-9 for line in lines)
    assert len(lines) == 1 or len(lines) * size * POINT * LEADING <= height + 1e-9


def test_no_line_of_our_own_texts_begins_or_ends_with_the_wrong_mark() -> None:
    for text in (
        *(notice.zh for notice in TICKET_NOTICES),
        PROMISE.format(agreement="2027-03", agreed="2027-01-02 21:04"),
    ):
        for room in range(40, 200):
            lines = broken(text, 10, room, width)
            assert not any(line[0] in NEVER_FIRST for line in lines), lines
            assert not any(line.rstrip(" ")[-1] in NEVER_LAST for line in lines), lines


def test_a_date_is_not_broken() -> None:
    lines = broken("同意于 2027-01-02 并保证真实准确", 10, 35, width)
    assert any("2027-01-02" in line for line in lines)
    assert len(lines) > 1


def test_a_word_longer_than_a_line_is_broken_anywhere() -> None:
    assert broken("a" * 10, 10, 5 * 0.5 * POINT * 10 + 0.01, width) == ["aaaaa", "aaaaa"]


def test_a_text_that_fits_keeps_its_size() -> None:
    assert fitted("欧阳䶮", 10.5, 110, 9, width) == (10.5, ["欧阳䶮"])


def test_an_empty_text_is_one_empty_line() -> None:
    assert fitted("", 10.5, 110, 9, width) == (10.5, [""])
    assert broken("", 10, 50, width) == [""]
