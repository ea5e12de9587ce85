"""Looks at private details as people read them: one line for what a person opened within an hour, and what it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import Connection

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration.disclosure import PREFILL, PREFILLED, disclosure_words
from ncre.events.access import DetailsViewed
from ncre.projections.rows import HistoryRow
from ncre.store.fact_store import FactStore

TOGETHER: Final = timedelta(hours=1)
"""Looks of one person within this time of the first are one."""

OPENED: Final[Mapping[str, Bilingual]] = {
    "review": Bilingual("报名页面", "the case"),
    "audit": Bilingual("报名档案", "the record"),
    "form": Bilingual("报名登记表", "the registration form"),
    "ticket": Bilingual("准考证", "the admission ticket"),
    "ticket-batch": Bilingual("成批打印的准考证", "admission tickets printed for a site"),
    "receipt": Bilingual("缴费凭证", "the receipt"),
    "hall-list": Bilingual("考场座位表", "a hall's seat list"),
    "export": Bilingual("导出文件", "an exported file"),
    "door": Bilingual("入场核验", "the check at the door"),
    "door-list": Bilingual("离线核验名单", "the exported door list"),
}
"""What can be opened, by the purpose that stands on the fact."""


@dataclass
class Visit:
    """What one person opened within an hour: first and last moment, how often, what, and why."""

    actor: str
    since: datetime
    until: datetime
    times: int = 0
    opened: dict[str, None] = field(default_factory=dict)
    whys: dict[str, None] = field(default_factory=dict)
    version: int = 0

    def take(self, look: DetailsViewed) -> None:
        self.until = look.metadata.recorded_at
        self.times += 1
        self.version = look.metadata.version
        self.opened[look.purpose] = None
        if look.why:
            self.whys[look.why] = None


def visits(looks: Iterable[DetailsViewed]) -> list[Visit]:
    """Looks in their order, those of one person within an hour of the first as one."""
    found: list[Visit] = []
    newest: dict[str, Visit] = {}
    for look in looks:
        at, actor = look.metadata.recorded_at, look.metadata.actor
        visit = newest.get(actor)
        if visit is None or at - visit.since > TOGETHER:
            visit = newest[actor] = Visit(actor, at, at)
            found.append(visit)
        visit.take(look)
    return found


def words(visit: Visit) -> Bilingual:
    """What was opened, how often and why, in a sentence."""
    if list(visit.opened) == [PREFILL]:
        return PREFILLED
    opened = [OPENED.get(one, Bilingual(one, one)) for one in visit.opened]
    whys = [disclosure_words(one) for one in visit.whys]
    zh = f"工作人员查看了考生的个人信息：{'、'.join(one.zh for one in opened)}"
    en = f"A member of staff looked at the private details: {', '.join(one.en for one in opened)}"
    if whys:
        zh = f"{zh}（原因：{'；'.join(one.zh for one in whys)}）"
        en = f"{en} (reason: {'; '.join(one.en for one in whys)})"
    if visit.times > 1:
        since, until = _hour(visit.since), _hour(visit.until)
        zh, en = f"{zh}，{since}–{until} 共 {visit.times} 次", f"{en}, {visit.times} times {since}–{until}"
    return Bilingual(f"{zh}。", f"{en}.")


def _hour(at: datetime) -> str:
    return at.astimezone(EXAM_TIME).strftime("%H:%M")


def of_case(connection: Connection, store: FactStore, case: UUID) -> list[DetailsViewed]:
    """Every look at the private details of a case, oldest first."""
    history = store.history(connection, uuid5(case, "access"), opened=False)
    return [fact for fact in history if isinstance(fact, DetailsViewed)]


def condensed(story: Iterable[HistoryRow], looks: Iterable[DetailsViewed]) -> list[HistoryRow]:
    """The lines of a story, its looks as visits: each stands where the last look of the visit stood."""
    by_version = {visit.version: visit for visit in visits(looks)}
    lines = []
    for row in story:
        if row["topic"] != DetailsViewed.TOPIC:
            lines.append(row)
        elif visit := by_version.get(row["version"]):
            said = words(visit)
            lines.append({**row, "zh": said.zh, "en": said.en})
    return lines
