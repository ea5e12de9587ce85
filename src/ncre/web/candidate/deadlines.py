"""Until when, and what then: what the pages of a registration say about the windows of its round."""

from __future__ import annotations

from flask import Flask

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Opening
from ncre.domain.registration.window_wording import CLOSED, WINDOWS
from ncre.web.shared.auth import container
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.language import language
from ncre.web.shared.registration_view import Case


def install(site: Flask) -> None:
    """For templates, imported ones too."""
    site.jinja_env.globals["deadline_told"] = deadline_told


def deadline_told(case: Case) -> str:
    """What has to be done before which window closes; what follows, where it closed."""
    return case.due(container().clock()).say(language())


def in_short(fault: Refusal) -> str:
    """Which window is closed, without what follows: that stands elsewhere on the page."""
    opening = fault.particulars.get("window")
    if fault.code is not RefusalCode.WINDOW_OVER or not isinstance(opening, Opening):
        return refusal_text(fault)
    window = WINDOWS[opening]
    return CLOSED.say(language(), window=window.say(language()), closed=fault.particulars["closed"])
