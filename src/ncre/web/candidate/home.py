"""What anybody sees first: the notices before sign-in, and the welcome page after it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from ncre.domain.registration.vocabulary import Role
from ncre.projections.registration import registrations
from ncre.web.candidate.agreement import registering_closed
from ncre.web.candidate.sites import exam_days
from ncre.web.shared.auth import Answer, account, container, require_role

pages = Blueprint("home", __name__)

KINDS = ("announcement", "guide")
"""网上报名公告 and 网上报名须知及流程."""


@pages.get("/")
def front() -> str:
    exams = container().queries.exams
    round_ = exams.current()
    posted = {kind: exams.notice(round_.code, kind) if round_ else None for kind in KINDS}
    return render_template(
        "candidate/home.html",
        round=round_,
        current_round=round_,
        posted=posted,
        now=container().clock(),
        days=exam_days(site for site in exams.sites(round_.code) if not site.closed) if round_ else [],
    )


@pages.get("/notices/<kind>")
def notice(kind: str) -> str:
    exams = container().queries.exams
    round_ = exams.current()
    posted = exams.notice(round_.code, kind) if round_ and kind in KINDS else None
    if posted is None:
        raise NotFound
    return render_template("shared/notice.html", notice=posted, kind=kind)


_HOME = {
    Role.REVIEWER: "review.queue",
    Role.SITE_ADMIN: "own_site.home",
    Role.OFFICE: "round.home",
    Role.AUDITOR: "audit.search",
}


@pages.get("/welcome")
@require_role(Role.CANDIDATE, Role.REVIEWER, Role.SITE_ADMIN, Role.OFFICE, Role.AUDITOR)
def welcome() -> Answer:
    """The candidate's welcome page; staff and auditors go straight to their work."""
    if account().role in _HOME:
        return redirect(url_for(_HOME[account().role]))
    cases, round_ = container().queries.cases, container().queries.exams.current()
    mine = cases.newest_of(account().id, round_.code) if round_ else None
    moved_away = round_ is not None and cases.moved_away(account().id, round_.code)
    completed = container().profiles.of(account()) is not None
    return render_template(
        "candidate/welcome.html",
        round=round_,
        current_round=round_,
        mine=mine,
        live=registrations.is_active(mine),
        moved_away=moved_away,
        closed=registering_closed(round_) if round_ else "",
        completed=completed,
        now=container().clock(),
    )


@pages.get("/favicon.ico")
def favicon() -> Response:
    return redirect(url_for("static", filename="favicon.svg"))
