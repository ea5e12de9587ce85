"""A change of a round and what comes of it, in words."""

from __future__ import annotations

from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.revision import Change, ChangeKind
from ncre.domain.exam.revision_rules import OUTCOMES, RULES, RevisionOutcome

NOTICES: Final = {
    "announcement": Bilingual("公告", "the announcement"),
    "guide": Bilingual("须知", "the guide"),
}


def change_words(change: Change) -> Bilingual:
    """The change as a line: whose, what, from what to what."""
    words = RULES[change.kind].words
    whose = f"{change.site} " if change.site else ""
    if change.kind is ChangeKind.NOTICE:
        words, item = NOTICES.get(change.item, words), ""
    else:
        item = f" {change.item}" if change.item else ""
    values = f"：{_values(change)}" if change.before or change.after else ""
    return Bilingual(
        f"{whose}{words.zh}{item}{values}", f"{whose}{words.en}{item}{values.replace('：', ': ')}"
    )


def _values(change: Change) -> str:
    """What was and what is; what was not there before is named alone."""
    return f"{change.before} → {change.after or '–'}" if change.before else change.after


def outcome_words(outcome: RevisionOutcome, kind: ChangeKind, touched: int) -> Bilingual:
    """What comes of it, how many it touches, and what then holds for them."""
    rule, said = RULES[kind], OUTCOMES[outcome]
    if not touched:
        return said
    return Bilingual(
        f"{said.zh}（{touched} 份报名：{rule.then.zh}）",
        f"{said.en} ({touched} registrations: {rule.then.en})",
    )
