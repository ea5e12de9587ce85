"""The statistics page over a million registrations: the CPU of one page, whole round and one site.

The registrations are made up row by row and shown to the same sums that commands add to; the page reads sums alone
(`tests/services/statistics` holds it to that).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random
from time import process_time
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import insert, update

from ncre.bootstrap import Container
from ncre.domain.claims import SeatClaim
from ncre.domain.exam.commands import PlanRound, PlanSite
from ncre.domain.exam.plan import WHOLE_SITE
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.vocabulary import Status
from ncre.events.exam import Offer
from ncre.projections.base import Row
from ncre.projections.payment.revenue import revenue_report
from ncre.projections.registration.registrations import registrations
from ncre.projections.statistics.review_measures import SPANS, review_measures
from ncre.projections.summaries import Totals
from ncre.store.schema import counters
from ncre.web.site import create_site
from tests.support.containers import container_on
from tests.support.people import NOW, OFFICE, ROUND, SITE, Clock, bundled_round
from tests.web.staff_members import office

PEOPLE: Final = 1_000_000
SITES: Final = 400
TIMES: Final = 7
PORTION: Final = 20_000


@dataclass(frozen=True)
class Pages:
    """Milliseconds of CPU: the numbers alone and the whole page, for the round; the whole page of one site."""

    people: int
    numbers: float
    page: float
    of_site: float


def measure(folder: Path, people: int = PEOPLE, sites: int = SITES) -> Pages:
    container = container_on(f"sqlite:///{folder / 'statistics.sqlite'}", folder / "data", Clock(NOW))
    container.migrate()
    codes, subjects = planned(container, sites)
    _counted(container, people, codes, subjects)
    round_ = container.queries.exams.current()
    assert round_ is not None
    whole = container.statistics.of(round_)
    assert whole.people == people
    kaowu = office(container, create_site(container))
    pages = Pages(
        people,
        _quickest(lambda: container.statistics.of(round_)),
        _quickest(lambda: kaowu.get("/office/statistics")),
        _quickest(lambda: kaowu.get(f"/office/statistics?site={codes[0]}")),
    )
    container.close()
    return pages


def _quickest(act: Callable[[], object]) -> float:
    spent = []
    for _ in range(TIMES):
        begun = process_time()
        act()
        spent.append((process_time() - begun) * 1000)
    return min(spent)


def planned(container: Container, sites: int, seats: int = 300) -> tuple[list[str], list[str]]:
    """A province of so many sites that offer every subject, each with so many seats."""
    round_, known = bundled_round()
    subjects = [subject.code for subject in round_.plan.subjects]
    offers = tuple(Offer(subject, seats) for subject in subjects)
    codes = [f"42{number:04}" for number in range(1, sites + 1)]
    plans = [
        PlanSite(
            actor=OFFICE,
            command_id=uuid4(),
            round=ROUND,
            plan=replace(known[SITE].plan, code=code, name=f"考点 {code}", offers=offers, quota=9_000),
        )
        for code in codes
    ]
    opened = PlanRound(actor=OFFICE, command_id=uuid4(), plan=round_.plan)
    container.command_handler.plan_all([opened, *plans])
    return codes, subjects


def _counted(container: Container, people: int, codes: list[str], subjects: list[str]) -> None:
    """The sums over so many registrations, and what is taken of the quotas."""
    handler, rng = container.command_handler, Random(7)
    totals = Totals(handler.listeners.summaries)
    rows = _registrations(people, codes, subjects, rng)
    while some := list(islice(rows, PORTION)):
        totals.take(registrations, some)
        totals.take(review_measures, [_measured(row, rng) for row in some if row["site"]])
    with container.database.transaction() as connection:
        for corrections in totals.corrections(connection):
            corrections.write(connection)
        for code in codes:
            for subject in (*subjects, WHOLE_SITE):
                taken = update(counters).where(counters.c.key == SeatClaim(ROUND, code, subject).key)
                connection.execute(taken.values(taken=rng.randrange(300)))
        days = [NOW.date() + timedelta(days=day - 8) for day in range(16)]
        connection.execute(
            insert(revenue_report),
            [
                {"day": day, "site": code, "count": 90, "received": 720_000, "back": 8_000}
                for day in days
                for code in codes
            ],
        )


def _registrations(people: int, codes: list[str], subjects: list[str], rng: Random) -> Iterator[Row]:
    """As they spread over ten days, every status and site."""
    statuses = [status.value for status in Status if status is not Status.NEW]
    for _ in range(people):
        begun = NOW - timedelta(minutes=rng.randrange(14_400))
        status = rng.choice(statuses)
        placed = status not in (Status.AGREED.value, Status.INFO_FILLED.value)
        chosen = rng.sample(subjects, 2) if placed else []
        paid = status in (Status.PAID.value, Status.CONFIRMED.value)
        yield {
            "id": UUID(int=rng.getrandbits(128)),
            "round": ROUND,
            "site": rng.choice(codes) if placed else None,
            "status": status,
            "agreed_at": begun,
            "submitted_at": begun + timedelta(minutes=20) if placed else None,
            "lines": [{"subject": subject, "fee": 8_000} for subject in chosen],
            "paid_at": begun if paid else None,
        }


def _measured(row: Row, rng: Random) -> dict[str, Any]:
    site, span = row["site"], rng.choice(SPANS)[0]
    return {
        "round": ROUND,
        "sums": {
            f"{site}|review|{span}": [1, 3_600],
            f"{site}|reason|{rng.choice(list(REVIEW_REASONS))}": [1, 0],
            f"{site}|photo|none": [1, 0],
        },
    }
