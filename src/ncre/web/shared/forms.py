"""How a form that was sent is read: the only place where views take fields from it.

A field is read by its kind: one line of words, a code, a text of several lines, what was typed to the letter. A
field that was not sent is "". What the values mean is decided below the pages, where every fault has its words.

What every form of a command carries back, the version its page showed and the command's id, is mandatory for people:
a form without them was not sent by a page of ours, or lost what it knew, so nothing is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid4

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from ncre.domain import typed_text
from ncre.events.bounds import OutOfBounds, integer

_BETWEEN: Final = re.compile(r"[\s,，、;；]+")


class FormIncomplete(BadRequest):
    """The form lacks what says which version it was filled in upon, or which command it is."""


def seen(least: int = 1) -> int:
    """The version on the page the form was on; 0 is of what was never saved. Raises FormIncomplete."""
    try:
        return integer(request.form.get("seen", ""), least=least)
    except OutOfBounds:
        raise FormIncomplete from None


def require_asked() -> None:
    """For a view with much to do before its command: raises FormIncomplete at once."""
    seen()
    command_id()


def command_id() -> UUID:
    """The id the page gave the command, so that sending it twice does it once. Raises FormIncomplete."""
    try:
        return UUID(request.form.get("command_id", ""))
    except ValueError:
        raise FormIncomplete from None


def fresh_id() -> UUID:
    """For the page: the id of the command that its form may become."""
    return uuid4()


def typed_field(name: str) -> str:
    """What was typed, to the letter: a password, or what a rule below spells itself."""
    return request.form.get(name, "")


def trimmed_field(name: str) -> str:
    """What was typed without the blanks around it."""
    return typed_field(name).strip()


def line_field(name: str) -> str:
    """One line of words, blanks single, without what cannot be seen."""
    return typed_text.line(typed_field(name))


def code_field(name: str) -> str:
    """A code of digits or letters, full width folded, without blanks and dashes."""
    return typed_text.code(typed_field(name))


def code_list_field(name: str) -> list[str]:
    """Several codes in one field, between blanks, commas or semicolons of either width."""
    codes = (typed_text.code(one) for one in _BETWEEN.split(typed_field(name)))
    return [code for code in codes if code]


def text_field(name: str) -> str:
    """A text of several lines, with one kind of line end."""
    return typed_field(name).replace("\r\n", "\n").strip()


def typed_fields(names: Iterable[str]) -> dict[str, str]:
    """Several fields to the letter, by name."""
    return {name: typed_field(name) for name in names}


def field_values(name: str) -> list[str]:
    """Every value of a field that may be chosen several times."""
    return request.form.getlist(name)


def has_field(name: str) -> bool:
    """Whether a box was ticked, or a button of this name pressed."""
    return name in request.form


def sent_form() -> MultiDict[str, str]:
    """All of it, for a page that shows what was typed, or a table with a field for each cell."""
    return request.form
