"""What administrators change of their own sites, within what the office left to them, and the papers of its halls."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request
from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import Site
from ncre.domain.integration.scopes import Scope
from ncre.domain.registration.vocabulary import Role
from ncre.services.exam.site_administration import PARTS
from ncre.web.api.access import command_id_of_key, me, seen_version
from ncre.web.api.answers import answer, versioned
from ncre.web.api.bodies import Text
from ncre.web.api.models import Answered
from ncre.web.api.office.draft_shapes import CellsAsked
from ncre.web.api.spec import NotAsDescribed, operation, pages
from ncre.web.shared.access_log import refuse
from ncre.web.shared.auth import container
from ncre.web.shared.language import language
from ncre.web.shared.rounds import current_round, current_site


class SiteCellsAsked(CellsAsked):
    """The whole part: every cell of `rooms.`, `offers.` or `site.notice`."""

    why: Text


class SitePartsShape(Answered):
    """The site as the files of a round name its cells. `manages` are the parts that the office left to it."""

    code: str
    version: int
    manages: list[str]
    cells: dict[str, str]


class HallInUseShape(Answered):
    number: int
    room: str
    people: int


class SittingOfSiteShape(Answered):
    """`name` is what addresses of its papers ask for."""

    name: str
    starts_at: datetime
    ends_at: datetime
    halls: list[HallInUseShape]


class SittingsShape(Answered):
    items: list[SittingOfSiteShape]


@pages.get("/sites/<code>/parts")
@operation("getSiteParts", SitePartsShape, Scope.SITES, tag="sites")
def site_parts(code: str) -> Response:
    """A site as it can be changed

    Its version is the ETag that changing it asks for.
    """
    return _parts(code)


@pages.post("/sites/<code>/parts/<part>")
@operation(
    "changeSite", SitePartsShape, Scope.SITES, json=SiteCellsAsked, command=True, versioned=True, tag="sites"
)
def change_site(code: str, part: str) -> Response:
    """Change a part of a site

    rooms, offers or notice, as a revision of the round with author and reason. What the office left to itself is refused.
    """
    asked: SiteCellsAsked = request.context.json  # type: ignore[attr-defined]
    round_, actor, service = current_round(), me().acting_as(Role.SITE_ADMIN), container().site_administration
    if part not in PARTS:
        raise NotFound
    _mine(code)
    typed = service.typed(round_.code, code, part, asked.cells, seen_version(), actor)
    if typed.faults:
        raise NotAsDescribed({one.name or part: one.words.say(language()) for one in typed.faults})
    service.carry_out(typed, asked.why, actor, command_id_of_key())
    return _parts(code)


@pages.get("/sites/<code>/sittings")
@operation("listSittings", SittingsShape, Scope.READ, tag="sites")
def sittings(code: str) -> Response:
    """The sittings of a site

    The times at which people have seats, hall by hall.
    """
    _mine(code)
    found = container().hall_lists.sittings(current_round().code, code, me().acting_as(Role.REVIEWER))
    items = [
        SittingOfSiteShape(
            name=one.name,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            halls=[
                HallInUseShape(number=hall.number, room=hall.room, people=hall.people) for hall in one.halls
            ],
        )
        for one in found
    ]
    return answer(SittingsShape(items=items))


@pages.post("/sites/<code>/sittings/<sitting>/seat-lists")
@operation("viewSeatLists", None, Scope.PRIVATE, tag="sites")
def seat_lists(code: str, sitting: str) -> Response:
    """The seat lists of a sitting

    As PDF, with names and faces; the look at everybody on it is recorded first.
    """
    here = _mine(code)
    actor = me().acting_as(Role.REVIEWER)
    printed = container().hall_lists.seat_lists(current_round().code, here.code, sitting, actor)
    return Response(printed.pdf, mimetype="application/pdf")


@pages.get("/sites/<code>/sittings/<sitting>/door-sheets")
@operation("getDoorSheets", None, Scope.READ, tag="sites")
def door_sheets(code: str, sitting: str) -> Response:
    """The sheets for the doors of a sitting

    As PDF; nobody is named on them.
    """
    here = _mine(code)
    actor = me().acting_as(Role.REVIEWER)
    printed = container().hall_lists.door_sheets(current_round().code, here.code, sitting, actor)
    return Response(printed.pdf, mimetype="application/pdf")


def _parts(code: str) -> Response:
    site = _mine(code)
    model = SitePartsShape(
        code=site.code,
        version=site.version,
        manages=[part for part in PARTS if part in site.plan.manages],
        cells=container().site_administration.cells(current_round().code, code) if not site.closed else {},
    )
    return versioned(model, site.version)


def _mine(code: str) -> Site:
    """A site of the caller. Raises NotFound for others."""
    site = current_site(code)
    if not me().acting_as(Role.SITE_ADMIN).covers(code):
        refuse("not-your-site")
        raise NotFound
    return site
