"""个人信息删除: the exam office looks at what an erasure would do, carries it out, or declines with a reason."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for

from ncre.domain.erasure import HELD_BY, LONGEST_WHY, HeldBy
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.services.erasure.retention import KEPT, RetentionReason
from ncre.web.drafts.draft_form import DraftForm
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_recent_authentication, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import line_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language

pages = Blueprint("erasures", __name__)
office = require_role(Role.OFFICE)

CARRY_OUT: Final = DraftForm("erasure", ("why",))
DECLINE: Final = DraftForm("erasure-decline", ("why",))
"""About the account."""

AT_THE_REASON = frozenset(
    {RefusalCode.WHY_MISSING, RefusalCode.TEXT_TOO_LONG, RefusalCode.ERASURE_WHY_PRIVATE}
)
"""Refusals that the form shows at its field."""


@pages.get("/office/erasures")
@office
@require_recent_authentication
def home() -> Answer:
    return _list({})


@pages.post("/office/erasures")
@office
@require_recent_authentication
def find() -> Answer:
    """Somebody who wrote a letter, by number or by what they sign in with."""
    who = line_field("who")
    try:
        person = container().erasures.erasure.find(who)
    except Refusal as refusal:
        if refusal.code not in (RefusalCode.NOT_FOUND, RefusalCode.ERASURE_OF_STAFF):
            raise
        missing = _("没有这个报名号或账号，请核对后重新输入。")
        said = missing if refusal.code is RefusalCode.NOT_FOUND else refusal_text(refusal)
        return _list({"who": said}), 422
    return redirect(url_for("erasures.one", identity=person.accounts[0]), 303)


@pages.get("/office/erasures/<uuid:identity>")
@office
@require_recent_authentication
def one(identity: UUID) -> Answer:
    return _one(identity, {})


@pages.post("/office/erasures/<uuid:identity>/carry-out")
@office
@require_recent_authentication
@CARRY_OUT.sent
def carry_out(identity: UUID) -> Answer:
    why = line_field("why")
    try:
        container().erasures.requests.carry_out(identity, why, account().actor)
    except Refusal as refusal:
        return _again(identity, "carry-out", refusal)
    flash(_("已删除。文件由后台随即清理。"))
    return redirect(url_for("erasures.home"), 303)


@pages.post("/office/erasures/<uuid:identity>/decline")
@office
@require_recent_authentication
@DECLINE.sent
def decline(identity: UUID) -> Answer:
    why = line_field("why")
    try:
        container().erasures.requests.decline(identity, why, account().actor)
    except Refusal as refusal:
        return _again(identity, "decline", refusal)
    flash(_("已告知考生申请未通过。"))
    return redirect(url_for("erasures.home"), 303)


def _again(identity: UUID, form: str, refusal: Refusal) -> Answer:
    """With what was typed. Raises the refusal where it is not about the reason: then a page of its own says it."""
    if refusal.code not in AT_THE_REASON:
        raise refusal
    return _one(identity, {f"{form}-why": refusal_text(refusal)}), int(STATUS[refusal.code])


def _list(faults: dict[str, str]) -> str:
    return render_template(
        "office/erasures.html",
        waiting=container().erasures.requests.waiting(),
        reports=container().erasures.retention.preview(),
        kept_words=lambda why: KEPT[RetentionReason(why)].say(language()),
        faults=faults,
    )


def _one(identity: UUID, faults: dict[str, str]) -> str:
    return render_template(
        "office/erasure.html",
        identity=identity,
        preview=container().erasures.requests.preview(identity),
        is_waiting=container().erasures.requests.is_waiting(identity),
        held_by=lambda by: HELD_BY[HeldBy(by)].say(language()),
        longest_why=LONGEST_WHY,
        kept={"carry-out": CARRY_OUT, "decline": DECLINE},
        faults=faults,
    )
