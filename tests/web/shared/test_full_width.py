"""Nothing of Chinese stands in a template outside the words that are translated: English pages are English whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

WEB = Path(__file__).parents[3] / "src" / "ncre" / "web"
TEMPLATES = sorted(WEB.glob("*/templates/**/*.html"))
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
TRANSLATED = re.compile(r"_\('(?:[^'\\]|\\.)*'")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_chinese_sign_of_a_template_is_translated(template: Path) -> None:
    text = TRANSLATED.sub("", COMMENT.sub("", template.read_text(encoding="utf-8")))
    assert [line.strip() for line in text.splitlines() if CHINESE.search(line)] == []


def test_no_english_text_of_the_pages_holds_full_width_signs_or_chinese() -> None:
    with (WEB / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        english = [str(message.string) for message in read_po(file) if message.id]
    assert [text for text in english if CHINESE.search(text)] == []
