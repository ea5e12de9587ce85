"""收费管理: what came in, what is open, owed or unexplained, and the ledger as a file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.refusals import Refusal
from ncre.domain.registration.vocabulary import Role
from ncre.events import bounds
from ncre.handlers.command_handler import Act
from ncre.services.payment.revenue_report import DayRevenue, as_csv, as_xlsx
from ncre.web.audit.looks import record_export, record_look
from ncre.web.drafts.draft_form import DraftForm, thing
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import command_id, fresh_id, typed_field
from ncre.web.shared.history_view import names
from ncre.web.shared.language import gettext as _
from ncre.web.shared.rounds import names_of_sites

pages = Blueprint("office_payments", __name__)

SENDING_BACK: Final = DraftForm("money-back", ("why",))
RESOLUTION: Final = DraftForm("money-checked", ("why",))

DAYS: Final = 14
LONGEST: Final = 400
"""Days in one file; a round's window is a few weeks."""

FILES: Final = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@pages.get("/office/money")
@require_role(Role.OFFICE, Role.AUDITOR)
def home() -> Answer:
    record_look("money")
    return _page()


@pages.get("/office/money/ledger.<kind>")
@require_role(Role.OFFICE, Role.AUDITOR)
def export(kind: str) -> Answer:
    """The ledger of the days asked for, as CSV or XLSX, sent while it is read."""
    if kind not in FILES:
        return redirect(url_for("office_payments.home"), 303)
    first, last, faults = _asked_days()
    if faults:
        return _page()
    record_export("money-file", f"{first}..{last}")
    write, mimetype = FILES[kind]
    name = f"ncre-ledger-{first}-{last}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    rows = container().revenue_report.rows(first, last)
    return Response(write(rows, names()), content_type=mimetype, headers=headers)


@pages.post("/office/money/returned")
@require_role(Role.OFFICE)
def returned() -> Answer:
    """What was paid at a counter and is owed was handed back there."""
    try:
        container().counter_payments.hand_back(typed_field("trade"), account().actor, command_id())
    except Refusal as refusal:
        return _refused(refusal)
    flash(_("退款已登记。"))
    return redirect(url_for("office_payments.home"), 303)


@pages.post("/office/money/send-back")
@require_role(Role.OFFICE)
@SENDING_BACK.sent
def send_back() -> Answer:
    """Money for an unknown order goes back to whoever paid it, for the reason given."""
    act = Act(account().actor, command_id())
    try:
        container().unmatched_payments.send_back(
            typed_field("channel"), typed_field("trade"), typed_field("why"), act
        )
    except Refusal as refusal:
        return _refused(refusal)
    flash(_("已申请原路退回，支付平台确认后会显示在账本里。"))
    return redirect(url_for("office_payments.home"), 303)


@pages.post("/office/money/resolved/<uuid:item>")
@require_role(Role.OFFICE)
@RESOLUTION.sent
def resolved(item: UUID) -> Answer:
    """Somebody looked at what could not be booked, and says what it was."""
    try:
        container().unmatched_payments.resolve(item, typed_field("why"), Act(account().actor, command_id()))
    except Refusal as refusal:
        return _refused(refusal)
    flash(_("已记录。"))
    return redirect(url_for("office_payments.home"), 303)


def _refused(refusal: Refusal) -> Answer:
    flash(refusal_text(refusal), "warn")
    return _rendered(*_asked_days()), int(STATUS[refusal.code])


def _page() -> Answer:
    """The days of the address; what is no day is told, with the last fortnight in its place."""
    first, last, faults = _asked_days()
    page = _rendered(first, last, faults)
    return (page, 422) if faults else page


def _rendered(first: date, last: date, faults: dict[str, str]) -> str:
    days = container().revenue_report.days(first, last)
    money = container().queries.payments.waiting()
    return render_template(
        "office/payments.html",
        faults=faults,
        first=first,
        last=last,
        days=days,
        bars=_bars(days),
        sites=_sites(days),
        names=names_of_sites(),
        **vars(money),
        command_id=fresh_id,
        may_act=account().role is Role.OFFICE,
        sending_back=SENDING_BACK,
        resolution=RESOLUTION,
        thing=thing,
    )


def _asked_days() -> tuple[date, date, dict[str, str]]:
    """The days of the address, else the last fortnight; and by its field what is no day."""
    today = container().clock().astimezone(EXAM_TIME).date()
    found: dict[str, date] = {}
    faults: dict[str, str] = {}
    for name in ("first", "last"):
        try:
            typed = request.args.get(name, "")
            if typed:
                found[name] = bounds.day(typed)
        except bounds.OutOfBounds:
            faults[name] = _("请填写 2000 年至 2099 年的日期，例如 2027-03-01。")
    last = found.get("last", today)
    usual = last - timedelta(days=DAYS - 1)
    first = found.get("first", usual)
    if first > last:
        faults.setdefault("first", _("开始日期晚于结束日期，请改正。下面是截至结束日期的两周。"))
    elif (last - first).days >= LONGEST:
        faults["first"] = _(
            "一次最多 %(most)s 天，这一段有 %(days)s 天，请缩短。下面是截至结束日期的两周。",
            most=LONGEST,
            days=(last - first).days + 1,
        )
    return (usual if faults else first), last, faults


def _bars(days: list[DayRevenue]) -> list[tuple[DayRevenue, int, int]]:
    """Each day with the heights (0-100) of what stayed and of what went back."""
    most = max((day.received for day in days), default=0) or 1
    return [
        (day, round(100 * (day.received - day.back) / most), round(100 * day.back / most)) for day in days
    ]


def _sites(days: list[DayRevenue]) -> dict[str, dict[str, int]]:
    """The sums of each site over the days."""
    found: dict[str, dict[str, int]] = {}
    for day in days:
        for site, sums in day.sites.items():
            own = found.setdefault(site, {"count": 0, "received": 0, "back": 0})
            for key in own:
                own[key] += sums[key]
    return dict(sorted(found.items()))
