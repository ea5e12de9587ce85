"""What channels tell that matches no order of ours, or that the books have no place for: a person decides.

Money for an unknown order has a stream of its own and can be sent back, with a reason. Everything
else that cannot be booked is an item on a list. Nothing is dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection

from ncre.clients.payment_channel import NewsKind, NewsSource, PaymentNotification
from ncre.domain.payment.order_commands import (
    ConfirmRefund,
    OrderCommand,
    ReceiveUnmatched,
    RequestRefund,
    TellRefundTotal,
)
from ncre.domain.payment.order_decisions import decide_order
from ncre.domain.payment.orders import PaymentOrder, replay_order
from ncre.domain.payment.settlement import item_stream, orphan_stream
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE, require_text
from ncre.domain.registration.vocabulary import Role
from ncre.events import payment as facts
from ncre.events.base import Fact
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.projections.payment import ledger, unbooked

log = logging.getLogger("ncre.money")


class UnmatchedPayments:
    """Money for no order of ours, and lines that could not be booked: a person decides."""

    def __init__(self, command_handler: CommandHandler) -> None:
        self._command_handler = command_handler

    def take(self, connection: Connection, news: PaymentNotification, act: Act) -> None:
        """Record news that was not told before; a retry of the channel could not help."""
        log.error("%s of %s for %s %s needs a person", news.kind, news.channel, news.order, news.word)
        if news.kind in (NewsKind.CLOSED, NewsKind.OTHER):
            self._take_item(connection, news, act)
            return
        order = self.order(connection, news.channel, news.trade, news.order)
        at, source = news.at, news.source.value
        match news.kind:
            case NewsKind.PAID:
                told: OrderCommand = ReceiveUnmatched(news.trade, news.amount, at, source)
            case NewsKind.RETURNED:
                told = ConfirmRefund(news.trade, news.reference, news.amount, at, source)
            case _:
                told = TellRefundTotal(news.trade, news.reference, news.amount, at, source)
        self.record(connection, order, news.trade, act, decide_order(order, told))

    def order(self, connection: Connection, channel: str, trade: str, number: str = "") -> PaymentOrder:
        """What stands for the order of money that belongs to none of ours."""
        stream = orphan_stream(channel, trade)
        history = self._command_handler.store.history(connection, stream, opened=False)
        number = next((fact.order for fact in history if isinstance(fact, facts.OrphanReceived)), number)
        return replay_order(number, history, channel)

    def record(
        self, connection: Connection, order: PaymentOrder, trade: str, act: Act, new: Iterable[Fact]
    ) -> None:
        """Append facts about a payment for which there is no order."""
        stream = orphan_stream(order.channel, trade)
        self._command_handler.record(connection, act, stream, order.version, new)

    def send_back(self, channel: str, trade: str, note: str, act: Act) -> None:
        """Money for an unknown order is to go back to whoever paid it. Raises Refusal."""
        _require_office(act.actor)
        reason = _required_reason(note)

        def asked(connection: Connection) -> None:
            row = ledger.one(connection, channel, trade)
            if row is None or row["reason"] != ledger.ORPHAN or row["returned_at"] is not None:
                raise Refusal(RefusalCode.NOTHING_OWED)
            order, now = self.order(connection, channel, trade), self._command_handler.clock()
            owing = RequestRefund(trade, row["amount"], ledger.ORPHAN, now, NewsSource.REFUND.value, reason)
            self.record(connection, order, trade, act, decide_order(order, owing))

        self._command_handler.run_in_transaction(asked)

    def resolve(self, item: UUID, note: str, act: Act) -> None:
        """A person looked at an item and says what it was. Raises Refusal."""
        _require_office(act.actor)
        reason = _required_reason(note)

        def resolved(connection: Connection) -> None:
            row = unbooked.one(connection, item)
            if row is None:
                raise Refusal(RefusalCode.NOTHING_OWED)
            if row["resolved_at"] is None:
                version = self._command_handler.store.version(connection, item)
                done = facts.ItemResolved(row["channel"], reason)
                self._command_handler.record(connection, act, item, version, [done])

        self._command_handler.run_in_transaction(resolved)

    def _take_item(self, connection: Connection, news: PaymentNotification, act: Act) -> None:
        stream = item_stream(news.channel, f"{news.kind}:{news.trade}:{news.key}")
        if self._command_handler.store.version(connection, stream):
            return
        item = facts.ItemUnbooked(
            news.channel,
            news.word or news.kind.value,
            news.order,
            news.trade,
            news.reference,
            news.amount,
            news.at,
            news.source.value,
        )
        self._command_handler.record(connection, act, stream, 0, [item])


def _required_reason(note: str) -> str:
    """Raises Refusal."""
    reason = note.strip()
    if not reason:
        raise Refusal(RefusalCode.REASON_TEXT_MISSING)
    require_text(reason, LONGEST_NOTE)
    return reason


def _require_office(actor: Actor) -> None:
    if actor.role is not Role.OFFICE:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
