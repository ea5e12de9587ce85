"""A day's bill of a channel beside our ledger: what is missing here is taken in, every difference is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection

from ncre.clients.payment_channel import BillNotReady, NewsKind, PaymentNotification
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.payment.settlement import DifferenceKind, reconciliation_stream
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import CLOCK_ACTOR, Actor
from ncre.events.payment import DayReconciled, Difference
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.operational.retry_schedule import RetrySchedule
from ncre.projections.base import Row
from ncre.projections.payment import ledger, orders, reconciliations
from ncre.projections.rows import PaymentRow
from ncre.services.payment.notifications import PaymentService
from ncre.services.payment.poll_times import HOURLY

BILL_READY: Final = time(9, 30)
"""When the bill of the day before can be had (exam time; payment facts §1.8: about 09:00)."""

LOOKING_BACK: Final = 30
"""Days after which a bill that could not be had is given up."""


class Reconciliation:
    """A day's bill of a channel, compared with the ledger."""

    def __init__(
        self, command_handler: CommandHandler, money: PaymentService, retry_schedule: RetrySchedule
    ) -> None:
        self._command_handler = command_handler
        self._money = money
        self._retry_schedule = retry_schedule

    def compare(self, channel: str, day: date, actor: Actor = CLOCK_ACTOR) -> DayReconciled:
        """Compare a finished day (Asia/Shanghai) and record the result.

        What the bill has and the ledger lacks is taken in as any other news, so that a lost notice
        ends here at the latest; it is still named. Raises BillNotReady, ChannelUnavailable, Refusal.
        """
        line = self._money.channels.get(channel)
        if line is None:
            raise Refusal(RefusalCode.CHANNEL_UNKNOWN)
        if day >= self._command_handler.clock().astimezone(EXAM_TIME).date():
            raise BillNotReady(day.isoformat())
        bill = line.bill(day)
        found = tuple(_differences(bill, self._booked(channel, day), self._known(channel, bill), day))
        for news in bill:
            self._money.receive(news)
        result = _result(channel, day, bill, (*found, *self._orphans(bill)))
        self._record(result, actor)
        return result

    def compare_due(self, channel: str, day: date) -> None:
        """What the worker does once a bill can be had; asked again hourly while it cannot."""
        self._retry_schedule.note(f"bill:{channel}:{day}", 1, self._command_handler.clock() + HOURLY)
        self.compare(channel, day)

    def due(self) -> list[tuple[str, date]]:
        """Finished days whose bill is to be compared now: yesterday, and what was missed before it.

        A worker that stood still for a day must not leave a hole through which a payment is lost.
        """
        now = self._command_handler.clock()
        local = now.astimezone(EXAM_TIME)
        newest = local.date() - timedelta(days=1 if local.time() >= BILL_READY else 2)
        with self._command_handler.database.reading() as connection:
            first = orders.first_opened(connection)
            if first is None:
                return []
            oldest = max(first.astimezone(EXAM_TIME).date(), newest - timedelta(days=LOOKING_BACK))
            days = [oldest + timedelta(days=after) for after in range((newest - oldest).days + 1)]
            waiting = [
                (channel, day)
                for channel in self._money.channels
                for day in days
                if not reconciliations.done(connection, channel, day.isoformat())
            ]
        return [
            (channel, day)
            for channel, day in waiting
            if self._retry_schedule.free(f"bill:{channel}:{day}", now)
        ]

    def _booked(self, channel: str, day: date) -> list[Row]:
        since = datetime.combine(day, time(), EXAM_TIME).astimezone(UTC)
        with self._command_handler.database.snapshot() as connection:
            return list(ledger.between(connection, since, since + timedelta(days=1), channel))

    def _known(self, channel: str, bill: Sequence[PaymentNotification]) -> dict[str, PaymentRow]:
        """Our payments of which the bill speaks, whatever day they were made on."""
        with self._command_handler.database.reading() as connection:
            found = {news.trade: ledger.one(connection, channel, news.trade) for news in bill}
        return {trade: row for trade, row in found.items() if row is not None}

    def _orphans(self, bill: Sequence[PaymentNotification]) -> Iterator[Difference]:
        """Billed payments that turned out to belong to no order of ours."""
        with self._command_handler.database.reading() as connection:
            unknown = {row["trade"] for row in ledger.orphans(connection)}
        for news in bill:
            if news.kind is NewsKind.PAID and news.trade in unknown:
                yield _difference(DifferenceKind.UNKNOWN_ORDER, news, news.amount, None)

    def _record(self, result: DayReconciled, actor: Actor) -> None:
        stream = reconciliation_stream(result.channel, result.day)
        command_id = uuid4()

        def recorded(connection: Connection) -> None:
            self._command_handler.record_behind(connection, Act(actor, command_id), stream, [result])

        self._command_handler.run_in_transaction(recorded)


