"""Many at once for one account or one case: what conflicts with nothing waits its turn, is recorded, and never fails."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid5

import pytest
from sqlalchemy import Connection

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.events.account import account_stream
from ncre.events.base import Fact
from ncre.identity.accounts import Account
from tests.handlers.ground import Walker, history_of
from tests.support.people import REVIEWER, SITE

AT_ONCE = 12
HERE = "203.0.113.0/24"
PASSWORD = "a password of shenhe"


def at_once(act: Callable[[int], object]) -> list[object]:
    """What each of several threads got that began together; raises what one of them raised."""
    barrier = Barrier(AT_ONCE)

    def run(number: int) -> object:
        barrier.wait(30)
        return act(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def security_facts(container: Container, account: Account) -> list[Fact]:
    return list(history_of(container, account_stream(account.id)))


def test_sign_ins_of_one_staff_account_at_once_all_succeed_and_are_all_recorded(container: Container) -> None:
    """Once the sixth was told that others were busy with the account's security stream."""
    account = container.accounts.add("shenhe", PASSWORD, Role.REVIEWER, frozenset({SITE}))
    before = len(security_facts(container, account))
    tokens = at_once(lambda _: container.account_service.start_session(account, "password", HERE, "Chrome"))
    assert len(set(tokens)) == AT_ONCE
    assert all(container.account_service.sessions.find(str(token)) for token in tokens)
    added = security_facts(container, account)[before:]
    assert [fact.TOPIC for fact in added] == ["passport.signed_in"] * AT_ONCE
    assert [fact.metadata.version for fact in added] == list(range(before + 1, before + AT_ONCE + 1))


def test_failures_of_strangers_do_not_make_the_owners_sign_in_fail(container: Container) -> None:
    account = container.accounts.add("shenhe", PASSWORD, Role.REVIEWER, frozenset({SITE}))

    def tries(number: int) -> object:
        if number % 3:
            return container.account_service.proved("shenhe", "guess", HERE)
        return container.account_service.start_session(account, "password", HERE, "Chrome")

    at_once(tries)
    topics = [fact.TOPIC for fact in security_facts(container, account)]
    assert topics.count("passport.sign_in_failed") == 8
    assert topics.count("passport.signed_in") == 4


def test_looks_at_one_case_at_once_are_all_recorded(container: Container) -> None:
    """Auditors and staff open the same case, lists are printed meanwhile: no look is refused for another."""
    walker = Walker(container)
    walker.submitted()
    at_once(lambda number: container.command_handler.record_access(walker.id, REVIEWER, f"look {number}"))
    assert len(history_of(container, uuid5(walker.id, "access"))) == AT_ONCE


def test_looks_at_several_cases_are_recorded_in_one_order(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However a list is sorted: two that lock the same cases in another order would wait in a circle."""
    cases = [UUID(int=number) for number in range(1, 9)]
    locked: list[UUID] = []
    lock = container.database.lock

    def watched(connection: Connection, name: UUID) -> None:
        locked.append(name)
        lock(connection, name)

    monkeypatch.setattr(container.database, "lock", watched)
    for asked in (cases, cases[::-1], cases[4:] + cases[:4]):
        locked.clear()
        container.command_handler.look_at_all(asked, REVIEWER, "list")
        assert locked == [uuid5(case, "access") for case in cases]
