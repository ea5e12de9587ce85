"""The questions that pages and the worker ask of the rows, each against a house with people in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from ncre.bootstrap import Container
from ncre.domain.exam.commands import PlanRound
from ncre.domain.registration import commands as c
from ncre.domain.registration.commands import EVERY_SITE
from ncre.projections.audit import timeline
from ncre.projections.exam import exams, seats_left
from ncre.projections.payment import ledger, refunds
from ncre.projections.registration import desk_search, due, registrations, review_queue
from ncre.projections.seating import tickets
from tests.handlers.ground import QUICK, Walker, details_of, planning, revise
from tests.support import people
from tests.support.people import Clock

HERE = frozenset({people.SITE})
THERE = frozenset({"140027"})


def waiting(container: Container, clock: Clock, site: str = people.SITE) -> Walker:
    """Somebody who requested review, a minute after the one before."""
    clock.advance(minutes=1)
    walker = Walker(container)
    walker.pictured(site)
    walker.requests_review()
    return walker


def queued(container: Container, sites: frozenset[str], **part: int) -> list[UUID]:
    with container.database.reading() as connection:
        return [row["id"] for row in review_queue.waiting(connection, people.ROUND, sites, **part)]


def test_the_queue_shows_who_waits_longest_first_at_ones_own_sites(
    container: Container, clock: Clock
) -> None:
    one, two, other = (
        waiting(container, clock),
        waiting(container, clock),
        waiting(container, clock, "140027"),
    )
    assert queued(container, HERE) == [one.id, two.id]
    assert queued(container, THERE) == [other.id]
    assert queued(container, HERE | THERE) == queued(container, EVERY_SITE) == [one.id, two.id, other.id]
    assert queued(container, frozenset()) == []
    assert queued(container, EVERY_SITE, limit=1, offset=1) == [two.id]
    with container.database.reading() as connection:
        counts = [review_queue.waiting_count(connection, people.ROUND, sites) for sites in (HERE, EVERY_SITE)]
        assert review_queue.waiting(connection, "77", EVERY_SITE) == []
    assert counts == [2, 3]


def test_who_was_rejected_waits_again_at_the_end_of_the_queue(container: Container, clock: Clock) -> None:
    one, two = waiting(container, clock), waiting(container, clock)
    people.rejected(container, one)
    assert queued(container, HERE) == [two.id]
    clock.advance(minutes=1)
    one.requests_review()
    assert queued(container, HERE) == [two.id, one.id]


def found(container: Container, text: str, sites: frozenset[str] = HERE) -> list[UUID]:
    with container.database.reading() as connection:
        return [
            row["id"] for row in desk_search.found(connection, text, container.people.persons(text), sites)
        ]


def test_the_desk_finds_by_number_document_id_and_ticket(container: Container) -> None:
    walker = Walker(container, people.WENJING)
    walker.paid()
    container.seating.seat(people.ROUND, people.SITE, people.OFFICE)
    Walker(container).submitted()
    with container.database.reading() as connection:
        ticket = tickets.seats_of(connection, walker.id)[0]["ticket"]
    typed = (
        walker.stands.number,
        f" {walker.stands.number} ",
        people.WENJING.document_number,
        "420115 20060315 002x",
        str(walker.id),
        ticket,
        " ".join(ticket[place : place + 4] for place in range(0, 16, 4)),
    )
    for text in typed:
        assert found(container, text) == [walker.id], text
        assert found(container, text, EVERY_SITE) == [walker.id]
        assert found(container, text, THERE) == []
    assert found(container, "no such thing") == found(container, "") == []


def test_the_desk_shows_the_newest_of_several_first(container: Container, clock: Clock) -> None:
    walker = Walker(container, people.WENJING)
    walker.submitted()
    walker.withdraws()
    clock.advance(hours=1)
    again = walker.again()
    again.submitted()
    assert found(container, people.WENJING.document_number) == [again.id, walker.id]


def test_one_foreign_document_is_found_whatever_else_the_number_could_be(container: Container) -> None:
    walker = Walker(container, details_of(7))
    walker.submitted()
    assert found(container, "e 0000 0007") == [walker.id]


def test_the_newest_registration_of_an_account_counts(container: Container) -> None:
    walker = Walker(container)
    with container.database.reading() as connection:
        assert registrations.newest_of(connection, walker.account.id, people.ROUND) is None
    walker.agrees()
    walker.withdraws()
    again = walker.again()
    again.agrees()
    with container.database.reading() as connection:
        newest = registrations.newest_of(connection, walker.account.id, people.ROUND)
        assert newest is not None
        assert newest["id"] == again.id
        assert registrations.newest_of(connection, walker.account.id, "77") is None
        assert registrations.one(connection, uuid4()) is None


def test_due_is_what_is_unpaid_past_its_time_longest_overdue_first(
    container: Container, clock: Clock
) -> None:
    late, later, paid, given_up = (Walker(container) for _ in range(4))
    for walker in (late, later, paid, given_up):
        clock.advance(minutes=1)
        walker.approved()
    paid.pays()
    given_up.withdraws()
    pay_by = late.stands.pay_by
    assert pay_by is not None
    with container.database.reading() as connection:

        def found(now: timedelta, limit: int = 200) -> list[UUID]:
            return [row["id"] for row in due.due(connection, pay_by + now, limit)]

        assert found(timedelta()) == []
        assert found(timedelta(seconds=1)) == [late.id]
        assert found(timedelta(days=1)) == [late.id, later.id]
        assert found(timedelta(days=1), limit=1) == [late.id]


def test_to_be_seated_are_the_paid_and_the_confirmed_by_number(container: Container) -> None:
    paid, confirmed, approved = Walker(container), Walker(container), Walker(container)
    for walker in (paid, confirmed):
        walker.paid()
    approved.approved()
    container.command_handler.handle(c.Confirm(registration=confirmed.id, actor=people.REVIEWER))
    with container.database.reading() as connection:
        rows = registrations.to_be_seated(connection, people.ROUND, people.SITE)
        elsewhere = registrations.to_be_seated(connection, people.ROUND, QUICK)
    assert [row["id"] for row in rows] == [paid.id, confirmed.id]
    assert elsewhere == []


def test_what_is_owed_longest_goes_back_first(container: Container, clock: Clock) -> None:
    one, two = Walker(container), Walker(container)
    for walker, trade in ((one, "T1"), (two, "T2")):
        walker.approved()
        clock.advance(minutes=1)
        container.payments.receive(walker.money(trade, amount=1))
    with container.database.reading() as connection:
        first, second = ledger.owed(connection)
        assert ledger.owed(connection, limit=1) == [first]
        assert [row["trade"] for row in refunds.of_registration(connection, two.id)] == ["T2"]
    assert [first["trade"], second["trade"]] == ["T1", "T2"]


def left(container: Container, subject: str, **inside: bool) -> tuple[int, int]:
    with container.database.reading() as connection:
        site = container.command_handler.exams.site(connection, people.ROUND, people.SITE)
        assert site is not None
        found = seats_left.seats_left(
            connection, container.command_handler.claims, people.ROUND, site, **inside
        )
    return found[subject].left, found[subject].quota


def test_seats_left_count_down_and_come_back(container: Container) -> None:
    revise(container, people.SITE, quotas={"66": 3})
    assert left(container, "66") == (3, 3)
    walker = Walker(container)
    walker.submitted(subjects=("66",))
    assert left(container, "66") == (2, 3)
    walker.withdraws()
    assert left(container, "66") == (3, 3)


def test_a_full_site_leaves_no_seat_but_for_those_inside(container: Container) -> None:
    revise(container, people.SITE, quota=1, quotas={"66": 3})
    Walker(container).submitted(subjects=("67",))
    assert left(container, "66") == (0, 3)
    assert left(container, "66", inside=True) == (3, 3)


def test_a_quota_lowered_below_what_was_taken_leaves_none(container: Container) -> None:
    for _ in range(2):
        Walker(container).submitted(subjects=("66",))
    revise(container, people.SITE, quotas={"66": 1})
    assert left(container, "66") == (0, 1)


def test_the_seats_on_tickets_come_in_the_order_of_sitting(container: Container) -> None:
    walker = Walker(container)
    walker.paid(("35", "66", "67"))
    container.seating.seat(people.ROUND, people.SITE, people.OFFICE)
    with container.database.reading() as connection:
        rows = tickets.seats_of(connection, walker.id)
        assert tickets.taken_at(connection, people.ROUND, QUICK) == []
    assert [row["starts_at"] for row in rows] == sorted(row["starts_at"] for row in rows)
    assert len(rows) == 3


def test_the_story_of_a_case_tells_the_looks_at_it_too(container: Container, clock: Clock) -> None:
    walker = Walker(container)
    walker.filled()
    clock.advance(minutes=1)
    container.command_handler.record_access(walker.id, people.REVIEWER, "review")
    clock.advance(minutes=1)
    walker.withdraws()
    with container.database.reading() as connection:
        topics = [row["topic"] for row in timeline.story(connection, walker.id)]
    assert topics == [
        "registration.agreement_accepted",
        "registration.info_filled",
        "access.details_viewed",
        "registration.withdrawn",
    ]


def test_the_exam_book_answers_with_the_newest_plan_and_its_version(container: Container) -> None:
    book = container.command_handler.exams
    with container.database.reading() as connection:
        before = book.site(connection, people.ROUND, people.SITE)
        assert book.site(connection, people.ROUND, people.SITE) is before
    revise(container, people.SITE, quota=9)
    with container.database.reading() as connection:
        after = book.site(connection, people.ROUND, people.SITE)
        assert book.site(connection, people.ROUND, "999999") is None
        assert book.round(connection, "77") is None
    assert before is not None
    assert after is not None
    assert (before.version, after.version, after.plan.quota) == (1, 2, 9)


def test_the_round_opened_last_is_the_current_one(container: Container, clock: Clock) -> None:
    clock.advance(days=1)
    following = replace(people.bundled_round()[0].plan, code="79")
    container.command_handler.plan(PlanRound(actor=people.OFFICE, command_id=uuid4(), plan=following))
    revise(container, people.SITE, quota=9)
    with container.database.reading() as connection:
        current = container.command_handler.exams.current(connection)
    assert current is not None
    assert current.plan == following


def test_all_sites_come_by_province_city_and_code(container: Container) -> None:
    with container.database.reading() as connection:
        plans = [site.plan for site in container.command_handler.exams.sites(connection, people.ROUND)]
    assert len(plans) == 26
    assert plans == sorted(plans, key=lambda plan: (plan.province, plan.city, plan.code))
    assert planning(plans[0]).plan == plans[0]


@pytest.mark.parametrize("kind", ["announcement", "guide"])
def test_a_notice_is_found_by_its_kind(container: Container, kind: str) -> None:
    with container.database.reading() as connection:
        notice = exams.notice(connection, people.ROUND, kind)
        assert exams.notice(connection, "77", kind) is None
    assert notice is not None
    assert notice["title"]
    assert notice["body_en"]
