"""A payment channel in memory that tests hold by the hand: who pays, when, and what the line does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import Lock
from uuid import UUID, uuid5

from ncre.clients.payment_channel import (
    BillNotReady,
    ChannelRefused,
    ChannelUnavailable,
    Checkout,
    Device,
    InquiryAnswer,
    NewsKind,
    NewsSource,
    NoticeRefused,
    Order,
    PaymentNotification,
    Refund,
    State,
)
from ncre.domain.exam.plan import EXAM_TIME


@dataclass
class Trade:
    order: Order
    state: State = State.WAITING
    number: str = ""
    paid: int = 0
    paid_at: datetime | None = None
    refunds: dict[str, PaymentNotification] = field(default_factory=dict)


class FakeChannel:
    """A channel as Alipay is one: a trade begins when the payer comes, and ends paid or closed.

    `silent` breaks the line, `refuses_refunds` is the channel's word against them, `slow_refunds` says how
    often a refund stays pending.
    """

    def __init__(self, clock: Callable[[], datetime], name: str = "till") -> None:
        self.name = name
        self.inside_wechat = False
        self.fixed: dict[str, str] = {}
        self.holds_terms = False
        self.clock = clock
        self.trades: dict[str, Trade] = {}
        self.silent = False
        self.silent_about: frozenset[str] = frozenset()
        self.refuses_refunds = ""
        self.slow_refunds = 0
        self.bill_ready = True
        self.asked: list[str] = []
        self.lock = Lock()

    def open(self, order: Order, device: Device, back: str, payer: str = "127.0.0.1") -> Checkout:
        self._speak(order.number)
        with self.lock:
            self.trades.setdefault(order.number, Trade(order))
            known = self.fixed.setdefault(order.number, self.terms(order, device, payer))
            if known != self.terms(order, device, payer):
                raise ChannelRefused("OUT_TRADE_NO_USED")
        return Checkout(address=f"https://till.example/{order.number}?back={back}")

    def terms(self, order: Order, device: Device, payer: str = "127.0.0.1") -> str:
        """Nothing, or where it `holds_terms` the device and the payer, as WeChat Pay does."""
        return f"{device}-{payer}"[:40] if self.holds_terms else ""

    def begin(self, order: Order) -> Order:
        """The payer comes with an order, as after a redirect."""
        with self.lock:
            self.trades.setdefault(order.number, Trade(order))
        return order

    def pay(
        self, number: str, amount: int | None = None, at: datetime | None = None, again: bool = False
    ) -> PaymentNotification:
        """Somebody pays; paying twice is one payment unless `again`. The notice that would be sent."""
        with self.lock:
            trade = self.trades[number]
            if trade.state is State.CLOSED:
                raise ChannelRefused("CLOSED")
            if trade.state is not State.PAID or again:
                trade.number = f"T{uuid5(UUID(int=0), number + str(again)).hex}"
                trade.paid = trade.order.amount if amount is None else amount
                trade.paid_at = at or self.clock()
                trade.state = State.PAID
            return self.news(number)

    def returns_by_hand(self, number: str, amount: int, reference: str = "") -> PaymentNotification:
        """Somebody returns money in the channel's own console."""
        trade = self.trades[number]
        name = reference or f"C{len(trade.refunds)}"
        told = (number, trade.number, name, amount, self.clock(), NewsSource.NOTICE)
        trade.refunds[name] = PaymentNotification(NewsKind.RETURNED, self.name, *told)
        return trade.refunds[name]

    def took(self, news: PaymentNotification) -> PaymentNotification:
        """This money came, whatever was ordered."""
        trade = self.trades[news.order]
        trade.state, trade.number, trade.paid, trade.paid_at = State.PAID, news.trade, news.amount, news.at
        return news

    def news(self, number: str, source: NewsSource = NewsSource.NOTICE) -> PaymentNotification:
        trade = self.trades[number]
        assert trade.paid_at is not None
        return PaymentNotification(
            NewsKind.PAID, self.name, number, trade.number, "", trade.paid, trade.paid_at, source
        )

    def query(self, order: str) -> InquiryAnswer:
        self._speak(order)
        trade = self.trades.get(order)
        if trade is None:
            return InquiryAnswer(State.UNKNOWN)
        if trade.state is State.WAITING and self.clock() > trade.order.expires:
            trade.state = State.CLOSED
        if trade.state is not State.PAID:
            return InquiryAnswer(trade.state)
        return InquiryAnswer(State.PAID, (self.news(order, NewsSource.QUERY), *trade.refunds.values()))

    def close(self, order: str) -> InquiryAnswer:
        self._speak(order)
        trade = self.trades.get(order)
        if trade is None:
            return InquiryAnswer(State.UNKNOWN)
        with self.lock:
            if trade.state is State.WAITING:
                trade.state = State.CLOSED
        return self.query(order)

    def refund(self, refund: Refund) -> PaymentNotification | None:
        self._speak(refund.order)
        if self.refuses_refunds:
            raise ChannelRefused(self.refuses_refunds)
        with self.lock:
            if self.slow_refunds:
                self.slow_refunds -= 1
                return None
            trade = self.trades[refund.order]
            if refund.request not in trade.refunds:
                if sum(news.amount for news in trade.refunds.values()) + refund.amount > trade.paid:
                    raise ChannelRefused("REFUND_AMT_NOT_EQUAL_TOTAL")
                trade.refunds[refund.request] = PaymentNotification(
                    NewsKind.RETURNED,
                    self.name,
                    refund.order,
                    refund.trade,
                    refund.request,
                    refund.amount,
                    self.clock(),
                    NewsSource.REFUND,
                )
            return trade.refunds[refund.request]

    def refunded(self, refund: Refund) -> PaymentNotification | None:
        self._speak(refund.order)
        return self.trades[refund.order].refunds.get(refund.request)

    def notice(self, headers: Mapping[str, str], body: bytes) -> tuple[PaymentNotification, ...]:
        number = body.decode("utf-8", "replace")
        if number not in self.trades:
            raise NoticeRefused("signature")
        return (self.news(number),)

    def acknowledged(self, taken: bool) -> tuple[int, str, str]:
        return (200, "text/plain", "success") if taken else (200, "text/plain", "failure")

    def bill(self, day: date) -> tuple[PaymentNotification, ...]:
        self._speak("")
        if not self.bill_ready:
            raise BillNotReady(day.isoformat())
        told: list[PaymentNotification] = []
        for number, trade in self.trades.items():
            if trade.paid_at is not None:
                told.append(self.news(number, NewsSource.BILL))
            told += [replace(news, source=NewsSource.BILL) for news in trade.refunds.values()]
        return tuple(news for news in told if news.at.astimezone(EXAM_TIME).date() == day)

    def _speak(self, order: str) -> None:
        self.asked.append(order)
        if self.silent or order in self.silent_about:
            raise ChannelUnavailable(order)
