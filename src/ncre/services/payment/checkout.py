"""Paying: an order is opened, and the payer is sent to the channel. What came of it is asked in `inquiries.py`."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Connection

from ncre.clients.payment_channel import (
    ChannelRefused,
    ChannelUnavailable,
    Checkout,
    Device,
    NewsKind,
    NewsSource,
    Order,
    PaymentNotification,
)
from ncre.domain.bans.ban import refusal_of
from ncre.domain.exam.plan import Round, require_open
from ncre.domain.payment.order_commands import OpenOrder, ReplaceOrder
from ncre.domain.payment.order_decisions import decide_order
from ncre.domain.payment.orders import OrderState, PaymentOrder
from ncre.domain.payment.settlement import asks_fee, order_number, order_stream
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import PAYMENT_ACTOR, Actor
from ncre.domain.registration.vocabulary import Opening, Status
from ncre.handlers.command_handler import Act
from ncre.projections.bans import bans
from ncre.projections.payment import ledger, orders
from ncre.projections.registration import registrations
from ncre.projections.rows import OrderRow, RegistrationRow, known
from ncre.services.payment.inquiries import Inquiries
from ncre.services.payment.situations import nothing_due

log = logging.getLogger("ncre.paying")

FREE: Final = "free"
"""The channel of a registration that costs nothing."""

MOST_TURNS: Final = 36 * 36 - 1
"""Orders that can be opened for one thing at one channel: what two characters of the number count."""


class CheckoutService(Inquiries):
    """Orders: opened, found again, and where their payer goes."""

    def ways(self, row: RegistrationRow) -> tuple[str, ...]:
        """The channels through which a candidate may pay for this registration, the usual one first."""
        return (FREE,) if row["amount"] == 0 else tuple(self._money.channels)

    def open(
        self,
        registration: UUID,
        channel: str,
        device: Device = Device.DESKTOP,
        payer: str = "127.0.0.1",
        seen: int | None = None,
    ) -> Order:
        """The order of this registration at the channel: the open one, or a new one, recorded by now.

        `seen` is the version on the page of whoever pays. Orders for something else, at another channel or on other terms are given up first, and closed where
        the channel can be reached; the new one is not yet known there. Raises Refusal where nothing is to be
        paid now, there is no such channel, or the page is out of date.
        """
        row = self._row(registration)
        if seen not in (None, row["version"]):
            raise Refusal(RefusalCode.OUT_OF_DATE, seen=seen, version=row["version"])
        if channel not in self.ways(row):
            raise Refusal(RefusalCode.CHANNEL_UNKNOWN)
        self._command_handler.require_photo(row)
        terms = self._terms(row, channel, device, payer) if channel != FREE else ""
        order = self.order_at(registration, channel, PAYMENT_ACTOR, terms)
        self._close_others(registration, order.number)
        if channel == FREE:
            self._money.receive(
                paid_in_house(
                    order, FREE, order.number, NewsSource.NOTHING_DUE, self._command_handler.clock()
                )
            )
        return order

    def found(self, number: str) -> OrderRow | None:
        """An order by its number, or None."""
        with self._command_handler.database.reading() as connection:
            return orders.one(connection, number)

    def number_for(self, number: str, device: Device, payer: str) -> str:
        """The number under which this payer can pay what the order is for.

        The same, or a new one where the channel would refuse a known number on these terms (another
        device, another network), or where the number was closed for such a payer. Raises Refusal.
        """
        row = self.found(number)
        if row is None or row["state"] == OrderState.PAID or not self._has_line(row):
            return number
        terms = self._terms(self._row(row["registration"]), row["channel"], device, payer)
        if row["state"] == OrderState.OPEN and terms == row["terms"]:
            return number
        return self.open(row["registration"], row["channel"], device, payer).number

    def checkout(self, number: str, device: Device, back: str, payer: str = "127.0.0.1") -> Checkout:
        """Where the payer of an open order goes. Raises Refusal, ChannelUnavailable, ChannelRefused.

        A number that the channel refuses is given up, so that the next try is a new one.
        """
        row = self.found(number)
        if row is None or row["channel"] not in self._money.channels:
            raise Refusal(RefusalCode.NOT_FOUND)
        if row["state"] != OrderState.OPEN or self._command_handler.clock() > row["expires"]:
            raise self._nothing_due(self._row(row["registration"]))
        order = Order(number, row["amount"], self._title_of(row["registration"]), row["expires"])
        self._command_handler.database.release()
        try:
            return self._money.channels[row["channel"]].open(order, device, back, payer)
        except ChannelRefused:
            self.poll_order(row, unwanted=True)
            raise

    def order_at(self, registration: UUID, channel: str, actor: Actor, terms: str = "") -> Order:
        """The open order of the registration at a channel on these terms, or a new one; all others are given up.

        Raises Refusal.
        """

        def opened(connection: Connection) -> Order:
            row = registrations.one(connection, registration)
            if row is None:
                raise Refusal(RefusalCode.NOT_FOUND)
            expires, _round = self._due(connection, row)
            fixed = known(row["order_version"])
            every = orders.of_registration(connection, registration)
            turns = [one for one in every if one["channel"] == channel and one["fixed"] == fixed]
            fits = [one for one in turns if one["state"] == OrderState.OPEN and one["terms"] == terms]
            number = fits[0]["number"] if fits else ""
            if not number:
                if len(turns) >= MOST_TURNS:
                    raise Refusal(RefusalCode.BUSY)
                number = order_number(registration, fixed, channel, len(turns) + 1)
                self._record_opening(connection, row, (channel, number, expires, terms), actor)
            for one in every:
                if one["state"] == OrderState.OPEN and one["number"] != number:
                    self._record_giving_up(connection, one["number"], actor)
            return Order(number, row["amount"], "", expires)

        return self._command_handler.run_in_transaction(opened)

    def _record_opening(
        self,
        connection: Connection,
        row: RegistrationRow,
        order: tuple[str, str, datetime, str],
        actor: Actor,
    ) -> None:
        channel, number, expires, terms = order
        opening = OpenOrder(
            registration=row["id"],
            round=row["round"],
            site=row["site"] or "",
            channel=channel,
            fixed=known(row["order_version"]),
            amount=row["amount"],
            expires=expires,
            terms=terms,
        )
        act, opened = Act(actor, uuid4(), cause=number), decide_order(PaymentOrder(number), opening)
        self._command_handler.record(connection, act, order_stream(number), 0, opened)

    def _record_giving_up(self, connection: Connection, number: str, actor: Actor) -> None:
        order = self._money.order(connection, number)
        self._money.record(connection, order, Act(actor, uuid4()), decide_order(order, ReplaceOrder()))

    def _close_others(self, registration: UUID, number: str) -> None:
        """Best effort: what stays open at a channel is asked about until it has ended."""
        for row in self._payable(registration):
            if row["number"] != number:
                try:
                    self.poll_order(row, unwanted=True)
                except ChannelUnavailable:
                    log.warning("%s is silent; order %s stays open there", row["channel"], row["number"])

    def require_due(self, row: RegistrationRow) -> None:
        """Raises Refusal where nothing is to be paid for this registration now."""
        with self._command_handler.database.reading() as connection:
            self._due(connection, row)

    def _due(self, connection: Connection, row: RegistrationRow) -> tuple[datetime, Round]:
        """Until when the order may be paid, and its round. Raises Refusal where nothing is to be paid now."""
        site = self._command_handler.exams.site_of(connection, row)
        round_ = self._command_handler.exams.round(connection, row["round"])
        now = self._command_handler.clock()
        if round_ is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        expires: datetime = row["pay_by"] or round_.plan.windows.payment.closes
        may_pay = row["order_version"] is not None and asks_fee(Status(row["status"]), site)
        if not may_pay or now > expires:
            raise nothing_due(row, round_, site, ledger.of_registration(connection, row["id"]), now)
        require_open(round_.plan.windows.payment, now, Opening.PAYMENT)
        ban = bans.in_force(connection, row["person"], now) if row["person"] else None
        if ban is not None:
            raise refusal_of(ban, round_)
        return expires, round_

    def _terms(self, row: RegistrationRow, channel: str, device: Device, payer: str) -> str:
        """On which terms the channel would open an order for the registration as it stands. Raises Refusal."""
        with self._command_handler.database.reading() as connection:
            expires, round_ = self._due(connection, row)
        order = Order("", row["amount"], _title(row, round_), expires)
        return self._money.channels[channel].terms(order, device, payer)

    def _nothing_due(self, row: RegistrationRow) -> Refusal:
        with self._command_handler.database.reading() as connection:
            round_ = self._command_handler.exams.round(connection, row["round"])
            site = self._command_handler.exams.site(connection, row["round"], row["site"] or "")
            payments = ledger.of_registration(connection, row["id"])
        if round_ is None:
            return Refusal(RefusalCode.NOT_FOUND)
        return nothing_due(row, round_, site, payments, self._command_handler.clock())

    def _title_of(self, registration: UUID) -> str:
        row = self._row(registration)
        with self._command_handler.database.reading() as connection:
            return _title(row, self._command_handler.exams.round(connection, row["round"]))

    def _row(self, registration: UUID) -> RegistrationRow:
        with self._command_handler.database.reading() as connection:
            row = registrations.one(connection, registration)
        if row is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        return row


def _title(row: RegistrationRow, round_: Round | None) -> str:
    """What the payer reads at the channel: round and registration number, nothing private."""
    return f"{round_.plan.title if round_ else row['round']} {row['number']}"


def paid_in_house(
    order: Order, channel: str, trade: str, source: NewsSource, at: datetime
) -> PaymentNotification:
    """News of money of which no channel tells: what staff took, and a fee of nothing."""
    return PaymentNotification(
        kind=NewsKind.PAID,
        channel=channel,
        order=order.number,
        trade=trade,
        reference="",
        amount=order.amount,
        at=at,
        source=source,
    )
