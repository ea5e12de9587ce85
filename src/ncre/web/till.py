"""模拟收银台: the page of the stand-in payment channel, where a payer pays, fails or leaves."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.exceptions import NotFound

from ncre.domain.lifecycle import Role
from ncre.gateways.payment import Order
from ncre.gateways.till import OrderShut
from ncre.web.cases import own
from ncre.web.who import Answer, house, need

pages = Blueprint("till", __name__)


@pages.get("/till/<number>")
@need(Role.CANDIDATE)
def page(number: str) -> Answer:
    return render_template("till.html", order=_own_order(number), shut=False)


@pages.post("/till/<number>/pay")
@need(Role.CANDIDATE)
def pay(number: str) -> Answer:
    """The till takes the money and tells the house, as a channel's notice would."""
    order = _own_order(number)
    try:
        house().money.receive(house().till.pay(number))
    except OrderShut:
        return render_template("till.html", order=order, shut=True), 409
    return _back(order)


@pages.post("/till/<number>/fail")
@need(Role.CANDIDATE)
def fail(number: str) -> Answer:
    """A payment that fails: nothing is taken, and the payer comes back."""
    return _back(_own_order(number))


def _back(order: Order) -> Answer:
    return redirect(url_for("payment.paid", registration=order.registration), 303)


def _own_order(number: str) -> Order:
    """The order, if it is for a registration of whoever asks; 404 else."""
    order = house().till.find(number)
    if order is None:
        raise NotFound
    own(order.registration)
    return order
