"""What a command comes to at a payment order: facts, or nothing where it is known already. Money is never refused."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Final, assert_never

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
from ncre.domain.payment.orders import OrderState, PaymentOrder, evolve_order
from ncre.domain.payment.settlement import refund_number
from ncre.events import payment as facts
from ncre.events.base import Fact

EARLIER: Final = "earlier"
"""What covers a refund whose money had gone back before it was asked for."""


def decide_order(order: PaymentOrder, command: OrderCommand) -> list[Fact]:
    """The facts that follow; [] where the order stands so already."""
    match command:
        case OpenOrder():
            return [] if order.version else [facts.OrderOpened(order=order.number, **asdict(command))]
        case ReceivePayment():
            return _received(order, command)
        case ReceiveUnmatched():
            told = (command.trade, command.amount, command.at, command.source)
            return [] if order.received else [facts.OrphanReceived(order.number, order.channel, *told)]
        case RequestRefund():
            return _refund_requested(order, command)
        case PutOffRefund():
            return _refund_put_off(order, command)
        case ConfirmRefund():
            return _refund_confirmed(order, command)
        case TellRefundTotal():
            return _total_told(order, command)
        case ReplaceOrder():
            opened = order.state is OrderState.OPEN
            return [facts.OrderReplaced(order.number, order.registration)] if opened else []
        case CloseOrder():
            closed = facts.OrderClosed(order.number, order.registration, command.expired)
            return [closed] if order.payable else []
        case _:
            assert_never(command)


def knows(order: PaymentOrder, trade: str) -> bool:
    """Whether this payment was told before."""
    return trade in order.received


def _received(order: PaymentOrder, told: ReceivePayment) -> list[Fact]:
    if knows(order, told.trade):
        return []
    return [
        facts.PaymentReceived(
            order=order.number,
            registration=order.registration,
            round=order.round,
            site=order.site,
            channel=order.channel,
            trade=told.trade,
            amount=told.amount,
            paid_at=told.at,
            source=told.source,
        )
    ]


def _refund_requested(order: PaymentOrder, asked: RequestRefund) -> list[Fact]:
    request = refund_number(order.channel, asked.trade)
    if request in order.refunds:
        return []
    about = (order.number, order.registration, order.channel, asked.trade, request)
    rest = asked.amount - order.gone(asked.trade)
    requested = facts.RefundRequested(*about, rest if rest > 0 else asked.amount, asked.reason, asked.note)
    if rest > 0:
        return [requested]
    earlier = facts.RefundConfirmed(*about, asked.amount, asked.at, asked.source, covered_by=EARLIER)
    return [requested, earlier]


def _refund_put_off(order: PaymentOrder, told: PutOffRefund) -> list[Fact]:
    """Said once a reason, not at every try."""
    refund = order.refunds[told.request]
    if refund.done or refund.code == told.code:
        return []
    about = (order.number, order.registration, order.channel, refund.trade)
    return [facts.RefundPutOff(*about, told.request, told.code)]


def _refund_confirmed(order: PaymentOrder, told: ConfirmRefund) -> list[Fact]:
    if told.reference in order.named.get(told.trade, {}):
        return []
    about = (order.number, order.registration, order.channel, told.trade, told.reference)
    made = (told.amount, told.at, told.source)
    refund = order.refunds.get(told.reference)
    if refund is not None and refund.trade == told.trade:
        return [facts.RefundConfirmed(*about, *made)]
    gone = facts.RefundUnexplained(*about, *made)
    return [gone, *_covered(evolve_order(order, gone), told.trade, told.reference, told.at, told.source)]


def _total_told(order: PaymentOrder, told: TellRefundTotal) -> list[Fact]:
    """Where the reference was ours, it went back whole. Nothing more is recorded where we know of as much."""
    ours, named = order.refunds.get(told.reference), list[Fact]()
    if ours is not None:
        one = ConfirmRefund(told.trade, told.reference, ours.amount, told.at, told.source)
        named = _refund_confirmed(order, one)
    for fact in named:
        order = evolve_order(order, fact)
    if told.total <= order.gone(told.trade):
        return named
    about = (order.number, order.registration, order.channel, told.trade)
    total = facts.RefundTotalTold(*about, told.total, told.at, told.source)
    by = f"sum:{told.total}"
    return [*named, total, *_covered(evolve_order(order, total), told.trade, by, told.at, told.source)]


def _covered(order: PaymentOrder, trade: str, by: str, at: datetime, source: str) -> list[Fact]:
    """The refund that we wanted is settled where as much went back meanwhile, under whatever reference."""
    return [
        facts.RefundConfirmed(
            order.number,
            order.registration,
            order.channel,
            trade,
            request,
            refund.amount,
            at,
            source,
            covered_by=by,
        )
        for request, refund in order.refunds.items()
        if refund.trade == trade and not refund.done and order.gone(trade) - refund.before >= refund.amount
    ]
