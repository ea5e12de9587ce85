"""Sites that are called off: whom each run still has to deal with, and what came of the others.

What was done stands in the history of each registration; here is only how far the run has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Index,
    String,
    Table,
    Text,
    Uuid,
    func,
    insert,
    select,
    update,
)

from ncre.store.columns import Moment
from ncre.store.schema import metadata


class CaseState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


site_runs = Table(
    "site_runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("round", String(2), nullable=False),
    Column("site", String(6), nullable=False),
    Column("to_round", String(2), nullable=False),
    Column("money", String(6), nullable=False),
    Column("why", Text, nullable=False),
    Column("actor", String(36), nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("site_runs_open", "ended_at", "begun_at"),
    Index("site_runs_of_site", "round", "site"),
)
site_run_cases = Table(
    "site_run_cases",
    metadata,
    Column("run", Uuid, primary_key=True),
    Column("registration", Uuid, primary_key=True),
    Column("number", String(14), nullable=False),
    Column("postpones", Boolean, nullable=False),
    Column("state", String(8), nullable=False),
    Column("said", JSON, nullable=False),
    Index("site_run_cases_waiting", "run", "state", "registration"),
)
"""`said` is why a case was refused, in both languages: {"zh": ..., "en": ...}."""


@dataclass(frozen=True)
class SiteRun:
    id: UUID
    round: str
    site: str
    to_round: str
    money: str
    why: str
    actor: str
    begun_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class RunCase:
    run: UUID
    registration: UUID
    number: str
    postpones: bool
    state: str
    said: Mapping[str, str]


def add(connection: Connection, run: SiteRun, cases: Iterable[RunCase]) -> None:
    connection.execute(insert(site_runs), vars(run))
    if rows := [vars(one) for one in cases]:
        connection.execute(insert(site_run_cases), rows)


def find(connection: Connection, run: UUID) -> SiteRun | None:
    row = connection.execute(select(site_runs).where(site_runs.c.id == run)).mappings().first()
    return SiteRun(**row) if row else None


def open_runs(connection: Connection, limit: int = 50) -> list[SiteRun]:
    """Those that are not at their end, the oldest first."""
    asked = (
        select(site_runs).where(site_runs.c.ended_at.is_(None)).order_by(site_runs.c.begun_at).limit(limit)
    )
    return [SiteRun(**row) for row in connection.execute(asked).mappings()]


def of_site(connection: Connection, round_code: str, site: str) -> list[SiteRun]:
    """Every run of a site in a round, the newest first."""
    asked = select(site_runs).where(site_runs.c.round == round_code, site_runs.c.site == site)
    rows = connection.execute(asked.order_by(site_runs.c.begun_at.desc())).mappings()
    return [SiteRun(**row) for row in rows]


def of_round(connection: Connection, round_code: str) -> list[SiteRun]:
    """Every run of a round, the newest first."""
    asked = select(site_runs).where(site_runs.c.round == round_code)
    rows = connection.execute(asked.order_by(site_runs.c.begun_at.desc())).mappings()
    return [SiteRun(**row) for row in rows]


def waiting(connection: Connection, run: UUID, limit: int) -> list[RunCase]:
    return _cases(connection, run, CaseState.WAITING, limit)


def refused(connection: Connection, run: UUID, limit: int) -> list[RunCase]:
    return _cases(connection, run, CaseState.REFUSED, limit)


def _cases(connection: Connection, run: UUID, state: CaseState, limit: int) -> list[RunCase]:
    asked = select(site_run_cases).where(site_run_cases.c.run == run, site_run_cases.c.state == state.value)
    rows = connection.execute(asked.order_by(site_run_cases.c.registration).limit(limit)).mappings()
    return [RunCase(**row) for row in rows]


def counts(connection: Connection, run: UUID) -> dict[str, int]:
    asked = select(site_run_cases.c.state, func.count()).where(site_run_cases.c.run == run)
    return {state: int(count) for state, count in connection.execute(asked.group_by(site_run_cases.c.state))}


def note(connection: Connection, case: RunCase, state: CaseState, said: Mapping[str, str]) -> None:
    """What came of a case."""
    noted = update(site_run_cases).where(
        site_run_cases.c.run == case.run, site_run_cases.c.registration == case.registration
    )
    connection.execute(noted.values(state=state.value, said=dict(said)))


def try_refused_again(connection: Connection, run: UUID) -> None:
    """Those that were refused wait once more, and the run with them."""
    again = update(site_run_cases).where(
        site_run_cases.c.run == run, site_run_cases.c.state == CaseState.REFUSED.value
    )
    connection.execute(again.values(state=CaseState.WAITING.value, said={}))
    connection.execute(update(site_runs).where(site_runs.c.id == run).values(ended_at=None))


def end(connection: Connection, run: UUID, at: datetime) -> None:
    connection.execute(update(site_runs).where(site_runs.c.id == run).values(ended_at=at))
