"""Which language a page speaks: the reader's choice, else the browser's, else Chinese."""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, g, redirect, request
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from ncre.domain.bilingual import Bilingual
from ncre.web.shared.auth import local_path

LANGUAGES = {"zh": "中文", "en": "English"}

CHINESE: Final = "zh"
TRANSLATIONS: Final = Path(__file__).parent.parent / "translations"

COOKIE = "language"
A_YEAR = 365 * 24 * 3600


def install(site: Flask) -> None:
    site.jinja_env.add_extension("jinja2.ext.i18n")
    site.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    site.register_blueprint(pages)
    site.context_processor(lambda: {"language": language(), "languages": LANGUAGES})


def language() -> str:
    """ "zh" or "en"; chosen once a request. Chinese where no page is made."""
    try:
        here = g._get_current_object()
    except RuntimeError:
        return CHINESE
    said: str | None = getattr(here, "language", None)
    if said is None:
        said = here.language = _choose()
    return said


@cache
def catalogue(code: str) -> NullTranslations:
    """What each sentence is in this language; Chinese needs no catalogue."""
    return translation("messages", TRANSLATIONS, [code], fallback=True)


def gettext(sentence: str, **gaps: object) -> str:
    """The sentence in the reader's language, its gaps filled in."""
    said = catalogue(language()).gettext(sentence)
    return said % gaps if gaps else said


def ngettext(one: str, several: str, num: int, **gaps: object) -> str:
    """`gettext` of one of two sentences, by a number."""
    return catalogue(language()).ngettext(one, several, num) % {"num": num, **gaps}


def lazy_gettext(sentence: str, **gaps: object) -> LazyString:
    """`gettext`, asked each time it is written: for tables, which have all readers."""
    return LazyString(gettext, sentence, **gaps)


def said_later(words: Bilingual) -> LazyString:
    """Words of a table, in the language of whoever reads the page."""
    return LazyString(lambda: words.say(language()))


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
