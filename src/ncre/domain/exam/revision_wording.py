"""A change of a round and what comes of it, in words."""

from __future__ import annotations

from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.revision import Change, ChangeKind
from ncre.domain.exam.revision_rules import OUTCOMES, RULES, RevisionOutcome
from ncre.events.exam_revision import HoldTerms

NOTICES: Final = {
    "announcement": Bilingual("公告", "the announcement"),
    "guide": Bilingual("须知", "the guide"),
}

MANAGED: Final = {
    "rooms": Bilingual("机房", "rooms"),
    "offers": Bilingual("开考科目和限额", "subjects and quotas"),
    "notice": Bilingual("考点提示", "notice"),
    "reviewers": Bilingual("审核员", "reviewers"),
}
AUDIENCES: Final = {
    "all": Bilingual("面向所有考生", "open to everybody"),
    "own_students": Bilingual("仅限本校在校生", "students of the school only"),
    "social": Bilingual("面向社会考生", "open to the public"),
}
CLOCKS: Final = {
    "approved": Bilingual("审核通过起算", "from the approval"),
    "submitted": Bilingual("提交报名起算", "from the submission"),
}
"""What codes in the values of a change are called."""


def change_words(change: Change) -> Bilingual:
    """The change as a line: whose, what, from what to what."""
    words = RULES[change.kind].words
    whose = f"{change.site} " if change.site else ""
    if change.kind is ChangeKind.NOTICE:
        words, item = NOTICES.get(change.item, words), ""
    else:
        item = f" {change.item}" if change.item else ""
    values = _values(change)
    return Bilingual(
        f"{whose}{words.zh}{item}{'：' if values.zh else ''}{values.zh}",
        f"{whose}{words.en}{item}{': ' if values.en else ''}{values.en}",
    )


def _values(change: Change) -> Bilingual:
    """What was and what is; what was not there before is named alone."""
    if change.holds:
        before, after = (_hold(one) for one in change.holds)
    else:
        before, after = (_value(change.kind, one) for one in (change.before, change.after))
    if not change.before:
        return after
    return Bilingual(f"{before.zh} → {after.zh or '–'}", f"{before.en} → {after.en or '–'}")


def _value(kind: ChangeKind, value: str) -> Bilingual:
    """As people read it, where it holds a code."""
    match kind:
        case ChangeKind.SITE_MANAGES:
            parts = [MANAGED.get(one, Bilingual(one, one)) for one in value.split()]
            return Bilingual("、".join(one.zh for one in parts), ", ".join(one.en for one in parts))
        case ChangeKind.AUDIENCE:
            return AUDIENCES.get(value, Bilingual(value, value))
        case _:
            return Bilingual(value, value)


def _hold(terms: HoldTerms) -> Bilingual:
    since = CLOCKS.get(terms.clock, Bilingual(terms.clock, terms.clock))
    return Bilingual(f"{terms.hours} 小时，{since.zh}", f"{terms.hours} h {since.en}")


def outcome_words(outcome: RevisionOutcome, kind: ChangeKind, touched: int) -> Bilingual:
    """What comes of it, how many it touches, and what then holds for them."""
    rule, said = RULES[kind], OUTCOMES[outcome]
    if not touched:
        return said
    return Bilingual(
        f"{said.zh}（{touched} 份报名：{rule.then.zh}）",
        f"{said.en} ({touched} registrations: {rule.then.en})",
    )
