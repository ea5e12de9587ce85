"""The limit of calls holds over several processes, costs few writes, and goes on without the database."""

from __future__ import annotations

from threading import Thread
from uuid import UUID, uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.store.outages import DatabaseFailure, Outage
from ncre.web.api.rate import TOGETHER, CallLimit
from ncre.web.site import create_site
from tests.support.people import NOW
from tests.web.api.caller import caller


@pytest.fixture
def processes(container: Container) -> list[CallLimit]:
    """The limits of four web processes over one database."""
    take = container.integrations.integrations.take_calls
    return [CallLimit(take, most=40) for _ in range(4)]


def test_four_processes_together_let_through_what_one_would(processes: list[CallLimit]) -> None:
    one = uuid4()
    counted = [limit.count(one, NOW) for _ in range(20) for limit in processes]
    assert sum(not call.over for call in counted) == 40
    assert counted[-1].left == 0


def test_at_the_same_moment_too(processes: list[CallLimit]) -> None:
    one, let = uuid4(), list[bool]()
    threads = [
        Thread(
            target=lambda limit: let.extend(not limit.count(one, NOW).over for _ in range(30)), args=(limit,)
        )
        for limit in processes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(let) == 40


def test_few_calls_write_and_none_beyond_the_limit() -> None:
    wrote, taken = list[int](), 0

    def take(_one: UUID, _minute: int, calls: int) -> int:
        nonlocal taken
        wrote.append(calls)
        taken += calls
        return taken

    limit, one = CallLimit(take), uuid4()
    assert sum(not limit.count(one, NOW).over for _ in range(2_000)) == 600
    assert len(wrote) < 120
    assert max(wrote) == TOGETHER


def test_what_is_left_is_told_by_each_process_of_all(processes: list[CallLimit]) -> None:
    one = uuid4()
    left = [limit.count(one, NOW).left for limit in processes]
    assert left == sorted(left, reverse=True)
    assert left[-1] <= 40 - len(processes)


def test_without_the_database_a_process_counts_alone() -> None:
    def away(_one: UUID, _minute: int, _calls: int) -> int:
        raise DatabaseFailure(Outage.AWAY, "gone")

    limit, one = CallLimit(away, most=20), uuid4()
    assert sum(not limit.count(one, NOW).over for _ in range(50)) == 20


def test_two_sites_over_one_database_share_the_limit(container: Container, site: Flask) -> None:
    portal = caller(container, site)
    other = create_site(container)
    for one in (site, other):
        one.extensions["ncre.api.limit"].most = 4
    for _ in range(2):
        portal.ask("GET", "/me")
        portal.site = other
        answer = portal.ask("GET", "/me")
        portal.site = site
    assert answer.headers["RateLimit-Remaining"] == "0"
    for one in (site, other):
        portal.site = one
        refused = portal.ask("GET", "/me", 429)
        assert refused.headers["RateLimit-Remaining"] == "0"
        assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"]
