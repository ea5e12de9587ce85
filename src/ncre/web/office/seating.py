"""编排考场: what a seating of a site would do, and doing exactly that."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for

from ncre.domain.exam.plan import Site, site_id
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role, Step
from ncre.domain.seating.hall_choice import HallChoice, Manner
from ncre.domain.seating.plan import seed_in
from ncre.domain.seating.wording import caution_words
from ncre.events.exam import SeatsDrawn
from ncre.projections.rows import HistoryRow
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role, require_step
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import typed_field
from ncre.web.shared.history_view import HistoryLine, newest_first
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.rounds import current_round, current_site

pages = Blueprint("seating", __name__)


@pages.get("/office/seat/<code>")
@require_step(Step.SEAT)
def preview(code: str) -> Answer:
    """What a seating would do; nothing is recorded. The same choice and seed show the same again."""
    current_site(code)
    try:
        seed = seed_in(request.args["seed"]) if "seed" in request.args else None
        return _page(code, seed, chosen_halls(code))
    except Refusal as refusal:
        return _refused_page(code, refusal)


@pages.post("/office/seat/<code>")
@require_step(Step.SEAT)
def seat(code: str) -> Answer:
    """As the preview showed it: choice, seed and digest come from there."""
    round_, site = current_round(), current_site(code)
    try:
        seed, choice = seed_in(typed_field("seed")), chosen_halls(code)
        digest = typed_field("digest")
        seated = container().seating.seat(round_.code, site.code, account().actor, seed, choice, digest)
    except Refusal as refusal:
        return _refused(code, refusal)
    if seated.left:
        flash(
            _("有 %(left)s 人在编排期间状态有变，没有编排；如仍待编排，请再编排一次。", left=seated.left),
            "warn",
        )
    if not seated.people:
        return redirect(url_for("seating.preview", code=code), 303)
    flash(_("这次编排了 %(people)s 人，%(sittings)s 科次。", people=seated.people, sittings=seated.sittings))
    return redirect(url_for("seating.seated", code=code), 303)


@pages.get("/office/seat/<code>/done")
@require_role(Role.OFFICE)
def seated(code: str) -> Answer:
    site = current_site(code)
    people, sittings = container().queries.exams.seated(current_round().code, code)
    return render_template(
        "office/rounds/seating_done.html",
        site=site,
        sittings=sittings,
        people=people,
        draws=_draws(site),
    )


def chosen_halls(code: str) -> HallChoice:
    """The manner, batches and rooms of the form or the address; few halls where nothing is said.

    Raises Refusal for what cannot be meant.
    """
    manner = request.values.get("manner", Manner.FEW.value)
    batches = request.values.getlist("batch")
    numbers = [one for one in batches if one.isascii() and one.isdigit() and len(one) <= 4]
    if manner not in set(Manner) or len(numbers) < len(batches):
        raise Refusal(RefusalCode.HALLS_UNKNOWN, site=code, which="、".join([manner, *batches])[:200])
    return HallChoice(Manner(manner), frozenset(map(int, numbers)), frozenset(request.values.getlist("room")))


def _refused(code: str, refusal: Refusal) -> Answer:
    """Why nobody was seated, above what would be done now."""
    if refusal.code is not RefusalCode.PREVIEW_OUTDATED:
        return _refused_page(code, refusal)
    seed = seed_in(typed_field("seed"))
    return _page(code, seed, chosen_halls(code), refusal), int(STATUS[refusal.code])


def _page(code: str, seed: int | None, choice: HallChoice, refused: Refusal | None = None) -> str:
    """What would be; above it why it was not done, if it was asked for."""
    round_, site = current_round(), current_site(code)
    shown = container().seating.preview(round_.code, site.code, seed, choice)
    faults = [fault for fault in (refused, shown.refusal) if fault]
    return render_template(
        "office/rounds/seating.html",
        site=site,
        preview=shown,
        choice=choice,
        typed_seed=str(shown.seed),
        batches=[
            (batch, list(halls)) for batch, halls in groupby(shown.in_use, key=lambda load: load.hall.batch)
        ],
        cautions=[caution_words(caution, language()) for caution in shown.cautions],
        faults=[refusal_text(fault) for fault in faults],
        alarming=refused is not None,
        days=shown.days,
        draws=_draws(site),
    )


def _refused_page(code: str, refusal: Refusal) -> tuple[str, int]:
    """What is wrong with what was asked, beside what was asked; no plan, so nothing to confirm."""
    try:
        choice = chosen_halls(code)
    except Refusal:
        choice = HallChoice(Manner.FEW)
    site = current_site(code)
    page = render_template(
        "office/rounds/seating.html",
        site=site,
        preview=None,
        choice=choice,
        typed_seed=request.values.get("seed", "")[:40],
        batches=[],
        cautions=[],
        faults=[refusal_text(refusal)],
        alarming=True,
        draws=_draws(site),
    )
    return page, int(STATUS[refusal.code])


def _draws(site: Site) -> list[HistoryLine]:
    """What was drawn for a site, the newest first."""
    story = container().queries.cases.story(site_id(current_round().code, site.code))
    drawn: list[HistoryRow] = [told for told in story if told["topic"] == SeatsDrawn.TOPIC]
    return newest_first(drawn)
