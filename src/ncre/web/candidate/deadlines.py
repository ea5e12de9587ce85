"""Until when, and what then: what the pages of a registration say about the windows of its round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.lifecycle import TERMINATED
from ncre.domain.registration.schedule import payment_rule, schedule_of
from ncre.domain.registration.vocabulary import Opening, Step
from ncre.domain.registration.window_wording import CLOSED, WINDOWS
from ncre.web.candidate.task_list import time_left
from ncre.web.shared.auth import container
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.language import language
from ncre.web.shared.registration_view import Case


def install(site: Flask) -> None:
    """For templates, imported ones too."""
    site.jinja_env.globals.update(
        deadline_told=deadline_told, countdown_of=countdown_of, schedule_of=schedule_of, the_time=the_time
    )


@dataclass(frozen=True)
class Countdown:
    """A deadline that runs: until when, the clock of the server, the time left in words, and why it is there."""

    until: datetime
    now: datetime
    left: str
    why: str


def countdown_of(case: Case) -> Countdown | None:
    """What runs out next for a registration; None where nothing does."""
    now = container().clock()
    pay_by, due = case.row["pay_by"], case.due(now)
    if pay_by and pay_by > now and Step.LAPSE in case.steps and case.site is not None:
        return Countdown(pay_by, now, time_left(pay_by, now), payment_rule(case.site).say(language()))
    if due.over or case.status in TERMINATED:
        return None
    return Countdown(due.closes, now, time_left(due.closes, now), "")


def the_time() -> datetime:
    return container().clock()


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
