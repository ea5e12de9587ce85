"""The way on from a page that says what cannot be done: back to where somebody was going, or to what comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import g, request, url_for

from ncre.domain.registration.page_wording import BLOCKED, PAGES, Blocked, CandidatePage
from ncre.domain.registration.vocabulary import Role, Status
from ncre.projections.rows import RegistrationRow
from ncre.store.outages import DatabaseFailure
from ncre.web.shared.auth import container, this_page
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language

ENDPOINTS: Final = {
    CandidatePage.TASKS: "registration.tasks",
    CandidatePage.CHECK: "registration.check",
    CandidatePage.DETAILS: "details.form",
    CandidatePage.SUBJECTS: "subjects.form",
    CandidatePage.PHOTO: "photo.page",
    CandidatePage.PHOTO_FILE: "photo.picture",
    CandidatePage.REQUEST_REVIEW: "registration.check",
    CandidatePage.WITHDRAW: "registration.withdraw_page",
    CandidatePage.PAY: "payment.form",
    CandidatePage.PAID: "payment.paid",
    CandidatePage.RECEIPT: "payment.receipt",
    CandidatePage.FORM: "documents.form_page",
    CandidatePage.TICKET: "documents.ticket_page",
}
"""Where each page is."""

PAGE_OF: Final = {
    **{endpoint: page for page, endpoint in ENDPOINTS.items() if page is not CandidatePage.REQUEST_REVIEW},
    "registration.request_review": CandidatePage.REQUEST_REVIEW,
    "registration.take_back": CandidatePage.TASKS,
    "registration.withdraw": CandidatePage.WITHDRAW,
    "details.save": CandidatePage.DETAILS,
    "details.use_former": CandidatePage.DETAILS,
    "subjects.save": CandidatePage.SUBJECTS,
    "photo.send": CandidatePage.PHOTO,
    "photo.adopt": CandidatePage.PHOTO,
    "photo.again": CandidatePage.PHOTO,
    "photo.draft": CandidatePage.PHOTO,
    "payment.pay": CandidatePage.PAY,
    "payment.leave": CandidatePage.PAY,
    "wechat.identify": CandidatePage.PAY,
    "payment.ask": CandidatePage.PAID,
    "documents.form": CandidatePage.FORM,
    "documents.ticket": CandidatePage.TICKET,
    "documents.proof": CandidatePage.TASKS,
    "letters.page": CandidatePage.TASKS,
    "letters.apple_pass": CandidatePage.TICKET,
    "letters.google_pass": CandidatePage.TICKET,
    "letters.calendar": CandidatePage.TASKS,
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
class PageLink:
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


def way_on(row: RegistrationRow | None) -> PageLink:
    """Where it goes on, for whoever asks: never the page that just did not open."""
    if row:
        why = blocked(row)
        page = why.way if why else CandidatePage.TASKS
        return PageLink(PAGES[page].say(language()), url_for(ENDPOINTS[page], registration=row["id"]))
    account = g.get("account")
    if account is None:
        return PageLink(_("登录"), url_for("sign_in.page", next=this_page()))
    if account.role is Role.CANDIDATE and request.endpoint in PAGE_OF:
        return PageLink(_("我的报名"), url_for("registration.current"))
    return PageLink(_("回到首页"), url_for("home.welcome"))


def back() -> PageLink:
    """To the page that a form stood on; to signing in first, where that is what is missing."""
    if g.get("account") is None and request.endpoint and request.blueprint not in PUBLIC:
        return PageLink(_("登录"), url_for("sign_in.page", next=this_page()))
    return PageLink(_("回到刚才的页面"), this_page())
