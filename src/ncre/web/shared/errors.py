"""What a reader sees when something cannot be done: HTTP status in one table, words in another."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, current_app, g, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as later
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from ncre.domain.refusal_wording import refusal_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.handlers.outages import OUTAGES
from ncre.store.outages import DatabaseFailure
from ncre.web.api import problems
from ncre.web.drafts.draft_form import is_kept
from ncre.web.shared import access_log, edge, ways
from ncre.web.shared.forms import FormIncomplete
from ncre.web.shared.language import language
from ncre.web.shared.ways import Way

log = logging.getLogger("ncre.web")

STATUS: Final[Mapping[RefusalCode, HTTPStatus]] = {
    RefusalCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    RefusalCode.NOT_YOURS: HTTPStatus.NOT_FOUND,
    RefusalCode.NOT_YOUR_SITE: HTTPStatus.NOT_FOUND,
    RefusalCode.NOT_YOUR_ROLE: HTTPStatus.FORBIDDEN,
    RefusalCode.OWN_REGISTRATION: HTTPStatus.FORBIDDEN,
    RefusalCode.STAFF_UNKNOWN: HTTPStatus.NOT_FOUND,
    RefusalCode.STAFF_SITE_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.NOT_STAFF: HTTPStatus.CONFLICT,
    RefusalCode.ACCOUNT_DISABLED: HTTPStatus.FORBIDDEN,
    RefusalCode.OWN_ACCOUNT: HTTPStatus.FORBIDDEN,
    RefusalCode.LAST_OFFICE: HTTPStatus.CONFLICT,
    RefusalCode.WHY_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.SITES_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.SECOND_PERSON: HTTPStatus.FORBIDDEN,
    RefusalCode.REQUEST_OVER: HTTPStatus.CONFLICT,
    RefusalCode.SCOPE_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.SCOPE_MISSING: HTTPStatus.FORBIDDEN,
    RefusalCode.INTEGRATION_UNKNOWN: HTTPStatus.NOT_FOUND,
    RefusalCode.INTEGRATION_OVER: HTTPStatus.CONFLICT,
    RefusalCode.SECRETS_TWO: HTTPStatus.CONFLICT,
    RefusalCode.WEBHOOK_ADDRESS: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.LETTER_EMPTY: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.LETTER_PLACEHOLDER_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.LETTER_PLACEHOLDER_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.LETTER_MUST_BE_TOLD: HTTPStatus.CONFLICT,
    RefusalCode.OUT_OF_DATE: HTTPStatus.CONFLICT,
    RefusalCode.SENT_BEFORE: HTTPStatus.CONFLICT,
    RefusalCode.VERSION_UNKNOWN: HTTPStatus.CONFLICT,
    RefusalCode.OUT_OF_TURN: HTTPStatus.CONFLICT,
    RefusalCode.OFFLINE_MOMENT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.OFFLINE_LIST: HTTPStatus.FORBIDDEN,
    RefusalCode.OFFLINE_BATCH: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    RefusalCode.STORE_FULL: HTTPStatus.INSUFFICIENT_STORAGE,
    RefusalCode.STORE_READ_ONLY: HTTPStatus.SERVICE_UNAVAILABLE,
    RefusalCode.STORE_AWAY: HTTPStatus.SERVICE_UNAVAILABLE,
    RefusalCode.STORE_BROKEN: HTTPStatus.INTERNAL_SERVER_ERROR,
    RefusalCode.WINDOW_NOT_YET: HTTPStatus.FORBIDDEN,
    RefusalCode.WINDOW_OVER: HTTPStatus.FORBIDDEN,
    RefusalCode.AGREEMENT_CHANGED: HTTPStatus.CONFLICT,
    RefusalCode.PLACE_TAKEN: HTTPStatus.CONFLICT,
    RefusalCode.HOLDER_TAKEN: HTTPStatus.CONFLICT,
    RefusalCode.STUDENT_UNNAMED: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.SCHOOL_NUMBER_INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.DOCUMENT_NOT_ACCEPTED: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.NOTICE_OUTDATED: HTTPStatus.CONFLICT,
    RefusalCode.REVISION_OUTDATED: HTTPStatus.CONFLICT,
    RefusalCode.REVISION_REFUSED: HTTPStatus.CONFLICT,
    RefusalCode.REVIEW_OPENED: HTTPStatus.CONFLICT,
    RefusalCode.SITE_CLOSED: HTTPStatus.CONFLICT,
    RefusalCode.NOT_LEFT_TO_SITE: HTTPStatus.FORBIDDEN,
    RefusalCode.DRAFT_UNKNOWN: HTTPStatus.NOT_FOUND,
    RefusalCode.DRAFT_CHANGED: HTTPStatus.CONFLICT,
    RefusalCode.DRAFT_OVER: HTTPStatus.CONFLICT,
    RefusalCode.DRAFT_FAULTY: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.DRAFT_TOO_LONG: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.ROUND_EXISTS: HTTPStatus.CONFLICT,
    RefusalCode.ROUND_CODE_UNFIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.SITE_CODE_UNFIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.SITE_CODE_TAKEN: HTTPStatus.CONFLICT,
    RefusalCode.ROUND_TO_MISSING: HTTPStatus.CONFLICT,
    RefusalCode.ROUND_TO_LACKS_SITE: HTTPStatus.CONFLICT,
    RefusalCode.ROUND_TO_LACKS_SUBJECT: HTTPStatus.CONFLICT,
    RefusalCode.CALLED_OFF_ALREADY: HTTPStatus.CONFLICT,
    RefusalCode.SITE_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.SUBJECT_NOT_OFFERED: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.SUBJECT_TWICE: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.NO_SUBJECT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.TOO_MANY_SUBJECTS: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.SUBJECT_FULL: HTTPStatus.CONFLICT,
    RefusalCode.SITE_FULL: HTTPStatus.CONFLICT,
    RefusalCode.DECLARATION_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.PHOTO_REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.PHOTO_LOST: HTTPStatus.CONFLICT,
    RefusalCode.PHOTO_NOT_KEPT: HTTPStatus.INSUFFICIENT_STORAGE,
    RefusalCode.PHOTOS_SILENT: HTTPStatus.SERVICE_UNAVAILABLE,
    RefusalCode.PHOTOS_BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    RefusalCode.NO_EARLIER_PHOTO: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.REASON_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.REASON_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.REASON_TEXT_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.OPENING_REASON: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.TEXT_TOO_LONG: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.TEXT_UNREADABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.NOTICE_EMPTY: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.MONEY_UNDECIDED: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.MONEY_REASON_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.EVIDENCE_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.ACCOUNT_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.ACCOUNT_BUSY: HTTPStatus.CONFLICT,
    RefusalCode.OTHER_PERSON: HTTPStatus.CONFLICT,
    RefusalCode.NOT_DUE: HTTPStatus.CONFLICT,
    RefusalCode.CHAIR_TAKEN: HTTPStatus.CONFLICT,
    RefusalCode.NO_CAPACITY: HTTPStatus.CONFLICT,
    RefusalCode.NO_ROOMS: HTTPStatus.CONFLICT,
    RefusalCode.TOO_FEW_BATCHES: HTTPStatus.CONFLICT,
    RefusalCode.TOO_FEW_SEATS: HTTPStatus.CONFLICT,
    RefusalCode.TOO_MANY_HALLS: HTTPStatus.CONFLICT,
    RefusalCode.NOBODY_SEATED: HTTPStatus.NOT_FOUND,
    RefusalCode.NOBODY_TO_SEAT: HTTPStatus.CONFLICT,
    RefusalCode.HALLS_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.SEED_UNFIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.PREVIEW_OUTDATED: HTTPStatus.CONFLICT,
    RefusalCode.NUMBER_UNFIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.NUMBERS_USED_UP: HTTPStatus.CONFLICT,
    RefusalCode.PERSON_ERASED: HTTPStatus.GONE,
    RefusalCode.ERASURE_HELD: HTTPStatus.CONFLICT,
    RefusalCode.ERASURE_OF_STAFF: HTTPStatus.CONFLICT,
    RefusalCode.ERASURE_WHY_PRIVATE: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.ERASURE_NOT_ASKED: HTTPStatus.CONFLICT,
    RefusalCode.RETENTION_UNFIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.RETENTION_TOO_SHORT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.NO_PAYMENT_DUE: HTTPStatus.CONFLICT,
    RefusalCode.ALREADY_PAID: HTTPStatus.CONFLICT,
    RefusalCode.NOTHING_OWED: HTTPStatus.CONFLICT,
    RefusalCode.CHANNEL_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.CHANNEL_SILENT: HTTPStatus.SERVICE_UNAVAILABLE,
    RefusalCode.RECEIPT_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.RECEIPT_OF_A_TICKET: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.RECEIPT_USED: HTTPStatus.CONFLICT,
    RefusalCode.WRONG_AMOUNT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.AMOUNT_UNREADABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.PRINT_NOT_PAID: HTTPStatus.CONFLICT,
    RefusalCode.PRINT_NOT_SEATED: HTTPStatus.CONFLICT,
    RefusalCode.PRINT_NOT_YET: HTTPStatus.FORBIDDEN,
    RefusalCode.PRINT_OVER: HTTPStatus.FORBIDDEN,
    RefusalCode.NOT_SEALED: HTTPStatus.CONFLICT,
    RefusalCode.BANNED: HTTPStatus.CONFLICT,
    RefusalCode.BAN_UNKNOWN: HTTPStatus.NOT_FOUND,
    RefusalCode.BAN_EXISTS: HTTPStatus.CONFLICT,
    RefusalCode.BAN_OVER: HTTPStatus.CONFLICT,
    RefusalCode.BAN_DECISION_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.BAN_DAYS_UNFIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.BAN_DOCUMENT_UNFIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.BAN_NOT_CONCERNED: HTTPStatus.CONFLICT,
    RefusalCode.UPLOAD_GONE: HTTPStatus.CONFLICT,
    RefusalCode.EXPORT_UNKNOWN: HTTPStatus.NOT_FOUND,
    RefusalCode.EXPORT_GONE: HTTPStatus.CONFLICT,
    RefusalCode.EXPORT_COLUMNS: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.EXPORT_NO_PARQUET: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.EXPORT_PRIVATE_SCHEDULED: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.EXPORT_TIME: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.EXPORTS_MANY: HTTPStatus.CONFLICT,
    RefusalCode.EXCHANGE_NO_KEY: HTTPStatus.CONFLICT,
    RefusalCode.EXCHANGE_PROVINCE: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.EXCHANGE_OVER: HTTPStatus.CONFLICT,
    RefusalCode.NOT_WAITING: HTTPStatus.CONFLICT,
    RefusalCode.CASE_CLAIMED: HTTPStatus.CONFLICT,
    RefusalCode.COLLEAGUE_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.NOTHING_CHOSEN: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.TOO_MUCH_CHOSEN: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.RUN_UNKNOWN: HTTPStatus.NOT_FOUND,
    RefusalCode.VERDICT_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.LOOK_NOT_TAKEN: HTTPStatus.CONFLICT,
    RefusalCode.LOOK_SETTLED: HTTPStatus.CONFLICT,
    RefusalCode.RATE_UNFIT: HTTPStatus.UNPROCESSABLE_ENTITY,
}

RETRY_AFTER: Final[Mapping[RefusalCode, int]] = {
    RefusalCode.BUSY: 2,
    RefusalCode.STORE_AWAY: 5,
    RefusalCode.STORE_FULL: 60,
    RefusalCode.STORE_READ_ONLY: 60,
    RefusalCode.STORE_BROKEN: 300,
    RefusalCode.CHANNEL_SILENT: 60,
    RefusalCode.NOT_SEALED: 60,
}
"""Seconds after which whatever was refused for no fault of its own may be asked again."""

NOT_THEIR_FAULT: Final = frozenset({RefusalCode.BUSY, *OUTAGES.values()})
"""Refusals that a form shows with everything that was typed, to be sent again as it is."""

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


def _way() -> Way:
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


def _page(status: int, heading: str, sentence: str, way: Way | None = None, code: str = "") -> Shown:
    if problems.is_api():
        code = code or problems.code_of(status)
        return problems.problem(status, code, heading, sentence), int(status)
    return render_template(
        "shared/error.html", heading=heading, sentence=sentence, way=way, fails=int(status) >= 500
    ), int(status)
