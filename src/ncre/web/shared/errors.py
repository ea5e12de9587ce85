"""What a reader sees when something cannot be done: HTTP status in one table, words in another."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from ncre.domain.refusal_wording import refusal_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.handlers.outages import OUTAGES
from ncre.store.outages import DatabaseFailure
from ncre.web.api import problems
from ncre.web.drafts.draft_form import is_kept
from ncre.web.refusal_statuses import NOT_THEIR_FAULT, RETRY_AFTER, STATUS
from ncre.web.shared import access_log, edge, ways
from ncre.web.shared.forms import FormIncomplete
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.language import lazy_gettext as later
from ncre.web.shared.ways import PageLink

log = logging.getLogger("ncre.web")


REFUSED_ACCESS: Final = frozenset(
    {
        RefusalCode.NOT_YOURS,
        RefusalCode.NOT_YOUR_SITE,
        RefusalCode.NOT_YOUR_ROLE,
        RefusalCode.OWN_REGISTRATION,
        RefusalCode.ACCOUNT_DISABLED,
        RefusalCode.OWN_ACCOUNT,
        RefusalCode.SECOND_PERSON,
    }
)
"""Refusals of who asks, not of what is asked: they are noted in the log."""

BY_STATE: Final = frozenset(
    {RefusalCode.OUT_OF_TURN, RefusalCode.NOT_FOUND, RefusalCode.PRINT_NOT_PAID, RefusalCode.PRINT_NOT_SEATED}
)
"""Refusals of a page that the status explains better (`domain/registration/page_wording.py`)."""

PASSING: Final = frozenset(
    {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INSUFFICIENT_STORAGE, HTTPStatus.TOO_MANY_REQUESTS}
)
"""Statuses of what passes by itself; every answer that has one says when to ask again."""

Answered = tuple[str | Response, int, dict[str, str]]

Shown = tuple[str | Response, int]

_TOO_LARGE: Final = later("发送的内容超过了这一页的限度，没有做任何改动。请减少后再试。")


def install(site: Flask) -> None:
    site.register_error_handler(Refusal, _refused)
    site.register_error_handler(DatabaseFailure, _failed)
    site.register_error_handler(CSRFError, _expired)
    site.register_error_handler(FormIncomplete, _incomplete)
    site.register_error_handler(HTTPException, _http)
    site.register_error_handler(Exception, _unexpected)
    site.after_request(retry_after)


def refusal_text(refusal: Refusal) -> str:
    """The sentence of a refusal in the reader's language."""
    return refusal_words(refusal.code, refusal.particulars, language())


def retry_after(answer: Response) -> Response:
    """Whoever is told that something is unavailable is told when to ask again, also where a form says so.

    A page that knows for how long leaves it in `g.retry_after`.
    """
    if answer.status_code in PASSING:
        seconds = g.get("retry_after", RETRY_AFTER[RefusalCode.STORE_AWAY])
        answer.headers.setdefault("Retry-After", str(seconds))
    return answer


def _refused(refusal: Refusal) -> Answered:
    if refusal.code in REFUSED_ACCESS:
        access_log.refuse(refusal.code.value)
    status, after = STATUS[refusal.code], RETRY_AFTER.get(refusal.code)
    row = None if refusal.code in NOT_THEIR_FAULT else ways.standing()
    why = ways.blocked(row)
    sentence = why.words.say(language()) if why and refusal.code in BY_STATE else refusal_text(refusal)
    status = HTTPStatus.CONFLICT if why and status == HTTPStatus.NOT_FOUND else status
    headings = {404: _("没有找到这一页"), 500: _("系统出了问题")}
    heading = headings.get(status, _("没有完成"))
    page, shown = _page(status, heading, sentence, ways.way_on(row), refusal.code.value)
    return page, shown, {"Retry-After": str(after)} if after is not None else {}


def _failed(failure: DatabaseFailure) -> Answered:
    return _refused(Refusal(OUTAGES[failure.kind]))


def _expired(_error: CSRFError) -> Shown:
    access_log.refuse("csrf")
    refusal_text = _("这个页面打开得太久，或者您在别处重新登录过。没有做任何改动，请回到刚才的页面再试一次。")
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        refusal_text = _(
            "浏览器没有送来 Cookie，登录和填表都需要它。没有做任何改动。请在浏览器设置中允许本站使用 Cookie"
            "（拦截插件也可能禁止它），然后回到刚才的页面再试一次。"
        )
    return _page(HTTPStatus.BAD_REQUEST, _("页面已过期"), refusal_text + _kept(), ways.back())


def _kept() -> str:
    """What becomes of what was typed, where the form keeps drafts."""
    if not is_kept():
        return ""
    return _("您填写的内容已为您保留一天：用原来的账号登录，回到这一页就能接着填。")


def _incomplete(_error: FormIncomplete) -> Shown:
    access_log.refuse("form-incomplete")
    return _page(
        HTTPStatus.BAD_REQUEST,
        _("没有完成"),
        _("这一页没有送全，没有做任何改动。请回到原来的页面，刷新后再试一次。"),
        ways.back(),
    )


def _http(error: HTTPException) -> Shown | HTTPException:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, edge.NotText | edge.TooLong):
        access_log.refuse("out-of-bounds")
        return _page(error.code or 400, *edge.words(error), _way())
    if (row := ways.standing()) and (why := ways.blocked(row)):
        return _page(error.code, _("没有完成"), why.words.say(language()), ways.way_on(row))
    headings = {
        403: (_("没有权限"), _("您的账号不能打开这一页。如有需要，请联系考务办公室。")),
        404: (_("没有找到这一页"), _not_found()),
        405: (_("不能这样打开"), _("请从页面上的按钮进入。")),
        413: (
            _("发送的内容太大"),
            str(_TOO_LARGE),
        ),
    }
    heading, sentence = headings.get(
        error.code, (_("没有完成"), _("没有看懂这次操作，没有做任何改动。请回到刚才的页面再试一次。"))
    )
    return _page(error.code, heading, sentence, _way())


def _not_found() -> str:
    """Why there is no such page, as far as the address tells; another's registration is as good as none."""
    if request.endpoint in ways.PAGE_OF and ways.standing() is None:
        return _("您登录的账号里没有这份报名。如果是用另一个账号报的名，请退出后用那个账号登录。")
    return _("请检查网址。如果是从旧的链接进来的，请从下面重新进入。")


def _way() -> PageLink:
    """Back to the page of a form; from a page that cannot be opened, on to where things stand."""
    return ways.back() if request.method == "POST" else ways.way_on(ways.standing())


def too_large() -> Shown:
    """The page for a request that was larger than its page takes."""
    return _page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("发送的内容太大"), str(_TOO_LARGE), ways.back())


def _unexpected(error: Exception) -> Shown:
    log.error("unexpected %s", type(error).__name__, exc_info=error)
    return _page(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("系统出了问题"),
        _("这次操作没有完成，已保存的内容不受影响。请稍后再试；如果一直这样，请联系考点。"),
    )


def _page(status: int, heading: str, sentence: str, way: PageLink | None = None, code: str = "") -> Shown:
    if problems.is_api():
        code = code or problems.code_of(status)
        return problems.problem(status, code, heading, sentence), int(status)
    return render_template(
        "shared/error.html", heading=heading, sentence=sentence, way=way, fails=int(status) >= 500
    ), int(status)
