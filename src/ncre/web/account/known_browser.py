"""A cookie that says to which account this browser signed in before: strangers' failures do not delay it."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any, Final

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from ncre.identity.accounts import Account
from ncre.web.shared.auth import container

YEAR: Final = 365 * 24 * 3600
LONGEST: Final = 400


def device_of(account: Account | None) -> str:
    """The name of this browser where it signed in to the account before, else ""."""
    owner, device = _kept()
    return device if account is not None and owner == str(account.id) else ""


def is_known() -> bool:
    """Whether somebody signed in from this browser before."""
    return bool(_kept()[0])


def remember_browser(answer: Response, account: Account) -> None:
    answer.set_cookie(
        _cookie(),
        _signer().dumps([str(account.id), device_of(account) or token_urlsafe(12)]),
        max_age=YEAR,
        secure=container().settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def _kept() -> tuple[str, str]:
    """The account and the name of the browser; both "" without a cookie of ours."""
    text = request.cookies.get(_cookie(), "")
    if not text.isascii() or len(text) > LONGEST:
        return "", ""
    try:
        kept: Any = _signer().loads(text)
    except BadData:
        return "", ""
    return (kept[0], kept[1]) if isinstance(kept, list) else (str(kept), "before")


def _cookie() -> str:
    return "__Host-ncre-known" if container().settings.secure_cookies else "ncre-known"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="known-browser")
