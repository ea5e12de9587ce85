"""Paying: an order is opened, the payer is sent to the channel, and the channel is asked what came of it.

Every call to a channel happens here or in `money.py`, before or after a transaction, never inside one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Connection

from ncre.application import Act, Application
from ncre.domain.commands import PAYMENT_ACTOR, Actor
from ncre.domain.exam import require_open
from ncre.domain.lifecycle import Status
from ncre.domain.orders import GRACE, OrderState, give_up
from ncre.domain.payment import order_number, order_stream, payable
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.payment import OrderOpened
from ncre.gateways.channel import (
    Answer,
    ChannelSilent,
    Checkout,
    Device,
    Kind,
    News,
    Order,
    Source,
    State,
)
from ncre.gateways.errands import Errands
from ncre.projections import orders, registrations
from ncre.projections.base import Row
from ncre.services.money import Money, next_question

log = logging.getLogger("ncre.paying")

FREE: Final = "free"
"""The channel of a registration that costs nothing."""

ASKING: Final = timedelta(seconds=10)
"""Between two questions that a candidate asks about one registration."""

_GRACE: Final = timedelta(seconds=GRACE)


@dataclass(frozen=True)
class Asked:
    """What came of a question: seconds to wait where it was asked too soon; else what the channel knows."""

    wait: int = 0
    state: State | None = None


class Paying:
    def __init__(self, application: Application, money: Money, errands: Errands) -> None:
        self._application = application
        self._money = money
        self._errands = errands

    def ways(self, row: Row) -> tuple[str, ...]:
        """The channels through which a candidate may pay for this registration, the usual one first."""
        return (FREE,) if row["amount"] == 0 else tuple(self._money.channels)

    def open(self, registration: UUID, channel: str) -> Order:
        """The order of this registration at the channel: the open one, or a new one, recorded by now.

        Orders for something else or at another channel are given up first, and closed where the channel
        can be reached. Raises Refusal where nothing is to be paid now, or there is no such channel.
        """
        row = self._row(registration)
        if channel not in self.ways(row):
            raise Refusal(RefusalCode.CHANNEL_UNKNOWN)
        self._application.require_photo(row)
        order = self.order_at(registration, channel, PAYMENT_ACTOR)
        self._close_others(registration, order.number)
        if channel == FREE:
            self._money.receive(
                paid_in_house(order, FREE, order.number, Source.NOTHING_DUE, self._application.clock())
            )
        return order

    def found(self, number: str) -> Row | None:
        """An order by its number, or None."""
        with self._application.database.reading() as connection:
            return orders.one(connection, number)

    def checkout(self, number: str, device: Device, back: str, payer: str = "127.0.0.1") -> Checkout:
        """Where the payer of an open order goes. Raises Refusal, ChannelSilent, ChannelRefused."""
        row = self.found(number)
        if row is None or row["channel"] not in self._money.channels:
            raise Refusal(RefusalCode.NOT_FOUND)
        if row["state"] != OrderState.OPEN or self._application.clock() > row["expires"]:
            raise Refusal(RefusalCode.NO_PAYMENT_DUE)
        order = Order(number, row["amount"], self._title(row["registration"]), row["expires"])
        return self._money.channels[row["channel"]].open(order, device, back, payer)

    def ask(self, registration: UUID) -> Asked:
        """Ask the channels about every order that may still be paid, and about the newest.

        Raises ChannelSilent. At most one question each `ASKING`, whoever asks.
        """
        now = self._application.clock()
        wait = self._errands.claim(f"ask:{registration}", now, ASKING)
        if wait:
            return Asked(wait=wait)
        with self._application.database.reading() as connection:
            known = [row for row in orders.of_registration(connection, registration) if self._has_line(row)]
        state = None
        for row in known:
            if row["state"] in orders.PAYABLE or row is known[-1]:
                state = self.attend(row).state
        return Asked(state=state)

    def attend(self, row: Row, *, unwanted: bool = False) -> Answer:
        """Ask about one order and take in what is said; close it where its time is over or it is `unwanted`.

        Raises ChannelSilent: then nothing is concluded.
        """
        channel, now = self._money.channels[row["channel"]], self._application.clock()
        over = now > row["expires"] + _GRACE
        self._note(row, now)
        answer = self._heard(channel.query(row["number"]))
        if answer.state is State.WAITING and (over or unwanted):
            answer = self._heard(channel.close(row["number"]))
        if answer.state is State.CLOSED or (answer.state is State.UNKNOWN and over):
            self._money.end(row["number"], expired=over)
        elif unwanted and answer.state is not State.PAID:
            self._money.give_up(row["number"])
        return answer

    def make_way(self, registration: UUID) -> None:
        """Before a change: close what could still be paid for what is about to change.

        Raises Refusal where a channel is silent, for then somebody might be paying right now.
        """
        try:
            for row in self._payable(registration):
                self.attend(row, unwanted=True)
        except ChannelSilent:
            raise Refusal(RefusalCode.CHANNEL_SILENT) from None

    def may_lapse(self, registration: UUID) -> bool:
        """Whether no order of the registration can be paid any more, on the channels' own word.

        Raises ChannelSilent.
        """
        for row in self._payable(registration):
            self.attend(row)
        return not self._payable(registration)

    def order_at(self, registration: UUID, channel: str, actor: Actor) -> Order:
        """The open order of the registration at a channel, or a new one; all others are given up. Raises Refusal."""

        def opened(connection: Connection) -> Order:
            row = registrations.one(connection, registration)
            if row is None:
                raise Refusal(RefusalCode.NOT_FOUND)
            expires = self._expires(connection, row)
            known = orders.of_registration(connection, registration)
            turns = [
                one for one in known if one["channel"] == channel and one["fixed"] == row["order_version"]
            ]
            number = next((one["number"] for one in turns if one["state"] == OrderState.OPEN), "")
            if not number:
                number = order_number(registration, row["order_version"], channel, len(turns) + 1)
                self._record_opening(connection, row, channel, number, expires, actor)
            for one in known:
                if one["state"] == OrderState.OPEN and one["number"] != number:
                    self._record_giving_up(connection, one["number"], actor)
            return Order(number, row["amount"], "", expires)

        return self._application.together(opened)

    def _record_opening(
        self,
        connection: Connection,
        row: Row,
        channel: str,
        number: str,
        expires: datetime,
        actor: Actor,
    ) -> None:
        opening = OrderOpened(
            order=number,
            registration=row["id"],
            round=row["round"],
            site=row["site"] or "",
            channel=channel,
            fixed=row["order_version"],
            amount=row["amount"],
            expires=expires,
        )
        act = Act(actor, uuid4(), cause=number)
        self._application.record(connection, act, order_stream(number), 0, [opening])

    def _record_giving_up(self, connection: Connection, number: str, actor: Actor) -> None:
        order = self._money.order(connection, number)
        self._money.record(connection, order, Act(actor, uuid4()), give_up(order))

    def _close_others(self, registration: UUID, number: str) -> None:
        """Best effort: what stays open at a channel is asked about until it has ended."""
        for row in self._payable(registration):
            if row["number"] != number:
                try:
                    self.attend(row, unwanted=True)
                except ChannelSilent:
                    log.warning("%s is silent; order %s stays open there", row["channel"], row["number"])

    def _expires(self, connection: Connection, row: Row) -> datetime:
        """Until when the order may be paid. Raises Refusal where nothing is to be paid now."""
        site = self._application.exams.site_of(connection, row)
        round_ = self._application.exams.round(connection, row["round"])
        if round_ is None or row["order_version"] is None or not payable(Status(row["status"]), site):
            raise Refusal(RefusalCode.NO_PAYMENT_DUE)
        now = self._application.clock()
        require_open(round_.plan.windows.payment, now)
        expires: datetime = row["pay_by"] or round_.plan.windows.payment.closes
        if now > expires or row["status"] == Status.LAPSED:
            raise Refusal(RefusalCode.NO_PAYMENT_DUE)
        return expires

    def _heard(self, answer: Answer) -> Answer:
        for news in answer.news:
            self._money.receive(news)
        return answer

    def _note(self, row: Row, now: datetime) -> None:
        """When to ask again: by the schedule, and once more when nobody can pay any longer."""
        key, over = f"order:{row['number']}", row["expires"] + _GRACE + timedelta(seconds=1)
        again = next_question(row["opened_at"], now)
        self._errands.note(key, self._errands.tries(key) + 1, min(again, over) if over > now else again)

    def _payable(self, registration: UUID) -> list[Row]:
        with self._application.database.reading() as connection:
            return [row for row in orders.payable_of(connection, registration) if self._has_line(row)]

    def _has_line(self, row: Row) -> bool:
        """Whether there is somebody to ask. The counter and a fee of zero are told, never asked."""
        return row["channel"] in self._money.channels

    def _title(self, registration: UUID) -> str:
        """What the payer reads at the channel: round and registration number, nothing private."""
        row = self._row(registration)
        with self._application.database.reading() as connection:
            round_ = self._application.exams.round(connection, row["round"])
        return f"{round_.plan.title if round_ else row['round']} {row['number']}"

    def _row(self, registration: UUID) -> Row:
        with self._application.database.reading() as connection:
            row = registrations.one(connection, registration)
        if row is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        return row


def paid_in_house(order: Order, channel: str, trade: str, source: Source, at: datetime) -> News:
    """News of money of which no channel tells: what staff took, and a fee of nothing."""
    return News(
        kind=Kind.PAID,
        channel=channel,
        order=order.number,
        trade=trade,
        reference="",
        amount=order.amount,
        at=at,
        source=source,
    )
