"""The calendar of a registration (RFC 5545): its sittings, and until when to pay.

Each event keeps its UID for good, and its SEQUENCE grows with every change, so that a calendar that has it already moves it. A
sitting that is taken back stays as a cancelled one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from icalendar import Alarm, Calendar, Event, Timezone

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.exam.subject_names import subject_words
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

SITTING: Final = Bilingual("全国计算机等级考试 {code} {name}", "NCRE exam: {code} {name}")
WHERE: Final = Bilingual(
    "准考证号 {ticket}，第 {hall} 考场（{room}）{seat} 号",
    "Ticket number {ticket}, hall {hall} ({room}), seat {seat}",
)
TOMORROW: Final = Bilingual("明天考试", "The exam is tomorrow")
PAY_BY: Final = Bilingual("全国计算机等级考试：考试费支付截止", "NCRE: last moment to pay the fee")
PAY: Final = Bilingual("请支付考试费", "Please pay the fee")


class Calendars:
    """Calendar files of registrations."""

    def __init__(self, command_handler: CommandHandler, public_url: str) -> None:
        self._command_handler = command_handler
        self._public_url = public_url

    def of(self, case: Case, language: str = "zh") -> bytes:
        """The file of a registration in a language, `zh` or `en`; without events while there is nothing to enter."""
        with self._command_handler.database.reading() as connection:
            history = self._command_handler.store.history(connection, case.id, opened=False)
        calendar = Calendar()
        calendar.add("prodid", PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add_component(Timezone.from_tzinfo(EXAM_TIME))
        for event in (*self._sittings(case, history, language), *self._deadline(case, history, language)):
            calendar.add_component(event)
        return bytes(calendar.to_ical())

    def _sittings(self, case: Case, history: Sequence[Fact], language: str) -> Iterable[Event]:
        assigned = [fact for fact in history if isinstance(fact, facts.SeatAssigned)]
        gone = case.status not in PAID
        for subject in dict.fromkeys(fact.subject for fact in assigned):
            mine = [fact for fact in assigned if fact.subject == subject]
            seat, sequence = mine[-1], len(mine) - 1 + gone
            stamp = history[-1].metadata.recorded_at if gone else seat.metadata.recorded_at
            event = self._event(case, subject, sequence, stamp, seat.starts_at, seat.ends_at)
            name = subject_words(case.round.subject(subject).name).say(language)
            event.add("summary", SITTING.say(language, code=subject, name=name))
            where = WHERE.say(language, ticket=seat.ticket, hall=seat.hall, room=seat.room, seat=seat.seat)
            event.add("description", where)
            if case.site is not None:
                event.add("location", f"{case.site.plan.name}，{case.site.plan.address}".rstrip("，"))
            event.add("status", "CANCELLED" if gone else "CONFIRMED")
            if not gone:
                event.add_component(_alarm(DAY_BEFORE, TOMORROW.say(language)))
            yield event

    def _deadline(self, case: Case, history: Sequence[Fact], language: str) -> Iterable[Event]:
        clocked = [fact for fact in history if isinstance(fact, CLOCKED) and fact.pay_by is not None]
        pay_by = case.row["pay_by"]
        if not clocked or pay_by is None:
            return
        over = not case.payable
        newest = history[-1] if over else clocked[-1]
        sequence, at = len(clocked) - 1 + over, newest.metadata.recorded_at
        event = self._event(case, "pay", sequence, at, pay_by - SHORTEST, pay_by)
        event.add("summary", PAY_BY.say(language))
        event.add("status", "CANCELLED" if over else "CONFIRMED")
        if not over:
            event.add_component(_alarm(HOURS_BEFORE, PAY.say(language)))
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
