"""What the pages' script asks: keep what is typed, is there anything newer; and a draft thrown away, without a script too."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, flash, g, jsonify, redirect
from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration.vocabulary import Role
from ncre.identity.form_drafts import FormDraft, SaveResult
from ncre.web.drafts.draft_form import keep_sent
from ncre.web.drafts.draft_page import SignedPage, sent_page
from ncre.web.shared.auth import Answer, account, container, local_path, require_role
from ncre.web.shared.forms import typed_field
from ncre.web.shared.language import gettext as _

pages = Blueprint("form_drafts", __name__)

STATUS: Final = {
    SaveResult.SAVED: 200,
    SaveResult.FINISHED: 410,
    SaveResult.TOO_OFTEN: 429,
    SaveResult.TOO_LARGE: 413,
}


@pages.post("/drafts")
def save() -> Answer:
    """Keep what stands in a form. The signed page says whose it is, so the session may be over."""
    sent, kept = sent_page(), keep_sent()
    if sent is None:
        raise NotFound
    if kept is None:
        return _said({"kept": False}, 410)
    newer = _newer(sent)
    said: dict[str, Any] = {"kept": kept is SaveResult.SAVED}
    if newer is not None:
        said |= {"newer": newer.page.hex, "at": newer.saved_at.astimezone(EXAM_TIME).strftime("%H:%M")}
    return _said(said, STATUS[kept])


@pages.post("/drafts/newest")
@require_role(Role.CANDIDATE, Role.REVIEWER, Role.SITE_ADMIN, Role.OFFICE)
def newest() -> Answer:
    """The newest draft of the form, for a page that was loaded while its last words were under way; "" if none."""
    sent = _own()
    found = next((one for one in _drafts_of(sent) if one.page != sent.page.page), None)
    return _said({"newest": found.page.hex if found else ""}, 200)


@pages.post("/drafts/throw-away")
@require_role(Role.CANDIDATE, Role.REVIEWER, Role.SITE_ADMIN, Role.OFFICE)
def throw_away() -> Answer:
    sent = _own()
    try:
        container().form_drafts.throw_away(account().id, UUID(typed_field("which")))
    except ValueError:
        raise NotFound from None
    flash(_("没有保存的内容已丢弃。"))
    return redirect(local_path(sent.path), 303)


def _own() -> SignedPage:
    """The page of the request, where it is of whoever is signed in; 404 for another's."""
    sent = sent_page()
    if sent is None or sent.page.account != account().id:
        raise NotFound
    return sent


def _newer(sent: SignedPage) -> FormDraft | None:
    """What another tab saved since this page was shown; told to nobody but its owner."""
    if g.account is None or g.account.id != sent.page.account:
        return None
    others = (one for one in _drafts_of(sent) if one.page not in (sent.page.page, sent.page.origin))
    return next((one for one in others if one.saved_at >= sent.shown_at), None)


def _drafts_of(sent: SignedPage) -> list[FormDraft]:
    found = container().form_drafts.of(sent.page.account, sent.page.about)
    return [one for one in found if one.form == sent.page.form]


def _said(what: dict[str, Any], status: int) -> tuple[Response, int]:
    return jsonify(what), status
