"""The desk: find a registration by what a candidate or a scanner gives, a name or a phone, and open its case."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from flask import Blueprint, redirect, render_template, session, url_for

from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.vocabulary import Role
from ncre.domain.scanned_code import NUMBER, scanned
from ncre.projections.rows import RegistrationRow
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.disclosure import open_details
from ncre.web.shared.forms import fresh_id, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.registration_view import with_rules
from ncre.web.staff.case_page import AT_DESK
from ncre.web.staff.return_link import remember_list
from ncre.web.staff.second_look import taken_look
from ncre.web.staff.typed import PURPOSE

pages = Blueprint("desk", __name__)

LONGEST: Final = 254

_PRINTED: Final = re.compile(r"[RT][12]\.(\d{14})\..*", re.IGNORECASE)
"""What the codes on the form and the ticket say: kind, registration number, version, digest."""


@pages.get("/staff/desk")
@require_role(Role.REVIEWER, Role.OFFICE)
def search() -> Answer:
    remember_list("desk.search")
    return render_template("staff/desk.html", typed="", rows=[], faults={})


@pages.post("/staff/desk")
@require_role(Role.REVIEWER, Role.OFFICE)
def find() -> Answer:
    """What was searched for travels in the form, never in an address: it may be a document number.

    The one case that was meant is opened with it, recorded as everywhere. A name or a phone may be that of somebody
    else too: whoever it finds is shown masked, and opened by hand.
    """
    remember_list("desk.search")
    found = looked_up(account().sites)
    typed, rows, faults = found.typed, found.rows, found.faults
    taken = taken_look()
    look = taken.registration if taken else None
    if len(rows) == 1 and rows[0]["id"] == look and not found.by_name:
        return redirect(url_for("review.case", registration=look), 303)
    if len(rows) == 1 and not found.by_name:
        open_details(rows[0], PURPOSE, "inquiry")
        session[AT_DESK] = rows[0]["id"].hex
        return redirect(url_for("review.case", registration=rows[0]["id"]), 303)
    page = render_template(
        "staff/desk.html",
        typed=typed,
        rows=rows,
        faults=faults,
        due=_due(rows) - {look},
        blind=look,
        command_id=fresh_id,
    )
    return page, 422 if faults else 200


def _due(rows: list[RegistrationRow]) -> set[UUID]:
    """Those of the registrations found for which this member of staff may take cash now."""
    cases = [with_rules(row) for row in rows if row["site"] and row["account"] != account().id]
    return {case.id for case in cases if case.payable and case.row["order_version"] is not None}


@dataclass(frozen=True)
class DeskSearch:
    """What the search form held, what it names, what is wrong with it; a name or a phone does not say whom it means."""

    typed: str
    rows: list[RegistrationRow]
    faults: dict[str, str]
    by_name: bool = False


def looked_up(sites: frozenset[str] = EVERY_SITE) -> DeskSearch:
    """The text of the search form, and what it names at these sites."""
    typed = typed_field("q")
    text = wanted(typed)
    if not text or len(text) > LONGEST:
        return DeskSearch(typed, [], {"q": _("请输入报名号、证件号码、准考证号、姓名、手机号或邮箱。")})
    persons = container().people.persons(text)
    rows = container().queries.cases.search(text, persons, sites)
    by_name = [] if rows else _by_name(text, sites)
    nothing = _("没有找到。请核对号码；姓名须完整。")
    if sites != EVERY_SITE:
        nothing = _("没有找到。请核对号码；姓名须完整；只能找到您负责的考点的报名。")
    rows = rows or by_name
    return DeskSearch(typed, rows, {} if rows else {"q": nothing}, bool(by_name))


def _by_name(text: str, sites: frozenset[str]) -> list[RegistrationRow]:
    """Whoever has this name, phone or address, or signs in with it."""
    signs_in = (
        container().accounts.named(text)
        if "@" in text or text.lstrip("+").replace(" ", "").isdigit()
        else None
    )
    found = container().people.search(text, sites, account().actor, signs_in.id if signs_in else None)
    return cast(list[RegistrationRow], found)


def wanted(typed: str) -> str:
    """The number in what was typed or scanned; a printed code is taken apart."""
    code = scanned(typed)
    printed = _PRINTED.fullmatch(code)
    if printed or NUMBER.fullmatch(code):
        return printed[1] if printed else code
    return unicodedata.normalize("NFKC", typed).strip()
