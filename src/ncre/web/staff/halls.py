"""考场座位表与门贴: what the staff of a site print for its halls."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import Site
from ncre.domain.registration.vocabulary import Role
from ncre.web.shared.access_log import refuse
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.forms import typed_field
from ncre.web.shared.rounds import current_round, current_site
from ncre.web.staff.return_link import remember_list

pages = Blueprint("halls", __name__)


@pages.get("/staff/halls")
@require_role(Role.REVIEWER, Role.OFFICE)
def home() -> Answer:
    """The sites of whoever is signed in; who has one alone goes there."""
    round_ = current_round()
    every = container().queries.exams.sites(round_.code)
    mine = [site for site in every if account().actor.covers(site.code)]
    if len(mine) == 1:
        return redirect(url_for("halls.site", code=mine[0].code))
    mine.sort(key=lambda site: site.code)
    codes = [site.code for site in mine]
    seated = container().hall_lists.seated(round_.code, codes, account().actor)
    return render_template("staff/halls.html", sites=mine, seated=seated)


@pages.get("/staff/halls/<code>")
@require_role(Role.REVIEWER, Role.OFFICE)
def site(code: str) -> Answer:
    """The sittings and halls of a site, with their papers."""
    here = _mine(code)
    sittings = container().hall_lists.sittings(current_round().code, code, account().actor)
    remember_list("halls.site", code=code)
    return render_template("staff/hall_papers.html", site=here, sittings=sittings)


@pages.get("/staff/halls/<code>/<sitting>")
@require_role(Role.REVIEWER, Role.OFFICE)
def sitters(code: str, sitting: str) -> Answer:
    """Who sits where in a sitting; names masked."""
    here = _mine(code)
    rows = container().hall_lists.sitters(current_round().code, here.code, sitting, account().actor)
    remember_list("halls.site", code=code)
    return render_template("staff/sitters.html", site=here, rows=rows)


@pages.post("/staff/halls/<code>/<sitting>/seats.pdf")
@require_role(Role.REVIEWER, Role.OFFICE)
def seats(code: str, sitting: str) -> Answer:
    """考场座位表; the look at everybody on it is recorded before it is made. It opens faces, so it is asked for by POST.

    Where faces are lacking, the page names the people first.
    """
    here = _mine(code)
    printed = container().hall_lists.seat_lists(current_round().code, here.code, sitting, account().actor)
    if printed.faceless and typed_field("anyway") != "yes":
        page = render_template("staff/faceless.html", site=here, sitting=sitting, people=printed.faceless)
        return page, 409
    return _pdf(printed.pdf, f"ncre-seats-{here.code}-{sitting}")


@pages.get("/staff/halls/<code>/<sitting>/doors.pdf")
@require_role(Role.REVIEWER, Role.OFFICE)
def doors(code: str, sitting: str) -> Answer:
    """门贴; nobody is named on it."""
    here = _mine(code)
    printed = container().hall_lists.door_sheets(current_round().code, here.code, sitting, account().actor)
    return _pdf(printed.pdf, f"ncre-doors-{here.code}-{sitting}")


def _pdf(pdf: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)


def _mine(code: str) -> Site:
    """A site of the signed-in staff; others are as good as none: 404."""
    found = current_site(code)
    if not account().actor.covers(code):
        refuse("not-your-site")
        raise NotFound
    return found
