"""考次修订记录: every revision of a round, who made it and why, what came of each change, and whom to follow up."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import Round, round_id, site_id
from ncre.domain.exam.revised_point import change_of
from ncre.domain.exam.revision import Change
from ncre.domain.exam.revision_rules import RevisionOutcome
from ncre.domain.exam.revision_wording import change_words, outcome_words
from ncre.domain.registration.vocabulary import Role
from ncre.events.bounds import OutOfBounds, integer
from ncre.events.exam_revision import RevisedPoint
from ncre.services.exam.revisions import RevisionMade
from ncre.web.audit.looks import record_look
from ncre.web.shared.auth import Answer, container, require_role
from ncre.web.shared.history_view import names, newest_first
from ncre.web.shared.language import language
from ncre.web.shared.rounds import current_round

pages = Blueprint("round_history", __name__)

MOST_NAMED = 500
"""People whom a page names for one change; the command line names all."""


@pages.get("/audit/rounds")
@require_role(Role.AUDITOR, Role.OFFICE)
def current() -> Answer:
    return redirect(url_for("round_history.revisions", round_code=current_round().code))


@pages.get("/audit/rounds/<round_code>")
@require_role(Role.AUDITOR, Role.OFFICE)
def revisions(round_code: str) -> Answer:
    """The revisions of a round, the newest first, its notices, and what else happened to it."""
    round_ = _round(round_code)
    record_look("round", round_code)
    story = container().queries.cases.story(round_id(round_code))
    sites = container().queries.exams.sites(round_code)
    return render_template(
        "audit/round_history.html",
        round=round_,
        revisions=container().revisions.made(round_code)[::-1],
        notices=container().revisions.notices(round_code)[::-1],
        sites=sites,
        story=newest_first(story),
        name_of=names(),
        point_said=point_said,
    )


@pages.get("/audit/rounds/<round_code>/revisions/<int:number>")
@require_role(Role.AUDITOR, Role.OFFICE)
def revision(round_code: str, number: int) -> Answer:
    """One revision, and whom it touches as things stand now: they are followed up until nobody is left."""
    round_, made = _round(round_code), _made(round_code, number)
    record_look("revision", f"{round_code}/{number}")
    return render_template(
        "audit/round_revision.html",
        round=round_,
        one=made,
        to_follow=[(point, _said(point.change)) for point in container().revisions.to_follow(made.made)],
        most=MOST_NAMED,
        name_of=names(),
        point_said=point_said,
    )


@pages.get("/audit/rounds/<round_code>/compare")
@require_role(Role.AUDITOR, Role.OFFICE)
def compare(round_code: str) -> Answer:
    """What lies between any two revisions, and who made those on the way."""
    round_, made = _round(round_code), container().revisions.made(round_code)
    first, second = (_number(name, len(made)) for name in ("from", "to"))
    record_look("revision", f"{round_code}/{first}..{second}")
    changes = container().round_versions.between(round_code, first, second)
    low, high = sorted((first, second))
    return render_template(
        "audit/round_compare.html",
        round=round_,
        made=made,
        first=first,
        second=second,
        changes=[_said(one) for one in changes],
        between=[one for one in made if low < one.number <= high],
        name_of=names(),
    )


def _number(name: str, newest: int) -> int:
    """The revision that is asked for: the newest, and the one before it, where none is. Raises NotFound."""
    usual = newest if name == "to" else max(newest - 1, 0)
    try:
        number = integer(request.args.get(name) or str(usual), least=0)
    except OutOfBounds:
        raise NotFound from None
    if number > newest:
        raise NotFound
    return number


@pages.get("/audit/rounds/<round_code>/sites/<site>")
@require_role(Role.AUDITOR, Role.OFFICE)
def site(round_code: str, site: str) -> Answer:
    """What happened to a site in a round: opened, revised, closed, seats drawn."""
    round_ = _round(round_code)
    known = container().queries.exams.site(round_code, site)
    story = container().queries.cases.story(site_id(round_code, site))
    if known is None:
        raise NotFound
    record_look("site", f"{round_code}/{site}")
    points = [
        (one, [point for point in one.made.points if point.site == site])
        for one in container().revisions.made(round_code)[::-1]
    ]
    return render_template(
        "audit/site_history.html",
        round=round_,
        site=known,
        revisions=[(one, mine) for one, mine in points if mine],
        story=newest_first(story),
        name_of=names(),
        point_said=point_said,
    )


def point_said(point: RevisedPoint) -> tuple[str, str]:
    """A recorded change, and what came of it, in the language of the page."""
    change = change_of(point)
    outcome = outcome_words(RevisionOutcome(point.outcome), change.kind, point.touched).say(language())
    return _said(change), outcome


def _said(change: Change) -> str:
    return change_words(change).say(language())


def _round(round_code: str) -> Round:
    found = container().queries.exams.round(round_code)
    if found is None:
        raise NotFound
    return found


def _made(round_code: str, number: int) -> RevisionMade:
    for one in container().revisions.made(round_code):
        if one.number == number:
            return one
    raise NotFound
