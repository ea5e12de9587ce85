"""Paying: an order is opened, and the payer is sent to the channel. What came of it is asked in `inquiries.py`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
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
from ncre.domain.exam.plan import Round, Site, require_open
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
from ncre.projections.registration.standing import CaseStanding, case_standing
from ncre.projections.rows import OrderRow, RegistrationRow, known
from ncre.services.payment.inquiries import Inquiries
from ncre.services.payment.situations import nothing_due
from ncre.services.registration.case import Case

log = logging.getLogger("ncre.paying")

FREE: Final = "free"
"""The channel of a registration that costs nothing."""

MOST_TURNS: Final = 36 * 36 - 1
"""Orders that can be opened for one thing at one channel: what two characters of the number count."""

TermsOf = Callable[[Order], str]
"""On which terms a channel would open an order."""


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
        terms = self._terms_of(channel, device, payer)
        order, others = self._order_and_others(registration, channel, PAYMENT_ACTOR, terms)
        self._close(others)
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

    def number_for(self, order: OrderRow, case: Case, device: Device, payer: str) -> str:
        """The number under which this payer can pay what the order is for, whose case was just read.

        The same, or a new one where the channel would refuse a known number on these terms (another
        device, another network), or where the number was closed for such a payer. Raises Refusal.
        """
        if order["state"] == OrderState.PAID or not self._has_line(order):
            return order["number"]
        with self._command_handler.database.reading() as connection:
            expires, title = self._due(connection, case)
        terms = self._terms_of(order["channel"], device, payer)
        if order["state"] == OrderState.OPEN and order["terms"] == terms(
            Order("", case.row["amount"], title, expires)
        ):
            return order["number"]
        return self.open(case.id, order["channel"], device, payer).number

    def checkout(self, number: str, device: Device, back: str, payer: str = "127.0.0.1") -> Checkout:
        """`checkout_of` an order by its number. Raises what that raises."""
        order = self.found(number)
        if order is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        with self._command_handler.database.reading() as connection:
            case = self._standing(connection, order["registration"])
        return self.checkout_of(order, case, device, back, payer)

    def checkout_of(
        self, order: OrderRow, case: Case | CaseStanding, device: Device, back: str, payer: str
    ) -> Checkout:
        """Where the payer of an open order goes. Raises Refusal, ChannelUnavailable, ChannelRefused.

        A number that the channel refuses is given up, so that the next try is a new one.
        """
        if order["channel"] not in self._money.channels:
            raise Refusal(RefusalCode.NOT_FOUND)
        if order["state"] != OrderState.OPEN or self._command_handler.clock() > order["expires"]:
            raise self._nothing_due(case)
        asked = Order(order["number"], order["amount"], _title(case.row, case.round), order["expires"])
        self._command_handler.database.release()
        try:
            return self._money.channels[order["channel"]].open(asked, device, back, payer)
        except ChannelRefused:
            self.poll_order(order, unwanted=True)
            raise

    def order_at(self, registration: UUID, channel: str, actor: Actor) -> Order:
        """The open order of the registration at a channel, or a new one; all others are given up. Raises Refusal."""
        return self._order_and_others(registration, channel, actor, lambda _order: "")[0]

    def _order_and_others(
        self, registration: UUID, channel: str, actor: Actor, terms_of: TermsOf
    ) -> tuple[Order, list[OrderRow]]:
        """`order_at` on these terms, and the others that may still be paid where their channel does not know it yet."""

        def opened(connection: Connection) -> tuple[Order, list[OrderRow]]:
            case = self._standing(connection, registration)
            row, (expires, title) = case.row, self._due(connection, case)
            terms, fixed = terms_of(Order("", row["amount"], title, expires)), known(row["order_version"])
            every = orders.of_registration(connection, registration)
            turns = [one for one in every if one["channel"] == channel and one["fixed"] == fixed]
            fits = [one for one in turns if one["state"] == OrderState.OPEN and one["terms"] == terms]
            number = fits[0]["number"] if fits else ""
            if not number:
                if len(turns) >= MOST_TURNS:
                    raise Refusal(RefusalCode.BUSY)
                number = order_number(registration, fixed, channel, len(turns) + 1)
                self._record_opening(connection, row, (channel, number, expires, terms), actor)
            others = [one for one in every if one["state"] in orders.PAYABLE and one["number"] != number]
            for one in others:
                if one["state"] == OrderState.OPEN:
                    self._record_giving_up(connection, one["number"], actor)
            return Order(number, row["amount"], "", expires), others

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

    def _close(self, others: Iterable[OrderRow]) -> None:
        """Best effort: what stays open at a channel is asked about until it has ended."""
        for order in filter(self._has_line, others):
            try:
                self.poll_order(order, unwanted=True)
            except ChannelUnavailable:
                log.warning("%s is silent; order %s stays open there", order["channel"], order["number"])

    def require_due(self, registration: UUID) -> None:
        """Raises Refusal where nothing is to be paid for this registration now."""
        with self._command_handler.database.reading() as connection:
            self._due(connection, self._standing(connection, registration))

    def _due(self, connection: Connection, case: Case | CaseStanding) -> tuple[datetime, str]:
        """Until when an order may be paid, and its title. Raises Refusal where nothing is to be paid now."""
        row, round_, site = case.row, case.round, _site_of(case)
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
        return expires, _title(row, round_)

    def _terms_of(self, channel: str, device: Device, payer: str) -> TermsOf:
        """On which terms the channel would open an order for this payer."""
        if channel == FREE:
            return lambda _order: ""
        return lambda order: self._money.channels[channel].terms(order, device, payer)

    def _nothing_due(self, case: Case | CaseStanding) -> Refusal:
        if case.round is None:
            return Refusal(RefusalCode.NOT_FOUND)
        with self._command_handler.database.reading() as connection:
            payments = ledger.of_registration(connection, case.row["id"])
        return nothing_due(case.row, case.round, _site_of(case), payments, self._command_handler.clock())

    def _standing(self, connection: Connection, registration: UUID) -> CaseStanding:
        standing = case_standing(connection, self._command_handler.exams, registration)
        if standing is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        return standing

    def _row(self, registration: UUID) -> RegistrationRow:
        with self._command_handler.database.reading() as connection:
            row = registrations.one(connection, registration)
        if row is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        return row


def _site_of(case: Case | CaseStanding) -> Site | None:
    """The site as it is for a photo that goes to a person; None before one was chosen."""
    photo = case.row["photo"]
    return case.site and case.site.for_photo(bool(photo and photo.get("appealed")), False)


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
