"""What a notification asks of a registration, and who asks it."""

from __future__ import annotations

from uuid import uuid5

from ncre.clients.payment_channel import (
    PaymentNotification,
)
from ncre.domain.payment.orders import (
    PaymentOrder,
)
from ncre.domain.payment.settlement import order_stream
from ncre.domain.registration.commands import PAYMENT_ACTOR, ReturnPayment, Settle
from ncre.events import payment as facts
from ncre.handlers.command_handler import Act


def _by_news(news: PaymentNotification) -> Act:
    told = f"{news.kind}:{news.trade}:{news.key}"
    return Act(PAYMENT_ACTOR, uuid5(order_stream(news.order), told), cause=news.order)


def _machine(number: str, act: str) -> Act:
    return Act(PAYMENT_ACTOR, uuid5(order_stream(number), act), cause=number)


def _settle(order: PaymentOrder, news: PaymentNotification, act: Act) -> Settle:
    return Settle(
        registration=order.registration,
        actor=PAYMENT_ACTOR,
        command_id=uuid5(order.registration, f"settle:{news.channel}:{news.trade}"),
        on_behalf_of=act.actor.id if act.actor != PAYMENT_ACTOR else "",
        cause=news.order,
        order=news.order,
        channel=news.channel,
        trade=news.trade,
        amount=news.amount,
        paid_at=news.at,
    )


def _return(order: PaymentOrder, back: facts.RefundConfirmed) -> ReturnPayment:
    return ReturnPayment(
        registration=order.registration,
        actor=PAYMENT_ACTOR,
        command_id=uuid5(order.registration, f"return:{order.channel}:{back.trade}"),
        cause=order.number,
        order=order.number,
        channel=order.channel,
        trade=back.trade,
        amount=back.amount,
        reference=back.request,
    )
