"""Light or dark: as the browser asks, unless the reader chose. The choice is a cookie, so that no page flashes."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, request
from werkzeug.wrappers import Response

from ncre.web.shared.auth import local_path
from ncre.web.shared.language import A_YEAR
from ncre.web.shared.language import gettext as _

COOKIE = "appearance"
CODES = ("auto", "light", "dark")

pages = Blueprint("appearance", __name__)


def install(site: Flask) -> None:
    site.register_blueprint(pages)
    site.context_processor(lambda: {"appearance": chosen(), "appearances": choices})


def chosen() -> str:
    """One of CODES."""
    code = request.cookies.get(COOKIE, "")
    return code if code in CODES else "auto"


def choices() -> list[tuple[str, str]]:
    """(code, label)."""
    return [("auto", _("自动")), ("light", _("浅色")), ("dark", _("深色"))]


@pages.get("/appearance/<code>")
def choose(code: str) -> Response:
    answer = redirect(local_path(request.args.get("next")))
    if code in CODES:
        answer.set_cookie(
            COOKIE, code, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure
        )
    return answer
