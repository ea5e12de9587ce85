"""Closing an order at Alipay: what it says then is true, whoever was quicker."""

from __future__ import annotations

from datetime import timedelta

from ncre.clients.payment_channel import NewsKind, Order, State
from tests.stand_ins.market import Market


def test_closing_tells_of_a_payer_who_was_quicker(market: Market) -> None:
    order = Order("N0CLOSING000000000000000000001", 8000, "报名费", market.clock() + timedelta(hours=1))
    market.pays(order)
    answer = market.alipay.close(order.number)
    assert answer.state is State.PAID
    assert [(news.kind, news.amount) for news in answer.news] == [(NewsKind.PAID, 8000)]
