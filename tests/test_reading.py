"""What people read: the same thing by the same name (docs/words.md), in sentences short enough to be read once, written in
one way, and every refusal with what to do next.

The measure of reading is the length of a sentence: characters in Chinese, words in English, and in English the mean of
Flesch's reading ease too (Flesch 1948: 60 and more is plain English).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Final

import pytest
from babel.messages.pofile import read_po

import ncre.domain
from ncre.domain.bilingual import Bilingual
from ncre.domain.refusal_wording import REFUSALS
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS

ROOT: Final = Path(__file__).parents[1]
CATALOGUE: Final = ROOT / "src/ncre/web/translations/en/LC_MESSAGES/messages.po"
FOR_CANDIDATES: Final = ("candidate", "account", "shared")
LONGEST_ZH: Final = 50
"""Characters between two full stops, semicolons or question marks; a particular counts as two."""

LONGEST_EN: Final = 25
"""Words between two of the same."""

EASY: Final = 60.0
"""The least mean of Flesch's reading ease."""

PARTICULAR: Final = re.compile(r"%\(\w+\)s|\{\w+\}")
CHARACTER: Final = "[\u4e00-\u9fff]"
ROOMS: Final = ("domain", "identity", "projections", "services", "documents", "server", "clients/wallets")
"""Whose code holds texts that people read, beside the pages. What only an operator reads stands in `cli` and `config`."""

FOR_OPERATORS: Final = (
    "services/erasure/reapplying.py",
    "services/duplicates/exchange_sync.py",
    "province_tokens.py",
)
NAMES: Final = "MySQL"
"""Within the official name of a subject."""

NEXT: Final = re.compile(r"请|可以|应为|不用|须|只能|才能|即可|要填写|至少|起可以|\{why\}|\{what\}|不能关闭")
"""What tells that a refusal says what to do, or that there is nothing to do."""


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


def text_of(node: ast.expr) -> str:
    """The text of a literal, with `{}` for what is filled in; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{x}" for one in node.values)
    return ""


def of_the_code() -> Iterator[str]:
    """Every text that stands beside a Chinese one, as in `Bilingual(zh, en)`."""
    for file in (file for room in ROOMS for file in (ROOT / "src/ncre" / room).rglob("*.py")):
        if str(file).endswith(FOR_OPERATORS):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            texts = [text_of(one) for one in node.args] if isinstance(node, ast.Call) else []
            if any(re.search(CHARACTER, text) for text in texts):
                yield from texts


@cache
def all_texts() -> tuple[str, ...]:
    """Each text once, without its particulars."""
    both = (text for pair in (*of_the_pages(), *of_the_tables()) for text in pair)
    return tuple(sorted({PARTICULAR.sub("00", one) for one in (*both, *of_the_code()) if NAMES not in one}))


@cache
def all_in_one() -> str:
    return "\n".join(all_texts()).lower()


def in_the_source(room: str) -> str:
    folder = ROOT / "src/ncre/web" / room
    return "\n".join(file.read_text() for file in folder.rglob("*") if file.suffix in (".py", ".html"))


def of_candidates() -> list[tuple[str, str]]:
    """What stands on pages that candidates come to."""
    written = "\n".join(in_the_source(room) for room in FOR_CANDIDATES)
    return [(zh, en) for zh, en in of_the_pages() if zh in written]


def pairs() -> list[tuple[str, str]]:
    return [*of_the_pages(), *of_the_tables()]


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
    found = [one for one in all_texts() if says(word, one)] if word.lower() in all_in_one() else []
    assert found == []


def test_a_ticket_is_an_admission_ticket_and_a_document_number_is_whole() -> None:
    found = [
        one
        for one in all_texts()
        if re.search(r"(?<!admission )\btickets?\b(?! numbers?)", one, re.IGNORECASE)
        or re.search(r"证件号(?!码)|考务办(?!公室)", one)
    ]
    assert found == []


def test_chinese_is_written_with_full_width_signs_and_blanks_around_numbers_and_letters() -> None:
    signs = (
        rf"{CHARACTER}[,;:?!(\"]|\){CHARACTER}|{CHARACTER}\.(?!\w)|{CHARACTER} +{CHARACTER}|(?<![…_])…(?!…|”)"
    )
    close = rf"{CHARACTER}[0-9A-Za-z]|[0-9A-Za-z]{CHARACTER}"
    texts = {PARTICULAR.sub("¤", zh) for zh, _ in pairs()}
    assert [one for one in texts if re.search(rf"{signs}|{close}", one)] == []


def test_english_is_written_with_half_width_signs_and_once() -> None:
    texts = [en for _, en in pairs()]
    assert [one for one in texts if re.search(r"[，。；：！？（）、《》]|……", one)] == []
    assert [one for one in texts if len(one) > 12 and one[: len(one) // 2] == one[len(one) // 2 :]] == []


@pytest.mark.parametrize("code", sorted(set(RefusalCode) - {RefusalCode.NOT_DUE}))
def test_every_refusal_says_what_to_do_next(code: RefusalCode) -> None:
    """All but the one that only the worker meets."""
    assert NEXT.search(REFUSALS[code].zh.replace("{follows}", "{what}")), REFUSALS[code].zh


def test_no_text_names_a_command_or_a_setting() -> None:
    """Who reads it has no shell: they are told whom to ask."""
    assert [one for one in all_texts() if re.search(r"NCRE_[A-Z]|\bncre [a-z]", one)] == []


def test_no_english_sentence_holds_chinese_words_and_no_chinese_one_is_english() -> None:
    """But for names, codes and what is typed to the letter."""
    chinese = [en for _, en in of_the_pages() if re.search(r"[\u4e00-\u9fff]", en)]
    english = [
        zh for zh, _ in of_the_pages() if re.search(r"[A-Za-z]", zh) and not re.search(r"[\u4e00-\u9fff]", zh)
    ]
    assert (chinese, english) == ([], [])


def test_no_sentence_is_too_long_to_be_read_once() -> None:
    long_zh = [one for zh, _ in pairs() for one in sentences(zh, r"[。；！？\n]") if len(one) > LONGEST_ZH]
    long_en = [
        one for _, en in pairs() for one in sentences(en, r"[.!?;](?:\s|$)") if len(one.split()) > LONGEST_EN
    ]
    assert (long_zh, long_en) == ([], [])


def test_the_english_for_candidates_is_plain() -> None:
    texts = [en for _, en in of_candidates() if len(en.split()) >= 8]
    assert len(texts) > 150
    assert sum(map(reading_ease, texts)) / len(texts) >= EASY


def test_no_small_word_stands_twice_in_a_row() -> None:
    twice = re.compile(r"\b(an?|and|are|be|for|is|it|of|or|the|to|with) \1\b", re.IGNORECASE)
    texts = [path for kind in ("*.py", "*.html", "*.po", "*.js") for path in (ROOT / "src").rglob(kind)]
    for path in [*texts, *(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        assert not twice.search(path.read_text(encoding="utf-8")), path
