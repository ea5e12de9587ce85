"""What time and the outside cause: late payments found, deadlines passed, refunds sent.

The worker only hands commands to the same door as everybody else, so any number of workers may
run: what one has done, the next finds already so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import Connection

from ncre.application import Application
from ncre.domain.commands import CLOCK_ACTOR, Lapse
from ncre.domain.lifecycle import Status, Step, open_steps
from ncre.domain.payment import order_number
from ncre.domain.refusals import Refusal
from ncre.gateways.payment import ChannelSilent
from ncre.money import Money
from ncre.projections import refunds, registrations
from ncre.projections.base import Row

log = logging.getLogger("ncre.worker")

PORTION: Final = 200
"""Overdue registrations taken up in one round; the next round goes on."""


TIDYING: Final = timedelta(hours=1)
"""How often rooms are tidied."""

KEPT: Final = timedelta(days=7)
"""How long rooms keep what can be had again."""

Tidy = Callable[[datetime], object]
"""Removes what a room no longer needs of before a moment."""


@dataclass
class Done:
    """What one round of the worker did."""

    lapsed: int = 0
    found_paid: int = 0
    sent_back: int = 0
    put_off: int = 0


class Worker:
    def __init__(self, application: Application, money: Money, rooms: Sequence[Tidy] = ()) -> None:
        self._application = application
        self._money = money
        self._rooms = rooms
        self._tidied: datetime | None = None

    def once(self) -> Done:
        """One round over everything that is due now."""
        did = Done()
        for row in self._due():
            self._guarded(did, row["id"], partial(self._close_then_lapse, row, did))
        for owed in self._owed():
            self._guarded(did, owed["registration"], partial(self._send_back, owed, did))
        self._tidy()
        return did

    def _tidy(self) -> None:
        now = self._application.clock()
        if self._tidied is not None and now - self._tidied < TIDYING:
            return
        self._tidied = now
        for tidy in self._rooms:
            tidy(now - KEPT)

    def run(self, stop: Event, every: float = 5.0) -> None:
        """Rounds until `stop` is set, `every` seconds apart."""
        while not stop.is_set():
            did = self.once()
            if did != Done():
                log.info(
                    "lapsed %d, found paid %d, sent back %d, put off %d",
                    did.lapsed,
                    did.found_paid,
                    did.sent_back,
                    did.put_off,
                )
            stop.wait(every)

    def _close_then_lapse(self, row: Row, did: Done) -> None:
        """The channel is asked first: somebody may have paid in the last second.

        Money that cannot be used, as it came too late, is owed back and stops nothing.
        """
        if row["order_version"] is not None:
            paid = self._money.channel.close(order_number(row["id"], row["order_version"]))
            if paid is not None and self._money.receive(paid).settled_trade:
                did.found_paid += 1
                return
        command_id = uuid5(row["id"], f"lapse:{row['order_version']}")
        self._application.handle(Lapse(registration=row["id"], actor=CLOCK_ACTOR, command_id=command_id))
        did.lapsed += 1

    def _send_back(self, owed: Row, did: Done) -> None:
        self._money.send_back(owed)
        did.sent_back += 1

    def _guarded(self, did: Done, registration: UUID, act: Callable[[], None]) -> None:
        """One case that cannot be done now must not hold up the others; it is due again next round."""
        try:
            act()
        except ChannelSilent:
            did.put_off += 1
            log.warning("the payment channel is silent; %s is put off", registration)
        except Refusal as refusal:
            did.put_off += 1
            log.warning("%s: %s", registration, refusal.code.value)

    def _due(self) -> list[Row]:
        """A portion of what may lapse now, looked for past whatever is overdue and may not."""
        now, found, seen = self._application.clock(), list[Row](), 0
        with self._application.database.reading() as connection:
            while len(found) < PORTION and (page := registrations.due(connection, now, PORTION, seen)):
                found += [row for row in page if self._may_lapse(connection, row)]
                seen += len(page)
        return found

    def _may_lapse(self, connection: Connection, row: Row) -> bool:
        """Whether the policy in force lets it lapse; it may have changed since the clock was set."""
        site = self._application.exams.site(connection, row["round"], row["site"] or "")
        return Step.LAPSE in open_steps(Status(row["status"]), site)

    def _owed(self) -> list[Row]:
        with self._application.database.reading() as connection:
            return refunds.outstanding(connection)
