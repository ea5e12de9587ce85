"""A part of a round held to the schema: the part, or every fault of it with file, line and value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ncre.domain.bilingual import Bilingual
from ncre.rounds.faults import FaultList, meant, value_shown
from ncre.rounds.kinds import Unfit
from ncre.rounds.schema import RoundPart, keys, kind_of_key

P = TypeVar("P", bound=RoundPart)

LineOf = Callable[[str], int]
"""The line of a key in its file."""


def held_to(
    model: type[P],
    given: Mapping[str, Any],
    today: date,
    file: str,
    line_of: LineOf,
    faults: FaultList,
    where: str = "",
) -> P | None:
    """The part, or None with its faults noted. `where` goes before the key's name: "round." or ""."""
    try:
        return model.model_validate(dict(given), context={"today": today})
    except ValidationError as error:
        for detail in error.errors():
            key = str(detail["loc"][0]) if detail["loc"] else ""
            words = _words(detail, f"{where}{value_shown(key)}", model)
            faults.add(file, line_of(key), words.zh, words.en, f"{where}{key[:80]}")
        return None


def unknown_key(name: str, known: Sequence[str], key: str) -> Bilingual:
    """`key` is the last part of its name."""
    near, said = meant(key[:80], known), ", ".join(known)
    zh, en = near.zh or f"；可用的是 {said}", near.en or f"; known are {said}"
    return Bilingual(f"没有“{name}”这一项{zh}", f"there is no key '{name}'{en}")


def _words(detail: ErrorDetails, name: str, model: type[RoundPart]) -> Bilingual:
    unfit, key = detail.get("ctx", {}).get("error"), str(detail["loc"][0])
    if isinstance(unfit, Unfit):
        value = value_shown(detail["input"])
        return Bilingual(
            f"“{name}”应为{_apart(unfit.form.zh)}，现在是“{value}”{unfit.hint.zh}",
            f"'{name}' must be {unfit.form.en}, not '{value}'{unfit.hint.en}",
        )
    if detail["type"] == "extra_forbidden":
        return unknown_key(name, keys(model), key)
    if detail["type"] == "missing":
        form = kind_of_key(model, key).form
        return Bilingual(f"缺少“{name}”，应为{_apart(form.zh)}", f"'{name}' is missing; it must be {form.en}")
    raise AssertionError(f"the schema has faults of a type without words: {detail['type']}")


def _apart(words: str) -> str:
    """With a blank before letters and digits of ASCII, as Chinese text is set."""
    return f" {words}" if words[0].isascii() else words
