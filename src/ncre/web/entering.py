"""The one way in: whoever proved who they are begins a session, after the second step where there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import redirect, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ncre.domain.lifecycle import Role
from ncre.passport.accounts import Account, PasswordRefused
from ncre.services.passports import RegistrationUnderWay
from ncre.web.known_browser import device_of, remember
from ncre.web.traffic import STAFF_MARK
from ncre.web.who import UNENROLLED, account, browser, carry, house, local_path, place

Found = TypeVar("Found")


def enter(known: Account, way: str, target: str | None = None) -> Response:
    """In, to `target`; to the second step where staff have one; where it is required, to enrolling one.

    `way` is what was proved: a password, a link in a mail, a code in a message, a name at another provider.
    """
    answer = _entered(known, way, target)
    remember(answer, known)
    return answer


def _entered(known: Account, way: str, target: str | None) -> Response:
    staff = known.role is not Role.CANDIDATE
    if staff and house().second_step.asked_of(known):
        if "half" in session:
            house().second_step.end_half_way(session["half"])
        session.update(half=house().second_step.go_half_way(known), way=way)
        onwards = url_for("factor.code_page", next=target) if target else url_for("factor.code_page")
        return redirect(onwards, 303)
    admit(known, way)
    if staff and house().settings.staff_factor == "required":
        session[UNENROLLED] = True
        return redirect(url_for("factor.enrol_page"), 303)
    return redirect(local_path(target), 303)


def admit(known: Account, way: str) -> None:
    """Begin the session of somebody of whom nothing more is asked."""
    carry(house().passports.enter(known, way, place(), browser(), device_of(known)))
    if known.role is not Role.CANDIDATE:
        session[STAFF_MARK] = True


def tried(counted: str, attempt: Callable[[], Found | None], wrong: str) -> tuple[Found | None, str, int]:
    """What an attempt at a secret found, or else what to say and the status of the page.

    Each failure counts: the next attempts wait longer and longer, and nobody is locked out. It is counted before it
    is tried, so that many at once do not all find the way free.
    """
    throttle, here = house().throttle, place()
    wait = throttle.one_more(counted)
    if wait:
        return None, waiting(wait), 429
    try:
        found = attempt()
    except (PasswordRefused, RegistrationUnderWay):  # both come after the secret was found right
        throttle.succeeded(counted)
        raise
    if not found:
        throttle.failed_there(here)
        return None, wrong, 422
    throttle.succeeded(counted)
    return found, "", 200


def tried_password(attempt: Callable[[], Found | None], wrong: str) -> tuple[Found | None, str, int]:
    """The same: whoever sits at an open session guesses its owner's password as slowly as anybody else."""
    return tried(f"password:{account().id}", attempt, wrong)


def waiting(seconds: int) -> str:
    """What to say to somebody who has to wait."""
    return _("尝试次数过多，请 %(seconds)s 秒后再试。", seconds=seconds)
