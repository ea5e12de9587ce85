"""The statistics of a round, whole or of one site: everything from sums that are kept as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from ncre.domain.claims import SeatClaim
from ncre.domain.exam.plan import EXAM_TIME, WHOLE_SITE, Round
from ncre.domain.registration.lifecycle import PAID
from ncre.domain.registration.vocabulary import Status
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.payment.revenue import revenue_report
from ncre.projections.registration.registration_counts import registration_counts
from ncre.projections.statistics.registration_sums import (
    SHARES,
    registration_hours,
    subject_counts,
    unplaced_counts,
)
from ncre.projections.statistics.review_measures import MORE, PHOTO, REASON, REVIEW, SPANS, review_counts
from ncre.store.schema import counters

HOURS: Final = 72
"""Hours that are shown one by one, up to the newest in which anything happened; days show the rest."""


@dataclass(frozen=True)
class Moments:
    """Registrations begun and submitted in an hour or on a day."""

    at: datetime
    begun: int
    submitted: int


@dataclass(frozen=True)
class Subjects:
    """Of a subject: seats held, paid ones of them, their fees in fen, and the quota."""

    code: str
    held: int
    paid: int
    fees: int
    quota: int
    left: int


@dataclass(frozen=True)
class Reviews:
    """How many reviews were over within which time (not longer than the one before), and their mean in seconds."""

    spans: Mapping[str, int]
    mean: float | None


@dataclass(frozen=True)
class Statistics:
    """Amounts are fen. `sites` are (code, people, paid people)."""

    hours: list[Moments]
    days: list[Moments]
    statuses: Mapping[Status, int]
    sites: list[tuple[str, int, int]]
    subjects: list[Subjects]
    reviews: Reviews
    reasons: list[tuple[str, int]]
    photos: list[tuple[str, int]]
    money: list[tuple[date, int, int, int]]

    @property
    def people(self) -> int:
        """All registrations, whatever their status."""
        return sum(self.statuses.values())


class StatisticsService:
    """One method: what the page shows."""

    def __init__(self, command_handler: CommandHandler) -> None:
        self._command_handler = command_handler

    def of(self, round_: Round, site: str = "") -> Statistics:
        """Of the whole round, or of one of its sites."""
        code = round_.code
        with self._command_handler.database.reading() as connection:
            moments = _moments(connection, code, site)
            review = _reviews(connection, code, site)
            return Statistics(
                hours=_newest_hours(moments),
                days=_by_day(moments),
                statuses=_statuses(connection, code, site),
                sites=_sites(connection, code),
                subjects=_subjects(connection, code, site),
                reviews=_times(review.get(REVIEW, {})),
                reasons=_most(review.get(REASON, {})),
                photos=_most(review.get(PHOTO, {})),
                money=_money(connection, round_, site),
            )


def _moments(connection: Connection, code: str, site: str) -> list[Moments]:
    held = registration_hours.c
    asked = (
        select(held.hour, func.sum(held.begun).label("begun"), func.sum(held.submitted).label("submitted"))
        .where(held.round == code, held.part == site if site else held.part.in_(_SHARES))
        .group_by(held.hour)
        .order_by(held.hour)
    )
    rows = connection.execute(asked)
    found = [Moments(row.hour, int(row.begun), int(row.submitted)) for row in rows]
    return [one for one in found if one.begun or one.submitted]


_SHARES: Final = [f"-{share:x}" for share in range(SHARES)]


def _newest_hours(moments: list[Moments]) -> list[Moments]:
    """Every hour up to the newest, also those in which nothing happened."""
    if not moments:
        return []
    known = {one.at: one for one in moments}
    last = moments[-1].at
    first = max(moments[0].at, last - timedelta(hours=HOURS - 1))
    hours = int((last - first) / timedelta(hours=1)) + 1
    every = [first + timedelta(hours=past) for past in range(hours)]
    return [known.get(hour, Moments(hour, 0, 0)) for hour in every]


def _by_day(moments: list[Moments]) -> list[Moments]:
    """By day of the exam's time."""
    days: dict[date, tuple[int, int]] = {}
    for one in moments:
        day = one.at.astimezone(EXAM_TIME).date()
        begun, submitted = days.get(day, (0, 0))
        days[day] = begun + one.begun, submitted + one.submitted
    return [
        Moments(datetime(day.year, day.month, day.day, tzinfo=EXAM_TIME), *counts)
        for day, counts in sorted(days.items())
    ]


