"""Subjects of the catalogue in English. Rounds name their subjects in Chinese; one that is not in the table keeps that name."""

from __future__ import annotations

from collections.abc import Mapping
from csv import DictReader
from importlib.resources import files
from typing import Final

from ncre.domain.bilingual import Bilingual


def _names() -> Mapping[str, str]:
    with (files("ncre.domain") / "data" / "subject_names.csv").open(encoding="utf-8") as lines:
        return {row["name"]: row["name_en"] for row in DictReader(lines)}


SUBJECT_NAMES: Final = _names()


def subject_words(name: str) -> Bilingual:
    """The name of a subject, in English where it is known."""
    return Bilingual(name, SUBJECT_NAMES.get(name, name))
