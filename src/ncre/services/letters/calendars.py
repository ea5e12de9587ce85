"""The calendar of a registration (RFC 5545): its sittings, and until when to pay.

Each event keeps its UID for good, and its SEQUENCE grows with every change, so that a calendar that has it already moves it. A
sitting that is taken back stays as a cancelled one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from icalendar import Alarm, Calendar, Event, Timezone

from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration.lifecycle import PAID
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.handlers.command_handler import CommandHandler
from ncre.services.registration.case import Case

PRODUCT: Final = "-//ncre//registration//ZH"
DOMAIN: Final = "ncre"
DAY_BEFORE: Final = timedelta(days=-1)
HOURS_BEFORE: Final = timedelta(hours=-6)
SHORTEST: Final = timedelta(minutes=15)
CLOCKED: Final = (facts.Approved, facts.Submitted, facts.SubjectsChanged, facts.Resumed)


class Calendars:
    """Calendar files of registrations."""

    def __init__(self, command_handler: CommandHandler, public_url: str) -> None:
        self._command_handler = command_handler
        self._public_url = public_url

    def of(self, case: Case) -> bytes:
        """The file of a registration; without events while there is nothing to enter."""
        with self._command_handler.database.reading() as connection:
            history = self._command_handler.store.history(connection, case.id, opened=False)
        calendar = Calendar()
        calendar.add("prodid", PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add_component(Timezone.from_tzinfo(EXAM_TIME))
        for event in (*self._sittings(case, history), *self._deadline(case, history)):
            calendar.add_component(event)
        return bytes(calendar.to_ical())

    def _sittings(self, case: Case, history: Sequence[Fact]) -> Iterable[Event]:
        assigned = [fact for fact in history if isinstance(fact, facts.SeatAssigned)]
        gone = case.status not in PAID
        for subject in dict.fromkeys(fact.subject for fact in assigned):
            mine = [fact for fact in assigned if fact.subject == subject]
            seat, sequence = mine[-1], len(mine) - 1 + gone
            stamp = history[-1].metadata.recorded_at if gone else seat.metadata.recorded_at
            event = self._event(case, subject, sequence, stamp, seat.starts_at, seat.ends_at)
            name = case.round.subject(subject).name
            event.add("summary", f"全国计算机等级考试 {subject} {name}")
            event.add(
                "description", f"准考证号 {seat.ticket}，第 {seat.hall} 考场（{seat.room}）{seat.seat} 号"
            )
            if case.site is not None:
                event.add("location", f"{case.site.plan.name}，{case.site.plan.address}".rstrip("，"))
            event.add("status", "CANCELLED" if gone else "CONFIRMED")
            if not gone:
                event.add_component(_alarm(DAY_BEFORE, "明天考试"))
            yield event

    def _deadline(self, case: Case, history: Sequence[Fact]) -> Iterable[Event]:
        clocked = [fact for fact in history if isinstance(fact, CLOCKED) and fact.pay_by is not None]
        pay_by = case.row["pay_by"]
        if not clocked or pay_by is None:
            return
        over = not case.payable
        newest = history[-1] if over else clocked[-1]
        sequence, at = len(clocked) - 1 + over, newest.metadata.recorded_at
        event = self._event(case, "pay", sequence, at, pay_by - SHORTEST, pay_by)
        event.add("summary", "全国计算机等级考试：考试费支付截止")
        event.add("status", "CANCELLED" if over else "CONFIRMED")
        if not over:
            event.add_component(_alarm(HOURS_BEFORE, "请支付考试费"))
        yield event

    def _event(
        self, case: Case, name: str, sequence: int, stamp: datetime, starts: datetime, ends: datetime
    ) -> Event:
        event = Event()
        event.add("uid", f"{case.id}-{name}@{DOMAIN}")
        event.add("sequence", sequence)
        event.add("dtstamp", stamp)
        event.add("dtstart", starts.astimezone(EXAM_TIME))
        event.add("dtend", ends.astimezone(EXAM_TIME))
        if self._public_url:
            event.add("url", f"{self._public_url}/registrations/{case.id}")
        return event


def _alarm(before: timedelta, said: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", said)
    alarm.add("trigger", before)
    return alarm
