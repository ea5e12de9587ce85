"""The sentences of facts about duplicates across provinces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.events import exchange as facts
from ncre.events.base import Fact

OUTCOMES: Final = {
    "kept": Bilingual("保留本省报名", "the registration here is kept"),
    "cancelled": Bilingual("取消本省报名", "the registration here is cancelled"),
    "other-person": Bilingual("不是同一人", "not the same person"),
}


def _exported(exported: facts.DuplicatesExported) -> Bilingual:
    return Bilingual(
        f"导出第 {exported.round} 次考试省 {exported.province} 的比对文件：{exported.people} 人。",
        f"The exchange file of province {exported.province}, round {exported.round}, was exported: "
        f"{exported.people} people.",
    )


def _imported(imported: facts.DuplicatesImported) -> Bilingual:
    return Bilingual(
        f"导入第 {imported.round} 次考试省 {imported.province} 的比对文件：{imported.people} 人，新发现 {imported.hits} 份重复报名。",
        f"The exchange file of province {imported.province}, round {imported.round}, was imported: "
        f"{imported.people} people, {imported.hits} duplicates newly found.",
    )


def _found(found: facts.DuplicateFound) -> Bilingual:
    return Bilingual(
        f"比对发现此人在省 {found.province} 也报了名：科目 {'、'.join(found.subjects)}。",
        f"The same person registered in province {found.province} too, for {', '.join(found.subjects)}.",
    )


def _resolved(resolved: facts.DuplicateResolved) -> Bilingual:
    outcome = OUTCOMES.get(resolved.outcome, Bilingual(resolved.outcome, resolved.outcome))
    return Bilingual(
        f"与省 {resolved.province} 的重复报名已处理：{outcome.zh}。",
        f"The duplicate with province {resolved.province} was dealt with: {outcome.en}.",
    )


DUPLICATE_SENTENCES: Final[dict[type[Fact], Callable[[Any], Bilingual]]] = {
    facts.DuplicatesExported: _exported,
    facts.DuplicatesImported: _imported,
    facts.DuplicateFound: _found,
    facts.DuplicateResolved: _resolved,
}
