"""Money and news of it: what arrives is taken to the order and to the registration, or sent back.

Whatever a channel says goes through one door: the inbox row, the facts of the order and those of the
registration are one transaction, with no call to a channel inside it (decision 12).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.clients.payment_channel import (
    ChannelRefused,
    NewsKind,
    NewsSource,
    NoticeRefused,
    PaymentChannel,
    PaymentNotification,
    Refund,
)
from ncre.domain.payment.order_commands import (
    CloseOrder,
    ConfirmRefund,
    OrderCommand,
    PutOffRefund,
    ReceivePayment,
    ReplaceOrder,
    RequestRefund,
    TellRefundTotal,
)
from ncre.domain.payment.order_decisions import decide_order
from ncre.domain.payment.orders import PaymentOrder, replay_order
from ncre.domain.payment.settlement import order_stream
from ncre.domain.refusals import Refusal
from ncre.domain.registration.state import Registration
from ncre.events import payment as facts
from ncre.events.base import Fact
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.operational.inbox import Inbox
from ncre.operational.refused_notices import RefusedNotices
from ncre.operational.retry_schedule import RetrySchedule
from ncre.projections.rows import PaymentRow, known
from ncre.services.payment.notification_commands import _by_news, _machine, _return, _settle
from ncre.services.payment.poll_times import next_question
from ncre.services.payment.unmatched import UnmatchedPayments

log = logging.getLogger("ncre.money")


class PaymentService:
    """News of money, whoever brings it: taken in once, never refused; and refunds that are owed."""

    def __init__(
        self,
        command_handler: CommandHandler,
        channels: Mapping[str, PaymentChannel],
        inbox: Inbox,
        retry_schedule: RetrySchedule,
        refused: RefusedNotices,
        unmatched: UnmatchedPayments,
    ) -> None:
        self._command_handler = command_handler
        self.channels = channels
        self._inbox = inbox
        self._retry_schedule = retry_schedule
        self._refused = refused
        self._unmatched = unmatched

    def receive(self, news: PaymentNotification, by: Act | None = None) -> UUID | None:
        """Take news in; told twice, it counts once. The registration that it is for, None for an orphan.

        `by` is who brought it, where a person did. Raises Refusal (busy) where rivals were always quicker: then nothing was taken in, and the
        channel must be let tell it again.
        """
        return self._command_handler.run_in_transaction(
            lambda connection: self.receive_within(connection, news, by)
        )

    def handle_notification(
        self, channel: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, str, str]:
        """A notice of a channel: HTTP status, media type and body of the answer, said after the commit.

        What is not the channel's changes nothing and leaves a trace.
        """
        line = self.channels[channel]
        try:
            for news in line.notice(headers, body):
                self.receive(news)
        except NoticeRefused as refused:
            log.warning("a notice in the name of %s is refused: %s", channel, refused.why)
            now = self._command_handler.clock()
            self._refused.note(channel, refused.why, sha256(body).hexdigest(), now)
            return line.acknowledged(False)
        except Refusal as busy:
            log.warning("a notice of %s must come again: %s", channel, busy.code)
            return line.acknowledged(False)
        return line.acknowledged(True)

    def refund(self, owed: PaymentRow) -> bool:
        """Ask the channel to return what is owed, always under the same request; whether it has gone.

        Raises ChannelUnavailable. When to ask again is noted in any case.
        """
        channel, key = self.channels[owed["channel"]], f"refund:{owed['request']}"
        tries, now = self._retry_schedule.tries(key), self._command_handler.clock()
        self._retry_schedule.note(key, tries + 1, next_question(owed["told_at"], now))
        asked = Refund(
            order=owed["order"],
            trade=owed["trade"],
            request=known(owed["request"]),
            amount=self._asked_back(owed),
            paid=owed["amount"],
            reason=known(owed["reason"]),
        )
        try:
            news = (channel.refunded(asked) if tries else None) or channel.refund(asked)
        except ChannelRefused as refused:
            log.warning("refund %s is put off: %s", owed["request"], refused)
            self._note_trouble(owed, refused.code)
            return False
        if news is None:
            return False
        self.receive(news)
        return True

    def order(self, connection: Connection, number: str) -> PaymentOrder:
        """The order as it stands; in state NONE if there is no such order."""
        stream = order_stream(number)
        return replay_order(number, self._command_handler.store.history(connection, stream, opened=False))

    def record(self, connection: Connection, order: PaymentOrder, act: Act, new: Iterable[Fact]) -> None:
        """Add facts to an order."""
        self._command_handler.record(connection, act, order_stream(order.number), order.version, new)

    def end(self, number: str, *, expired: bool) -> None:
        """Record that an order can be paid no more."""
        self._change(number, "close", CloseOrder(expired))

    def give_up(self, number: str) -> None:
        """Record that an order is not wanted any more, though it might still be paid."""
        self._change(number, "give-up", ReplaceOrder())

    def _change(self, number: str, act: str, command: OrderCommand) -> None:
        """What the service decides about an order by itself, recorded as the machine's act of this name."""

        def changed(connection: Connection) -> None:
            order = self.order(connection, number)
            self.record(connection, order, _machine(number, act), decide_order(order, command))

        self._command_handler.run_in_transaction(changed)

    def owe_back(self, connection: Connection, after: Registration, act: Act) -> None:
        """Ask for the return of what a decision about the registration made owed, in its transaction."""
        paid = after.settled
        if paid is None or paid.trade not in after.owed:
            return
        order, now = self.order(connection, paid.order), self._command_handler.clock()
        asked = RequestRefund(paid.trade, paid.amount, after.owed[paid.trade], now, NewsSource.REFUND.value)
        owing = decide_order(order, asked)
        self.record(connection, order, act, owing)
        self._settle_returns(connection, order, owing)

    def _asked_back(self, owed: PaymentRow) -> int:
        """What is to go back of a payment, never more than has not gone back by whatever way."""
        with self._command_handler.database.reading() as connection:
            order = self._debtor(connection, owed)
        left: int = owed["amount"] - order.gone(owed["trade"])
        return min(order.refunds[known(owed["request"])].amount, left)

    def _debtor(self, connection: Connection, owed: PaymentRow) -> PaymentOrder:
        """The order that owes, or what stands for it where the money belongs to no order of ours."""
        if owed["registration"] is None:
            return self._unmatched.order(connection, owed["channel"], owed["trade"])
        return self.order(connection, owed["order"])

    def receive_within(
        self, connection: Connection, news: PaymentNotification, by: Act | None
    ) -> UUID | None:
        """`receive` within the caller's transaction."""
        now = self._command_handler.clock()
        new = self._inbox.take(
            connection,
            channel=news.channel,
            trade=news.trade,
            kind=news.kind.value,
            reference=news.key,
            order=news.order,
            amount=news.amount,
            at=news.at,
            source=news.source.value,
            told_at=now,
        )
        if new:
            late = (now - news.at).total_seconds()
            self._command_handler.watch.money_told(news.channel, news.source.value, late)
        order = self.order(connection, news.order)
        if not order.version or order.channel != news.channel:
            if new:
                self._unmatched.take(connection, news, _by_news(news))
            return None
        if new:
            _TAKING[news.kind](self, connection, order, news, by or _by_news(news))
        return order.registration

    def _take_payment(
        self, connection: Connection, order: PaymentOrder, news: PaymentNotification, act: Act
    ) -> None:
        told = ReceivePayment(news.trade, news.amount, news.at, news.source.value)
        received = decide_order(order, told)
        if not received:
            return
        after = self._command_handler.carry_out(connection, _settle(order, news, act))
        reason, owing = after.owed.get(news.trade), list[Fact]()
        if reason:
            asked = RequestRefund(news.trade, news.amount, reason, news.at, news.source.value)
            owing = decide_order(order, asked)
        self.record(connection, order, act, [*received, *owing])
        self._settle_returns(connection, order, owing)

    def _take_return(
        self, connection: Connection, order: PaymentOrder, news: PaymentNotification, act: Act
    ) -> None:
        told = ConfirmRefund(news.trade, news.reference, news.amount, news.at, news.source.value)
        back = decide_order(order, told)
        self.record(connection, order, act, back)
        self._settle_returns(connection, order, back)

    def _take_total(
        self, connection: Connection, order: PaymentOrder, news: PaymentNotification, act: Act
    ) -> None:
        told = TellRefundTotal(news.trade, news.reference, news.amount, news.at, news.source.value)
        back = decide_order(order, told)
        self.record(connection, order, act, back)
        self._settle_returns(connection, order, back)

    def _settle_returns(self, connection: Connection, order: PaymentOrder, back: Iterable[Fact]) -> None:
        """Tell the registration of every refund that is settled."""
        for fact in back:
            if isinstance(fact, facts.RefundConfirmed):
                self._command_handler.carry_out(connection, _return(order, fact))

    def _take_closing(
        self, connection: Connection, order: PaymentOrder, news: PaymentNotification, act: Act
    ) -> None:
        expired = order.expires is not None and news.at >= order.expires
        self.record(connection, order, act, decide_order(order, CloseOrder(expired)))

    def _take_other(
        self, connection: Connection, _: PaymentOrder, news: PaymentNotification, act: Act
    ) -> None:
        self._unmatched.take(connection, news, act)

    def _note_trouble(self, owed: PaymentRow, code: str) -> None:
        def noted(connection: Connection) -> None:
            order = self._debtor(connection, owed)
            told = _machine(order.number, f"put-off:{owed['request']}:{order.version}")
            refused = decide_order(order, PutOffRefund(known(owed["request"]), code))
            if owed["registration"] is None:
                self._unmatched.record(connection, order, owed["trade"], told, refused)
            else:
                self.record(connection, order, told, refused)

        self._command_handler.run_in_transaction(noted)


_TAKING: Final = {
    NewsKind.PAID: PaymentService._take_payment,
    NewsKind.RETURNED: PaymentService._take_return,
    NewsKind.RETURNED_SO_FAR: PaymentService._take_total,
    NewsKind.CLOSED: PaymentService._take_closing,
    NewsKind.OTHER: PaymentService._take_other,
}
