"""What every form of a command carries back: the version its page showed, and the command's id."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import request
from werkzeug.exceptions import BadRequest


def seen() -> int | None:
    """The version of the case on the page the form was on; None for a case not begun. 400 for garbage."""
    text = request.form.get("seen", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest
    return int(text)


def command_id() -> UUID:
    """The id the page gave the command, so that sending it twice does it once; a new one for garbage."""
    try:
        return UUID(request.form.get("command_id", ""))
    except ValueError:
        return uuid4()


def fresh_id() -> UUID:
    """For the page: the id of the command that its form may become."""
    return uuid4()
