"""通知文字: the exam office edits what letters say, looks at them first, and comes back to what ncre came with."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound

from ncre.domain.letters.causes import BY_KIND
from ncre.domain.letters.kinds import CHANNELS, KINDS, LetterKind
from ncre.domain.letters.text_rules import (
    LONGEST_BODY,
    LONGEST_REASON,
    LONGEST_SHORT,
    LONGEST_SUBJECT,
    PLACEHOLDERS,
    REQUIRED,
    LetterText,
    allowed,
    require_usable,
)
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.events.letters import letter_text_stream
from ncre.handlers.command_handler import Act
from ncre.identity.letters.registration import RegistrationLetter
from ncre.web.drafts.draft_form import DraftForm, OpenForm, thing
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_recent_authentication, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import (
    code_field,
    command_id,
    fresh_id,
    has_field,
    line_field,
    seen,
    sent_form,
    text_field,
)
from ncre.web.shared.history_view import newest_first
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language

pages = Blueprint("office_letters", __name__)

DRAFT: Final = DraftForm(
    "letter-text", ("subject", "body", "short", "subject_en", "body_en", "short_en", "why"), 30_000
)
PARTS = ("subject", "body", "short", "subject_en", "body_en", "short_en")
LONGEST = {"subject": LONGEST_SUBJECT, "body": LONGEST_BODY, "short": LONGEST_SHORT}
FIELD_OF = {
    RefusalCode.WHY_MISSING: "why",
    RefusalCode.OUT_OF_DATE: "case",
    RefusalCode.NOT_FOUND: "number",
}


@pages.get("/office/letters")
@require_role(Role.OFFICE)
def home() -> Answer:
    spoken = language()
    rows = [
        {
            "kind": one.kind.value,
            "words": KINDS[one.kind].say(spoken),
            "channels": [CHANNELS[channel].say(spoken) for channel in sorted(BY_KIND[one.kind].channels)],
            "optional": BY_KIND[one.kind].optional,
            "own": one.own,
            "changed_at": one.changed_at,
        }
        for one in container().letters.texts.all()
    ]
    return render_template("office/letters.html", rows=rows)


@pages.get("/office/letters/<kind>")
@require_role(Role.OFFICE)
def one(kind: str) -> Answer:
    return _page(_kind(kind), {})


@pages.post("/office/letters/<kind>")
@require_role(Role.OFFICE)
@require_recent_authentication
@DRAFT.sent
def change(kind: str) -> Answer:
    """Look at it, keep it, or come back to the shipped text, as the button says. A letter once sent stays as it was."""
    asked, texts = _kind(kind), container().letters.texts
    act, version, why = Act(account().actor, command_id()), seen(least=0), _why()
    try:
        if has_field("preview"):
            require_usable(asked, _typed())
            return _page(asked, {}, container().letters.preview.letter(asked, _typed(), _number()))
        if has_field("reset"):
            texts.reset(act, asked, why, version)
            flash(_("已恢复原来的文字。"))
        else:
            texts.change(act, asked, _typed(), why, version)
            flash(_("通知的文字已保存，以后发出的通知都用它。"))
    except Refusal as refusal:
        return _page(asked, _fault(refusal)), int(STATUS[refusal.code])
    return redirect(url_for("office_letters.one", kind=kind), 303)


def _kind(text: str) -> LetterKind:
    try:
        return LetterKind(text)
    except ValueError:
        raise NotFound from None


def _why() -> str:
    return line_field("why")


def _number() -> str:
    return code_field("number")


def _typed() -> LetterText:
    written = {part: text_field(part) for part in PARTS}
    return LetterText(**written)


def _fault(refusal: Refusal) -> dict[str, str]:
    """At the field it is about; of a text, its own part says which."""
    part = str(refusal.particulars.get("part", "")) or FIELD_OF.get(refusal.code, "")
    if not part and refusal.code in (RefusalCode.TEXT_TOO_LONG, RefusalCode.TEXT_UNREADABLE):
        part = "case"
    if not part:
        raise refusal
    return {part: refusal_text(refusal)}


def _seen(newest: int, opened: OpenForm) -> str | int:
    """What was typed was typed over the text that its page showed."""
    return sent_form().get("seen", opened.draft.seen if opened.draft else newest)


def _page(kind: LetterKind, faults: dict[str, str], shown: RegistrationLetter | None = None) -> str:
    now = container().letters.texts.one(kind)
    sent = request.method == "POST"
    opened = DRAFT.opened(thing("letter", kind.value))
    typed = _typed() if sent else LetterText(**opened.over(asdict(now.text), PARTS))
    spoken = language()
    return render_template(
        "office/letter.html",
        kind=kind.value,
        words=KINDS[kind].say(spoken),
        now=now,
        typed=asdict(typed),
        why=_why() if sent else opened.fields.get("why", ""),
        opened=opened,
        number=_number(),
        seen=_seen(now.version, opened) if "case" not in faults else now.version,
        command_id=fresh_id(),
        faults=faults,
        longest=LONGEST,
        longest_why=LONGEST_REASON,
        placeholders=[
            (one, PLACEHOLDERS[one].say(spoken), one in REQUIRED[kind]) for one in sorted(allowed(kind))
        ],
        preview=shown,
        story=newest_first(container().queries.cases.story(letter_text_stream(kind.value))),
    )
