"""考务办公室: the round at a glance, its notices, and the seating of a site."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as later
from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import PostNotice, Site
from ncre.domain.refusals import Refusal
from ncre.domain.registration.lifecycle import Role
from ncre.events.exam import NoticePosted
from ncre.projections.exam import exams
from ncre.projections.registration import overview
from ncre.web.candidate.home import KINDS
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import STATUS, refusal_text
from ncre.web.shared.forms import command_id, fresh_id
from ncre.web.shared.rounds import current_round

pages = Blueprint("round", __name__)

AUDIENCES: Final = {
    "all": later("面向所有考生"),
    "own_students": later("仅限本校在校生"),
    "social": later("面向社会考生"),
}
LONGEST_TITLE: Final = 200
LONGEST_BODY: Final = 20_000
NOTICE_FIELDS: Final = {
    "title": later("标题（中文）"),
    "body": later("正文（中文）"),
    "title_en": later("标题（英文）"),
    "body_en": later("正文（英文）"),
}


@pages.get("/office")
@require_role(Role.OFFICE)
def home() -> Answer:
    """考务概况."""
    with container().database.reading() as connection:
        command_handler = container().command_handler
        round_ = command_handler.exams.current(connection)
        found = (
            overview.overview(connection, command_handler.exams, command_handler.claims, round_)
            if round_
            else []
        )
    policies = {now.site.code: policy_in_words(now.site) for now in found}
    return render_template(
        "office/round.html", round=round_, overview=found, policies=policies, now=container().clock()
    )


@pages.get("/office/notices")
@require_role(Role.OFFICE)
def notices() -> Answer:
    return _notices_page({}, {})


@pages.post("/office/notices")
@require_role(Role.OFFICE)
def post_notice() -> Answer:
    kind = request.form.get("kind", "")
    round_ = current_round()
    if kind not in KINDS:
        raise NotFound
    typed = {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in NOTICE_FIELDS}
    faults = _notice_faults(kind, typed)
    if faults:
        return _notices_page({kind: typed}, faults), 422
    posted = NoticePosted(
        round_.code, kind, typed["title"], typed["title_en"], typed["body"], typed["body_en"]
    )
    try:
        container().command_handler.plan(
            PostNotice(actor=account().actor, command_id=command_id(), notice=posted)
        )
    except Refusal as refusal:
        return _notices_page({kind: typed}, {f"{kind}-title": refusal_text(refusal)}), int(
            STATUS[refusal.code]
        )
    flash(_("公告已发布。"))
    return redirect(url_for("round.notices"), 303)


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


def _notices_page(typed: dict[str, dict[str, str]], faults: dict[str, str]) -> str:
    """Both notices as they are, or as they were typed."""
    round_ = current_round()
    with container().database.reading() as connection:
        posted = {kind: exams.notice(connection, round_.code, kind) for kind in KINDS}
    values = {kind: typed.get(kind) or posted[kind] or dict.fromkeys(NOTICE_FIELDS, "") for kind in KINDS}
    return render_template(
        "office/notices.html",
        kinds=KINDS,
        posted=posted,
        values=values,
        labels=NOTICE_FIELDS,
        faults=faults,
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
    for name in ("body", "body_en"):
        if len(typed[name]) > LONGEST_BODY:
            faults[f"{kind}-{name}"] = _("正文最多 %(most)s 个字符。", most=LONGEST_BODY)
    return faults
