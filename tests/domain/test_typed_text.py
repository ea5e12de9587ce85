"""One spelling of what keyboards, phones and copied messages make different."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given
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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *((f"O{mark}Brien", "O'Brien") for mark in "'’‘ʻʼ′＇`´"),
        *((f"阿卜杜热合曼{dot}买买提明", "阿卜杜热合曼·买买提明") for dot in "·•‧・･．.∙⋅。｡"),
        ("A · B", "A·B"),
        ("Aihemaiti.Maimaiti", "Aihemaiti·Maimaiti"),
        ("J.R.R. Tolkien", "J.R.R. Tolkien"),
        ("张  三", "张 三"),
        ("张\u00a0\u3000三", "张 三"),
        ("ＬＩ ＭＩＮＧ", "LI MING"),
        ("Jean – Luc", "Jean-Luc"),
        ("Jose\u0301", "José"),
        ("葛\U000e0100城", "葛城"),
        ("辻\ufe00", "辻"),
        ("⽅⼩明", "方小明"),
        ("二○一", "二〇一"),
        ("张\u200b\u202e三", "张三"),
        ("𠮷田", "𠮷田"),
    ],
)
def test_spellings_of_a_name_are_one(text: str, name: str) -> None:
    assert typed_text.person_name(text) == name


@given(st.text(alphabet="张三·.．。 '’-–A\u3000ｂ\U000e0100⽅○\u0301é"))
def test_the_one_form_of_a_name_stays(text: str) -> None:
    once = typed_text.person_name(text)
    assert typed_text.person_name(once) == once


@pytest.mark.parametrize(
    "form", [typed_text.code, typed_text.account_name, typed_text.line, typed_text.document_number]
)
@given(text=st.text(alphabet="a1A\u3000ｂ\U000e0100\u200b\u0301é\u00adﬁŒ -", max_size=6))
@example(text="A\u200b\u0301")
def test_what_is_left_out_leaves_letters_composed(form: Callable[[str], str], text: str) -> None:
    once = form(text)
    assert form(once) == once


@example("A\U000e0100\u0301")
@given(st.text(alphabet="A\U000e0100\u200b\u0301"))
def test_a_mark_behind_what_cannot_be_seen_joins_its_letter(text: str) -> None:
    assert typed_text.person_name(typed_text.person_name(text)) == typed_text.person_name(text)


@pytest.mark.parametrize("last", ["Х", "х", "×", "Χ", "✕", "ｘ", "x"])
def test_a_lookalike_of_x_at_the_end_of_a_number_is_taken_as_x(last: str) -> None:
    assert typed_text.document_number("11010519491231002" + last) == "11010519491231002X"


def test_dashes_and_blanks_of_all_kinds_do_not_belong_to_a_number() -> None:
    assert typed_text.document_number(" 110105–19491231\u2009－002\u200bх") == "11010519491231002X"


@pytest.mark.parametrize("other", ["MING LI", "Li  Ming", "Lì Míng", "ＬＩ－ＭＩＮＧ", "Li, Ming"])
def test_one_holder_has_one_key_however_the_name_is_written(other: str) -> None:
    assert typed_text.name_key(other) == typed_text.name_key("LI MING") != typed_text.name_key("LI MENG")


def test_a_name_that_is_one_word_at_once_is_what_every_letter_leads_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [chr(first) + chr(first + 1) for first in range(0x4E00, 0x9FF0, 2)]
    at_once = [typed_text.name_words(name) for name in names]
    monkeypatch.setattr(typed_text, "_PLAIN_HAN", re.compile(r"(?!)"))
    assert at_once == [typed_text.name_words(name) for name in names]
