"""What pages ask about registrations and about who somebody is."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid5

import pytest

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.domain.students import DECLARED, OWN_STUDENTS
from ncre.events import registration as facts
from ncre.events.access import RegistrationFound
from ncre.projections.registration.queue_pages import QueueFilter
from tests.handlers.ground import QUICK, Walker, history_of, revise
from tests.support import people
from tests.support.people import ELSEWHERE, OFFICE, REVIEWER, ROUND, SITE, WENJING, Clock

SITES = frozenset({SITE})
WHY = "考点正在接受调查"


def waiting(container: Container) -> Walker:
    walker = Walker(container)
    walker.pictured()
    walker.requests_review()
    return walker


def three_waiting(container: Container, clock: Clock) -> list[Walker]:
    found = []
    for _ in range(3):
        found.append(waiting(container))
        clock.advance(minutes=1)
    return found


def test_a_page_of_the_queue_has_its_rows_in_order_and_says_how_many_there_are(
    container: Container, clock: Clock
) -> None:
    one, two, three = three_waiting(container, clock)
    cases = container.queries.cases
    first = cases.queue(ROUND, SITES, 1, 2)
    assert [row["id"] for row in first.rows] == [one.id, two.id]
    assert (first.count, first.page, first.pages, first.waiting_at[SITE]) == (3, 1, 2, 3)
    last = cases.queue(ROUND, SITES, 9, 2)
    assert ([row["id"] for row in last.rows], last.page) == ([three.id], 2)
    assert cases.queue(ROUND, SITES, 1, 3).pages == 1
    empty = cases.queue(ROUND, frozenset({QUICK}), 1, 2)
    assert (empty.rows, empty.count, empty.page, empty.pages) == ([], 0, 1, 1)
    assert cases.waiting_at(ROUND)[SITE] == 3
    wanted = QueueFilter(ROUND, SITES)
    assert [row["id"] for row in cases.queue_page(wanted, None, 2).rows] == [one.id, two.id]
    assert [row["id"] for row in cases.rows([three.id, UUID(int=7), one.id])] == [three.id, one.id]


def test_the_turn_of_a_case_and_the_one_behind_it(container: Container, clock: Clock) -> None:
    one, two, three = three_waiting(container, clock)
    cases = container.queries.cases
    assert [cases.turn(walker.row, SITES) for walker in (one, two, three)] == [(1, 3), (2, 3), (3, 3)]

    def behind(walker: Walker, *claimed: UUID, actor: c.Actor = REVIEWER) -> UUID | None:
        found = cases.next_after(walker.row, actor, clock.now, claimed)
        return found["id"] if found else None

    assert (behind(one), behind(two), behind(three)) == (two.id, three.id, one.id)
    assert behind(one, two.id) == three.id
    assert behind(one, actor=replace(REVIEWER, id=str(two.account.id))) == three.id
    assert behind(one, actor=ELSEWHERE) is None
    people.approved(container, one)
    assert behind(one) == two.id


def test_what_lies_beside_a_case_is_read_together(container: Container) -> None:
    walker = Walker(container)
    walker.paid(("66",))
    container.seating.seat(ROUND, SITE, OFFICE)
    container.command_handler.record_access(walker.id, REVIEWER, "desk")
    record = container.queries.cases.record(walker.id)
    topics = {row["topic"] for row in record.history}
    assert {facts.AgreementAccepted.TOPIC, facts.PaymentSettled.TOPIC, "access.details_viewed"} <= topics
    assert [row["trade"] for row in record.payments] == [walker.row["payment"]["trade"]]
    assert record.seats == container.queries.cases.seats(walker.id)
    assert [seat["subject"] for seat in record.seats] == ["66"]
    assert record.same_file == []
    other = Walker(container)
    other.pictured()
    (same,) = container.queries.cases.record(walker.id).same_file
    assert same["id"] == other.id


def test_a_photo_is_of_a_registration_that_ever_had_it(container: Container) -> None:
    walker = Walker(container)
    walker.pictured()
    cases = container.queries.cases
    assert cases.has_photo(walker.id, people.PHOTO.digest)
    assert not cases.has_photo(walker.id, "e" * 64)
    other = Walker(container)
    other.submitted()
    assert not cases.has_photo(other.id, people.PHOTO.digest)


def test_of_several_registrations_the_newest_counts(container: Container, clock: Clock) -> None:
    walker = Walker(container)
    walker.submitted()
    cases, account = container.queries.cases, walker.account.id
    assert cases.former_of(account, walker.id) is None
    walker.withdraws()
    clock.advance(minutes=1)
    again = walker.again()
    again.agrees()
    assert [row["id"] for row in cases.of_account(account)] == [again.id, walker.id]
    newest, former = cases.newest_of(account, ROUND), cases.former_of(account, again.id)
    assert newest is not None
    assert former is not None
    assert (newest["id"], former["id"]) == (again.id, walker.id)
    assert cases.former_of(account, walker.id) is None, "it has no details"
    assert cases.newest_of(account, "77") is None
    assert {row["id"] for row in cases.listed(SITES, None, None, 9)} == {walker.id}
    assert cases.listed(SITES, "submitted", None, 9) == []


def test_what_staff_wrote_is_read_while_it_stands(container: Container) -> None:
    walker = Walker(container)
    walker.approved(("66",))
    cases = container.queries.cases

    def told() -> str:
        case = cases.case(walker.id)
        assert case is not None
        return cases.reason_of_staff(case)

    assert told() == ""
    container.command_handler.handle(c.Suspend(registration=walker.id, actor=OFFICE, reason=WHY))
    assert told() == WHY
    container.command_handler.handle(c.Resume(registration=walker.id, actor=OFFICE))
    assert told() == ""
    assert cases.cancellation(walker.id) is None
    container.command_handler.handle(c.Cancel(registration=walker.id, actor=OFFICE, reason="重复报名"))
    cancelled = cases.cancellation(walker.id)
    assert cancelled is not None
    assert (cancelled.reason, told()) == ("重复报名", "重复报名")


def test_a_case_is_read_with_the_rules_it_lives_under(container: Container, clock: Clock) -> None:
    walker = Walker(container)
    walker.filled()
    found = container.queries.cases.case(walker.id)
    assert found is not None
    assert (found.site, found.round.code, found.read_at) == (None, ROUND, clock.now)
    walker.submits()
    for case in (
        container.queries.cases.case(walker.id),
        container.queries.cases.with_rules(walker.row),
    ):
        assert case is not None
        assert case.site is not None
        assert (case.site.code, case.round.code, case.version) == (SITE, ROUND, walker.row["version"])
    assert container.queries.cases.case(UUID(int=7)) is None


def test_stored_facts_keep_private_fields_sealed(container: Container) -> None:
    walker = Walker(container, WENJING)
    walker.filled()
    stored = container.queries.cases.stored(walker.id)
    assert [(one["version"], one["topic"]) for one in stored] == [
        (1, facts.AgreementAccepted.TOPIC),
        (2, facts.InfoFilled.TOPIC),
    ]
    assert WENJING.name not in repr(stored)
    sealed = container.queries.cases.history(walker.id, opened=False)
    assert WENJING.name not in repr(sealed)
    assert WENJING.name in repr(container.queries.cases.history(walker.id))


def test_the_note_of_a_rejection_and_the_school_number_are_opened(container: Container) -> None:
    revise(container, SITE, audience=OWN_STUDENTS)
    walker = waiting(container)
    container.command_handler.handle(
        c.Reject(registration=walker.id, actor=REVIEWER, reasons=("P01",), note="请换照片")
    )
    given = container.people
    assert given.rejection_note(walker.id, walker.row["rejected_version"]) == "请换照片"
    assert given.rejection_note(walker.id, None) == ""
    assert given.rejection_note(walker.id, 1) == ""
    assert given.student(walker.id) == DECLARED
    elsewhere = Walker(container)
    elsewhere.submitted(QUICK, ("67",))
    assert given.student(elsewhere.id) == ""
    assert given.details(walker.id, walker.row["details_version"]) == walker.details
    assert given.details(walker.id, None) is None
    assert given.details(walker.id, 1) is None


def test_who_is_found_by_name_has_it_in_the_history_and_others_do_not(
    container: Container, clock: Clock
) -> None:
    walker, elsewhere = Walker(container, WENJING), Walker(container, people.LIQIANG)
    walker.submitted()
    clock.advance(minutes=1)
    elsewhere.submitted(QUICK, ("67",))
    search = container.people.search

    def looks(one: Walker) -> list[object]:
        return list(history_of(container, uuid5(one.id, "searches")))

    assert [row["id"] for row in search(WENJING.name, SITES, REVIEWER)] == [walker.id]
    assert search(people.LIQIANG.name, SITES, REVIEWER) == []
    assert search("没有这个人", SITES, REVIEWER) == []
    (found,) = looks(walker)
    assert isinstance(found, RegistrationFound)
    assert (found.registration, found.by, found.metadata.actor) == (walker.id, "name", REVIEWER.id)
    assert looks(elsewhere) == []
    account = elsewhere.account.id
    assert [row["id"] for row in search("nobody@example.com", frozenset({QUICK}), OFFICE, account)] == [
        elsewhere.id
    ]


@pytest.mark.parametrize("status", [Status.PAID, Status.CONFIRMED])
def test_who_sits_nowhere_is_counted_by_site(container: Container, status: Status) -> None:
    walker = Walker(container)
    walker.paid(("66",))
    if status is Status.CONFIRMED:
        container.command_handler.handle(c.Confirm(registration=walker.id, actor=REVIEWER))
    assert container.queries.cases.without_seats(ROUND) == {SITE: 1}
    container.seating.seat(ROUND, SITE, OFFICE)
    assert container.queries.cases.without_seats(ROUND) == {}
