"""One request, one look: how many connections and statements a page costs, and that it reads its case once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from ncre.bootstrap import Container
from ncre.events.base import Fact
from ncre.store.fact_store import FactStore
from ncre.web.site import create_site
from tests.support.containers import container_on, open_round
from tests.support.people import Candidate, Clock, approved, somebody
from tests.web.staff_members import HERE, office, reviewer, row_of
from tests.web.visitor import signed_in

READS_CASE = re.compile(
    r"FROM registrations(\s+LEFT OUTER JOIN .*)?\s+WHERE registrations\.id = ", re.IGNORECASE | re.DOTALL
)


@dataclass
class Use:
    """What reached the database meanwhile."""

    connections: int = 0
    statements: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How often the row of a registration was read by its id."""
        return sum(bool(READS_CASE.search(one)) for one in self.statements)

    @property
    def names(self) -> int:
        """How often somebody's account was looked up by its id."""
        return sum("FROM accounts" in one and "sessions" not in one for one in self.statements)


@contextmanager
def used() -> Iterator[Use]:
    use = Use()

    def taken(*_: Any) -> None:
        use.connections += 1

    def asked(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        use.statements.append(statement)

    event.listen(Pool, "checkout", taken)
    event.listen(Engine, "before_cursor_execute", asked)
    try:
        yield use
    finally:
        event.remove(Pool, "checkout", taken)
        event.remove(Engine, "before_cursor_execute", asked)


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    return somebody(container)


PREPARED_AFTER, TRIED = 5, 5
"""Uses after which the driver prepares a statement, and after which PostgreSQL compares one plan for all values with those it made."""


def test_no_statement_of_a_page_is_planned_anew_at_each_use(
    postgres_url: str, tmp_path: Path, clock: Clock
) -> None:
    with closing(container_on(postgres_url, tmp_path / "data", clock)) as container:
        open_round(container)
        wenjing = somebody(container)
        wenjing.until_waiting()
        visitor = signed_in(create_site(container), wenjing)
        for _ in range(PREPARED_AFTER + TRIED + 2):
            for path in ("/welcome", "/agreement", f"/registrations/{wenjing.id}"):
                visitor.get(path)
        with container.database.reading() as connection:
            plans = connection.exec_driver_sql(
                "SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements"
            ).all()
    assert len(plans) > 5
    assert [one for one, kept, anew in plans if anew > TRIED] == []
    assert any(kept for _, kept, _ in plans)


def test_the_task_list_takes_one_connection(site: Flask, wenjing: Candidate) -> None:
    wenjing.until_waiting()
    visitor = signed_in(site, wenjing)
    visitor.get(f"/registrations/{wenjing.id}")
    with used() as use:
        visitor.get(f"/registrations/{wenjing.id}")
    assert (use.connections, use.cases) == (1, 1)


def submitted(site: Flask, wenjing: Candidate) -> Use:
    """What it takes to submit a first choice."""
    wenjing.agrees()
    wenjing.fills()
    visitor = signed_in(site, wenjing)
    path = f"/registrations/{wenjing.id}/subjects"
    visitor.get(f"{path}?site=420019")
    with used() as use:
        visitor.post(path, site="420019", subjects=["29"], declared="1")
    return use


def test_submitting_reads_its_case_once_and_writes_it_once(site: Flask, wenjing: Candidate) -> None:
    use = submitted(site, wenjing)
    assert (use.connections, use.cases) == (3, 2), (
        "the page's, that of the transaction which writes the row, and that which ends the draft of the form"
    )


def test_what_nobody_could_pay_is_decided_once(site: Flask, wenjing: Candidate) -> None:
    """Open orders are closed before a change that the rules allow; where there are none, nothing is decided beforehand."""
    use = submitted(site, wenjing)
    assert sum("FROM facts" in one for one in use.statements) == 1
    assert len(use.statements) <= 30


def test_opening_an_order_reads_its_case_for_page_order_and_record(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.until_waiting()
    approved(container, wenjing)
    visitor = signed_in(site, wenjing)
    path = f"/registrations/{wenjing.id}/pay"
    visitor.get(path)
    with used() as use:
        visitor.post(path)
    assert use.cases == 3
    assert not [one for one in use.statements if one.startswith(("SELECT rounds.", "SELECT sites."))]
    assert len(use.statements) <= 12


def test_a_case_page_takes_one_connection_and_reads_all_names_at_once(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.until_waiting()
    path = f"/staff/cases/{wenjing.id}"
    office(container, site).get(path)
    staff = reviewer(container, site)
    staff.get(path)
    with used() as use:
        staff.get(path)
    assert (use.connections, use.cases, use.names) == (1, 1, 1)


def test_a_photo_is_shown_without_decrypting_the_history(
    container: Container, site: Flask, wenjing: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    wenjing.until_waiting()
    staff = reviewer(container, site)
    staff.get(f"/staff/cases/{wenjing.id}")
    digest = row_of(container, wenjing.id)["photo"]["digest"]
    opened: list[bool] = []
    reads = FactStore.history

    def noted(self: FactStore, *asked: Any, **particulars: Any) -> list[Fact]:
        opened.append(particulars.get("opened", True))
        return reads(self, *asked, **particulars)

    monkeypatch.setattr(FactStore, "history", noted)
    path = f"/staff/cases/{wenjing.id}/photo"
    assert staff.client.get(f"{path}/{digest}.jpg", base_url=HERE).status_code == 200
    assert staff.client.get(f"{path}/{'0' * 64}.jpg", base_url=HERE).status_code == 404
    assert opened == [False, False]
