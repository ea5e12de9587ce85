"""What the page counts is what the registrations come to, however they got there; and its rows are as the log says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.state import Registration
from ncre.domain.registration.vocabulary import Status
from ncre.events import registration as facts
from ncre.projections.maintenance.rebuild import check, rebuild
from ncre.projections.statistics.registration_sums import SHARES, share_of
from ncre.services.registration.case_request import CaseRequest
from ncre.services.statistics.statistics import Statistics
from tests.handlers.ground import QUICK, Walker, open_exam, revise
from tests.support import people
from tests.support.containers import container_on
from tests.support.people import OFFICE, REVIEWER, SITE, Clock
from tests.support.plans import listened, walked


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data", clock)
    open_exam(container)
    yield container
    container.close()


def counted(container: Container, site: str = "") -> Statistics:
    with container.database.reading() as connection:
        round_ = container.command_handler.exams.current(connection)
    assert round_ is not None
    return container.statistics.of(round_, site)


@pytest.fixture
def crowd(container: Container, clock: Clock) -> list[Walker]:
    """Seven people who go seven ways, over two days and two sites."""
    agreed, filled, sent_back, approved, paid, quick, gone = some = [Walker(container) for _ in range(7)]
    agreed.agrees()
    filled.filled()
    clock.advance(hours=1)
    sent_back.pictured()
    sent_back.requests_review()
    clock.advance(hours=3)
    people.rejected(container, sent_back)
    sent_back.requests_review()
    clock.advance(minutes=30)
    container.command_handler.handle(
        c.Reject(registration=sent_back.id, actor=REVIEWER, reasons=("I01", "P01"), note="x")
    )
    approved.pictured(subjects=("66",))
    approved.requests_review()
    clock.advance(hours=5)
    people.approved(container, approved)
    paid.paid()
    clock.advance(hours=20)
    quick.pictured(QUICK, ("24",))
    gone.pictured()
    gone.withdraws()
    return some


def test_everything_is_what_the_registrations_come_to(container: Container, crowd: list[Walker]) -> None:
    found, stands = counted(container), [one.stands for one in crowd]
    assert found.statuses == Counter(one.status for one in stands)
    assert found.people == len(crowd)
    held = Counter(subject for one in stands if _holds(one) for subject in one.subjects)
    assert {one.code: one.held for one in found.subjects if one.held} == held
    fees = {one.code: (one.paid, one.fees) for one in found.subjects if one.paid}
    assert fees == {"66": (1, 8000), "67": (1, 8000)}
    assert sum(one.begun for one in found.days) == 7
    assert sum(one.submitted for one in found.days) == 5
    assert [one.submitted for one in counted(container, QUICK).days] == [1]
    assert sum(one.submitted for one in counted(container, SITE).days) == 4
    rejected = [fact for one in crowd for fact in one.history if isinstance(fact, facts.Rejected)]
    assert dict(found.reasons) == Counter(code for fact in rejected for code in fact.reasons)
    assert (sum(found.reviews.spans.values()), found.reviews.spans["1h"], found.reviews.spans["4h"]) == (
        4,
        2,
        1,
    )
    assert found.reviews.mean == (3 * 3600 + 1800 + 5 * 3600) / 4
    assert found.photos == [("none", 5)]
    assert found.money == [(people.TODAY, 1, 16000, 0)]
    assert [(code, count) for code, count, _ in found.sites] == [(SITE, 4), (QUICK, 1)]


def _holds(registration: Registration) -> bool:
    return registration.status not in (Status.AGREED, Status.INFO_FILLED, Status.WITHDRAWN, Status.LAPSED)


def test_hours_follow_each_other_also_those_in_which_nothing_happened(
    container: Container, crowd: list[Walker]
) -> None:
    hours = counted(container).hours
    assert {after.at - before.at for before, after in zip(hours, hours[1:], strict=False)} == {
        timedelta(hours=1)
    }
    assert sum(one.begun for one in hours) == 7
    assert any(not one.begun and not one.submitted for one in hours)


def test_the_rows_are_what_the_log_says_and_are_made_anew(container: Container, crowd: list[Walker]) -> None:
    handler, before = container.command_handler, counted(container)
    assert check(container.database, handler.store, handler.listeners) == []
    for table in (
        "registration_hours",
        "unplaced_counts",
        "subject_counts",
        "review_counts",
        "review_measures",
    ):
        with container.database.transaction() as connection:
            assert connection.exec_driver_sql(f"DELETE FROM {table}").rowcount > 0, table
        assert check(container.database, handler.store, handler.listeners) != [], table
    rebuild(container.database, handler.store, handler.listeners)
    assert check(container.database, handler.store, handler.listeners) == []
    assert counted(container) == before


def test_what_is_over_stays_with_the_site_where_it_happened(
    container: Container, crowd: list[Walker]
) -> None:
    sent_back = crowd[2]
    sent_back.does(c.ChangeSubjects, site=QUICK, subjects=("24",))
    assert dict(counted(container, SITE).reasons)["P01"] == 2
    assert counted(container, QUICK).reasons == []
    assert [one.held for one in counted(container, QUICK).subjects if one.held] == [2]
    handler = container.command_handler
    assert check(container.database, handler.store, handler.listeners) == []


def test_seats_left_count_no_site_below_nothing(container: Container) -> None:
    one, other = Walker(container), Walker(container)
    one.submitted()
    other.submitted()
    before = {one.code: one for one in counted(container).subjects}["66"]
    revise(container, SITE, quotas={"66": 1})
    after = {one.code: one for one in counted(container).subjects}["66"]
    at_site = {one.code: one for one in counted(container, SITE).subjects}["66"]
    assert (at_site.quota, at_site.left, at_site.held) == (1, 0, 2)
    assert before.held == after.held == 2
    assert after.left >= 0


def test_the_seats_left_are_those_that_nobody_holds(container: Container) -> None:
    revise(container, SITE, quotas={"66": 9})
    for _ in range(2):
        Walker(container).submitted(subjects=("66",))
    (found,) = [one for one in counted(container, SITE).subjects if one.code == "66"]
    assert (found.quota, found.held, found.left) == (9, 2, 7)
    elsewhere = [one for one in counted(container).subjects if one.code == "66"]
    assert [(one.held, one.quota - one.left) for one in elsewhere] == [(2, 2)]


def test_a_cancelled_payment_is_counted_as_what_went_back(container: Container, crowd: list[Walker]) -> None:
    paid = crowd[4]
    request = CaseRequest(registration=paid.id, actor=OFFICE)
    container.registrations.cancel(request, "x", c.PaidFee.REFUND, "停考")
    container.worker.once()
    found = counted(container)
    assert found.money == [(people.TODAY, 1, 16000, 16000)]
    assert not any(one.paid for one in found.subjects)


def test_no_question_reads_registrations_or_facts(container: Container, crowd: list[Walker]) -> None:
    with listened() as heard:
        counted(container)
        counted(container, SITE)
    assert len(heard) >= 10
    grown = {"registrations", "facts", "review_measures", "payments", "search_keys", "timeline"}
    for statement in heard:
        assert not [table for table in grown if f"FROM {table}" in str(statement)], statement
    small = {
        "rounds",
        "counters",
        "registration_counts",
        "registration_hours",
        "unplaced_counts",
        "subject_counts",
        "review_counts",
        "new",
    }
    assert {
        text: tables - small for text, tables in walked(container.database, heard).items() if tables - small
    } == {}


def test_candidates_of_different_shares_do_not_wait_for_each_other(container: Container) -> None:
    """On PostgreSQL a sum is one row, held until commit: the first second of a round would stand in one line."""
    if container.database.dialect == "sqlite":
        pytest.skip("one writer at a time there")
    slow = Walker(container)
    quick = next(
        one for one in iter(lambda: Walker(container), None) if share_of(one.id) != share_of(slow.id)
    )
    release, held = Event(), Event()
    handler = container.command_handler

    def begins() -> None:
        def agreed(connection):  # type: ignore[no-untyped-def]
            handler.carry_out(connection, agreement(slow))
            held.set()
            release.wait(20)

        handler.run_in_transaction(agreed)

    thread = Thread(target=begins)
    thread.start()
    assert held.wait(20)
    done = Thread(target=quick.agrees)
    done.start()
    done.join(15)
    waited = done.is_alive()
    release.set()
    thread.join()
    done.join()
    assert not waited
    assert SHARES >= 8
    assert counted(container).people == 2


def agreement(walker: Walker) -> c.Agree:
    return c.Agree(
        registration=walker.id,
        actor=c.Actor(str(walker.account.id), walker.account.role),
        round=people.ROUND,
        candidate=walker.account.id,
        ordinal=1,
        agreement=people.bundled_round()[0].plan.agreement,
    )
