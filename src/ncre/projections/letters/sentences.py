"""The sentences of facts about the texts of letters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.letters.kinds import KINDS, LetterKind
from ncre.events import letters as facts
from ncre.events.base import Fact


def _changed(changed: facts.LetterTextChanged) -> Bilingual:
    kind = KINDS[LetterKind(changed.kind)]
    return Bilingual(
        f"修改了通知“{kind.zh}”的文字（{changed.why}）。",
        f"The text of letters “{kind.en}” was changed ({changed.why}).",
    )


def _reset(reset: facts.LetterTextReset) -> Bilingual:
    kind = KINDS[LetterKind(reset.kind)]
    return Bilingual(
        f"通知“{kind.zh}”恢复了原来的文字（{reset.why}）。",
        f"Letters “{kind.en}” have their original text again ({reset.why}).",
    )


LETTER_SENTENCES: Final[dict[type[Fact], Callable[[Any], Bilingual]]] = {
    facts.LetterTextChanged: _changed,
    facts.LetterTextReset: _reset,
}
