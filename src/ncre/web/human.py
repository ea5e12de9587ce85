"""验证码 on a page: its picture and its sound, and whether a form's answer holds."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from ncre.passport.human_check import Question
from ncre.web.who import house

pages = Blueprint("human", __name__)


@pages.get("/human/<name>.png")
def picture(name: str) -> Response:
    return _file(house().human.picture(name), "image/png")


@pages.get("/human/<name>.wav")
def sound(name: str) -> Response:
    return _file(house().human.sound(name), "audio/wav")


def question(purpose: str, needed: bool = True) -> Question | None:
    """What the page asks, None where the installation asks nothing."""
    return house().human.ask(purpose) if needed and house().settings.captcha != "never" else None


def fault(purpose: str, needed: bool = True) -> dict[str, str]:
    """Nothing, or what to say where the form's answer does not hold."""
    if not needed or house().settings.captcha == "never":
        return {}
    form = request.form
    passed = house().human.passed(
        purpose, form.get("question", ""), form.get("answer", ""), form.get("work", "")
    )
    return {} if passed else {"answer": _("验证码不正确或已过期，请填写新图片中的数字。")}


def _file(made: bytes | None, mimetype: str) -> Response:
    if made is None:
        raise NotFound
    return Response(made, mimetype=mimetype, headers={"Cache-Control": "no-store"})
