"""工作人员办理记录: what a member of staff opened, exported and decided, day by day, for auditors and the exam office."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration.disclosure import disclosure_words
from ncre.domain.registration.vocabulary import Role
from ncre.events import bounds
from ncre.events.access import DetailsViewed
from ncre.projections.audit import activity
from ncre.projections.audit.disclosures import OPENED
from ncre.web.audit.looks import record_look
from ncre.web.shared.auth import Answer, container, require_role
from ncre.web.shared.history_view import NAMED
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language

pages = Blueprint("audit_staff", __name__)

DAYS: Final = 14
"""The period where none is asked for."""


@pages.get("/audit/staff")
@require_role(Role.AUDITOR, Role.OFFICE)
def home() -> Answer:
    """Every account of staff, to choose from."""
    found = [one.account for one in container().staff_accounts.all()]
    return render_template("audit/staff.html", found=found)


@pages.get("/audit/staff/<uuid:identity>")
@require_role(Role.AUDITOR, Role.OFFICE)
def one(identity: UUID) -> Answer:
    """What an account did in office in the days of the address, else in the last fortnight."""
    known = container().accounts.find(identity)
    if known is None or known.role not in NAMED:
        raise NotFound
    record_look("staff", str(identity))
    first, last, faults = _asked_days()
    did = container().queries.audit.staff_activity(identity, _begin(first), _begin(last + timedelta(days=1)))
    page = render_template(
        "audit/staff_member.html",
        known=known,
        did=did,
        first=first,
        last=last,
        faults=faults,
        purpose_said=purpose_said,
        look_said=look_said,
        most=activity.MOST,
    )
    return (page, 422) if faults else page


def purpose_said(purpose: str) -> str:
    """What was opened or exported, in the language of the page."""
    return OPENED[purpose].say(language()) if purpose in OPENED else purpose


def look_said(look: DetailsViewed) -> str:
    """What was opened, and why."""
    why = disclosure_words(look.why).say(language()) if look.why else ""
    reason = _("（原因：%(why)s）", why=why) if why else ""
    return f"{purpose_said(look.purpose)}{reason}"


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), EXAM_TIME)


def _asked_days() -> tuple[date, date, dict[str, str]]:
    """The days of the address, else the last fortnight; and by its field what is no day."""
    today = container().clock().astimezone(EXAM_TIME).date()
    found: dict[str, date] = {}
    faults: dict[str, str] = {}
    for name in ("first", "last"):
        try:
            if typed := request.args.get(name, ""):
                found[name] = bounds.day(typed)
        except bounds.OutOfBounds:
            faults[name] = _("请填写 2000 年至 2099 年的日期，例如 2027-03-01。")
    last = found.get("last", today)
    first = found.get("first", last - timedelta(days=DAYS - 1))
    if first > last:
        faults.setdefault("first", _("开始日期晚于结束日期，请改正。下面是截至结束日期的两周。"))
    return (last - timedelta(days=DAYS - 1) if faults else first), last, faults
