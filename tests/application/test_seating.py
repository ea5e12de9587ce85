"""Seating a site: everybody paid gets their seats, nobody is moved, no chair is given twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, update

from ncre.application import Act
from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.claims import Seat
from ncre.domain.exam import DrawSeats, ExamCommand, round_id, site_id
from ncre.domain.lifecycle import Status
from ncre.domain.numbers import LAST_SERIAL
from ncre.domain.refusals import RefusalCode
from ncre.events.base import Fact
from ncre.events.exam import RoundRevised, SeatsDrawn, SiteRevised
from ncre.events.registration import SeatAssigned
from ncre.events.schema import serials
from ncre.projections import tickets
from ncre.projections.base import Row
from ncre.services.office import Seated
from tests import people
from tests.application.ground import Walker, count, history_of, open_exam, refusal, revise
from tests.houses import house_on


def seats(house: House) -> list[Row]:
    with house.database.reading() as connection:
        return tickets.taken_at(connection, people.ROUND, people.SITE)


def seat(house: House, seed: int | None = None) -> Seated:
    return house.office.seat(people.ROUND, people.SITE, people.OFFICE, seed)


def only_one_hall(house: House, seats: int = 9) -> None:
    plan = people.bundled_round()[1][people.SITE].plan
    revise(house, people.SITE, rooms={"A": seats}, batches=plan.batches[:1])


def paid(house: House, *subjects: str) -> Walker:
    walker = Walker(house)
    walker.paid(subjects)
    return walker


def test_every_paid_registration_gets_a_seat_a_subject_and_others_none(house: House) -> None:
    one, two, unpaid = paid(house, "66", "67"), paid(house, "66"), Walker(house)
    unpaid.approved()
    assert seat(house) == Seated(people=2, sittings=3)
    assert [one.row["seated"], two.row["seated"], unpaid.row["seated"]] == [2, 1, 0]
    with house.database.reading() as connection:
        own = tickets.seats_of(connection, one.id)
    assert {row["ticket"] for row in own} == {
        f"{row['subject']}78420019{row['hall']:04}{row['seat']:02}" for row in own
    }
    assert {row["subject"] for row in own} == {"66", "67"}
    assert own[0]["ends_at"] <= own[1]["starts_at"]


def test_seating_again_moves_nobody_and_seats_who_came_since(house: House) -> None:
    paid(house, "66", "67")
    seat(house)
    before = seats(house)
    assert refusal(seat, house) is RefusalCode.NOBODY_TO_SEAT
    paid(house, "67")
    assert seat(house) == Seated(people=1, sittings=1)
    after = seats(house)
    assert all(row in after for row in before)
    assert len(after) == 3


def test_a_room_more_gives_no_chair_twice(house: House) -> None:
    """Halls are numbered over rooms and batches; who sits already keeps the number of their hall."""
    revise(house, people.SITE, rooms={"B": 1})
    paid(house, "66", "67")
    seat(house)
    revise(house, people.SITE, rooms={"A": 1, "B": 1})
    for _ in range(3):
        paid(house, "66", "67")
    seat(house)
    chairs = Counter((row["batch"], row["room"], row["seat"]) for row in seats(house))
    assert len(chairs) == 8
    assert set(chairs.values()) == {1}
    assert len({row["hall"] for row in seats(house)}) == 8


def test_too_few_chairs_seat_nobody(house: House) -> None:
    batches = people.bundled_round()[1][people.SITE].plan.batches
    revise(house, people.SITE, rooms={"A": 1}, batches=batches[:2])
    for _ in range(3):
        paid(house, "66")
    assert refusal(seat, house) is RefusalCode.NO_CAPACITY
    assert count(house, tickets.tickets) == 0


def test_an_unknown_site_or_round_is_refused(house: House) -> None:
    for where in (("78", "999999"), ("99", people.SITE)):
        assert refusal(house.office.seat, *where, people.OFFICE) is RefusalCode.SITE_UNKNOWN


def test_a_chair_is_taken_once_even_when_two_plans_were_made_from_the_same_page(house: House) -> None:
    one, two = paid(house, "66"), paid(house, "66")
    sitting = people.bundled_round()[1][people.SITE].plan.batches[0]
    same = SeatAssigned("66", "6678420019000101", 1, "A", 1, 1, sitting.starts_at, sitting.ends_at)
    house.application.handle(c.Seat(registration=one.id, actor=people.OFFICE, seats=(same,)))
    late = c.Seat(registration=two.id, actor=people.OFFICE, seats=(same,))
    assert refusal(house.application.handle, late) is RefusalCode.CHAIR_TAKEN
    assert len(seats(house)) == 1
    assert two.stands.seated == frozenset()


def test_the_chair_of_a_cancelled_registration_stays_empty(house: House) -> None:
    only_one_hall(house)
    walker = paid(house, "66")
    seat(house)
    house.application.handle(
        c.Cancel(registration=walker.id, actor=people.OFFICE, reason="重复报名", **people.KEEPING)
    )
    other = paid(house, "66")
    seat(house)
    assert sorted(row["ticket"] for row in seats(house)) == ["6678420019000101", "6678420019000102"]
    assert (walker.stands.status, other.row["seated"]) == (Status.CANCELLED, 1)


def test_the_draw_is_recorded_before_the_seats_and_each_seat_names_it(house: House) -> None:
    walkers = [paid(house, "66", "67"), paid(house, "66")]
    seat(house, seed=77)
    site = history_of(house, site_id(people.ROUND, people.SITE))
    assert site[-1] == SeatsDrawn(people.ROUND, people.SITE, 77, people=2, sittings=3)
    assert (site[-1].stamp.actor, site[-1].stamp.role) == (people.OFFICE.id, "office")
    for walker in walkers:
        given = [fact for fact in history_of(house, walker.id) if isinstance(fact, SeatAssigned)]
        assert {fact.stamp.cause for fact in given} == {"seed 77"}


def test_where_nobody_is_seated_no_draw_is_recorded(house: House) -> None:
    before = history_of(house, site_id(people.ROUND, people.SITE))
    assert refusal(seat, house) is RefusalCode.NOBODY_TO_SEAT
    only_one_hall(house, seats=1)
    paid(house, "66")
    paid(house, "66")
    assert refusal(seat, house) is RefusalCode.NO_CAPACITY
    after = history_of(house, site_id(people.ROUND, people.SITE))
    assert not [fact for fact in after[len(before) :] if isinstance(fact, SeatsDrawn)]


def test_only_the_office_draws_seats(house: House) -> None:
    paid(house, "66")
    assert refusal(house.office.seat, people.ROUND, people.SITE, people.REVIEWER) is RefusalCode.NOT_YOUR_ROLE
    assert seats(house) == []


def test_seats_drawn_for_a_site_that_was_never_opened_are_refused(house: House) -> None:
    drawn = SeatsDrawn(people.ROUND, "999999", 1, 1, 1)
    command = DrawSeats(actor=people.OFFICE, command_id=uuid4(), drawn=drawn)
    assert refusal(house.application.plan, command) is RefusalCode.SITE_UNKNOWN


def test_the_preview_shows_what_the_seating_then_does(house: House) -> None:
    for _ in range(3):
        paid(house, "66", "67")
    shown = house.office.preview(people.ROUND, people.SITE)
    assert (shown.people, shown.sittings, shown.refusal) == (3, 6, None)
    assert seats(house) == []
    seat(house, seed=shown.seed)
    assert Counter(row["hall"] for row in seats(house)) == {
        load.hall.number: load.new for load in shown.loads if load.new
    }
    again = house.office.preview(people.ROUND, people.SITE)
    assert [load.taken for load in again.loads] == [load.new for load in shown.loads]
    assert again.free == shown.free - 6


def test_the_preview_of_too_few_chairs_says_what_to_add(house: House) -> None:
    only_one_hall(house, seats=1)
    for _ in range(3):
        paid(house, "66")
    refused = house.office.preview(people.ROUND, people.SITE).refusal
    assert refused is not None
    assert refused.particulars == {
        "site": people.SITE,
        "missing": 2,
        "seats": 2,
        "batches": 2,
        "minutes": 120,
    }


def test_whoever_is_cancelled_while_seats_are_given_is_left_and_the_others_get_theirs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = paid(house, "66"), paid(house, "66")
    plan = house.application.plan

    def cancels_first(command: ExamCommand) -> None:
        plan(command)
        house.application.handle(
            c.Cancel(registration=one.id, actor=people.OFFICE, reason="重复报名", **people.KEEPING)
        )

    monkeypatch.setattr(house.application, "plan", cancels_first)
    assert seat(house) == Seated(people=1, sittings=1, left=1)
    assert [row["registration"] for row in seats(house)] == [two.id]


def test_who_was_confirmed_after_seating_keeps_the_seat(house: House) -> None:
    walker = paid(house, "66")
    seat(house)
    house.application.handle(c.Confirm(registration=walker.id, actor=people.REVIEWER))
    assert refusal(seat, house) is RefusalCode.NOBODY_TO_SEAT
    assert walker.stands.status is Status.CONFIRMED


@pytest.fixture
def old_house(database_url: str, tmp_path: Path, clock: people.Clock) -> Iterator[House]:
    """A round from before subject codes were checked, on either database."""
    old = house_on(database_url, tmp_path / "old", clock)
    open_exam(old)
    yield old
    old.close()


def test_a_subject_code_too_long_for_a_ticket_is_refused_on_both_databases(old_house: House) -> None:
    """It printed 17 digits from SQLite, and ended in a traceback on PostgreSQL."""
    plan = people.bundled_round()[0].plan
    renamed = tuple(replace(one, code="101") if one.code == "66" else one for one in plan.subjects)
    record_unchecked(old_house, RoundRevised(replace(plan, subjects=renamed)), round_id(people.ROUND))
    here = people.bundled_round()[1][people.SITE].plan
    offers = tuple(replace(one, subject="101") if one.subject == "66" else one for one in here.offers)
    unchecked = SiteRevised(people.ROUND, replace(here, offers=offers))
    record_unchecked(old_house, unchecked, site_id(people.ROUND, people.SITE))
    with old_house.database.transaction() as connection:
        key = Seat(people.ROUND, people.SITE, "101").key
        old_house.application.claims.set_quota(connection, key, 9)
    paid(old_house, "101")
    assert refusal(seat, old_house) is RefusalCode.NUMBER_UNFIT
    assert old_house.office.preview(people.ROUND, people.SITE).refusal is not None
    assert seats(old_house) == []


def record_unchecked(house: House, fact: Fact, stream: UUID) -> None:
    """As the version did that wrote it."""

    def recorded(connection: Connection) -> None:
        version = house.application.store.version(connection, stream)
        house.application.record(connection, Act(people.OFFICE), stream, version, [fact])

    house.application.together(recorded)


def test_a_site_that_gave_out_all_its_numbers_takes_nobody_more(old_house: House) -> None:
    with old_house.database.transaction() as connection:
        for _ in range(2):
            old_house.application.claims.draw(connection, f"number:{people.ROUND}:{people.SITE}")
        connection.execute(update(serials).values(last=LAST_SERIAL - 1))
    last = Walker(old_house)
    last.submitted()
    assert last.row["number"] == f"{people.ROUND}{people.SITE}999999"
    late = Walker(old_house)
    late.filled()
    assert refusal(late.submits, people.SITE, ("66",)) is RefusalCode.NUMBERS_USED_UP
    assert late.row["number"] is None
