"""The desk: find a registration by what a candidate or a scanner gives, a name or a phone, and open its case."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.vocabulary import Role
from ncre.domain.scanned_code import NUMBER, scanned
from ncre.projections.base import Row
from ncre.projections.registration import desk_search
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.disclosure import open_details
from ncre.web.shared.forms import fresh_id
from ncre.web.shared.registration_view import with_rules
from ncre.web.staff.case_page import AT_DESK, PURPOSE
from ncre.web.staff.return_link import remember

pages = Blueprint("desk", __name__)

LONGEST: Final = 120

BY_NAME: Final = "by_name"
"""Marks a row that was found by a name or a phone, which does not say whom it means."""

_PRINTED: Final = re.compile(r"[RT][12]\.(\d{14})\..*", re.IGNORECASE)
"""What the codes on the form and the ticket say: kind, registration number, version, digest."""


@pages.get("/staff/desk")
@require_role(Role.REVIEWER, Role.OFFICE)
def search() -> Answer:
    remember("desk.search")
    return render_template("staff/desk.html", typed="", rows=[], faults={})


@pages.post("/staff/desk")
@require_role(Role.REVIEWER, Role.OFFICE)
def find() -> Answer:
    """What was searched for travels in the form, never in an address: it may be a document number.

    The one case that was meant is opened with it, recorded as everywhere. A name or a phone may be that of somebody
    else too: whoever it finds is shown masked, and opened by hand.
    """
    remember("desk.search")
    typed, rows, faults = looked_up(account().sites)
    if len(rows) == 1 and not rows[0].get(BY_NAME):
        open_details(rows[0], PURPOSE, "inquiry")
        session[AT_DESK] = rows[0]["id"].hex
        return redirect(url_for("review.case", registration=rows[0]["id"]), 303)
    page = render_template(
        "staff/desk.html", typed=typed, rows=rows, faults=faults, due=_due(rows), command_id=fresh_id
    )
    return page, 422 if faults else 200


def _due(rows: list[Row]) -> set[UUID]:
    """Those of the registrations found for which this member of staff may take cash now."""
    cases = [with_rules(row) for row in rows if row["site"] and row["account"] != account().id]
    return {case.id for case in cases if case.payable and case.row["order_version"] is not None}


def looked_up(sites: frozenset[str] = EVERY_SITE) -> tuple[str, list[Row], dict[str, str]]:
    """The text of the search form, what it names at these sites, and what is wrong with it."""
    typed = request.form.get("q", "")
    text = wanted(typed)
    if not text or len(text) > LONGEST:
        return typed, [], {"q": _("请输入报名号、证件号码、准考证号、姓名或手机号。")}
    persons = container().people.persons(text)
    with container().database.reading() as connection:
        rows = desk_search.found(connection, text, persons, sites)
        if not rows:
            rows = [{**row, BY_NAME: True} for row in container().people.named(connection, text, sites)]
    nothing = _("没有找到。请核对号码；姓名须完整。")
    if sites != EVERY_SITE:
        nothing = _("没有找到。请核对号码；姓名须完整；只能找到您负责的考点的报名。")
    return typed, rows, {} if rows else {"q": nothing}


def wanted(typed: str) -> str:
    """The number in what was typed or scanned; a printed code is taken apart."""
    code = scanned(typed)
    printed = _PRINTED.fullmatch(code)
    if printed or NUMBER.fullmatch(code):
        return printed[1] if printed else code
    return unicodedata.normalize("NFKC", typed).strip()
