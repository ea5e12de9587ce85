"""Seating a site: everybody paid gets their seats, nobody is moved, no chair is given twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, update

from ncre.bootstrap import Container
from ncre.domain.claims import SeatClaim
from ncre.domain.exam.commands import DrawSeats, ExamCommand
from ncre.domain.exam.plan import round_id, site_id
from ncre.domain.printed_numbers import LAST_SERIAL
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.domain.seating.hall_choice import EVERYWHERE, HallChoice
from ncre.events.base import Fact
from ncre.events.exam import RoundRevised, SeatsDrawn, SiteRevised
from ncre.events.registration import SeatAssigned
from ncre.handlers.command_handler import Act
from ncre.projections.base import Row
from ncre.projections.seating import tickets
from ncre.services.seating.seating import SeatingResult
from ncre.store.schema import serials
from tests.handlers.ground import Walker, count, history_of, open_exam, refusal, revise
from tests.support import people
from tests.support.containers import container_on


def seats(container: Container) -> list[Row]:
    with container.database.reading() as connection:
        return tickets.taken_at(connection, people.ROUND, people.SITE)


def seat(container: Container, seed: int | None = None) -> SeatingResult:
    return container.seating.seat(people.ROUND, people.SITE, people.OFFICE, seed)


def only_one_hall(container: Container, seats: int = 9) -> None:
    plan = people.bundled_round()[1][people.SITE].plan
    revise(container, people.SITE, rooms={"A": seats}, batches=plan.batches[:1])


def paid(container: Container, *subjects: str) -> Walker:
    walker = Walker(container)
    walker.paid(subjects)
    return walker


def test_every_paid_registration_gets_a_seat_a_subject_and_others_none(container: Container) -> None:
    one, two, unpaid = paid(container, "66", "67"), paid(container, "66"), Walker(container)
    unpaid.approved()
    assert seat(container) == SeatingResult(people=2, sittings=3)
    assert [one.row["seated"], two.row["seated"], unpaid.row["seated"]] == [2, 1, 0]
    with container.database.reading() as connection:
        own = tickets.seats_of(connection, one.id)
    assert {row["ticket"] for row in own} == {
        f"{row['subject']}78420019{row['hall']:04}{row['seat']:02}" for row in own
    }
    assert {row["subject"] for row in own} == {"66", "67"}
    assert own[0]["ends_at"] <= own[1]["starts_at"]


def test_seating_again_moves_nobody_and_seats_who_came_since(container: Container) -> None:
    paid(container, "66", "67")
    seat(container)
    before = seats(container)
    assert refusal(seat, container) is RefusalCode.NOBODY_TO_SEAT
    paid(container, "67")
    assert seat(container) == SeatingResult(people=1, sittings=1)
    after = seats(container)
    assert all(row in after for row in before)
    assert len(after) == 3


def test_a_room_more_gives_no_chair_twice(container: Container) -> None:
    """Halls are numbered over rooms and batches; who sits already keeps the number of their hall."""
    revise(container, people.SITE, rooms={"B": 1})
    paid(container, "66", "67")
    seat(container)
    revise(container, people.SITE, rooms={"A": 1, "B": 1})
    for _ in range(3):
        paid(container, "66", "67")
    seat(container)
    chairs = Counter((row["batch"], row["room"], row["seat"]) for row in seats(container))
    assert len(chairs) == 8
    assert set(chairs.values()) == {1}
    assert len({row["hall"] for row in seats(container)}) == 8


def test_too_few_chairs_seat_nobody(container: Container) -> None:
    batches = people.bundled_round()[1][people.SITE].plan.batches
    revise(container, people.SITE, rooms={"A": 1}, batches=batches[:2])
    for _ in range(3):
        paid(container, "66")
    assert refusal(seat, container) is RefusalCode.NO_CAPACITY
    assert count(container, tickets.tickets) == 0


def test_an_unknown_site_or_round_is_refused(container: Container) -> None:
    for where in (("78", "999999"), ("99", people.SITE)):
        assert refusal(container.seating.seat, *where, people.OFFICE) is RefusalCode.SITE_UNKNOWN


def test_a_chair_is_taken_once_even_when_two_plans_were_made_from_the_same_page(container: Container) -> None:
    one, two = paid(container, "66"), paid(container, "66")
    sitting = people.bundled_round()[1][people.SITE].plan.batches[0]
    same = SeatAssigned("66", "6678420019000101", 1, "A", 1, 1, sitting.starts_at, sitting.ends_at)
    container.command_handler.handle(c.Seat(registration=one.id, actor=people.OFFICE, seats=(same,)))
    late = c.Seat(registration=two.id, actor=people.OFFICE, seats=(same,))
    assert refusal(container.command_handler.handle, late) is RefusalCode.CHAIR_TAKEN
    assert len(seats(container)) == 1
    assert two.stands.seated == frozenset()


def test_the_chair_of_a_cancelled_registration_stays_empty(container: Container) -> None:
    only_one_hall(container)
    walker = paid(container, "66")
    seat(container)
    container.command_handler.handle(
        c.Cancel(registration=walker.id, actor=people.OFFICE, reason="重复报名", **people.KEEPING)
    )
    other = paid(container, "66")
    seat(container)
    assert sorted(row["ticket"] for row in seats(container)) == ["6678420019000101", "6678420019000102"]
    assert (walker.stands.status, other.row["seated"]) == (Status.CANCELLED, 1)


def test_the_draw_is_recorded_before_the_seats_and_each_seat_names_it(container: Container) -> None:
    walkers = [paid(container, "66", "67"), paid(container, "66")]
    seat(container, seed=77)
    site = history_of(container, site_id(people.ROUND, people.SITE))
    assert site[-1] == SeatsDrawn(people.ROUND, people.SITE, 77, people=2, sittings=3)
    assert (site[-1].metadata.actor, site[-1].metadata.role) == (people.OFFICE.id, "office")
    for walker in walkers:
        given = [fact for fact in history_of(container, walker.id) if isinstance(fact, SeatAssigned)]
        assert {fact.metadata.cause for fact in given} == {"seed 77"}


def test_where_nobody_is_seated_no_draw_is_recorded(container: Container) -> None:
    before = history_of(container, site_id(people.ROUND, people.SITE))
    assert refusal(seat, container) is RefusalCode.NOBODY_TO_SEAT
    only_one_hall(container, seats=1)
    paid(container, "66")
    paid(container, "66")
    assert refusal(seat, container) is RefusalCode.NO_CAPACITY
    after = history_of(container, site_id(people.ROUND, people.SITE))
    assert not [fact for fact in after[len(before) :] if isinstance(fact, SeatsDrawn)]


def test_only_the_office_draws_seats(container: Container) -> None:
    paid(container, "66")
    assert (
        refusal(container.seating.seat, people.ROUND, people.SITE, people.REVIEWER)
        is RefusalCode.NOT_YOUR_ROLE
    )
    assert seats(container) == []


def test_seats_drawn_for_a_site_that_was_never_opened_are_refused(container: Container) -> None:
    drawn = SeatsDrawn(people.ROUND, "999999", 1, 1, 1)
    command = DrawSeats(actor=people.OFFICE, command_id=uuid4(), drawn=drawn)
    assert refusal(container.command_handler.plan, command) is RefusalCode.SITE_UNKNOWN


def test_the_preview_shows_what_the_seating_then_does(container: Container) -> None:
    for _ in range(3):
        paid(container, "66", "67")
    shown = container.seating.preview(people.ROUND, people.SITE)
    assert (shown.people, shown.sittings, shown.refusal) == (3, 6, None)
    assert seats(container) == []
    seat(container, seed=shown.seed)
    assert Counter(row["hall"] for row in seats(container)) == {
        load.hall.number: load.new for load in shown.loads if load.new
    }
    again = container.seating.preview(people.ROUND, people.SITE)
    assert [load.taken for load in again.loads] == [load.new for load in shown.loads]
    assert again.free == shown.free - 6


def test_what_was_shown_is_done_once_and_told_again_to_a_form_that_comes_twice(container: Container) -> None:
    for _ in range(2):
        paid(container, "66", "67")
    room = people.bundled_round()[1][people.SITE].plan.rooms[0].name
    choice = HallChoice(batches=frozenset({1, 2}), rooms=frozenset({room}))
    asked = (people.ROUND, people.SITE)
    shown = container.seating.preview(*asked, seed=5, choice=choice)
    assert shown.seed == 5
    once = container.seating.seat(*asked, people.OFFICE, 5, choice, shown.digest)
    assert once == SeatingResult(people=2, sittings=4)
    drawn = history_of(container, site_id(*asked))[-1]
    assert drawn == SeatsDrawn(*asked, 5, 2, 4, choice.manner.value, (1, 2), (room,), shown.digest)
    assert container.seating.seat(*asked, people.OFFICE, 5, choice, shown.digest) == once
    for digest in ("", "0" * 64):
        assert (
            refusal(container.seating.seat, *asked, people.OFFICE, 5, choice, digest)
            is RefusalCode.PREVIEW_OUTDATED
        )
    paid(container, "66")
    outdated = (*asked, people.OFFICE, 5, choice, shown.digest)
    assert refusal(container.seating.seat, *outdated) is RefusalCode.PREVIEW_OUTDATED
    assert len(seats(container)) == 4


def test_a_preview_of_another_seed_choice_or_crowd_has_another_digest(container: Container) -> None:
    walkers = [paid(container, "66") for _ in range(3)]
    asked = (people.ROUND, people.SITE)

    def digest(seed: int = 5, choice: HallChoice = EVERYWHERE) -> str:
        return container.seating.preview(*asked, seed=seed, choice=choice).digest

    first = digest()
    assert digest() == first
    container.command_handler.handle(c.Confirm(registration=walkers[0].id, actor=people.REVIEWER))
    confirmed = digest()
    others = {digest(seed=6), digest(choice=HallChoice(batches=frozenset({1}))), confirmed}
    paid(container, "67")
    assert len({first, digest(), *others}) == 5


def test_the_preview_of_too_few_chairs_says_what_to_add(container: Container) -> None:
    only_one_hall(container, seats=1)
    for _ in range(3):
        paid(container, "66")
    refused = container.seating.preview(people.ROUND, people.SITE).refusal
    assert refused is not None
    assert refused.particulars == {
        "site": people.SITE,
        "missing": 2,
        "seats": 2,
        "batches": 2,
        "minutes": 120,
    }


def test_whoever_is_cancelled_while_seats_are_given_is_left_and_the_others_get_theirs(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = paid(container, "66"), paid(container, "66")
    plan = container.command_handler.plan

    def cancels_first(command: ExamCommand) -> None:
        plan(command)
        container.command_handler.handle(
            c.Cancel(registration=one.id, actor=people.OFFICE, reason="重复报名", **people.KEEPING)
        )

    monkeypatch.setattr(container.command_handler, "plan", cancels_first)
    assert seat(container) == SeatingResult(people=1, sittings=1, left=1)
    assert [row["registration"] for row in seats(container)] == [two.id]


def test_who_was_confirmed_after_seating_keeps_the_seat(container: Container) -> None:
    walker = paid(container, "66")
    seat(container)
    container.command_handler.handle(c.Confirm(registration=walker.id, actor=people.REVIEWER))
    assert refusal(seat, container) is RefusalCode.NOBODY_TO_SEAT
    assert walker.stands.status is Status.CONFIRMED


@pytest.fixture
def old_house(database_url: str, tmp_path: Path, clock: people.Clock) -> Iterator[Container]:
    """A round from before subject codes were checked, on either database."""
    old = container_on(database_url, tmp_path / "old", clock)
    open_exam(old)
    yield old
    old.close()


def test_a_subject_code_too_long_for_a_ticket_is_refused_on_both_databases(old_house: Container) -> None:
    """It printed 17 digits from SQLite, and ended in a traceback on PostgreSQL."""
    plan = people.bundled_round()[0].plan
    renamed = tuple(replace(one, code="101") if one.code == "66" else one for one in plan.subjects)
    record_unchecked(old_house, RoundRevised(replace(plan, subjects=renamed)), round_id(people.ROUND))
    here = people.bundled_round()[1][people.SITE].plan
    offers = tuple(replace(one, subject="101") if one.subject == "66" else one for one in here.offers)
    unchecked = SiteRevised(people.ROUND, replace(here, offers=offers))
    record_unchecked(old_house, unchecked, site_id(people.ROUND, people.SITE))
    with old_house.database.transaction() as connection:
        key = SeatClaim(people.ROUND, people.SITE, "101").key
        old_house.command_handler.claims.set_quota(connection, key, 9)
    paid(old_house, "101")
    assert refusal(seat, old_house) is RefusalCode.NUMBER_UNFIT
    assert old_house.seating.preview(people.ROUND, people.SITE).refusal is not None
    assert seats(old_house) == []


def record_unchecked(container: Container, fact: Fact, stream: UUID) -> None:
    """As the version did that wrote it."""

    def recorded(connection: Connection) -> None:
        version = container.command_handler.store.version(connection, stream)
        container.command_handler.record(connection, Act(people.OFFICE), stream, version, [fact])

    container.command_handler.run_in_transaction(recorded)


def test_a_site_that_gave_out_all_its_numbers_takes_nobody_more(old_house: Container) -> None:
    with old_house.database.transaction() as connection:
        for _ in range(2):
            old_house.command_handler.claims.draw(connection, f"number:{people.ROUND}:{people.SITE}")
        connection.execute(update(serials).values(last=LAST_SERIAL - 1))
    last = Walker(old_house)
    last.submitted()
    assert last.row["number"] == f"{people.ROUND}{people.SITE}999999"
    late = Walker(old_house)
    late.filled()
    assert refusal(late.submits, people.SITE, ("66",)) is RefusalCode.NUMBERS_USED_UP
    assert late.row["number"] is None
