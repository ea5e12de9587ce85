"""What a paper admits to at an hour and a door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ncre.documents.view_models import SeatLine
from ncre.domain.admission import (
    ADMITS,
    BY_A_PERSON,
    ENTRY_CLOSES,
    ENTRY_OPENS,
    HALTS,
    VERDICT_WORDS,
    Ruling,
    TicketVerdict,
    ruling,
)

START = datetime(2027, 1, 25, 0, 30, tzinfo=UTC)
"""08:30 exam time."""


def seat(ticket: str, starts_at: datetime, hall: int = 3, room: str = "第3机房") -> SeatLine:
    return SeatLine("66", ticket, starts_at, starts_at + timedelta(hours=2), 1, hall, room, 7)


MORNING = seat("6678420019000307", START)
NEXT = seat("6778420019001207", START + timedelta(hours=2, minutes=20), hall=12, room="第1机房")
TOMORROW = seat("2478420019002207", START + timedelta(days=1), hall=22)
EARLY = START - timedelta(minutes=18)
"""08:12 exam time."""


def at(now: datetime, paper: TicketVerdict = TicketVerdict.CURRENT, **more: object) -> Ruling:
    return ruling(paper, [MORNING, NEXT, TOMORROW], now, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("paper", [TicketVerdict.CURRENT, TicketVerdict.TYPED, TicketVerdict.OUTDATED])
def test_in_time_at_the_right_door_the_paper_decides(paper: TicketVerdict) -> None:
    for room in ("", "第3机房"):
        assert at(EARLY, paper, room=room) == Ruling(paper, MORNING.ticket, 3)


def test_weeks_early_and_another_day_say_when() -> None:
    for now in (START - timedelta(weeks=3), START - timedelta(days=1)):
        assert at(now) == Ruling(TicketVerdict.NOT_TODAY, particulars={"when": "2027-01-25 08:30"})
    assert at(START + timedelta(days=2)).particulars == {"when": "2027-01-26 08:30"}


def test_the_day_is_that_of_the_exam() -> None:
    """At 00:30 UTC on the 25th it is morning there; at 17:00 UTC on the 24th the 25th has begun."""
    assert at(datetime(2027, 1, 24, 17, 0, tzinfo=UTC)).verdict is TicketVerdict.TOO_EARLY
    assert at(datetime(2027, 1, 24, 15, 0, tzinfo=UTC)).verdict is TicketVerdict.NOT_TODAY


def test_another_hall_says_which() -> None:
    told = at(EARLY, room="第1机房")
    assert told.verdict is TicketVerdict.OTHER_HALL
    assert told.particulars == {"hall": "0003", "room": "第3机房", "when": "08:30"}
    assert "0003" in told.say("zh")


def test_who_is_not_confirmed_stays_out_at_every_hour() -> None:
    for now in (EARLY, START - timedelta(weeks=3)):
        assert at(now, confirmed=False) == Ruling(TicketVerdict.UNCONFIRMED)


def test_who_was_let_in_is_told_when() -> None:
    told = at(START - timedelta(minutes=5), entered={MORNING.ticket: EARLY})
    assert told.verdict is TicketVerdict.ENTERED_BEFORE
    assert "08:12" in told.say("zh")
    assert "08:12" in told.say("en")
    assert told.particulars["hall"] == f"{MORNING.hall:04}"
    assert (
        at(START + timedelta(minutes=100), entered={MORNING.ticket: EARLY}).verdict
        is TicketVerdict.ENTERED_BEFORE
    )


def test_the_next_sitting_of_the_day_is_another_entry() -> None:
    after = START + timedelta(hours=2, minutes=5)
    assert at(after, entered={MORNING.ticket: EARLY}) == Ruling(TicketVerdict.CURRENT, NEXT.ticket, 12)


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (START - ENTRY_OPENS - timedelta(seconds=1), TicketVerdict.TOO_EARLY),
        (START - ENTRY_OPENS, TicketVerdict.CURRENT),
        (START, TicketVerdict.CURRENT),
        (START + ENTRY_CLOSES - timedelta(seconds=1), TicketVerdict.CURRENT),
        (START + ENTRY_CLOSES, TicketVerdict.TOO_LATE),
        (NEXT.ends_at, TicketVerdict.OVER),
    ],
)
def test_doors_open_and_close_by_the_hour(now: datetime, verdict: TicketVerdict) -> None:
    assert at(now).verdict is verdict


@pytest.mark.parametrize(
    "paper", sorted(set(TicketVerdict) - {TicketVerdict.CURRENT, TicketVerdict.TYPED, TicketVerdict.OUTDATED})
)
def test_no_hour_makes_a_bad_paper_good(paper: TicketVerdict) -> None:
    assert at(EARLY, paper) == Ruling(paper)


def test_every_verdict_can_be_said_in_both_languages() -> None:
    slots = dict.fromkeys(("at", "hall", "room", "when", "from"), "x")
    assert VERDICT_WORDS.keys() == set(TicketVerdict)
    for words in VERDICT_WORDS.values():
        assert words.zh.format(**slots)
        assert words.en.format(**slots)
    assert not ADMITS & HALTS
    assert not ADMITS & BY_A_PERSON
