"""The sentences of facts of rounds and sites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.events import exam, exam_revision
from ncre.events.base import Fact


def _round_opened(opened: exam.RoundOpened) -> Bilingual:
    return Bilingual(f"考次 {opened.plan.code} 已设立。", f"Round {opened.plan.code} was opened.")


def _round_revised(revised: exam.RoundRevised) -> Bilingual:
    return Bilingual(
        f"考次 {revised.plan.code} 的安排已修订。", f"The plan of round {revised.plan.code} was revised."
    )


def _site_opened(opened: exam.SiteOpened) -> Bilingual:
    return Bilingual(f"考点 {opened.plan.code} 已开放。", f"Site {opened.plan.code} was opened.")


def _site_revised(revised: exam.SiteRevised) -> Bilingual:
    return Bilingual(
        f"考点 {revised.plan.code} 的规则已修订。", f"The rules of site {revised.plan.code} were revised."
    )


def _site_closed(closed: exam.SiteClosed) -> Bilingual:
    return Bilingual(f"考点 {closed.site} 停止报名。", f"Site {closed.site} was closed to registrations.")


def _called_off(off: exam.SiteCalledOff) -> Bilingual:
    what = CALLED_OFF[off.money if not off.to else "postponed"]
    return Bilingual(
        f"考点 {off.site} 停办：{off.people} 份报名，{what.zh.format(to=off.to)}。原因：{off.why}",
        f"The exam at site {off.site} was called off: {off.people} registrations, {what.en.format(to=off.to)}. Reason: {off.why}",
    )


CALLED_OFF: Final[Mapping[str, Bilingual]] = {
    "refund": Bilingual("取消并退款", "cancelled and refunded"),
    "keep": Bilingual("取消，费用按规定不退", "cancelled, fees kept by the rule"),
    "postponed": Bilingual(
        "已支付的转到第 {to} 次，其余取消", "those paid carried over to round {to}, the others cancelled"
    ),
}


def _revision_made(made: exam_revision.RoundRevisionMade) -> Bilingual:
    number, follow = len(made.points), sum(point.touched for point in made.points)
    return Bilingual(
        f"第 {made.round} 次考试修订：{number} 处变动，涉及 {follow} 份报名。原因：{made.why}",
        f"Round {made.round} was revised: {number} changes, {follow} registrations touched. Reason: {made.why}",
    )


def _posted(posted: exam.NoticePosted) -> Bilingual:
    return Bilingual(f"发布了公告《{posted.title}》。", f"The notice “{posted.title_en}” was posted.")


def _drawn(drawn: exam.SeatsDrawn) -> Bilingual:
    where = _where(drawn)
    return Bilingual(
        f"考点 {drawn.site} 编排考场：{drawn.people} 人 {drawn.sittings} 科次，随机种子 {drawn.seed}{where.zh}。",
        f"Seats were drawn at site {drawn.site}: {drawn.people} people, {drawn.sittings} seats, "
        f"seed {drawn.seed}{where.en}.",
    )


def _where(drawn: exam.SeatsDrawn) -> Bilingual:
    """In which halls, as far as they were chosen."""
    zh, en = ("，集中编排", ", in few halls") if drawn.manner == "few" else ("", "")
    if drawn.batches:
        numbers = [str(number) for number in drawn.batches]
        zh, en = f"{zh}，批次 {'、'.join(numbers)}", f"{en}, sittings {', '.join(numbers)}"
    if drawn.rooms:
        zh, en = f"{zh}，机房 {'、'.join(drawn.rooms)}", f"{en}, rooms {', '.join(drawn.rooms)}"
    return Bilingual(zh, en)


EXAM_SENTENCES: Final[dict[type[Fact], Callable[[Any], Bilingual]]] = {
    exam.RoundOpened: _round_opened,
    exam.RoundRevised: _round_revised,
    exam.SiteOpened: _site_opened,
    exam.SiteRevised: _site_revised,
    exam.SiteClosed: _site_closed,
    exam.SiteCalledOff: _called_off,
    exam_revision.RoundRevisionMade: _revision_made,
    exam.NoticePosted: _posted,
    exam.SeatsDrawn: _drawn,
}
