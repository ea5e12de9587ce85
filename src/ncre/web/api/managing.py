"""What the exam office does to a round: its notices, and the seating of the caller's sites."""

from __future__ import annotations

from flask import Response, request
from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import Site
from ncre.domain.integration.scopes import Scope
from ncre.domain.registration.vocabulary import Role
from ncre.domain.seating.hall_choice import HallChoice, Manner
from ncre.domain.seating.wording import caution_words
from ncre.events.exam import NoticePosted
from ncre.web.api import bodies, models
from ncre.web.api.access import command_id_of_key, me
from ncre.web.api.answers import answer
from ncre.web.api.spec import NotAsDescribed, operation, pages
from ncre.web.shared.access_log import refuse
from ncre.web.shared.auth import container
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.rounds import current_round


@pages.get("/notices")
@operation("listNotices", models.NoticesShape, Scope.EXAM_READ, tag="exam")
def notices() -> Response:
    """The notices of the current round

    The newest of each kind.
    """
    return _notices()


@pages.post("/notices")
@operation(
    "postNotice",
    models.NoticesShape,
    Scope.EXAM_MANAGE,
    json=bodies.NoticeAsked,
    command=True,
    everywhere=True,
    tag="exam",
)
def post() -> Response:
    """Post a notice

    In place of the one of its kind that was looked at.
    """
    asked: bodies.NoticeAsked = request.context.json  # type: ignore[attr-defined]
    notice = NoticePosted(
        current_round().code, asked.kind, asked.title, asked.title_en, asked.body, asked.body_en
    )
    actor = me().acting_as(Role.OFFICE)
    container().revisions.post(notice, actor, asked.why, asked.replaces, command_id_of_key())
    return _notices()


@pages.get("/sites/<code>/seats")
@operation("getSeatsLeft", models.SiteSeatsShape, Scope.EXAM_READ, tag="exam")
def seats(code: str) -> Response:
    """Seats left at a site

    By subject, as candidates are shown them.
    """
    round_ = current_round()
    site = container().queries.exams.site(round_.code, code)
    if site is None:
        raise NotFound
    left = container().queries.exams.seats_left(round_.code, site, inside=False)
    items = [
        models.SeatsLeftShape(subject=one.subject, quota=one.quota, left=one.left)
        for one in sorted(left.values(), key=lambda one: one.subject)
    ]
    return answer(models.SiteSeatsShape(items=items))


@pages.post("/sites/<code>/seating-previews")
@operation(
    "previewSeating", models.SeatingPreviewShape, Scope.EXAM_MANAGE, json=bodies.SeatingAsked, tag="exam"
)
def preview(code: str) -> Response:
    """What a seating would do

    Nothing is recorded. The same choice and seed show the same again.
    """
    asked: bodies.SeatingAsked = request.context.json  # type: ignore[attr-defined]
    site = _mine(code)
    shown = container().seating.preview(current_round().code, site.code, asked.seed, _choice(asked))
    halls = [
        models.HallLoadShape(
            batch=load.hall.batch.number,
            room=load.hall.room,
            starts_at=load.hall.batch.starts_at,
            ends_at=load.hall.batch.ends_at,
            seats=load.hall.seats,
            taken=load.taken,
            new=load.new,
        )
        for load in shown.in_use
    ]
    return answer(
        models.SeatingPreviewShape(
            people=shown.people,
            sittings=shown.sittings,
            seed=shown.seed,
            digest=shown.digest,
            problem=refusal_text(shown.refusal) if shown.refusal else None,
            cautions=[caution_words(one, language()) for one in shown.cautions],
            halls=halls,
        )
    )


@pages.post("/sites/<code>/seatings")
@operation("seatSite", models.SeatedShape, Scope.EXAM_MANAGE, json=bodies.SeatAsked, command=True, tag="exam")
def seat(code: str) -> Response:
    """Seat a site

    Exactly what a preview showed, by its seed, choice and digest; or nothing.
    """
    asked: bodies.SeatAsked = request.context.json  # type: ignore[attr-defined]
    site, actor = _mine(code), me().acting_as(Role.OFFICE)
    done = container().seating.seat(
        current_round().code, site.code, actor, asked.seed, _choice(asked), asked.digest
    )
    return answer(models.SeatedShape(people=done.people, sittings=done.sittings, left=done.left))


def _notices() -> Response:
    newest = {
        notice.kind: (line, notice) for line, notice in container().queries.exams.posted(current_round().code)
    }
    items = [
        models.NoticeShape(
            kind=kind,
            title=notice.title,
            title_en=notice.title_en,
            body=notice.body,
            body_en=notice.body_en,
            version=line["version"],
            posted_at=line["at"],
        )
        for kind, (line, notice) in sorted(newest.items())
    ]
    return answer(models.NoticesShape(items=items))


def _mine(code: str) -> Site:
    """A site of the current round that the caller acts for; others are as good as none: 404."""
    site = container().queries.exams.site(current_round().code, code)
    if site is None or not me().acting_as(Role.OFFICE).covers(code):
        refuse("not-your-site")
        raise NotFound
    return site


def _choice(asked: bodies.SeatingAsked) -> HallChoice:
    """Raises NotAsDescribed for a name that is none."""
    if any(not room.strip() for room in asked.rooms):
        raise NotAsDescribed({"rooms": _("请填写机房名称。")})
    return HallChoice(Manner(asked.manner), frozenset(asked.batches), frozenset(asked.rooms))
