"""What time and the outside cause: late payments found, deadlines passed, refunds sent.

The worker only hands commands to the same door as everybody else, so any number of workers may
run: what one has done, the next finds already so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from threading import Event
from typing import Final, TypeVar
from uuid import uuid5

from sqlalchemy import Connection

from ncre.clients.payment_channel import BillNotReady, ChannelRefused, ChannelUnavailable
from ncre.domain.exam.plan import Round
from ncre.domain.payment.orders import GRACE
from ncre.domain.refusals import Refusal
from ncre.domain.registration.commands import CLOCK_ACTOR, Expire, Lapse
from ncre.domain.registration.lifecycle import LIFE
from ncre.domain.registration.machine import open_rows
from ncre.domain.registration.vocabulary import Opening, Status, Step
from ncre.handlers.command_handler import CommandHandler
from ncre.handlers.outages import OUTAGES
from ncre.operational.retry_schedule import retry_schedule
from ncre.projections.payment import ledger, orders
from ncre.projections.registration import registrations
from ncre.projections.rows import OrderRow, PaymentRow, RegistrationRow
from ncre.services.operations.overdue import overdue
from ncre.services.payment.checkout import CheckoutService
from ncre.services.payment.notifications import PaymentService
from ncre.services.payment.poll_times import POLL_INTERVALS
from ncre.services.payment.reconciliation import Reconciliation
from ncre.store.deadlines import is_over
from ncre.store.outages import DatabaseFailure, Outage
from ncre.supervision import Troubles

log = logging.getLogger("ncre.worker")

BATCH_SIZE: Final = 200
"""Overdue registrations taken up in one round; the next round goes on."""


TIDYING: Final = timedelta(hours=1)
"""How often rooms are tidied."""

RETENTION: Final = timedelta(days=7)
"""How long rooms keep what can be had again."""

ABOVE: Final = (Refusal, DatabaseFailure)
"""What a case may end with for reasons that are told elsewhere."""

ENDING: Final = tuple(dict.fromkeys(row.after for row in LIFE if row.step is Step.EXPIRE))
"""The windows after which some registrations cannot go on."""

OUTAGES_OF: Final = {code: kind for kind, code in OUTAGES.items() if kind is not Outage.BUSY}

Found = TypeVar("Found")

Tidy = Callable[[datetime], object]
"""Removes what a room no longer needs of before a moment."""


@dataclass
class Done:
    """What one round of the worker did."""

    asked: int = 0
    lapsed: int = 0
    expired: int = 0
    sent_back: int = 0
    compared: int = 0
    put_off: int = 0


class Worker:
    """`trusted` says whether deadlines may be acted upon, or the clock just jumped. `cleanups` know when they are due."""

    def __init__(
        self,
        command_handler: CommandHandler,
        money: PaymentService,
        checkout: CheckoutService,
        reconciliation: Reconciliation,
        rooms: Sequence[Tidy] = (),
        trusted: Callable[[], bool] = lambda: True,
        cleanups: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._command_handler = command_handler
        self._money = money
        self._checkout = checkout
        self._reconciliation = reconciliation
        self._rooms = rooms
        self._trusted = trusted
        self._cleanups = cleanups
        self._tidied: datetime | None = None
        self._troubles = Troubles(log)

    @property
    def in_trouble(self) -> bool:
        """Whether something of the last round failed that no channel and no rule explains."""
        return self._troubles.any

    def once(self) -> Done:
        """One round over everything that is due now. What fails is told, and holds up nothing else.

        A database that fails ends the round: there is nothing that could be done without it.
        """
        did = Done()
        with self._troubles.survived("the worker's round"):
            self._round(did)
        return did

    def run(self, stop: Event, every: float = 5.0) -> None:
        """Rounds until `stop` is set, `every` seconds apart."""
        while not stop.is_set():
            did = self.once()
            if did != Done():
                log.info("%s", did)
            stop.wait(every)

    def _round(self, did: Done) -> None:
        trusted = self._trusted()
        for order in self._listed("orders to ask about", self._to_ask):
            if trusted or self._command_handler.clock() <= order["expires"]:
                self._guarded(did, order["number"], partial(self._ask, order, did))
        for row in self._listed("deadlines", self._due) if trusted else ():
            self._guarded(did, row["id"], partial(self._lapse, row, did))
        for row in self._listed("windows that closed", self._stranded) if trusted else ():
            self._guarded(did, row["id"], partial(self._expire, row, did))
        for owed in self._listed("money owed back", self._owed):
            self._guarded(did, owed["request"], partial(self._send_back, owed, did))
        for channel, day in self._listed("bills", self._reconciliation.due):
            self._guarded(did, f"{channel} {day}", partial(self._compare, channel, day, did))
        if trusted:
            self._tidy()
            for cleanup in self._cleanups:
                with self._troubles.survived(f"the cleanup {cleanup}", (DatabaseFailure,)):
                    cleanup()

    def _listed(self, what: str, find: Callable[[], list[Found]]) -> list[Found]:
        """What is due; nothing where finding it out fails."""
        with self._troubles.survived(what, (DatabaseFailure,)):
            return find()
        return []

    def _tidy(self) -> None:
        now = self._command_handler.clock()
        if self._tidied is not None and not is_over(self._tidied, now, TIDYING):
            return
        self._tidied = now
        for tidy in self._rooms:
            with self._troubles.survived(f"tidying by {tidy}", (DatabaseFailure,)):
                tidy(now - RETENTION)

    def _ask(self, order: OrderRow, did: Done) -> None:
        self._checkout.poll_order(order)
        did.asked += 1

    def _lapse(self, row: RegistrationRow, did: Done) -> None:
        """Only on the channels' answer that nobody paid and nobody can any more; a silent one stops it.

        Money that is found settles the registration in time, or is owed back; then the rows of the life
        say whether it still lapses.
        """
        if not self._checkout.may_lapse(row["id"]):
            did.put_off += 1
            return
        with self._command_handler.database.reading() as connection:
            now_stands = registrations.one(connection, row["id"])
        if now_stands is None or now_stands["payment"]:
            return
        command_id = uuid5(row["id"], f"lapse:{row['order_version']}")
        self._command_handler.handle(Lapse(registration=row["id"], actor=CLOCK_ACTOR, command_id=command_id))
        did.lapsed += 1

    def _expire(self, row: RegistrationRow, did: Done) -> None:
        """A registration that a closed window left behind; an order that could still be paid is closed before."""
        if not self._checkout.may_lapse(row["id"]):
            did.put_off += 1
            return
        command_id = uuid5(row["id"], f"expire:{row['version']}")
        self._command_handler.handle(Expire(registration=row["id"], actor=CLOCK_ACTOR, command_id=command_id))
        did.expired += 1

    def _send_back(self, owed: PaymentRow, did: Done) -> None:
        if self._money.refund(owed):
            did.sent_back += 1
        else:
            did.put_off += 1

    def _compare(self, channel: str, day: date, did: Done) -> None:
        self._reconciliation.compare_due(channel, day)
        did.compared += 1

    def _guarded(self, did: Done, what: object, act: Callable[[], None]) -> None:
        """One case that cannot be done now must not hold up the others; it is due again later.

        Raises DatabaseFailure: no other can be done either.
        """
        try:
            with self._troubles.survived(
                str(what), (ChannelUnavailable, ChannelRefused, BillNotReady, *ABOVE)
            ):
                act()
        except (ChannelUnavailable, ChannelRefused, BillNotReady) as silent:
            did.put_off += 1
            log.warning("%s is put off: %s %s", what, type(silent).__name__, silent)
        except Refusal as refusal:
            if refusal.code in OUTAGES_OF:
                raise DatabaseFailure(OUTAGES_OF[refusal.code], str(what)) from refusal
            did.put_off += 1
            log.warning("%s: %s", what, refusal.code.value)

    def _to_ask(self) -> list[OrderRow]:
        now = self._command_handler.clock()
        with self._command_handler.database.reading() as connection:
            return [
                order
                for order in orders.to_ask(
                    connection, retry_schedule, now - POLL_INTERVALS[0], now, BATCH_SIZE
                )
                if order["channel"] in self._money.channels
            ]

    def _due(self) -> list[RegistrationRow]:
        """A portion of what may lapse now, looked for past whatever is overdue and may not.

        A grace after the deadline, for what was paid in its last second and is still on the way.
        """
        now = self._command_handler.clock() - timedelta(seconds=GRACE)
        with self._command_handler.database.reading() as connection:
            return overdue(connection, self._command_handler.exams, now, BATCH_SIZE)

    def _stranded(self) -> list[RegistrationRow]:
        """A portion of what cannot go on since a window of its round closed, a grace after that."""
        found: list[RegistrationRow] = []
        with self._command_handler.database.reading() as connection:
            for round_, opening in self._closed(connection):
                seen = 0
                while len(found) < BATCH_SIZE and (
                    page := registrations.stranded(connection, round_.code, opening, BATCH_SIZE, seen)
                ):
                    found += [row for row in page if self._may_expire(connection, row, opening)]
                    seen += len(page)
        return found

    def _closed(self, connection: Connection) -> list[tuple[Round, Opening]]:
        """The windows that are over, a grace after they closed."""
        now = self._command_handler.clock() - timedelta(seconds=GRACE)
        every = [
            (one, opening) for one in self._command_handler.exams.rounds(connection) for opening in ENDING
        ]
        return [
            (one, opening)
            for one, opening in every
            if (window := one.window(opening)) is not None and now >= window.closes
        ]

    def _may_expire(self, connection: Connection, row: RegistrationRow, opening: Opening) -> bool:
        site = self._command_handler.exams.site_of(connection, row)
        rows = open_rows(Status(row["status"]), site)
        return any(one.step is Step.EXPIRE and one.after is opening for one in rows)

    def _owed(self) -> list[PaymentRow]:
        now, channels = self._command_handler.clock(), list(self._money.channels)
        with self._command_handler.database.reading() as connection:
            return ledger.to_send_back(connection, retry_schedule, channels, now, BATCH_SIZE)
