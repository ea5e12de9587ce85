"""Which language a page speaks: the reader's choice, else the browser's, else Chinese."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, request
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response

from ncre.web.shared.auth import local_path

LANGUAGES = {"zh": "中文", "en": "English"}

COOKIE = "language"
A_YEAR = 365 * 24 * 3600


def install(site: Flask) -> None:
    Babel(site, default_locale="zh", locale_selector=_choose)
    site.register_blueprint(pages)
    site.context_processor(lambda: {"language": language(), "languages": LANGUAGES})


def language() -> str:
    """ "zh" or "en"."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


pages = Blueprint("language", __name__)


@pages.get("/language/<code>")
def choose(code: str) -> Response:
    answer = redirect(local_path(request.args.get("next")))
    if code in LANGUAGES:
        answer.set_cookie(
            COOKIE, code, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure
        )
    return answer


def _choose() -> str:
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(list(LANGUAGES)) or "zh"
