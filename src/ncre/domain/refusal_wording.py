"""What is said for each refusal, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual, Sayable
from ncre.domain.refusal_words.acting import ACTING
from ncre.domain.refusal_words.applying import APPLYING
from ncre.domain.refusal_words.arranging import ARRANGING
from ncre.domain.refusal_words.governing import GOVERNING
from ncre.domain.refusal_words.paying import PAYING
from ncre.domain.refusal_words.reviewing import REVIEWING
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Opening, Status, Step
from ncre.domain.registration.window_wording import FOLLOWS, WINDOWS
from ncre.domain.wording import STATUSES, STEPS

REFUSALS: Final[Mapping[RefusalCode, Bilingual]] = {
    **ACTING,
    **APPLYING,
    **PAYING,
    **REVIEWING,
    **ARRANGING,
    **GOVERNING,
}


def refusal_words(code: RefusalCode, particulars: Mapping[str, object], language: str) -> str:
    """The sentence for a refusal; statuses and steps among the particulars are put into words."""
    said = {name: _say(value, language) for name, value in particulars.items()}
    window = particulars.get("window")
    if isinstance(window, Opening):
        said["follows"] = FOLLOWS[window].say(language)
    return REFUSALS[code].say(language, **said)


def in_both_languages(refusal: Refusal) -> Bilingual:
    """The sentence of a refusal, to be kept or shown side by side."""
    return Bilingual(
        refusal_words(refusal.code, refusal.particulars, "zh"),
        refusal_words(refusal.code, refusal.particulars, "en"),
    )


def _say(value: object, language: str) -> object:
    if isinstance(value, Sayable):
        return value.say(language)
    if isinstance(value, Status):
        return STATUSES[value].say(language)
    if isinstance(value, Opening):
        return WINDOWS[value].say(language)
    if isinstance(value, Step):
        return STEPS[value].say(language)
    return value
