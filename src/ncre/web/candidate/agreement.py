"""阅读协议: the agreement of the current round. Accepting it begins a registration; declining leaves nothing."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for

from ncre.domain.exam.plan import Round, deadline_of, require_open
from ncre.domain.refusals import Refusal
from ncre.domain.registration.vocabulary import Opening, Role, Status, Step
from ncre.projections.registration import registrations
from ncre.projections.rows import RegistrationRow
from ncre.web.shared.auth import Answer, account, container, require_role, require_step
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import command_id, fresh_id, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.rounds import current_round

pages = Blueprint("agreement", __name__)


@pages.get("/agreement")
@require_role(Role.CANDIDATE)
def read() -> Answer:
    return _page({})


@pages.post("/agreement")
@require_step(Step.AGREE)
def answer() -> Answer:
    """同意 begins the registration (or finds it, on a second click) and leads to its first form; 不同意 records nothing."""
    if typed_field("answer") != "agree":
        return redirect(url_for("agreement.declined"), 303)
    if not typed_field("agreed"):
        return _page({"agreed": _("请先勾选“同意报名协议”，再点击“同意”。")}), 422
    round_, newest = _round_and_newest()
    if typed_field("round") != round_.code:
        return _page(
            {"agreed": _("考次刚有变动，没有做任何改动。下面是现在考次的报名协议，请重新阅读。")}
        ), 409
    live = _live(newest)
    if live is not None:
        return redirect(url_for("registration.tasks", registration=live), 303)
    begun = container().registrations.agree(
        account().id, account().actor, round_.code, typed_field("agreement"), command_id()
    )
    following = "details.form" if begun.status is Status.AGREED else "registration.tasks"
    return redirect(url_for(following, registration=begun.id), 303)


@pages.get("/agreement/declined")
@require_role(Role.CANDIDATE)
def declined() -> Answer:
    return render_template("candidate/declined.html")


def _round_and_newest() -> tuple[Round, RegistrationRow | None]:
    round_ = current_round()
    return round_, container().queries.cases.newest_of(account().id, round_.code)


def _page(faults: dict[str, str]) -> str:
    round_, newest = _round_and_newest()
    return render_template(
        "candidate/agreement.html",
        round=round_,
        current_round=round_,
        live=_live(newest),
        moved_away=_moved_away(round_),
        closed=registering_closed(round_),
        until=deadline_of(Status.NEW, True, round_, container().clock()).say(language()),
        faults=faults,
        command_id=fresh_id(),
    )


def _moved_away(round_: Round) -> bool:
    return container().queries.cases.moved_away(account().id, round_.code)


def _live(newest: RegistrationRow | None) -> UUID | None:
    """The registration that is already under way, if there is one."""
    return newest["id"] if newest and registrations.is_active(newest) else None


def registering_closed(round_: Round) -> str:
    """Why registering cannot begin at this hour, in words, or ""."""
    try:
        require_open(round_.window(Opening.REGISTER), container().clock(), Opening.REGISTER)
    except Refusal as refusal:
        return refusal_text(refusal)
    return ""
