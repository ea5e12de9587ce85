"""考务办公室: the round at a glance, its notices, and the seating of a site."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound

from ncre.domain.accounts.staff import LONGEST_WHY
from ncre.domain.exam.commands import LONGEST_BODY, LONGEST_TITLE
from ncre.domain.exam.plan import Round, Site
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events.exam import NoticePosted
from ncre.identity.form_drafts import LARGEST_OF_STAFF
from ncre.projections.base import Row
from ncre.projections.registration import overview
from ncre.projections.rows import known
from ncre.services.exam.revision_commands import cause_of
from ncre.web.candidate.home import KINDS
from ncre.web.candidate.task_list import time_left
from ncre.web.drafts.draft_form import DraftForm
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import command_id, fresh_id, has_field, seen, text_field, typed_field
from ncre.web.shared.history_view import HistoryLine, newest_first
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import lazy_gettext as later
from ncre.web.shared.rounds import current_round
from ncre.web.staff.return_link import remember_list

pages = Blueprint("round", __name__)

AUDIENCES: Final = {
    "all": later("面向所有考生"),
    "own_students": later("仅限本校在校生"),
    "social": later("面向社会考生"),
}
OUTDATED: Final = frozenset({RefusalCode.NOTICE_OUTDATED, RefusalCode.REVISION_OUTDATED})
"""Somebody else was quicker."""

NOTICE_FIELDS: Final = {
    "title": later("标题（中文）"),
    "body": later("正文（中文）"),
    "title_en": later("标题（英文）"),
    "body_en": later("正文（英文）"),
    "why": later("发布的原因"),
}
"""What is typed of a notice; the reason stands in the history of the round, where candidates do not read it."""


DRAFTS: Final = {kind: DraftForm(f"notice-{kind}", NOTICE_FIELDS, LARGEST_OF_STAFF) for kind in KINDS}


AT_ONCE: Final = 100
"""Sites on one page of the overview."""


@pages.get("/office")
@require_role(Role.OFFICE)
def home() -> Answer:
    """考务概况."""
    round_ = container().queries.exams.current()
    every = container().queries.exams.overview(round_) if round_ else []
    every.sort(key=lambda now: now.site.code)
    province, busy = request.args.get("province", ""), request.args.get("busy") == "1"
    provinces = sorted({now.site.plan.province for now in every})
    found = [now for now in every if province not in provinces or now.site.plan.province == province]
    found = [now for now in found if not busy or needs_attention(now)]
    pages_ = max(1, -(-len(found) // AT_ONCE))
    page = min(_page_number(), pages_)
    shown = found[AT_ONCE * (page - 1) : AT_ONCE * page]
    remember_list("round.home", province=province, busy="1" if busy else "")
    return render_template(
        "office/rounds/round.html",
        round=round_,
        overview=shown,
        sites=len(found),
        page=page,
        pages=pages_,
        total=overview.total(found),
        provinces=provinces,
        province=province,
        busy=busy,
        attention=_attention(every) if round_ else [],
        policies={now.site.code: policy_in_words(now.site) for now in shown},
        now=container().clock(),
    )


def _page_number() -> int:
    typed = request.args.get("page", "1")
    return int(typed) if typed.isdecimal() and 0 < len(typed) < 4 and int(typed) else 1


def needs_attention(now: overview.SiteOverview) -> bool:
    """Whether somebody waits at the site, or more is taken than there is."""
    return bool(now.counts.get(Status.PENDING_REVIEW)) or now.is_over


def _attention(every: list[overview.SiteOverview]) -> list[tuple[str, str]]:
    """(sentence, address) of what somebody has to do, the most pressing first."""
    round_, sites = current_round(), account().sites
    queue = container().queries.cases.queue(round_.code, sites, page=1, size=1)
    owed, unclear = container().queries.payments.attention()
    found = []
    if queue.rows:
        longest = time_left(container().clock(), known(queue.rows[0]["requested_at"]))
        sentence = _("%(count)s 份等待审核，最久的已等 %(time)s", count=queue.count, time=longest)
        found.append((sentence, url_for("review.queue")))
    if unclear:
        found.append((_("%(count)s 笔款项需要核对", count=unclear), url_for("office_payments.home")))
    if owed:
        found.append((_("%(count)s 笔款项待退", count=owed), url_for("office_payments.home")))
    found += _without_seats(round_, {now.site.code: now.site.plan.name for now in every})
    over = [now.site for now in every if now.is_over]
    found += [
        (
            _("考点 %(site)s 已报人数或科次超过限额", site=f"{site.code} {site.plan.name}"),
            url_for("round.home", busy="1", _anchor=f"site-{site.code}"),
        )
        for site in over
    ]
    return found


def _without_seats(round_: Round, names: dict[str, str]) -> list[tuple[str, str]]:
    """Who has paid and sits nowhere, site by site, once nobody pays any more: until then seating waits for the others."""
    if container().clock() <= round_.plan.windows.payment.closes:
        return []
    waiting = container().queries.cases.without_seats(round_.code)
    return [
        (
            _(
                "考点 %(site)s 有 %(count)s 人已支付、还没有座位",
                site=f"{code} {names.get(code, '')}".strip(),
                count=count,
            ),
            url_for("seating.preview", code=code),
        )
        for code, count in waiting.items()
    ]


@pages.get("/office/notices")
@require_role(Role.OFFICE)
def notices() -> Answer:
    return _notices_page({}, {})


@pages.post("/office/notices")
@require_role(Role.OFFICE)
@DRAFTS["announcement"].sent
def post_notice() -> Answer:
    kind = typed_field("kind")
    round_ = current_round()
    if kind not in KINDS:
        raise NotFound
    typed = {name: text_field(name) for name in NOTICE_FIELDS}
    faults = _notice_faults(kind, typed)
    if faults:
        return _notices_page({kind: typed}, faults), 422
    standing = container().queries.exams.notice(round_.code, kind)
    if has_field("edit"):
        return _notices_page({kind: typed}, {})
    if has_field("preview") or _is_asked_first(kind, standing):
        return _preview(kind, typed, standing)
    try:
        _post(round_.code, kind, typed)
    except Refusal as refusal:
        outdated = kind if refusal.code in OUTDATED else ""
        page = _notices_page({kind: typed}, {f"{kind}-title": refusal_text(refusal)}, outdated)
        return page, int(STATUS[refusal.code])
    flash(_("公告已发布。"))
    return redirect(url_for("round.notices"), 303)


def _post(code: str, kind: str, typed: dict[str, str]) -> None:
    """Post what was typed over the notice that the page showed. Raises Refusal, FormIncomplete."""
    posted = NoticePosted(code, kind, typed["title"], typed["title_en"], typed["body"], typed["body_en"])
    container().revisions.post(posted, account().actor, typed["why"], seen(least=0), command_id())


@pages.get("/office/notices/<int:version>")
@require_role(Role.OFFICE)
def notice_then(version: int) -> Answer:
    """A notice as it was posted, by its place in the history of the round's notices."""
    for told, posted in _posted():
        if told.row["version"] == version:
            why = _reasons().get(posted.metadata.cause, "")
            return render_template("office/rounds/notice_then.html", told=told, posted=posted, why=why)
    raise NotFound


