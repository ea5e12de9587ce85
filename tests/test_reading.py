"""What people read: the same thing by the same name (docs/words.md), in sentences short enough to be read once.

The measure of reading is the length of a sentence: characters in Chinese, words in English, and in English the mean of
Flesch's reading ease too (Flesch 1948: 60 and more is plain English).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Final

import pytest
from babel.messages.pofile import read_po

import ncre.domain
from ncre.domain.bilingual import Bilingual
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS

ROOT: Final = Path(__file__).parents[1]
CATALOGUE: Final = ROOT / "src/ncre/web/translations/en/LC_MESSAGES/messages.po"
FOR_CANDIDATES: Final = ("candidate", "account", "shared")
LONGEST_ZH: Final = 55
"""Characters between two full stops, semicolons or question marks; a particular counts as two."""

LONGEST_EN: Final = 26
"""Words between two of the same."""

EASY: Final = 60.0
"""The least mean of Flesch's reading ease."""

PARTICULAR: Final = re.compile(r"%\(\w+\)s|\{\w+\}")


def never_said() -> list[str]:
    """The last column of the table of words."""
    rows = re.findall(r"^\|[^|]*\|[^|]*\|[^|]*\|([^|]*)\|$", (ROOT / "docs/words.md").read_text(), re.M)
    return [word.strip() for row in rows[2:] for word in row.split(",") if word.strip()]


def of_the_pages() -> Iterator[tuple[str, str]]:
    with CATALOGUE.open("rb") as file:
        for message in read_po(file):
            if message.id:
                yield str(message.id), str(message.string)


def of_the_tables() -> Iterator[tuple[str, str]]:
    """Every table of words that a module of the domain holds."""
    for found in walk_packages(ncre.domain.__path__, "ncre.domain."):
        for value in vars(import_module(found.name)).values():
            if isinstance(value, Bilingual):
                yield value.zh, value.en
            elif isinstance(value, Mapping):
                yield from ((one.zh, one.en) for one in value.values() if isinstance(one, Bilingual))
    yield from ((reason.text, reason.text_en) for reason in REVIEW_REASONS.values())


def in_the_source(room: str) -> str:
    folder = ROOT / "src/ncre/web" / room
    return "\n".join(file.read_text() for file in folder.rglob("*") if file.suffix in (".py", ".html"))


def of_candidates() -> list[tuple[str, str]]:
    """What stands on pages that candidates come to."""
    written = "\n".join(in_the_source(room) for room in FOR_CANDIDATES)
    return [(zh, en) for zh, en in of_the_pages() if zh in written]


def says(word: str, text: str) -> bool:
    """A Chinese word anywhere, an English one as a whole word."""
    if re.search(r"[\u4e00-\u9fff]", word):
        return word in text
    return re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) is not None


def sentences(text: str, ends: str) -> list[str]:
    return [one.strip() for one in re.split(ends, PARTICULAR.sub("00", text)) if one.strip()]


def syllables(word: str) -> int:
    """As Flesch counts them, near enough: groups of vowels, without a silent e."""
    groups = re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower()))
    return max(1, len(groups))


def reading_ease(text: str) -> float:
    parts = sentences(text, r"[.!?;:](?:\s|$)")
    words = re.findall(r"[A-Za-z]+", text)
    return 206.835 - 1.015 * len(words) / len(parts) - 84.6 * sum(map(syllables, words)) / len(words)


def test_the_measures_find_what_they_are_for() -> None:
    assert says("登陆", "请登陆后再试")
    assert says("tap", "Please tap here")
    assert not says("tap", "tape")
    assert reading_ease("Please choose a site.") > 80
    assert reading_ease("Subsequent authentication necessitates organisational authorisation.") < 0


def test_the_table_of_words_is_read() -> None:
    assert len(never_said()) > 60
    assert "登陆" in never_said()


@pytest.mark.parametrize("word", never_said())
def test_what_is_never_said_is_in_no_text(word: str) -> None:
    found = [text for both in (*of_the_pages(), *of_the_tables()) for text in both if says(word, text)]
    assert found == []


def test_no_page_names_a_command_or_a_setting() -> None:
    """Who reads a page has no shell: they are told whom to ask."""
    both = [text for pair in of_the_pages() for text in pair]
    assert [text for text in both if re.search(r"NCRE_[A-Z]|\bncre [a-z]", text)] == []


def test_no_english_sentence_holds_chinese_words_and_no_chinese_one_is_english() -> None:
    """But for names, codes and what is typed to the letter."""
    chinese = [en for _, en in of_the_pages() if re.search(r"[\u4e00-\u9fff]", en)]
    english = [
        zh for zh, _ in of_the_pages() if re.search(r"[A-Za-z]", zh) and not re.search(r"[\u4e00-\u9fff]", zh)
    ]
    assert (chinese, english) == ([], [])


def test_no_sentence_for_candidates_is_too_long_to_be_read_once() -> None:
    texts = [*of_candidates(), *of_the_tables()]
    long_zh = [one for zh, _ in texts for one in sentences(zh, r"[。；！？\n]") if len(one) > LONGEST_ZH]
    long_en = [
        one for _, en in texts for one in sentences(en, r"[.!?;](?:\s|$)") if len(one.split()) > LONGEST_EN
    ]
    assert (long_zh, long_en) == ([], [])


def test_the_english_for_candidates_is_plain() -> None:
    texts = [en for _, en in of_candidates() if len(en.split()) >= 8]
    assert len(texts) > 150
    assert sum(map(reading_ease, texts)) / len(texts) >= EASY
