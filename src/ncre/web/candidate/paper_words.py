"""What the papers say, in the language of the page, and which of a paper's editions is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Flask, request

from ncre.web.shared.language import language

CHINESE: Final = "zh"
BILINGUAL: Final = "bilingual"
"""The editions of a paper, as the address of its PDF names them."""


def install(site: Flask) -> None:
    """For templates, imported ones too."""
    site.jinja_env.filters["printed"] = printed


def bilingual() -> bool:
    """Whether a PDF is to be in both languages: as the address says, else for who reads in English."""
    edition = request.args.get("edition")
    return edition == BILINGUAL or (edition != CHINESE and language() == "en")


def printed(value: str, english: Mapping[str, str]) -> str:
    """A value of a paper in the language of the page; `english` are those of its sheet."""
    return english.get(value, value) if language() == "en" else value
