"""The cashier as a site: the gateway's address, the pages of the payer, the bill's address, the control."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hmac import compare_digest
from io import BytesIO
from pathlib import Path
from typing import Final
from uuid import uuid4

from flask import Flask, abort, jsonify, redirect, render_template, request, send_file, url_for
from sqlalchemy import Connection, insert, select
from werkzeug.wrappers import Response

from ncre.operational.private_files import make_folder
from ncre.stand_ins import NotInProduction
from ncre.stand_ins.alipay import book
from ncre.stand_ins.alipay.bill import bill_of
from ncre.stand_ins.alipay.gateway import MARK, PAYING, Gateway, GatewayRefusal, settled_with_time
from ncre.stand_ins.alipay.keys import KeyPair
from ncre.stand_ins.alipay.notices import NoticeSender
from ncre.stand_ins.alipay.units import SHANGHAI, TIMES, fen_of_yuan

POLICY: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class AlipayStandInTerms:
    """folder      where its book and keys lie
    keys        its own pair: merchants verify with the public one
    merchant    the merchant's public key (PEM)
    token       opens the control to whoever is on this machine; "" closes it
    scale       of the times between deliveries of a notice (1: as Alipay's)
    """

    folder: Path
    keys: KeyPair
    merchant: str
    app_id: str
    seller_id: str
    token: str = field(default="", repr=False)
    scale: float = 1.0


@dataclass(frozen=True)
class AlipayStandIn:
    """The site, and its notices, which somebody has to send when they are due."""

    site: Flask
    notices: NoticeSender
    pages: book.TradeBook


def create_alipay_stand_in(
    terms: AlipayStandInTerms, clock: Callable[[], datetime], *, production: bool = False
) -> AlipayStandIn:
    """Raises NotInProduction: no stand-in takes payments where they count."""
    if production:
        raise NotInProduction("the stand-in for Alipay never runs in production")
    make_folder(terms.folder)
    pages = book.TradeBook(terms.folder / "cashier.sqlite")
    notices = NoticeSender(pages, terms.keys.private, terms.app_id, terms.seller_id, clock, terms.scale)
    gateway = Gateway(pages, notices, clock, terms.app_id, terms.merchant, terms.seller_id)
    site = Flask("ncre.stand_ins.alipay")
    _install(site, terms, pages, notices, gateway)
    return AlipayStandIn(site, notices, pages)


def _install(
    site: Flask, terms: AlipayStandInTerms, pages: book.TradeBook, notices: NoticeSender, gateway: Gateway
) -> None:
    @site.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @site.route("/gateway.do", methods=["GET", "POST"])
    def gate() -> Response | str | tuple[str, int]:
        parameters = {**request.args.to_dict(), **request.form.to_dict()}
        method = parameters.get("method", "")
        try:
            method, content = gateway.checked(parameters)
            if method in PAYING:
                return redirect(url_for("page", page=gateway.offer(method, content, parameters)), 303)
            answer = gateway.answer(method, content, request.url_root)
        except GatewayRefusal as refused:
            if method in PAYING:
                return render_template("refused.html", said=refused.answer["sub_msg"]), 400
            answer = refused.answer
        body = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        name = method.replace(".", "_") + "_response"
        text = f'{{"{name}":{body},"sign":"{notices.signature(body.encode())}"}}'
        return Response(text, mimetype="application/json")

    @site.get("/cashier/<page>")
    def page(page: str) -> str:
        with pages.writing() as connection:
            offer, content = _offered(connection, page)
            trade = book.trade_of(connection, offer["order"])
            if trade:
                trade = settled_with_time(connection, trade, gateway.now(), notices)
        return render_template("cashier.html", page=page, offer=offer, content=content, trade=trade)

    @site.post("/cashier/<page>/sign-in")
    def sign_in(page: str) -> Response:
        """The payer signs in: only now there is a trade."""
        with pages.writing() as connection:
            offer, content = _offered(connection, page)
            if book.trade_of(connection, offer["order"]) is None:
                _begin(connection, offer, content, gateway.now())
        return redirect(url_for("page", page=page), 303)

    @site.post("/cashier/<page>/pay")
    def pay(page: str) -> Response | tuple[str, int]:
        with pages.writing() as connection:
            offer, _ = _offered(connection, page)
            trade = book.trade_of(connection, offer["order"])
            paid = trade is not None and _pay(connection, trade, gateway.now(), notices)
        if not paid:
            return render_template("refused.html", said="交易已关闭或已过期，没有扣款。"), 409
        return redirect(url_for("done", page=page), 303)

    @site.get("/cashier/<page>/done")
    def done(page: str) -> str:
        """A page of its own leads back, for its policy lets no form end elsewhere."""
        with pages.writing() as connection:
            offer, _ = _offered(connection, page)
            trade = book.trade_of(connection, offer["order"])
        back = offer["return_url"]
        if trade and back:
            back += ("&" if "?" in back else "?") + notices.returning(trade, offer["method"])
        return render_template("done.html", trade=trade, back=back)

    @site.get("/bill/<day>/<until>/<proof>")
    def bill(day: str, until: str, proof: str) -> Response:
        if not notices.admits(day, until, proof):
            abort(403)
        with pages.writing() as connection:
            zipped = bill_of(connection, date.fromisoformat(day), terms.seller_id)
        return send_file(BytesIO(zipped or b""), "application/zip")

    @site.post("/control/faults")
    def script() -> Response:
        """Write the script of an order: {"order": "...", "faults": ["lose", "delay:90"]}."""
        _only_control(terms.token)
        asked = request.get_json()
        with pages.writing() as connection:
            book.write_script(connection, str(asked["order"]), [str(one) for one in asked["faults"]])
        return jsonify(done=True)

    @site.post("/control/deliver")
    def deliver() -> Response:
        _only_control(terms.token)
        return jsonify(sent=notices.deliver_due())


def _only_control(token: str) -> None:
    """From this machine and with the token."""
    given = request.headers.get("X-Control-Token", "")
    right = compare_digest(given.encode(errors="replace"), token.encode())
    if not token or request.remote_addr not in ("127.0.0.1", "::1") or not right:
        abort(403)


def _offered(connection: Connection, page: str) -> tuple[book.Row, dict[str, str]]:
    offer = connection.execute(select(book.offers).where(book.offers.c.id == page)).mappings().first()
    if offer is None:
        abort(404)
    return dict(offer), json.loads(offer["content"])


def _begin(connection: Connection, offer: book.Row, content: dict[str, str], now: float) -> None:
    expires = content.get("time_expire")
    ends = datetime.strptime(expires, TIMES).replace(tzinfo=SHANGHAI).timestamp() if expires else None
    amount = fen_of_yuan(content["total_amount"])
    if book.fault(connection, offer["order"], "wrong-amount") is not None:
        amount += 100
    connection.execute(
        insert(book.trades).values(
            order=offer["order"],
            trade=f"{MARK}{datetime.fromtimestamp(now, UTC):%Y%m%d}{uuid4().hex[:18]}",
            amount=amount,
            subject=content["subject"],
            status="WAIT_BUYER_PAY",
            created=now,
            expires=ends,
            notify_url=offer["notify_url"],
        )
    )


def _pay(connection: Connection, trade: book.Row, now: float, notices: NoticeSender) -> bool:
    """Take the money, once; whether it is taken by now."""
    trade = settled_with_time(connection, trade, now, notices)
    if trade["status"] in ("TRADE_SUCCESS", "TRADE_FINISHED"):
        return True
    after_all = book.fault(connection, trade["order"], "pay-after-close") is not None
    if trade["status"] == "TRADE_CLOSED" and not (after_all and not trade["paid"]):
        return False
    paid = {**trade, "status": "TRADE_SUCCESS", "paid": now, "closed": None}
    book.change_trade(connection, trade["order"], status="TRADE_SUCCESS", paid=now, closed=None)
    notices.tell(connection, paid, "TRADE_SUCCESS", now)
    if book.fault(connection, trade["order"], "TRADE_FINISHED") is not None:
        book.change_trade(connection, trade["order"], status="TRADE_FINISHED")
        notices.tell(connection, paid, "TRADE_FINISHED", now)
    return True
