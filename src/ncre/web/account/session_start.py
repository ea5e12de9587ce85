"""The one way in: whoever proved who they are begins a session, after the second step where there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import g, redirect, session, url_for
from werkzeug.wrappers import Response

from ncre.domain.registration.vocabulary import Role
from ncre.identity.account_refusals import PasswordRefused
from ncre.identity.accounts import Account
from ncre.services.accounts.account_service import RegistrationUnderWay
from ncre.web.account.known_browser import device_of, remember_browser
from ncre.web.shared.auth import (
    PENDING_LINK,
    UNENROLLED,
    account,
    browser,
    client_network,
    container,
    local_path,
    set_session_token,
)
from ncre.web.shared.language import gettext as _
from ncre.web.shared.traffic import STAFF_MARK

Found = TypeVar("Found")


def complete_sign_in(known: Account, way: str, target: str | None = None) -> Response:
    """In, to `target`; to the second step where staff have one; where it is required, to enrolling one.

    `way` is what was proved: a password, a link in a mail, a code in a message, a name at another provider.
    """
    answer = _entered(known, way, _after_linking(known, target))
    remember_browser(answer, known)
    return answer


def _entered(known: Account, way: str, target: str | None) -> Response:
    staff = known.role is not Role.CANDIDATE
    if staff and container().second_factor_service.asked_of(known):
        if "half" in session:
            container().second_factor_service.end_half_way(session["half"])
        session.update(half=container().second_factor_service.begin_second_factor(known), way=way)
        next_path = (
            url_for("second_factor.code_page", next=target) if target else url_for("second_factor.code_page")
        )
        return redirect(next_path, 303)
    start_session(known, way)
    if staff and container().settings.staff_factor == "required":
        session[UNENROLLED] = True
        return redirect(url_for("second_factor.enrol_page", next=target or None), 303)
    return redirect(local_path(target), 303)


def _after_linking(known: Account, target: str | None) -> str | None:
    """First the sign-on at another provider that waits in this browser for an account, then where they were going."""
    confirming = url_for("qq.confirm_page")
    if PENDING_LINK not in session or known.role is not Role.CANDIDATE:
        return target
    if target and target.partition("?")[0] == confirming:
        return target
    return url_for("qq.confirm_page", next=target or None)


def start_session(known: Account, way: str) -> None:
    """Begin the session of somebody of whom nothing more is asked."""
    set_session_token(
        container().account_service.start_session(known, way, client_network(), browser(), device_of(known))
    )
    if known.role is not Role.CANDIDATE:
        session[STAFF_MARK] = True


def throttled_attempt(
    counted: str, attempt: Callable[[], Found | None], wrong: str
) -> tuple[Found | None, str, int]:
    """What an attempt at a secret found, or else what to say and the status of the page.

    Each failure counts: the next attempts wait longer and longer, and nobody is locked out. It is counted before it
    is tried, so that many at once do not all find the way free.
    """
    throttle, here = container().sign_in_delays, client_network()
    wait = throttle.one_more(counted)
    if wait:
        return None, waiting_words(wait), 429
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
    return throttled_attempt(f"password:{account().id}", attempt, wrong)


def waiting_words(seconds: int) -> str:
    """What to say to somebody who has to wait; the answer's head says it too."""
    g.retry_after = seconds
    return _("尝试次数过多，请 %(seconds)s 秒后再试。", seconds=seconds)
