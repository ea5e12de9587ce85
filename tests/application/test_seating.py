"""Seating a site: everybody paid gets their seats, nobody is moved, no chair is given twice."""

from __future__ import annotations

from collections import Counter

from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.lifecycle import Status
from ncre.domain.refusals import RefusalCode
from ncre.events.registration import SeatAssigned
from ncre.office import Seated
from ncre.projections import tickets
from ncre.projections.base import Row
from tests import people
from tests.application.ground import Walker, count, refusal, revise


def seats(house: House) -> list[Row]:
    with house.database.reading() as connection:
        return tickets.taken_at(connection, people.ROUND, people.SITE)


def seat(house: House) -> Seated:
    return house.office.seat(people.ROUND, people.SITE, people.OFFICE)


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
    assert [row["ticket"] for row in own] == ["6678420019000101", "6778420019000901"]
    assert own[0]["ends_at"] <= own[1]["starts_at"]


def test_seating_again_moves_nobody_and_seats_who_came_since(house: House) -> None:
    paid(house, "66", "67")
    seat(house)
    before = seats(house)
    assert seat(house) == Seated(people=0, sittings=0)
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
    plan = people.bundled_round()[1][people.SITE].plan
    revise(house, people.SITE, rooms={"A": 1}, batches=plan.batches[:2])
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
    walker = paid(house, "66")
    seat(house)
    house.application.handle(c.Cancel(registration=walker.id, actor=people.OFFICE, reason="重复报名"))
    other = paid(house, "66")
    seat(house)
    assert sorted(row["ticket"] for row in seats(house)) == ["6678420019000101", "6678420019000102"]
    assert (walker.stands.status, other.row["seated"]) == (Status.CANCELLED, 1)


def test_who_was_confirmed_after_seating_keeps_the_seat(house: House) -> None:
    walker = paid(house, "66")
    seat(house)
    house.application.handle(c.Confirm(registration=walker.id, actor=people.REVIEWER))
    assert seat(house) == Seated(0, 0)
    assert walker.stands.status is Status.CONFIRMED
