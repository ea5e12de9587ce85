"""Changes after which an open order must not be paid any more: one home for the pages and the shell.

An order stays payable at the channel until the channel closes it. So what ends or changes a
registration first closes what is open for it; while a channel is silent, it waits.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from ncre.application import Act, Application
from ncre.domain import commands as c
from ncre.domain.registration import Registration
from ncre.services.money import Money
from ncre.services.paying import Paying

CLOSES_ORDERS: Final = (c.Submit, c.ChangeSubjects, c.Withdraw, c.Cancel, c.Move)
"""Commands after which whatever is open was opened for something else, or for somebody who cannot see it."""


class Changes:
    def __init__(self, application: Application, money: Money, paying: Paying) -> None:
        self._application = application
        self._money = money
        self._paying = paying

    def prepare(self, command: c.Command) -> None:
        """Close what could still be paid, for a command that the rules allow. Raises Refusal."""
        if not isinstance(command, CLOSES_ORDERS):
            raise TypeError(f"{type(command).__name__} closes no orders")
        if self._application.allows(command):
            self._paying.make_way(command.registration)

    def carry_out(self, command: c.Command) -> Registration:
        """Close what is open, carry the command out, and let money go back that it made owed. Raises Refusal.

        Somebody who pays at this very moment is found when the order is closed; then the command meets
        a paid registration, and is refused as one that is out of date.
        """
        self.prepare(command)
        return self._application.together(lambda connection: self._carried_out(connection, command))

    def _carried_out(self, connection: Connection, command: c.Command) -> Registration:
        after = self._application.carry_out(connection, command)
        self._money.owe_back(connection, after, Act(command.actor, command.command_id))
        return after
