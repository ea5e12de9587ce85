"""What a command asks for, as a plain mapping: two commands under one id that ask the same are one."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from ncre.domain.registration.commands import (
    AmendInfo,
    ChangeSubjects,
    FillInfo,
    ReplacePhoto,
    Seat,
    Submit,
    UploadPhoto,
)
from ncre.domain.registration.vocabulary import Role

_BESIDE: Final = frozenset({"actor", "seen", "command_id", "on_behalf_of", "cause", "registration"})
"""Fields of a command that do not say what is asked: who asks, and from which page."""


_LATER: Final = frozenset({"number", "declared", "declaration", "done_at"})
"""What is drawn while a command is carried out, what a form asks for only the first time, what a device adds later."""


_ONE_FORM: Final[dict[str, str]] = {
    AmendInfo.__name__: FillInfo.__name__,
    ChangeSubjects.__name__: Submit.__name__,
    ReplacePhoto.__name__: UploadPhoto.__name__,
}
"""Commands of one form: which of the two it becomes depends on what was recorded meanwhile."""


def content(command: Any) -> dict[str, Any] | None:
    """What a person's command asks, for telling whether it was sent twice or changed in between.

    None for machines, whose ids are made from what they ask, and for seats, which are drawn together.
    """
    if command.actor.role in (Role.CLOCK, Role.PAYMENT) or isinstance(command, Seat):
        return None
    names = [one.name for one in fields(command) if one.name not in _BESIDE | _LATER]
    asks = {name: getattr(command, name) for name in names}
    if "photo" in asks:
        photo = asks["photo"]
        asks["photo"] = [photo.uploaded, photo.handling, photo.appealed]
    kind = type(command).__name__
    return {"asks": _ONE_FORM.get(kind, kind), "by": command.actor.id, **asks}
