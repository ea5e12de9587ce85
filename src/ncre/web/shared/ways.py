"""The way on from a page that says what cannot be done: back to where somebody was going, or to what comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _

from ncre.domain.registration.page_wording import BLOCKED, PAGES, Blocked, Page
from ncre.domain.registration.vocabulary import Role, Status
from ncre.projections.rows import RegistrationRow
from ncre.store.outages import DatabaseFailure
from ncre.web.shared.auth import container, this_page
from ncre.web.shared.language import language

ENDPOINTS: Final = {
    Page.TASKS: "registration.tasks",
    Page.CHECK: "registration.check",
    Page.DETAILS: "details.form",
    Page.SUBJECTS: "subjects.form",
    Page.PHOTO: "photo.page",
    Page.PHOTO_FILE: "photo.picture",
    Page.REQUEST_REVIEW: "registration.check",
    Page.WITHDRAW: "registration.withdraw_page",
    Page.PAY: "payment.form",
    Page.PAID: "payment.paid",
    Page.RECEIPT: "payment.receipt",
    Page.FORM: "documents.form_page",
    Page.TICKET: "documents.ticket_page",
}
"""Where each page is."""

PAGE_OF: Final = {
    **{endpoint: page for page, endpoint in ENDPOINTS.items() if page is not Page.REQUEST_REVIEW},
    "registration.request_review": Page.REQUEST_REVIEW,
    "registration.take_back": Page.TASKS,
    "registration.withdraw": Page.WITHDRAW,
    "details.save": Page.DETAILS,
    "details.use_former": Page.DETAILS,
    "subjects.save": Page.SUBJECTS,
    "photo.send": Page.PHOTO,
    "photo.adopt": Page.PHOTO,
    "photo.again": Page.PHOTO,
    "photo.draft": Page.PHOTO,
    "payment.pay": Page.PAY,
    "payment.leave": Page.PAY,
    "wechat.identify": Page.PAY,
    "payment.ask": Page.PAID,
    "documents.form": Page.FORM,
    "documents.ticket": Page.TICKET,
    "documents.proof": Page.TASKS,
    "letters.page": Page.TASKS,
    "letters.apple_pass": Page.TICKET,
    "letters.google_pass": Page.TICKET,
    "letters.calendar": Page.TASKS,
}
"""Which page a request of the candidate's is about; its form and its files are the same page."""

PUBLIC: Final = frozenset(
    {
        "sign_in",
        "sign_up",
        "home",
        "sites",
        "language",
        "captcha",
        "qq",
        "single_sign_on",
        "second_factor",
        "outbox",
        "own_letters",
        "payer",
    }
)
"""Areas whose forms are sent without an account."""


@dataclass(frozen=True)
class Way:
    label: str
    address: str


def standing() -> RegistrationRow | None:
    """The registration of this address, where it is the candidate's own; None where nothing can be read."""
    asked = (request.view_args or {}).get("registration")
    if not isinstance(asked, UUID) or g.get("account") is None or request.endpoint not in PAGE_OF:
        return None
    try:
        row = container().queries.cases.row(asked)
    except DatabaseFailure:
        return None
    return row if row and row["account"] == g.account.id else None


def blocked(row: RegistrationRow | None) -> Blocked | None:
    """Why the page that was asked for does not open in this status, or None."""
    return BLOCKED.get((PAGE_OF[request.endpoint or ""], Status(row["status"]))) if row else None


def way_on(row: RegistrationRow | None) -> Way:
    """Where it goes on, for whoever asks: never the page that just did not open."""
    if row:
        why = blocked(row)
        page = why.way if why else Page.TASKS
        return Way(PAGES[page].say(language()), url_for(ENDPOINTS[page], registration=row["id"]))
    account = g.get("account")
    if account is None:
        return Way(_("登录"), url_for("sign_in.page", next=this_page()))
    if account.role is Role.CANDIDATE and request.endpoint in PAGE_OF:
        return Way(_("我的报名"), url_for("registration.current"))
    return Way(_("回到首页"), url_for("home.welcome"))


def back() -> Way:
    """To the page that a form stood on; to signing in first, where that is what is missing."""
    if g.get("account") is None and request.endpoint and request.blueprint not in PUBLIC:
        return Way(_("登录"), url_for("sign_in.page", next=this_page()))
    return Way(_("回到刚才的页面"), this_page())
