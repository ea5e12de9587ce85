"""The WSGI application of the exchange service: JSON, a token for each province, every refusal in words."""

from __future__ import annotations

import hmac
import logging
import sqlite3
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Final

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from ncre.domain.duplicates.exchange_file import ExchangeUnreadable, exchange_outline
from ncre.exchange.files import ExchangeFiles, RoundTooFar, RoundTooOld

log = logging.getLogger("ncre.exchange")

LARGEST: Final = 100_000_000
"""Bytes of a file, about 1.3 million people."""

RETRY_SECONDS: Final = 60


class ExchangeRefusal(Exception):
    """What is asked is not done: status, and why in both languages."""

    def __init__(self, status: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.status = status
        self.zh = zh
        self.en = en


def create_exchange(files: ExchangeFiles, tokens: Sequence[tuple[str, str]], largest: int = LARGEST) -> Flask:
    """`tokens` are provinces, each with a token of its own, several while it changes over; `largest` bytes of a file."""
    exchange = Flask("ncre.exchange", static_folder=None)
    exchange.config["MAX_CONTENT_LENGTH"] = largest
    exchange.json.ensure_ascii = False  # type: ignore[attr-defined]

    @exchange.post("/files")
    def put() -> tuple[Response, int]:
        province, raw = _province(tokens), request.get_data()
        over = _day(request.args.get("over", ""))
        try:
            file = exchange_outline(raw)
        except ExchangeUnreadable as unreadable:
            zh, en = unreadable.words.zh, unreadable.words.en
            raise ExchangeRefusal(422, f"文件不能使用：{zh}", f"the file cannot be used: {en}") from None
        if file.province != province:
            raise ExchangeRefusal(
                403,
                f"文件是省 {file.province} 的，令牌是省 {province} 的",
                f"the file is of province {file.province}, the token of {province}",
            )
        try:
            position, fresh = files.put(file, raw, over)
        except RoundTooOld:
            raise ExchangeRefusal(
                410, "该考次已结束，文件已清除", "the round is over, and its files are gone"
            ) from None
        except RoundTooFar:
            raise ExchangeRefusal(
                422, "考次结束日期太远（over）", "the last day of the round is too far away (over)"
            ) from None
        if fresh:
            log.info(
                "province %s handed in a file for round %s: %d people", province, file.round, file.people
            )
        return jsonify(position=position, digest=file.digest), 201 if fresh else 200

    @exchange.get("/files")
    def listed() -> Response:
        province, round_code = _province(tokens), request.args.get("round", "")
        since = _number(request.args.get("since", "0"))
        held, more = files.others(round_code, province, since)
        entries = [
            {"position": one.position, "province": one.province, "people": one.people, "digest": one.digest}
            for one in held
        ]
        return jsonify(files=entries, own=files.own(round_code, province), more=more)

    @exchange.get("/files/<position>")
    def content(position: str) -> Response:
        found = files.content(_number(position), _province(tokens))
        if found is None:
            raise ExchangeRefusal(
                404,
                "没有这个文件，可能已有更新的，请重新查询",
                "there is no such file; a newer one may have taken its place: ask for the list again",
            )
        return Response(found, content_type="text/plain; charset=us-ascii")

    @exchange.get("/healthz")
    def alive() -> Response:
        files.own("", "")
        return Response("ok\n", content_type="text/plain")

    @exchange.errorhandler(ExchangeRefusal)
    def refused(error: ExchangeRefusal) -> tuple[Response, int]:
        return jsonify(zh=error.zh, en=error.en), error.status

    @exchange.errorhandler(sqlite3.Error)
    def away(error: sqlite3.Error) -> tuple[Response, int, dict[str, str]]:
        log.error("the files cannot be reached: %s", error)
        zh, en = (
            "暂时不能保存或读取文件，请稍后再发",
            "files cannot be kept or read at present: send it again",
        )
        return jsonify(zh=zh, en=en), 503, {"Retry-After": str(RETRY_SECONDS)}

    @exchange.errorhandler(HTTPException)
    def other(error: HTTPException) -> tuple[Response, int]:
        status = error.code or 500
        zh, en = _OTHERS.get(status, ("请求有误", error.name))
        return jsonify(zh=zh.format(largest // 1_000_000), en=en.format(largest // 1_000_000)), status

    @exchange.after_request
    def plain(answer: Response) -> Response:
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    return exchange


_OTHERS: Final = {
    404: ("没有这个地址", "there is no such address"),
    405: ("不能这样请求", "this address is not asked in this way"),
    413: ("文件太大，最多 {} MB", "the file is too large: at most {} MB"),
}


def _province(tokens: Sequence[tuple[str, str]]) -> str:
    """Whose token came with the request; each is compared, so that time tells nothing. Raises ExchangeRefusal."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    found = ""
    for province, token in tokens:
        if hmac.compare_digest(sha256(given.encode()).digest(), sha256(token.encode()).digest()):
            found = province
    if not found or kind.lower() != "bearer":
        raise ExchangeRefusal(
            401, "令牌不对，请核对 NCRE_EXCHANGE_TOKENS", "the token is wrong: check NCRE_EXCHANGE_TOKENS"
        )
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ExchangeRefusal(
            422,
            "缺少考次结束日期（over=2027-03-29）",
            "the last day of the round is missing (over=2027-03-29)",
        ) from None


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    raise ExchangeRefusal(422, "位置应为数字", "a position is a number")
