"""Changes after which an open order must not be paid any more: one home for the pages and the command line.

An order stays payable at the channel until the channel closes it. So what ends or changes a
registration first closes what is open for it; while a channel is silent, it waits.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from ncre.domain.registration import commands as c
from ncre.domain.registration.state import Registration
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.services.payment.checkout import CheckoutService
from ncre.services.payment.notifications import PaymentService

CLOSES_ORDERS: Final = (c.Submit, c.ChangeSubjects, c.Withdraw, c.Cancel, c.Move)
"""Commands after which whatever is open was opened for something else, or for somebody who cannot see it."""


class Changes:
    """Carries out the commands of `CLOSES_ORDERS`, each after what is open was closed."""

    def __init__(
        self, command_handler: CommandHandler, money: PaymentService, checkout: CheckoutService
    ) -> None:
        self._command_handler = command_handler
        self._money = money
        self._checkout = checkout

    def prepare(self, command: c.Command) -> None:
        """Close what could still be paid, for a command that the rules allow. Raises Refusal."""
        if not isinstance(command, CLOSES_ORDERS):
            raise TypeError(f"{type(command).__name__} closes no orders")
        if self._command_handler.allows(command):
            self._checkout.close_open_orders(command.registration)

    def carry_out(self, command: c.Command) -> Registration:
        """Close what is open, carry the command out, and let money go back that it made owed. Raises Refusal.

        Somebody who pays at this very moment is found when the order is closed; then the command meets
        a paid registration, and is refused as one that is out of date.
        """
        if self._checkout.has_open_orders(command.registration):
            self.prepare(command)
        return self._command_handler.run_in_transaction(
            lambda connection: self._carried_out(connection, command)
        )

    def _carried_out(self, connection: Connection, command: c.Command) -> Registration:
        after = self._command_handler.carry_out(connection, command)
        self._money.owe_back(connection, after, Act(command.actor, command.command_id))
        return after
