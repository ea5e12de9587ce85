"""What every form of a command carries back: the version its page showed, and the command's id.

Both are mandatory for people: a form without them was not sent by a page of ours, or lost what it knew, so
nothing is done. Machines keep ids of their own and come no way through here.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import request
from werkzeug.exceptions import BadRequest

from ncre.events.bounds import OutOfBounds, integer


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
