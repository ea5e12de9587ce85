"""Between the payment channel and the registration: open an order, ask, receive, send back.

Whatever the channel says goes through the same door as a person's click; no call to the channel
happens inside a transaction.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from ncre.application import Application
from ncre.domain.commands import PAYMENT_ACTOR, ReturnPayment, Settle
from ncre.domain.exam import require_open
from ncre.domain.lifecycle import Status
from ncre.domain.payment import order_number, payable
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import Registration
from ncre.gateways.payment import Order, Paid, PaymentChannel
from ncre.projections import registrations
from ncre.projections.base import Row


class Money:
    def __init__(self, application: Application, channel: PaymentChannel) -> None:
        self._application = application
        self.channel = channel

    def pay(self, registration: UUID) -> str:
        """Open the order (or find it, on a second click) and say where the payer goes.

        Raises Refusal where nothing is to be paid now, and ChannelSilent.
        """
        return self.channel.open(self._order(registration))

    def ask(self, registration: UUID) -> Registration | None:
        """Ask the channel about the present order; the registration if money was found, else None.

        Raises Refusal for an unknown registration, and ChannelSilent.
        """
        row = self._row(registration)
        if row["order_version"] is None:
            return None
        paid = self.channel.query(order_number(registration, row["order_version"]))
        return self.receive(paid) if paid else None

    def receive(self, paid: Paid) -> Registration:
        """Take news of money to the registration. Told twice, it counts once."""
        return self._application.handle(
            Settle(
                registration=paid.registration,
                actor=PAYMENT_ACTOR,
                command_id=uuid5(paid.registration, f"settle:{paid.channel}:{paid.trade}"),
                cause=paid.order,
                order=paid.order,
                channel=paid.channel,
                trade=paid.trade,
                amount=paid.amount,
                paid_at=paid.paid_at,
            )
        )

    def send_back(self, owed: Row) -> Registration:
        """Return what is owed and record that it went. Raises ChannelSilent; asked again, it goes once."""
        reference = self.channel.refund(owed["trade"], owed["amount"])
        return self._application.handle(
            ReturnPayment(
                registration=owed["registration"],
                actor=PAYMENT_ACTOR,
                command_id=uuid5(owed["registration"], f"return:{owed['channel']}:{owed['trade']}"),
                cause=owed["order"],
                order=owed["order"],
                channel=owed["channel"],
                trade=owed["trade"],
                amount=owed["amount"],
                reference=reference,
            )
        )

    def _order(self, registration: UUID) -> Order:
        row = self._row(registration)
        with self._application.database.reading() as connection:
            site = self._application.exams.site(connection, row["round"], row["site"] or "")
            round_ = self._application.exams.round(connection, row["round"])
        if round_ is None or row["order_version"] is None or not payable(Status(row["status"]), site):
            raise Refusal(RefusalCode.NO_PAYMENT_DUE)
        require_open(round_.plan.windows.payment, self._application.clock())
        expires = row["pay_by"] or round_.plan.windows.payment.closes
        if self._application.clock() > expires or row["status"] == Status.LAPSED:
            raise Refusal(RefusalCode.NO_PAYMENT_DUE)
        number = order_number(registration, row["order_version"])
        return Order(number, registration, row["amount"], f"{round_.plan.title} {row['number']}", expires)

    def _row(self, registration: UUID) -> Row:
        with self._application.database.reading() as connection:
            row = registrations.one(connection, registration)
        if row is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        return row