def _result(
    channel: str, day: date, bill: Sequence[PaymentNotification], found: tuple[Difference, ...]
) -> DayReconciled:
    paid = [news.amount for news in bill if news.kind is NewsKind.PAID]
    back = [news.amount for news in bill if news.kind is NewsKind.RETURNED]
    return DayReconciled(channel, day.isoformat(), len(paid), sum(paid), len(back), sum(back), found)


def _differences(
    bill: Sequence[PaymentNotification], booked: Sequence[Row], known: Mapping[str, PaymentRow], day: date
) -> Iterator[Difference]:
    """`booked` are the payments paid or returned on the day, `known` those of which the bill speaks, by trade."""
    billed = {(news.kind, news.trade, news.reference) for news in bill}
    for news in bill:
        row = known.get(news.trade)
        if news.kind is NewsKind.OTHER:
            yield _difference(DifferenceKind.UNKNOWN_KIND, news, news.amount, None)
            continue
        if news.kind is NewsKind.PAID:
            here = row["amount"] if row and _on(row["paid_at"], day) else None
            kinds = DifferenceKind.PAYMENT_ONLY_BILLED, DifferenceKind.PAYMENT_AMOUNT
        else:
            here = _returned(row, news)
            kinds = DifferenceKind.REFUND_ONLY_BILLED, DifferenceKind.REFUND_AMOUNT
        if here is None:
            yield _difference(kinds[0], news, news.amount, None)
        elif here != news.amount:
            yield _difference(kinds[1], news, news.amount, here)
    for one in booked:
        if _on(one["paid_at"], day) and (NewsKind.PAID, one["trade"], "") not in billed:
            yield _missing(DifferenceKind.PAYMENT_ONLY_BOOKED, one, "", one["amount"])
        named = one["request"] in (one["back"] or {})
        if (
            named
            and _on(one["returned_at"], day)
            and (NewsKind.RETURNED, one["trade"], one["request"]) not in billed
        ):
            yield _missing(DifferenceKind.REFUND_ONLY_BOOKED, one, one["request"], one["returned"])


def _returned(row: PaymentRow | None, news: PaymentNotification) -> int | None:
    """What our ledger has of a refund of the bill: under its reference, or within the sum that was told."""
    if row is None:
        return None
    back: Mapping[str, int] = row["back"] or {}
    if news.reference in back:
        return back[news.reference]
    return news.amount if (row["told_total"] or 0) >= sum(back.values()) + news.amount else None


def _on(moment: datetime | None, day: date) -> bool:
    return moment is not None and moment.astimezone(EXAM_TIME).date() == day


def _difference(
    kind: DifferenceKind, news: PaymentNotification, billed: int | None, booked: int | None
) -> Difference:
    return Difference(kind.value, news.order, news.trade, news.reference, billed, booked)


def _missing(kind: DifferenceKind, row: Row, reference: str, booked: int | None) -> Difference:
    return Difference(kind.value, row["order"], row["trade"], reference, None, booked)