def _reasons() -> dict[str, str]:
    """Why each revision of the round was made, by what its facts name as their cause."""
    made = container().revisions.made(current_round().code)
    return {cause_of(one.number): one.made.why for one in made}


def _posted() -> list[tuple[HistoryLine, NoticePosted]]:
    """Every notice of the round with who posted it when, the newest first."""
    posted = container().queries.exams.posted(current_round().code)
    by_version = {line["version"]: notice for line, notice in posted}
    return [(told, by_version[told.row["version"]]) for told in newest_first(line for line, _ in posted)]


def _is_asked_first(kind: str, standing: Row | None) -> bool:
    """Whether the office is asked before it replaces: the guide is what candidates go by."""
    return kind == "guide" and standing is not None and typed_field("replace") != "1"


def _preview(kind: str, typed: dict[str, str], standing: Row | None) -> str:
    """How it will look in both languages, with the question before something is replaced. Nothing is posted yet."""
    return render_template(
        "office/rounds/notice_preview.html",
        kind=kind,
        typed=typed,
        standing=standing,
        draft=typed_field("draft"),
        seen=typed_field("seen"),
        command_id=typed_field("command_id"),
    )


def policy_in_words(site: Site) -> list[str]:
    """A site's rules, one sentence each."""
    plan = site.plan
    return [
        _("考点审核") if plan.reviews else _("不审核"),
        _("要求现场确认") if plan.confirms else _("不要求现场确认"),
        _time_to_pay(site),
        _("每人最多 %(most)s 科", most=plan.most_subjects),
        str(AUDIENCES[plan.audience]) if plan.audience in AUDIENCES else plan.audience,
    ]


def _time_to_pay(site: Site) -> str:
    hours = site.plan.hold_hours
    if site.clock == "submitted":
        return _("提交后 %(hours)s 小时内支付", hours=hours)
    if site.reviews:
        return _("审核通过后 %(hours)s 小时内支付", hours=hours)
    return _("网上支付截止前支付")


def _notices_page(typed: dict[str, dict[str, str]], faults: dict[str, str], outdated: str = "") -> str:
    """Both notices as they are, or as they were typed; `outdated`: beside the one of this kind that stands by now."""
    round_, history = current_round(), _posted()
    opened = {kind: DRAFTS[kind].opened() for kind in KINDS}
    posted = {kind: container().queries.exams.notice(round_.code, kind) for kind in KINDS}
    empty = dict.fromkeys(NOTICE_FIELDS, "")
    newest = {posted_then.kind: told.row["version"] for told, posted_then in reversed(history)}
    shown: dict[str, int | str] = {kind: newest.get(kind, 0) for kind in KINDS}
    shown |= {kind: one.draft.seen for kind, one in opened.items() if one.draft}
    if not outdated:  # what was typed was typed over the notice that the first page showed
        shown |= {kind: typed_field("seen") for kind in typed}
    return render_template(
        "office/rounds/notices.html",
        kinds=KINDS,
        posted=posted,
        values={
            kind: typed.get(kind) or opened[kind].over({**empty, **(posted[kind] or {})}, NOTICE_FIELDS)
            for kind in KINDS
        },
        opened=opened,
        labels=NOTICE_FIELDS,
        faults=faults,
        history=history,
        reasons=_reasons(),
        shown=shown,
        outdated=outdated,
        command_id=fresh_id,
    )


def _notice_faults(kind: str, typed: dict[str, str]) -> dict[str, str]:
    """By the id of the field on the page, which carries the notice's kind."""
    faults = {
        f"{kind}-{name}": _("请填写%(what)s。", what=NOTICE_FIELDS[name])
        for name, text in typed.items()
        if not text
    }
    for name in ("title", "title_en"):
        if len(typed[name]) > LONGEST_TITLE:
            faults[f"{kind}-{name}"] = _("标题最多 %(most)s 个字符。", most=LONGEST_TITLE)
    if len(typed["why"]) > LONGEST_WHY:
        faults[f"{kind}-why"] = _("原因最多 %(most)s 个字符。", most=LONGEST_WHY)
    for name in ("body", "body_en"):
        if len(typed[name]) > LONGEST_BODY:
            faults[f"{kind}-{name}"] = _("正文最多 %(most)s 个字符。", most=LONGEST_BODY)
    return faults
