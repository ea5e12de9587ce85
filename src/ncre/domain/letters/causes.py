"""The one table of causes: which fact or deadline leads to which letter, when it is due, and when it is out of date.

A fact gives occasions. Each has a key, so that one cause gives one letter however often the fact is read; a deadline is the
key of its own reminders, so that a changed deadline gives new ones, and the old ones are out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.exam.site_run import run_of_cause
from ncre.domain.letters.kinds import Channel, LetterKind
from ncre.domain.registration.lifecycle import LIFE, PAID, TERMINATED
from ncre.domain.registration.vocabulary import Status, Step
from ncre.events import exam_revision, payment
from ncre.events import registration as facts
from ncre.events.base import Fact

BOTH: Final = frozenset({Channel.MAIL, Channel.PHONE})
BY_MAIL: Final = frozenset({Channel.MAIL})

NEWS_LIVES: Final = timedelta(days=3)
"""What could not be delivered for so long is news no more."""

EVE_AT: Final = time(9, 0)
"""When the letter of the day before the exam is due, exam time."""

UNPAID: Final = frozenset(source for row in LIFE if row.step is Step.LAPSE for source in row.sources)
EVERY: Final = frozenset(Status)


@dataclass(frozen=True)
class Occasion:
    """One letter to be: `key` names its cause, it is due at a moment, and no use after another."""

    key: str
    due: datetime
    expires: datetime


@dataclass(frozen=True)
class LetterSituation:
    """How things are at the moment of sending, as far as letters ask.

    `at` is that moment. `newest` is the version of the stream's newest fact of a stored name, `commands` the command of it; `seats` are the
    moments at which its sittings start.
    """

    at: datetime
    status: Status
    pay_by: datetime | None
    newest: Callable[[str], int]
    commands: Callable[[str], UUID | None]
    seats: tuple[datetime, ...]
    touched_by: Callable[[str], bool]


@dataclass(frozen=True)
class Cause:
    """A row of the table. `optional`: whoever gets it may switch it off; what is about money and deadlines is not.

    `lives_on` says whether a letter of this key is still true.
    """

    kind: LetterKind
    facts: tuple[type[Fact], ...]
    occasions: Callable[[Any], Iterable[Occasion]]
    lives_on: Callable[[str, LetterSituation], bool]
    channels: frozenset[Channel] = BOTH
    optional: bool = False

    @property
    def topics(self) -> tuple[str, ...]:
        """The stored names of its facts."""
        return tuple(fact.TOPIC for fact in self.facts)


def key_of_moment(moment: datetime) -> str:
    """A moment as the key of a cause: the same for the same moment."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _news(fact: Fact) -> Iterable[Occasion]:
    """At once, about this very fact."""
    at = fact.metadata.recorded_at
    yield Occasion(f"{fact.metadata.stream}/{fact.metadata.version}", at, at + NEWS_LIVES)


def _newest_in(
    topics: tuple[str, ...], statuses: frozenset[Status]
) -> Callable[[str, LetterSituation], bool]:
    """While it is in one of these statuses, and nothing of the kind happened since."""

    def lives_on(key: str, now: LetterSituation) -> bool:
        version = int(key.rpartition("/")[2])
        return now.status in statuses and max(now.newest(topic) for topic in topics) == version

    return lives_on


def _still_payable(key: str, now: LetterSituation) -> bool:
    """Approved by this very fact, and there is time left to pay."""
    stands = _newest_in((facts.Approved.TOPIC,), frozenset({Status.APPROVED}))
    return stands(key, now) and now.pay_by is not None and now.at < now.pay_by


def _before_lapsing(ahead: timedelta, until: timedelta) -> Callable[[Any], Iterable[Occasion]]:
    """So long before the time to pay is over; none where it began later than that."""

    def occasions(fact: Any) -> Iterable[Occasion]:
        pay_by: datetime | None = fact.pay_by
        if pay_by is not None and fact.metadata.recorded_at <= pay_by - ahead:
            yield Occasion(key_of_moment(pay_by), pay_by - ahead, pay_by - until)

    return occasions


def _still_to_pay(key: str, now: LetterSituation) -> bool:
    return now.status in UNPAID and now.pay_by is not None and key_of_moment(now.pay_by) == key


def _always(_key: str, _now: LetterSituation) -> bool:
    return True


def _seated(assigned: facts.SeatAssigned) -> Iterable[Occasion]:
    """One letter for all seats that one command assigned."""
    at = assigned.metadata.recorded_at
    yield Occasion(str(assigned.metadata.command_id), at, at + NEWS_LIVES)


def _seats_are_these(key: str, now: LetterSituation) -> bool:
    return now.status in PAID and bool(now.seats) and str(now.commands(facts.SeatAssigned.TOPIC)) == key


