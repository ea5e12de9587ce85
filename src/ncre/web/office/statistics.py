"""报名统计: what the office counts of a round or of one site, with plots that the server draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import EXAM_TIME, exam_time_in_words
from ncre.domain.exam.subject_names import subject_words
from ncre.domain.payment.settlement import yuan_grouped
from ncre.domain.photo.wording import RULE_WORDS
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.vocabulary import Role
from ncre.domain.wording import STATUSES
from ncre.projections.statistics.review_measures import MORE, WITHOUT_FAULT
from ncre.services.statistics.statistics import Moments, Reviews, Statistics
from ncre.web.audit.looks import record_look
from ncre.web.shared.auth import Answer, container, require_role
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.rounds import current_round

pages = Blueprint("statistics", __name__)

MOST_SITES = 40
"""Sites in the table of sites, those with the most people; the rest is chosen by its code."""


@dataclass(frozen=True)
class Bar:
    """A line of a plot: its label, its numbers as they are written, and its share of the longest in percent."""

    label: str
    values: tuple[str, ...]
    share: float


@dataclass(frozen=True)
class Column:
    """A column of a plot over time: two parts, the second before the first, each in percent of the highest."""

    label: str
    begun: int
    submitted: int
    height: float
    part: float


@pages.get("/office/statistics")
@require_role(Role.OFFICE, Role.AUDITOR)
def home() -> Answer:
    round_ = current_round()
    code = request.args.get("site", "").strip()
    site = container().queries.exams.site(round_.code, code) if code else None
    if code and site is None:
        raise NotFound
    record_look("statistics", code)
    said = language()
    found = container().statistics.of(round_, code)
    names = {one.code: one.plan.name for one in container().queries.exams.sites(round_.code)}
    return render_template(
        "office/statistics.html",
        round=round_,
        site=site,
        names=names,
        found=found,
        hours=columns(found.hours, "%m-%d %H:00"),
        days=columns(found.days, "%m-%d"),
        statuses=_statuses(found),
        sites=_sites(found, names),
        subjects=_subjects(
            found, {one.code: subject_words(one.name).say(said) for one in round_.plan.subjects}
        ),
        spans=_spans(found.reviews),
        reasons=_named(found.reasons, {code: _reason(code) for code, _count in found.reasons}),
        photos=_named(found.photos, {code: _rule(code) for code, _count in found.photos}),
        money=_money(found),
        highest=max((one.begun for one in found.hours), default=0),
        mean=_span(found.reviews.mean) if found.reviews.mean is not None else "",
        now=exam_time_in_words(container().clock()),
    )


def columns(moments: Sequence[Moments], form: str) -> list[Column]:
    """Over time; what was submitted stands before what was begun."""
    highest = max((max(one.begun, one.submitted) for one in moments), default=0) or 1
    return [
        Column(
            one.at.astimezone(EXAM_TIME).strftime(form),
            one.begun,
            one.submitted,
            round(100 * one.begun / highest, 2),
            round(100 * one.submitted / highest, 2),
        )
        for one in moments
    ]


def bars(lines: Iterable[tuple[str, int, tuple[str, ...]]]) -> list[Bar]:
    """Lines of (label, what the bar is as long as, numbers as they are written)."""
    some = list(lines)
    longest = max((length for _label, length, _values in some), default=0) or 1
    return [Bar(label, values, round(100 * length / longest, 2)) for label, length, values in some]


def _statuses(found: Statistics) -> list[Bar]:
    said = language()
    people = found.people or 1
    return bars(
        (STATUSES[status].say(said), count, (f"{count:,}", f"{100 * count / people:.1f}\N{NO-BREAK SPACE}%"))
        for status, count in found.statuses.items()
    )


def _sites(found: Statistics, names: dict[str, str]) -> list[Bar]:
    return bars(
        (f"{code} {names.get(code, '')}", people, (f"{people:,}", f"{paid:,}"))
        for code, people, paid in found.sites[:MOST_SITES]
    )


def _subjects(found: Statistics, names: dict[str, str]) -> list[Bar]:
    return bars(
        (
            f"{one.code} {names.get(one.code, '')}",
            one.held,
            (f"{one.held:,}", f"{one.paid:,}", f"{one.left:,}", f"{one.quota:,}", yuan_grouped(one.fees)),
        )
        for one in found.subjects
    )


def _spans(reviews: Reviews) -> list[Bar]:
    words = {
        "1h": _("1 小时内"),
        "4h": _("1 至 4 小时"),
        "1d": _("4 至 24 小时"),
        "2d": _("1 至 2 天"),
        "3d": _("2 至 3 天"),
        MORE: _("3 天以上"),
    }
    if not any(reviews.spans.values()):
        return []
    return bars((words[name], count, (f"{count:,}",)) for name, count in reviews.spans.items())


def _named(items: list[tuple[str, int]], names: dict[str, str]) -> list[Bar]:
    return bars((names[code], count, (f"{count:,}",)) for code, count in items)


def _reason(code: str) -> str:
    reason = REVIEW_REASONS.get(code)
    if reason is None:
        return code
    return f"{code} {reason.text_en if language() == 'en' else reason.text}"


def _rule(code: str) -> str:
    if code == WITHOUT_FAULT:
        return _("没有发现问题")
    words = RULE_WORDS.get(code)
    return _("不符合“%(rule)s”", rule=words.say(language())) if words else code


def _money(found: Statistics) -> list[Bar]:
    return bars(
        (day.isoformat(), received, (f"{count:,}", yuan_grouped(received), yuan_grouped(back)))
        for day, count, received, back in found.money
    )


def _span(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return _("%(hours)s 小时 %(minutes)s 分钟", hours=hours, minutes=minutes)
