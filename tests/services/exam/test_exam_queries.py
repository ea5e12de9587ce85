"""What pages ask about a round and its sites, and the plans that were in force at a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ncre.bootstrap import Container
from ncre.domain.exam.plan import Site
from ncre.domain.registration.vocabulary import Status
from ncre.services.exam.plans_in_force import PlansInForce, Rules
from tests.handlers.ground import QUICK, Walker, plan_of, revise
from tests.support.people import NOW, OFFICE, ROUND, SITE, Clock


def site(container: Container, code: str = SITE) -> Site:
    found = container.queries.exams.site(ROUND, code)
    assert found is not None
    return found


def test_a_site_whose_own_limit_is_reached_is_full(container: Container) -> None:
    exams = container.queries.exams
    revise(container, QUICK, quota=1)
    sites = exams.sites(ROUND)
    assert exams.full_sites(ROUND, sites) == set()
    Walker(container).submitted(QUICK, ("67",))
    assert exams.full_sites(ROUND, sites) == {QUICK}
    assert exams.full_sites(ROUND, [site(container)]) == set()
    assert exams.full_sites("99", sites) == set()


def test_seats_left_are_those_of_each_site_asked_for(container: Container) -> None:
    exams = container.queries.exams
    revise(container, SITE, quotas={"67": 5})
    Walker(container).submitted(SITE, ("67",))
    here = exams.seats_left(ROUND, site(container), inside=False)["67"]
    assert (here.quota, here.left) == (5, 4)
    several = exams.seats_left_at(ROUND, [site(container), site(container, QUICK)])
    assert set(several) == {SITE, QUICK}
    assert several[SITE]["67"] == here
    elsewhere = several[QUICK]["67"]
    assert elsewhere.left == elsewhere.quota


def test_who_has_seats_is_counted_by_site_with_their_sittings(container: Container) -> None:
    for subjects in (("66",), ("66", "67")):
        Walker(container).paid(subjects)
    assert container.queries.exams.seated(ROUND, SITE) == (0, 0)
    container.seating.seat(ROUND, SITE, OFFICE, 1)
    assert container.queries.exams.seated(ROUND, SITE) == (2, 3)
    assert container.queries.exams.seated(ROUND, QUICK) == (0, 0)
    assert container.queries.exams.seated("99", SITE) == (0, 0)


def test_the_site_of_a_registration_is_none_before_one_was_chosen(container: Container) -> None:
    walker = Walker(container)
    walker.filled()
    assert container.queries.exams.site_of(walker.row) is None
    assert walker.submits(subjects=("66",)).status is Status.SUBMITTED
    found = container.queries.exams.site_of(walker.row)
    assert found is not None
    assert found.code == SITE


def test_plans_are_those_that_were_in_force_at_the_moment(container: Container, clock: Clock) -> None:
    plans = PlansInForce(container.command_handler.store)
    round_, before = container.queries.exams.round(ROUND), site(container)
    assert round_ is not None
    first = Rules(round_, before)
    with container.database.reading() as connection:
        assert plans.at(connection, first, NOW) == first
        assert not plans.revised_since(connection, first, NOW)
    clock.advance(hours=1)
    was = plan_of(container, SITE).address
    revise(container, SITE, address="新址1号")
    now = Rules(round_, site(container))
    with container.database.reading() as connection:
        assert PlansInForce(container.command_handler.store).revised_since(connection, now, NOW)
        assert plans.at(connection, now, NOW).site.plan == replace(now.site.plan, address=was)
        assert plans.at(connection, now, clock.now) == now
        assert plans.at(connection, now, NOW - timedelta(days=9)).site.plan.address == was
        assert not plans.revised_since(connection, now, clock.now)
