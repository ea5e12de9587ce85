"""A payment order by itself: what is asked or told of it, the facts that follow, and the state after them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from ncre.domain.payment.order_commands import (
    CloseOrder,
    ConfirmRefund,
    OpenOrder,
    OrderCommand,
    PutOffRefund,
    ReceivePayment,
    ReceiveUnmatched,
    ReplaceOrder,
    RequestRefund,
    TellRefundTotal,
)
from ncre.domain.payment.order_decisions import EARLIER, decide_order
from ncre.domain.payment.orders import OrderState, PaymentOrder, evolve_order, replay_order
from ncre.events import payment as facts
from ncre.events.base import Fact

AT: Final = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
OPENED: Final = OpenOrder(
    registration=UUID(int=7),
    round="78",
    site="440001",
    channel="alipay",
    fixed=3,
    amount=8000,
    expires=AT + timedelta(hours=2),
    terms="t",
)
PAID: Final = ReceivePayment("T1", 8000, AT, "notice")


def after(*commands: OrderCommand, order: PaymentOrder | None = None) -> tuple[PaymentOrder, list[Fact]]:
    """The order after these commands, and the facts of the last of them."""
    order, new = order or PaymentOrder("N1"), list[Fact]()
    for command in commands:
        new = decide_order(order, command)
        for fact in new:
            order = evolve_order(order, fact)
    return order, new


def test_an_order_is_opened_once_and_holds_what_was_offered() -> None:
    order, _ = after(OPENED)
    assert (order.state, order.version, order.amount, order.expires) == (
        OrderState.OPEN,
        1,
        8000,
        OPENED.expires,
    )
    assert decide_order(order, OPENED) == []


def test_money_told_twice_counts_once_in_every_state() -> None:
    for before in ((OPENED,), (OPENED, ReplaceOrder()), (OPENED, CloseOrder(expired=True))):
        order, _ = after(*before, PAID)
        assert order.state is OrderState.PAID
        assert order.received == {"T1": 8000}
        assert decide_order(order, PAID) == []


def test_an_order_that_was_replaced_can_be_closed_and_not_replaced_again() -> None:
    order, _ = after(OPENED, ReplaceOrder())
    assert order.payable
    assert decide_order(order, ReplaceOrder()) == []
    closed, new = after(CloseOrder(expired=False), order=order)
    assert new == [facts.OrderClosed("N1", UUID(int=7), False)]
    assert not closed.payable
    assert decide_order(closed, CloseOrder(expired=False)) == []


def test_a_refund_is_asked_for_once_put_off_once_a_reason_and_settled_once() -> None:
    asked = RequestRefund("T1", 8000, "late", AT, "refund")
    order, (requested,) = after(OPENED, PAID, asked)
    assert isinstance(requested, facts.RefundRequested)
    assert decide_order(order, asked) == []
    order, new = after(PutOffRefund(requested.request, "balance"), order=order)
    assert len(new) == 1
    assert decide_order(order, PutOffRefund(requested.request, "balance")) == []
    made = ConfirmRefund("T1", requested.request, 8000, AT, "notice")
    order, new = after(made, order=order)
    assert [type(fact) for fact in new] == [facts.RefundConfirmed]
    assert decide_order(order, made) == []
    assert order.gone("T1") == 8000


def test_what_went_back_in_the_console_settles_the_refund_that_was_wanted() -> None:
    order, (requested,) = after(OPENED, PAID, RequestRefund("T1", 8000, "late", AT, "refund"))
    assert isinstance(requested, facts.RefundRequested)
    order, new = after(TellRefundTotal("T1", "", 8000, AT, "bill"), order=order)
    assert [type(fact) for fact in new] == [facts.RefundTotalTold, facts.RefundConfirmed]
    assert order.refunds[requested.request].done
    assert decide_order(order, TellRefundTotal("T1", "", 8000, AT, "bill")) == []


def test_what_went_back_before_anybody_asked_is_settled_when_it_is_asked_for() -> None:
    order, _ = after(OPENED, PAID, ConfirmRefund("T1", "console", 8000, AT, "bill"))
    _, new = after(RequestRefund("T1", 8000, "late", AT, "refund"), order=order)
    assert isinstance(new[-1], facts.RefundConfirmed)
    assert new[-1].covered_by == EARLIER


def test_money_for_no_order_of_ours_is_kept_once_under_what_the_channel_called_it() -> None:
    order = PaymentOrder("THEIRS", channel="wechat")
    order, new = after(ReceiveUnmatched("T9", 100, AT, "notice"), order=order)
    assert new == [facts.OrphanReceived("THEIRS", "wechat", "T9", 100, AT, "notice")]
    assert decide_order(order, ReceiveUnmatched("T9", 100, AT, "notice")) == []
    assert replay_order("THEIRS", new, "wechat") == order