def _statuses(connection: Connection, code: str, site: str) -> dict[Status, int]:
    """How many stand where, in the order of the life."""
    held = registration_counts.c
    asked = select(held.status, func.sum(held.people)).where(held.round == code).group_by(held.status)
    if site:
        asked = asked.where(held.site == site)
    found = {status: int(people) for status, people in connection.execute(asked)}
    if not site:
        other = unplaced_counts.c
        without = (
            select(other.status, func.sum(other.people)).where(other.round == code).group_by(other.status)
        )
        for status, people in connection.execute(without):
            found[status] = found.get(status, 0) + int(people)
    return {status: found[status.value] for status in Status if found.get(status.value)}


def _sites(connection: Connection, code: str) -> list[tuple[str, int, int]]:
    """Sites by how many people there are, the most first."""
    held = registration_counts.c
    asked = select(held.site, held.status, held.people).where(held.round == code, held.people > 0)
    people: dict[str, list[int]] = {}
    for site, status, count in connection.execute(asked):
        both = people.setdefault(site, [0, 0])
        both[0] += count
        both[1] += count if status in PAID else 0
    return sorted(((site, *both) for site, both in people.items()), key=lambda one: (-one[1], one[0]))  # type: ignore[misc]


def _subjects(connection: Connection, code: str, site: str) -> list[Subjects]:
    held = subject_counts.c
    asked = (
        select(held.subject, func.sum(held.held), func.sum(held.paid), func.sum(held.fees))
        .where(held.round == code)
        .group_by(held.subject)
    )
    if site:
        asked = asked.where(held.site == site)
    counted = {
        subject: (int(held), int(paid), int(fees)) for subject, held, paid, fees in connection.execute(asked)
    }
    quotas = _quotas(connection, code, site)
    return [
        Subjects(subject, *counted.get(subject, (0, 0, 0)), *quotas.get(subject, (0, 0)))
        for subject in sorted(counted.keys() | quotas.keys())
    ]


def _quotas(connection: Connection, code: str, site: str) -> dict[str, tuple[int, int]]:
    """Quota and seats left by subject. A quota lowered below what is taken leaves none at that site."""
    begins = len(SeatClaim(code, "0" * 6, "").key)
    of_round = SeatClaim(code, site, "").key if site else f"seat:{code}:"
    subject = func.substr(counters.c.key, begins + 1)
    left = counters.c.quota - counters.c.taken
    asked = (
        select(subject, func.sum(counters.c.quota), func.sum(func.abs(left) + left) / 2)
        .where(func.substr(counters.c.key, 1, len(of_round)) == of_round)
        .group_by(subject)
    )
    rows = connection.execute(asked)
    return {name: (int(quota), int(free)) for name, quota, free in rows if name != WHOLE_SITE}


def _reviews(connection: Connection, code: str, site: str) -> dict[str, dict[str, tuple[int, int]]]:
    held = review_counts.c
    asked = (
        select(held.kind, held.item, func.sum(held["count"]), func.sum(held.seconds))
        .where(held.round == code)
        .group_by(held.kind, held.item)
    )
    if site:
        asked = asked.where(held.site == site)
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for kind, item, count, seconds in connection.execute(asked):
        if count:
            found.setdefault(kind, {})[item] = int(count), int(seconds)
    return found


def _times(reviews: Mapping[str, tuple[int, int]]) -> Reviews:
    count, seconds = (sum(one[place] for one in reviews.values()) for place in (0, 1))
    spans = {name: reviews.get(name, (0, 0))[0] for name in (*(name for name, _ in SPANS), MORE)}
    return Reviews(spans, seconds / count if count else None)


def _most(items: Mapping[str, tuple[int, int]]) -> list[tuple[str, int]]:
    return sorted(((item, count) for item, (count, _) in items.items()), key=lambda one: (-one[1], one[0]))


def _money(connection: Connection, round_: Round, site: str) -> list[tuple[date, int, int, int]]:
    """By day of the round's payment window: payments, fen received, fen of them that went back or will."""
    window, table = round_.plan.windows.payment, revenue_report
    first, last = (moment.astimezone(EXAM_TIME).date() for moment in (window.opens, window.closes))
    asked = (
        select(table.c.day, *(func.sum(table.c[name]) for name in ("count", "received", "back")))
        .where(table.c.day >= first, table.c.day <= last)
        .group_by(table.c.day)
        .order_by(table.c.day)
    )
    if site:
        asked = asked.where(table.c.site == site)
    rows = connection.execute(asked)
    return [(day, int(count), int(received), int(back)) for day, count, received, back in rows if count]
