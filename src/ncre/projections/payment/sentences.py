"""The sentences of facts of payment: orders, money, refunds and bills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.payment.settlement import Unusable, yuan
from ncre.domain.wording import SOURCES, UNUSABLE, channel_words
from ncre.events import payment
from ncre.events.base import Fact

_ORPHAN: Final = Bilingual("订单不是本系统的", "an order that is not ours")


def why_unusable(reason: str) -> Bilingual:
    """Why money goes back, in words; a reason that was dropped since stands for itself."""
    if reason == "orphan":
        return _ORPHAN
    return UNUSABLE[Unusable(reason)] if reason in set(Unusable) else Bilingual(reason, reason)


def _order_opened(opened: payment.OrderOpened) -> Bilingual:
    amount, expires, channel = (
        yuan(opened.amount),
        exam_time_in_words(opened.expires),
        channel_words(opened.channel),
    )
    return Bilingual(
        f"打开支付订单 {opened.order}：{amount} 元，{channel.zh}，{expires} 前有效。",
        f"Order {opened.order} was opened: {amount} yuan by {channel.en}, until {expires} (Beijing time).",
    )


def _order_replaced(replaced: payment.OrderReplaced) -> Bilingual:
    return Bilingual(
        f"订单 {replaced.order} 不再需要，等待支付平台确认关闭。",
        f"Order {replaced.order} is not wanted any more; the payment platform has yet to close it.",
    )


def _order_closed(closed: payment.OrderClosed) -> Bilingual:
    zh, en = (
        ("到期未支付", "expired unpaid")
        if closed.expired
        else ("已在支付平台关闭", "was closed at the payment platform")
    )
    return Bilingual(f"订单 {closed.order} {zh}。", f"Order {closed.order} {en}.")


def _payment_received(received: payment.PaymentReceived) -> Bilingual:
    amount, paid, source = (
        yuan(received.amount),
        exam_time_in_words(received.paid_at),
        SOURCES[received.source],
    )
    return Bilingual(
        f"订单 {received.order} 收到 {amount} 元（{paid} 支付，交易号 {received.trade}，{source.zh}）。",
        f"{amount} yuan came for order {received.order} (paid {paid} Beijing time, transaction {received.trade}, {source.en}).",
    )


def _refund_requested(requested: payment.RefundRequested) -> Bilingual:
    amount, why = yuan(requested.amount), why_unusable(requested.reason)
    return Bilingual(
        f"申请退款 {amount} 元（{why.zh}），退款请求号 {requested.request}。",
        f"{amount} yuan are to be refunded ({why.en}), under refund request {requested.request}.",
    )


def _refund_put_off(put_off: payment.RefundPutOff) -> Bilingual:
    return Bilingual(
        f"支付平台暂未受理退款 {put_off.request}（{put_off.code}），将继续申请。",
        f"The payment platform did not accept refund {put_off.request} for now ({put_off.code}); it will be asked again.",
    )


def _refund_confirmed(confirmed: payment.RefundConfirmed) -> Bilingual:
    amount, at = yuan(confirmed.amount), exam_time_in_words(confirmed.returned_at)
    return Bilingual(
        f"支付平台确认 {amount} 元已于 {at} 退回（{confirmed.request}）。",
        f"The payment platform confirmed that {amount} yuan went back at {at} Beijing time ({confirmed.request}).",
    )


def _refund_total_told(told: payment.RefundTotalTold) -> Bilingual:
    total, at = yuan(told.total), exam_time_in_words(told.returned_at)
    return Bilingual(
        f"支付平台告知这笔收款到 {at} 共退回 {total} 元（交易号 {told.trade}）。",
        f"The payment platform says that {total} yuan of this payment had gone back by {at} Beijing time (transaction {told.trade}).",
    )


def _item_unbooked(item: payment.ItemUnbooked) -> Bilingual:
    amount = yuan(item.amount)
    return Bilingual(
        f"支付平台告知“{item.kind}”{amount} 元（交易号 {item.trade}），不能自动记账，请核对。",
        f"The payment platform told of “{item.kind}”, {amount} yuan (transaction {item.trade}); it cannot be booked, please check.",
    )


def _item_resolved(resolved: payment.ItemResolved) -> Bilingual:
    return Bilingual(f"已核对：{resolved.note}", f"Checked: {resolved.note}")


def _refund_unexplained(unexplained: payment.RefundUnexplained) -> Bilingual:
    amount = yuan(unexplained.amount)
    return Bilingual(
        f"支付平台退回了 {amount} 元，但本系统没有申请过（{unexplained.reference}），请核对。",
        f"The payment platform returned {amount} yuan that nobody here asked to return ({unexplained.reference}); please check.",
    )


def _orphan(orphan: payment.OrphanReceived) -> Bilingual:
    amount = yuan(orphan.amount)
    return Bilingual(
        f"收到 {amount} 元，订单 {orphan.order} 不是本系统的（交易号 {orphan.trade}），请核对。",
        f"{amount} yuan came for order {orphan.order}, which is not ours (transaction {orphan.trade}); please check.",
    )


def _day_reconciled(day: payment.DayReconciled) -> Bilingual:
    channel, count = channel_words(day.channel), len(day.differences)
    zh = f"{count} 处差异" if count else "没有差异"
    en = f"{count} differences" if count else "no difference"
    return Bilingual(
        f"{day.day} {channel.zh}对账：收款 {day.payments} 笔 {yuan(day.received)} 元，退款 {day.refunds} 笔 "
        f"{yuan(day.returned)} 元，{zh}。",
        f"Bill of {channel.en} for {day.day}: {day.payments} payments of {yuan(day.received)} yuan, {day.refunds} "
        f"refunds of {yuan(day.returned)} yuan, {en}.",
    )


PAYMENT_SENTENCES: Final[dict[type[Fact], Callable[[Any], Bilingual]]] = {
    payment.OrderOpened: _order_opened,
    payment.OrderReplaced: _order_replaced,
    payment.OrderClosed: _order_closed,
    payment.PaymentReceived: _payment_received,
    payment.RefundRequested: _refund_requested,
    payment.RefundPutOff: _refund_put_off,
    payment.RefundConfirmed: _refund_confirmed,
    payment.RefundTotalTold: _refund_total_told,
    payment.RefundUnexplained: _refund_unexplained,
    payment.ItemUnbooked: _item_unbooked,
    payment.ItemResolved: _item_resolved,
    payment.OrphanReceived: _orphan,
    payment.DayReconciled: _day_reconciled,
}
