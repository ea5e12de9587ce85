"""Which language a page speaks: the reader's choice, else the browser's, else Chinese."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, g, redirect, request
from flask_babel import Babel, Domain, get_locale
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from ncre.domain.bilingual import Bilingual
from ncre.web.shared.auth import local_path

LANGUAGES = {"zh": "中文", "en": "English"}

COOKIE = "language"
A_YEAR = 365 * 24 * 3600


def install(site: Flask) -> None:
    Babel(site, default_locale="zh", locale_selector=_choose).domain_instance = _Words()
    site.register_blueprint(pages)
    site.context_processor(lambda: {"language": language(), "languages": LANGUAGES})


def language() -> str:
    """ "zh" or "en"; chosen once a request."""
    said: str | None = g.get("language")
    if said is None:
        locale = get_locale()
        said = g.language = "en" if locale is not None and locale.language == "en" else "zh"
    return said


def said_later(words: Bilingual) -> LazyString:
    """Words of a table, in the language of whoever reads the page."""
    return LazyString(lambda: words.say(language()))


class _Words(Domain):  # type: ignore[misc]  # Flask-Babel is untyped
    """Flask-Babel's own, which remembers the catalogue for the rest of a request."""

    def get_translations(self) -> Any:
        found = g.get("words")
        if found is None:
            found = g.words = super().get_translations()
        return found


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
