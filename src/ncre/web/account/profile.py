"""个人资料: what the owner of a passport says about themselves, once; a registration begins with it."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for

from ncre.domain.candidate import parse_details
from ncre.domain.candidate_fields import FORM_FIELDS
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.web.drafts.draft_form import DraftForm
from ncre.web.refusal_statuses import NOT_THEIR_FAULT, STATUS
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.details_form import (
    as_sent,
    as_typed,
    choices,
    chosen_fields,
    faults_in_words,
    from_account,
    said_by_number,
    saved,
    unchosen,
    with_told,
)
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import seen, sent_form
from ncre.web.shared.language import gettext as _
from ncre.web.shared.person_check import NOTHING_TO_CHECK, PersonCheck, check_faulty, check_parsed

pages = Blueprint("profile", __name__)

FIELDS = tuple(one for one in FORM_FIELDS if one.name != "remark")
"""All but what a site asks of its own candidates."""

DRAFT: Final = DraftForm("profile", (one.name for one in FIELDS))


@pages.get("/passport/details")
@require_role(Role.CANDIDATE)
def form() -> Answer:
    known = container().profiles.of(account())
    first = as_typed(known) or from_account(account())
    opened = DRAFT.opened()
    typed = with_told(opened.over(first, [one.name for one in FIELDS]))
    changed = opened.draft is not None and container().profiles.version(account()) > opened.draft.seen
    beside = (
        {name: value for name, value in saved(known, typed).items() if name in typed} if changed else None
    )
    return _page(typed, {}, beside)


@pages.post("/passport/details")
@require_role(Role.CANDIDATE)
@DRAFT.sent
def save() -> Answer:
    """The document number must be valid for its type; every fault is told at once (domain facts §4)."""
    typed, today = as_sent(FIELDS), container().clock().astimezone(EXAM_TIME).date()
    version = seen(least=0)
    known = container().profiles.of(account())
    if known and version == container().profiles.version(account()):
        picked = chosen_fields(sent_form(), typed, known)
        if picked.open:
            return _page(picked.typed, unchosen(picked), saved(known, picked.typed)), 409
        typed = with_told(picked.typed)
    parsed = parse_details(typed, today)
    if isinstance(parsed, list):
        return _page(typed, faults_in_words(parsed), check=check_faulty(typed, parsed)), 422
    check = check_parsed(typed, parsed, today)
    if check.questions:
        return _page({**typed, "name": parsed.name}, {}, check=check), 422
    try:
        container().profiles.keep(account(), parsed, version)
    except Refusal as refusal:
        if refusal.code is RefusalCode.OUT_OF_DATE:
            return _beside(typed, refusal)
        if refusal.code not in NOT_THEIR_FAULT:
            raise
        return _page(typed, {"name": refusal_text(refusal)}), int(STATUS[refusal.code])
    flash(_("个人资料已保存，报名时会自动填好。"))
    return redirect(url_for("passport.home"), 303)


def _beside(typed: dict[str, str], refusal: Refusal) -> Answer:
    """What was typed beside what another tab saved meanwhile, to choose field by field."""
    known = container().profiles.of(account())
    beside = {name: value for name, value in saved(known, typed).items() if name in typed}
    changed = _("个人资料在别处刚改过，没有保存。两处不同的内容并列在下面，请逐项选择保留哪一个。")
    page = _page(typed, {next(iter(beside), "name"): changed}, beside)
    return page, int(STATUS[refusal.code])


def _page(
    typed: dict[str, str],
    faults: dict[str, str],
    beside: dict[str, str] | None = None,
    check: PersonCheck = NOTHING_TO_CHECK,
) -> str:
    return render_template(
        "account/profile.html",
        opened=DRAFT.opened(),
        fields=FIELDS,
        choices=choices(),
        typed=typed,
        by_number=said_by_number(typed),
        faults=faults,
        beside=beside or {},
        check=check,
        version=container().profiles.version(account()),
    )
