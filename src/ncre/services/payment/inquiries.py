"""What is asked of a payment channel about an order, and what follows from the answer.

Every call to a channel happens here, in `paying.py` or in `money.py`, before or after a transaction,
never inside one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ncre.clients.payment_channel import ChannelUnavailable, InquiryAnswer, State
from ncre.domain.payment.orders import GRACE, OrderState
from ncre.domain.payment.settlement import payable
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Status
from ncre.handlers.command_handler import CommandHandler
from ncre.operational.retry_schedule import RetrySchedule
from ncre.projections.payment import orders
from ncre.projections.registration import registrations
from ncre.projections.rows import OrderRow
from ncre.services.payment.notifications import PaymentService
from ncre.services.payment.poll_times import next_question

log = logging.getLogger("ncre.paying")

ASKING: Final = timedelta(seconds=10)
"""Between two questions that a candidate asks about one registration."""

_GRACE: Final = timedelta(seconds=GRACE)


@dataclass(frozen=True)
class InquiryOutcome:
    """What came of a question: what the channel knows. Asked too soon, it is the last answer, and the seconds

    to wait until it may be asked again.
    """

    wait: int = 0
    state: State | None = None


class Inquiries:
    """Questions to the channels about orders, and what follows from the answers."""

    def __init__(
        self, command_handler: CommandHandler, money: PaymentService, retry_schedule: RetrySchedule
    ) -> None:
        self._command_handler = command_handler
        self._money = money
        self._retry_schedule = retry_schedule

    def ask(self, registration: UUID) -> InquiryOutcome:
        """Ask the channels about every order that may still be paid, and about the newest.

        Raises ChannelUnavailable. At most one question each `ASKING`, whoever asks.
        """
        now = self._command_handler.clock()
        key = f"ask:{registration}"
        wait = self._retry_schedule.claim(key, now, ASKING)
        if wait:
            last = self._retry_schedule.answer(key)
            return InquiryOutcome(wait=wait, state=State(last) if last else None)
        with self._command_handler.database.reading() as connection:
            known = [row for row in orders.of_registration(connection, registration) if self._has_line(row)]
        state = None
        for row in known:
            if row["state"] in orders.PAYABLE or row is known[-1]:
                state = self.poll_order(row).state
        self._retry_schedule.keep_answer(key, state.value if state else "")
        return InquiryOutcome(state=state)

    def poll_order(self, row: OrderRow, *, unwanted: bool = False) -> InquiryAnswer:
        """Ask about one order and take in what is said; close it where its time is over or it is `unwanted`.

        It is unwanted, too, once it was given up, or once what it was opened for is paid, changed or not
        to be paid any more, for whatever reason. Raises ChannelUnavailable: then nothing is concluded.
        """
        channel, now = self._money.channels[row["channel"]], self._command_handler.clock()
        over = now > row["expires"] + _GRACE
        unwanted = unwanted or not self._is_wanted(row)
        self._note(row, now)
        self._command_handler.database.release()
        answer = self._heard(channel.query(row["number"]))
        if answer.state is State.WAITING and (over or unwanted):
            answer = self._heard(channel.close(row["number"]))
        if answer.state is State.CLOSED or (answer.state is State.UNKNOWN and over):
            self._money.end(row["number"], expired=over)
        elif unwanted and answer.state is not State.PAID:
            self._money.give_up(row["number"])
        return answer

    def close_open_orders(self, registration: UUID) -> None:
        """Before a change: close what could still be paid for what is about to change.

        Raises Refusal where a channel is silent, for then somebody might be paying right now.
        """
        try:
            for row in self._payable(registration):
                self.poll_order(row, unwanted=True)
        except ChannelUnavailable:
            raise Refusal(RefusalCode.CHANNEL_SILENT) from None

    def has_open_orders(self, registration: UUID) -> bool:
        """Whether anything could be paid for it at this moment."""
        return bool(self._payable(registration))

    def may_lapse(self, registration: UUID) -> bool:
        """Whether no order of the registration can be paid any more, on the channels' own word.

        Raises ChannelUnavailable.
        """
        for row in self._payable(registration):
            self.poll_order(row)
        return not self._payable(registration)

    def _is_wanted(self, row: OrderRow) -> bool:
        """Whether an order still stands for what its registration is to be paid for."""
        with self._command_handler.database.reading() as connection:
            registration = registrations.one(connection, row["registration"])
            if registration is None or row["state"] != OrderState.OPEN:
                return False
            site = self._command_handler.exams.site(connection, row["round"], registration["site"] or "")
        if registration["payment"] or registration["order_version"] != row["fixed"]:
            return False
        return payable(Status(registration["status"]), site)

    def _heard(self, answer: InquiryAnswer) -> InquiryAnswer:
        for news in answer.news:
            self._money.receive(news)
        return answer

    def _note(self, row: OrderRow, now: datetime) -> None:
        """When to ask again: by the schedule, and once more when nobody can pay any longer."""
        key, over = f"order:{row['number']}", row["expires"] + _GRACE + timedelta(seconds=1)
        again = next_question(row["opened_at"], now)
        self._retry_schedule.note(
            key, self._retry_schedule.tries(key) + 1, min(again, over) if over > now else again
        )

    def _payable(self, registration: UUID) -> list[OrderRow]:
        with self._command_handler.database.reading() as connection:
            return [row for row in orders.payable_of(connection, registration) if self._has_line(row)]

    def _has_line(self, row: OrderRow) -> bool:
        """Whether there is somebody to ask. The counter and a fee of zero are told, never asked."""
        return row["channel"] in self._money.channels
