"""The one way in: whoever proved who they are begins a session, after the second step where there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import redirect, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ncre.domain.lifecycle import Role
from ncre.passport.accounts import Account
from ncre.web.traffic import STAFF_MARK
from ncre.web.who import UNENROLLED, browser, carry, house, local_path, place

Found = TypeVar("Found")


def enter(known: Account, way: str, target: str | None = None) -> Response:
    """In, to `target`; to the second step where staff have one; where it is required, to enrolling one.

    `way` is what was proved: a password, a link in a mail, a code in a message, a name at another provider.
    """
    staff = known.role is not Role.CANDIDATE
    if staff and house().second_step.asked_of(known):
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
    carry(house().passports.enter(known, way, place(), browser()))
    if known.role is not Role.CANDIDATE:
        session[STAFF_MARK] = True


def tried(counted: str, attempt: Callable[[], Found | None], wrong: str) -> tuple[Found | None, str, int]:
    """What an attempt at a secret found, or else what to say and the status of the page.

    Each failure counts: the next attempts wait longer and longer, and nobody is locked out.
    """
    throttle, here = house().throttle, place()
    wait = throttle.wait(counted, here)
    if wait:
        return None, _("尝试次数过多，请 %(seconds)s 秒后再试。", seconds=wait), 429
    found = attempt()
    if not found:
        throttle.failed(counted, here)
        return None, wrong, 422
    throttle.succeeded(counted)
    return found, "", 200
