"""The stand-in's addresses. It imports nothing of the service, which meets it only by HTTP, as it would meet QQ."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest
from threading import Event
from urllib.parse import urlencode

from flask import Flask, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ncre.stand_ins import NotInProduction
from ncre.stand_ins.qq.book import SAMPLE_USERS, Grant, SignInBook, SignInFault, openid, unionid

SECONDS_SLOW = 20.0
TOKEN_LIVES = 7776000


class Style(StrEnum):
    """How QQ answers: as `fmt=json` promises, or as it always did whatever is asked."""

    JSON = "json"
    LEGACY = "legacy"


def create_qq_stand_in(
    appid: str,
    secret: str,
    redirect_uris: Collection[str],
    clock: Callable[[], datetime],
    style: Style = Style.JSON,
    *,
    production: bool,
    seconds_slow: float = SECONDS_SLOW,
) -> Flask:
    if production:
        raise NotInProduction
    app = Flask("ncre.stand_ins.qq", static_folder=None)
    book = SignInBook(clock)
    never = Event()

    def answer(body: dict[str, object], *, query_string: bool = False) -> Response:
        if style is Style.JSON and request.args.get("fmt") == "json":
            texts = {key: str(value) if key == "expires_in" else value for key, value in body.items()}
            return Response(
                json.dumps(texts, ensure_ascii=False), content_type="application/json; charset=utf-8"
            )
        if query_string:
            return Response(
                urlencode({key: str(value) for key, value in body.items()}), content_type="text/html"
            )
        return Response(f"callback( {json.dumps(body)} );\n", content_type="text/html")

    def refuse(number: int, words: str) -> Response:
        """The documented sample of the old style has a comma too many, so ours has it."""
        body: dict[str, object] = {"error": number, "error_description": words}
        if style is Style.JSON and request.args.get("fmt") == "json":
            return answer(body)
        text = json.dumps(body)[:-1] + ",}"
        return Response(f"callback( {text} );\n", content_type="text/html")

    def trouble(fault: SignInFault) -> Response | None:
        if fault is SignInFault.SLOW:
            never.wait(seconds_slow)
        if fault is SignInFault.BROKEN:
            return Response("<html><body>502 Bad Gateway", status=200, content_type="text/html")
        return None

    def holder() -> Grant | None:
        return book.holder(request.args.get("access_token", ""))

    @app.get("/oauth2.0/authorize")
    def authorize() -> ResponseReturnValue:
        check_request()
        return render_template("authorize.html", users=SAMPLE_USERS, faults=list(SignInFault))

    @app.post("/oauth2.0/authorize")
    def decide() -> ResponseReturnValue:
        check_request()
        user = request.form.get("user", "")
        if user not in SAMPLE_USERS:
            abort(400)
        address = request.args["redirect_uri"]
        code = book.give_code(user, address, SignInFault(request.form.get("fault", SignInFault.NONE)))
        joint = "&" if "?" in address else "?"
        return redirect(address + joint + urlencode({"code": code, "state": request.args["state"]}), 302)

    def check_request() -> None:
        asked = request.args
        known = asked.get("client_id") == appid and asked.get("redirect_uri") in redirect_uris
        if not (known and asked.get("response_type") == "code" and asked.get("state")):
            abort(400)

    @app.get("/cancelled")
    def cancelled() -> ResponseReturnValue:
        """As at QQ: the page ends here, and whoever asked for the sign-in hears nothing."""
        return render_template("cancelled.html")

    @app.get("/oauth2.0/token")
    def token() -> ResponseReturnValue:
        asked = request.args
        if asked.get("client_id") != appid:
            return refuse(100001, "param client_id is wrong or lost")
        if not compare_digest(asked.get("client_secret", "").encode(), secret.encode()):
            return refuse(100009, "client_secret is wrong")
        if asked.get("grant_type") != "authorization_code":
            return refuse(100004, "param grant_type is wrong or lost")
        code = asked.get("code", "")
        if (broken := trouble(book.fault_of_code(code))) is not None:
            return broken
        given = book.spend_code(code, asked.get("redirect_uri", ""))
        if isinstance(given, int):
            return refuse(given, "code to access token error")
        return answer(
            {"access_token": given, "expires_in": TOKEN_LIVES, "refresh_token": given[::-1]},
            query_string=True,
        )

    @app.get("/oauth2.0/me")
    def me() -> ResponseReturnValue:
        grant = holder()
        if grant is None or grant.fault is SignInFault.BAD_TOKEN:
            return refuse(100016, "access token check failed")
        wants_unionid = request.args.get("unionid") == "1"
        if wants_unionid and grant.fault is SignInFault.NO_UNIONID:
            return refuse(100048, "unionid is not granted to this app")
        client = "100999999" if grant.fault is SignInFault.OTHER_CLIENT else appid
        body: dict[str, object] = {"client_id": client, "openid": openid(appid, grant.user)}
        return answer(body | ({"unionid": unionid(grant.user)} if wants_unionid else {}))

    @app.get("/user/get_user_info")
    def user_info() -> ResponseReturnValue:
        grant = holder()
        asked = request.args
        known = grant is not None and asked.get("openid") == openid(appid, grant.user)
        if grant is None or not known or asked.get("oauth_consumer_key") != appid:
            return {"ret": -22, "msg": "openid is invalid"}
        if grant.fault is SignInFault.NO_PROFILE:
            return {"ret": 100030, "msg": "this api without user authorization"}
        return {"ret": 0, "msg": "", "nickname": SAMPLE_USERS[grant.user], "gender": "男"}

    return app