def _eve(assigned: facts.SeatAssigned) -> Iterable[Occasion]:
    """In the morning of the day before, once for each day with a sitting."""
    day = assigned.starts_at.astimezone(EXAM_TIME).date()
    due = datetime.combine(day - timedelta(days=1), EVE_AT, EXAM_TIME).astimezone(UTC)
    if assigned.metadata.recorded_at <= due:
        yield Occasion(day.isoformat(), due, assigned.starts_at)


def _sits_on(key: str, now: LetterSituation) -> bool:
    day = date.fromisoformat(key)
    return now.status in PAID and any(start.astimezone(EXAM_TIME).date() == day for start in now.seats)


def _revised(made: exam_revision.RoundRevisionMade) -> Iterable[Occasion]:
    at = made.metadata.recorded_at
    yield Occasion(f"{made.round}/{made.metadata.version}", at, at + NEWS_LIVES)


def _still_touched(key: str, now: LetterSituation) -> bool:
    return now.touched_by(key)


def _with_its_site(cancelled: facts.Cancelled) -> Iterable[Occasion]:
    """Where the site as a whole was called off."""
    return _news(cancelled) if run_of_cause(cancelled.metadata.cause) else ()


def _by_itself(cancelled: facts.Cancelled) -> Iterable[Occasion]:
    return () if run_of_cause(cancelled.metadata.cause) else _news(cancelled)


_CANCELLED: Final = _newest_in((facts.Cancelled.TOPIC,), frozenset({Status.CANCELLED}))

CLOCKED: Final = (facts.Approved, facts.Submitted, facts.SubjectsChanged, facts.Resumed)
"""Facts that set a time to pay."""

LAPSES: Final = (facts.PaymentLapsed, facts.WindowLapsed)

CAUSES: Final[tuple[Cause, ...]] = (
    Cause(
        LetterKind.APPROVED,
        (facts.Approved,),
        _news,
        _still_payable,
    ),
    Cause(
        LetterKind.REJECTED,
        (facts.Rejected,),
        _news,
        _newest_in((facts.Rejected.TOPIC,), frozenset({Status.REJECTED})),
    ),
    Cause(
        LetterKind.LAPSES_IN_6_HOURS,
        CLOCKED,
        _before_lapsing(timedelta(hours=6), timedelta(hours=1)),
        _still_to_pay,
        BY_MAIL,
    ),
    Cause(
        LetterKind.LAPSES_IN_1_HOUR,
        CLOCKED,
        _before_lapsing(timedelta(hours=1), timedelta()),
        _still_to_pay,
    ),
    Cause(
        LetterKind.LAPSED,
        LAPSES,
        _news,
        _newest_in(tuple(one.TOPIC for one in LAPSES), frozenset({Status.LAPSED})),
    ),
    Cause(
        LetterKind.PAID,
        (facts.PaymentSettled,),
        _news,
        _newest_in((facts.PaymentSettled.TOPIC,), PAID),
    ),
    Cause(LetterKind.REFUNDED, (payment.RefundConfirmed,), _news, _always),
    Cause(LetterKind.SEATED, (facts.SeatAssigned,), _seated, _seats_are_these, optional=True),
    Cause(
        LetterKind.MOVED,
        (facts.Moved,),
        _news,
        _newest_in((facts.Moved.TOPIC,), EVERY),
    ),
    Cause(LetterKind.ROUND_CHANGED, (exam_revision.RoundRevisionMade,), _revised, _still_touched, BY_MAIL),
    Cause(LetterKind.EXAM_TOMORROW, (facts.SeatAssigned,), _eve, _sits_on, optional=True),
    Cause(LetterKind.SITE_CANCELLED, (facts.Cancelled,), _with_its_site, _CANCELLED),
    Cause(
        LetterKind.POSTPONED,
        (facts.Postponed,),
        _news,
        _newest_in((facts.Postponed.TOPIC,), EVERY - TERMINATED),
    ),
    Cause(LetterKind.CANCELLED, (facts.Cancelled,), _by_itself, _CANCELLED),
)

BY_KIND: Final = {cause.kind: cause for cause in CAUSES}

TOPICS: Final = frozenset(topic for cause in CAUSES for topic in cause.topics)
"""The stored names that lead to letters at all."""


def caused_by(fact: Fact) -> Iterable[tuple[Cause, Occasion]]:
    """Every letter that a recorded fact leads to."""
    for cause in CAUSES:
        if isinstance(fact, cause.facts):
            for occasion in cause.occasions(fact):
                yield cause, occasion


def may_switch_off(kind: LetterKind, channel: Channel, *, has_mail: bool) -> bool:
    """Whether a letter may be declined by a channel: what must be told is told by mail, or by phone where there is none."""
    cause = BY_KIND[kind]
    return cause.optional or (channel is Channel.PHONE and has_mail)
