"""What letters to candidates say: the office's own text of each kind, or the shipped one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from flask import Response, request
from pydantic import Field, StringConstraints
from werkzeug.exceptions import NotFound

from ncre.domain.integration.scopes import Scope
from ncre.domain.letters.kinds import LetterKind
from ncre.domain.letters.text_rules import LONGEST_BODY, LONGEST_SHORT, LONGEST_SUBJECT, LetterText
from ncre.services.letters.texts_in_force import TextInForce
from ncre.web.api.answers import answer
from ncre.web.api.bodies import Asked, Text
from ncre.web.api.models import Answered
from ncre.web.api.office.acting import office_act
from ncre.web.api.spec import operation, pages
from ncre.web.shared.auth import container

_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
Subject = Annotated[str, StringConstraints(pattern=_LINES, max_length=LONGEST_SUBJECT)]
Body = Annotated[str, StringConstraints(pattern=_LINES, max_length=LONGEST_BODY)]
Short = Annotated[str, StringConstraints(pattern=_LINES, max_length=LONGEST_SHORT)]
Version = Annotated[int, Field(ge=0, le=999_999_999)]


class ResetAsked(Asked):
    """`replaces` is the version that was looked at."""

    why: Text
    replaces: Version


class LetterAsked(ResetAsked):
    """Of a mail its subject and body, of a message to a phone `short`, in both languages; names in braces are filled in."""

    subject: Subject
    body: Body
    short: Short
    subject_en: Subject
    body_en: Body
    short_en: Short


class LetterShape(Answered):
    """`own`: the office wrote it; else it is the shipped one."""

    kind: str
    version: int
    own: bool
    changed_at: datetime | None
    subject: str
    body: str
    short: str
    subject_en: str
    body_en: str
    short_en: str


class LettersShape(Answered):
    items: list[LetterShape]


@pages.get("/letters")
@operation("listLetters", LettersShape, Scope.LETTERS, everywhere=True, tag="letters")
def list_letters() -> Response:
    """What letters say

    The text in force of every kind.
    """
    return answer(LettersShape(items=[_letter(one) for one in container().letters.texts.all()]))


@pages.post("/letters/<kind>")
@operation(
    "changeLetter", LetterShape, Scope.LETTERS, json=LetterAsked, command=True, everywhere=True, tag="letters"
)
def change_letter(kind: str) -> Response:
    """Change what a letter says

    All that are sent from now on. A letter once sent stays as it was.
    """
    asked: LetterAsked = request.context.json  # type: ignore[attr-defined]
    known = _kind(kind)
    written = asked.model_dump(exclude={"why", "replaces"})
    text = LetterText(**{name: said.strip() for name, said in written.items()})
    container().letters.texts.change(office_act(), known, text, asked.why, asked.replaces)
    return answer(_letter(container().letters.texts.one(known)))


@pages.post("/letters/<kind>/reset")
@operation(
    "resetLetter", LetterShape, Scope.LETTERS, json=ResetAsked, command=True, everywhere=True, tag="letters"
)
def reset_letter(kind: str) -> Response:
    """Come back to the shipped text

    As ncre came with it.
    """
    asked: ResetAsked = request.context.json  # type: ignore[attr-defined]
    known = _kind(kind)
    container().letters.texts.reset(office_act(), known, asked.why, asked.replaces)
    return answer(_letter(container().letters.texts.one(known)))


def _kind(text: str) -> LetterKind:
    try:
        return LetterKind(text)
    except ValueError:
        raise NotFound from None


def _letter(one: TextInForce) -> LetterShape:
    return LetterShape(
        kind=one.kind.value, version=one.version, own=one.own, changed_at=one.changed_at, **asdict(one.text)
    )
