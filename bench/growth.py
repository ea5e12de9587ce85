"""What staff wait for at a site that has grown: search, overview, money, the ledger, the preview of a seating."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from time import perf_counter
from uuid import uuid4

from bench.ground import NOW, OFFICE, ROUND, SITE, command_handler, plan_exam, site_plan
from bench.grown_site import fill
from ncre.domain.exam.commands import PlanRound, PlanSite
from ncre.domain.seating.hall_choice import HallChoice, Manner
from ncre.events.exam import Batch, Offer, Room, Subject
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.payment import ledger, orders
from ncre.projections.registration import desk_search, overview
from ncre.services.payment.revenue_report import RevenueReport, as_csv
from ncre.services.seating.seating import Seating

PEOPLE = 38_590
FEW = 3_000
TIMES = 5


@dataclass(frozen=True)
class Waits:
    """Milliseconds, the quickest of some tries; seconds for the preview, one try."""

    people: int
    search: float
    overview: float
    money: float
    csv: float
    preview: float


def measure(url: str, people: int) -> Waits:
    """Fill a database, migrated and empty, and ask what the pages ask."""
    app = command_handler(url)
    plan_exam(app)
    _open_halls(app, people)
    fill(app, people)
    revenue_report, office = RevenueReport(app), Seating(app)
    today = NOW.date()
    fortnight = today - timedelta(days=13)

    def search() -> None:
        with app.database.reading() as connection:
            assert desk_search.found(connection, f"{ROUND}{SITE}000017", ("x", "y"), frozenset({SITE}))

    def at_a_glance() -> None:
        with app.database.reading() as connection:
            round_ = app.exams.current(connection)
            assert round_ is not None
            assert overview.overview(connection, app.exams, app.claims, round_)[0].counts

    def money() -> None:
        assert sum(day.count for day in revenue_report.days(fortnight, today)) > people / 2
        with app.database.reading() as connection:
            orders.payable(connection, limit=50)
            orders.payable_count(connection)
            ledger.owed(connection)
            ledger.owed_count(connection)
            ledger.orphans(connection)
            ledger.unexplained(connection)

    def as_file() -> None:
        assert sum(map(len, as_csv(revenue_report.rows(fortnight, today)))) > 50 * people

    def preview() -> None:
        shown = office.preview(ROUND, SITE, 1, HallChoice(Manner.FEW))
        assert shown.refusal is None
        assert shown.sittings >= people / 2

    milliseconds = (_best(search), _best(at_a_glance), _best(money), _best(as_file))
    found = Waits(people, *milliseconds, _best(preview, 1) / 1000)
    app.database.close()
    return found


def _open_halls(app: CommandHandler, people: int) -> None:
    """Two subjects, twelve batches on three days, and rooms for everybody twice."""
    starts = [NOW + timedelta(days=60 + day, minutes=140 * slot) for day in range(3) for slot in range(4)]
    batches = tuple(Batch(number, at, at + timedelta(hours=2)) for number, at in enumerate(starts, start=1))
    rooms = tuple(Room(f"第{number}机房", 60) for number in range(1, people * 2 // (12 * 60) + 2))
    site = replace(
        site_plan(),
        offers=(Offer("66", 10_000_000), Offer("24", 10_000_000)),
        rooms=rooms,
        batches=batches,
    )
    with app.database.reading() as connection:
        round_ = app.exams.round(connection, ROUND)
    assert round_ is not None
    two = replace(round_.plan, subjects=(*round_.plan.subjects, Subject("24", "C语言程序设计", 2, 120)))
    app.plan(PlanRound(actor=OFFICE, command_id=uuid4(), plan=two))
    app.plan(PlanSite(actor=OFFICE, command_id=uuid4(), round=ROUND, plan=site))


def _best(act: Callable[[], None], times: int = TIMES) -> float:
    """Milliseconds of the quickest try."""
    spent = []
    for _ in range(times):
        begun = perf_counter()
        act()
        spent.append(perf_counter() - begun)
    return 1000 * min(spent)
