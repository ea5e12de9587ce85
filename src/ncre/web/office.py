"""考务办公室: the round at a glance, its notices, and the seating of a site."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as later
from werkzeug.exceptions import NotFound

from ncre.domain.exam import PostNotice, Site
from ncre.domain.lifecycle import Role
from ncre.domain.refusals import Refusal
from ncre.events.exam import NoticePosted
from ncre.projections import exam, overview
from ncre.web.asking import command_id, fresh_id
from ncre.web.errors import STATUS, said
from ncre.web.front import KINDS
from ncre.web.rounds import current_round
from ncre.web.who import Answer, account, house, need

pages = Blueprint("office", __name__)

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
@need(Role.OFFICE)
def home() -> Answer:
    """考务概况."""
    with house().database.reading() as connection:
        application = house().application
        round_ = application.exams.current(connection)
        found = overview.overview(connection, application.exams, application.claims, round_) if round_ else []
    policies = {now.site.code: policy_in_words(now.site) for now in found}
    return render_template(
        "office.html", round=round_, overview=found, policies=policies, now=house().clock()
    )


@pages.get("/office/notices")
@need(Role.OFFICE)
def notices() -> Answer:
    return _notices_page({}, {})


@pages.post("/office/notices")
@need(Role.OFFICE)
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
        house().application.plan(PostNotice(actor=account().actor, command_id=command_id(), notice=posted))
    except Refusal as refusal:
        return _notices_page({kind: typed}, {f"{kind}-title": said(refusal)}), int(STATUS[refusal.code])
    flash(_("公告已发布。"))
    return redirect(url_for("office.notices"), 303)


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
    with house().database.reading() as connection:
        posted = {kind: exam.notice(connection, round_.code, kind) for kind in KINDS}
    values = {kind: typed.get(kind) or posted[kind] or dict.fromkeys(NOTICE_FIELDS, "") for kind in KINDS}
    return render_template(
        "notices.html",
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
