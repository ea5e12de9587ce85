"""验证码 on a page: its picture and its sound, and whether a form's answer holds."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, url_for
from werkzeug.exceptions import NotFound

from ncre.identity.human_check import HumanQuestion
from ncre.web.account.known_browser import is_known
from ncre.web.shared.auth import client_network, container
from ncre.web.shared.forms import has_field, typed_field
from ncre.web.shared.language import gettext as _

pages = Blueprint("captcha", __name__)


@pages.get("/human/<name>.png")
def picture(name: str) -> Response:
    return _file(container().human_check.picture(name), "image/png")


@pages.get("/human/<name>.wav")
def sound(name: str) -> Response:
    return _file(container().human_check.sound(name), "audio/wav")


@pages.get("/human/<any('sign-in', register, recover):purpose>/new")
def new(purpose: str) -> Response:
    """Another question for a page that stays open with what was typed on it."""
    hard = (
        purpose == "sign-in"
        and not is_known()
        and container().sign_in_delays.risk("", client_network()).block
    )
    asked = question(purpose, hard=hard)
    if asked is None:
        raise NotFound
    answer = jsonify(
        id=asked.id,
        work=asked.work,
        picture=url_for("captcha.picture", name=asked.id),
        sound=url_for("captcha.sound", name=asked.id),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def another() -> bool:
    """Whether the form only asks for another picture; what was typed stands on the page again."""
    return has_field("another")


def question(purpose: str, needed: bool = True, hard: bool = False) -> HumanQuestion | None:
    """What the page asks, None where the installation asks nothing."""
    asks = needed and container().settings.captcha != "never"
    return container().human_check.ask(purpose, hard) if asks else None


def fault(purpose: str, needed: bool = True, hard: bool = False) -> dict[str, str]:
    """Nothing, or what to say where the form's answer does not hold."""
    if not needed or container().settings.captcha == "never":
        return {}
    passed = container().human_check.passed(
        purpose, typed_field("question"), typed_field("answer"), typed_field("work"), hard
    )
    return {} if passed else {"answer": _("验证码不正确或已过期，请填写新图片中的数字。")}


def _file(made: bytes | None, mimetype: str) -> Response:
    if made is None:
        raise NotFound
    return Response(made, mimetype=mimetype, headers={"Cache-Control": "no-store"})
