"""How many letters and messages leave for whoever asks, and that a campus is not an attack."""

from __future__ import annotations

import pytest

from ncre.bootstrap import Container
from ncre.identity.sending_limits import Bound, SendingLimits, SendingTerms
from tests.support.people import Clock

HERE, THERE = "192.0.2.0/24", "198.51.100.0/24"


@pytest.fixture
def sending(container: Container, clock: Clock) -> SendingLimits:
    return SendingLimits(container.database, clock, SendingTerms(("CN", "HK"), abroad_a_day=15))


def many(sending: SendingLimits, kind: str, count: int, place: str = HERE) -> list[Bound | None]:
    """As many to different addresses of a kind."""
    to = {"letter": "{}@example.com", "message": "+86138{:08}", "abroad": "+8529{:07}"}[kind]
    return [sending.take(to.format(number), place) for number in range(count)]


@pytest.mark.parametrize(("to", "most"), [("a@example.com", 20), ("+8613800138000", 10), ("+85291234567", 5)])
def test_one_address_is_not_flooded_whoever_asks(
    sending: SendingLimits, to: str, most: int, clock: Clock
) -> None:
    answers = [sending.take(to, f"10.0.{number}.0/24") for number in range(most + 2)]
    assert answers == [None] * most + [Bound.ADDRESS] * 2
    clock.advance(days=1)
    assert sending.take(to, HERE) is None


@pytest.mark.parametrize(("kind", "most"), [("letter", 300), ("message", 100), ("abroad", 10)])
def test_a_block_has_so_many_a_day_and_another_is_free(sending: SendingLimits, kind: str, most: int) -> None:
    answers = many(sending, kind, most + 1)
    assert answers == [None] * most + [Bound.BLOCK]
    assert many(sending, kind, 1, THERE) == [None]


def test_a_campus_whose_people_prove_their_addresses_goes_on(sending: SendingLimits) -> None:
    """1 500 people behind one address, each of whom asks once or twice and then comes in."""
    refused = 0
    for number in range(1_500):
        for _ in range(1 + number % 2):
            refused += sending.take(f"{number}@example.com", HERE) is not None
        sending.proved(HERE)
    assert refused == 0


def test_messages_abroad_have_a_bound_over_all(sending: SendingLimits) -> None:
    answers = [sending.take(f"+8529{number:07}", f"10.0.{number}.0/24") for number in range(17)]
    assert answers == [None] * 15 + [Bound.SERVICE] * 2
    assert sending.take("+8613800138000", HERE) is None


def test_blocks_of_one_network_of_ipv6_count_as_one(sending: SendingLimits) -> None:
    answers = [sending.take(f"+8529{number:07}", f"2001:db8:1:{number:x}::/64") for number in range(11)]
    assert answers[-1] is Bound.BLOCK
    assert sending.take("+85291234567", "2001:db8:2::/64") is None


def test_days_that_are_over_are_forgotten(sending: SendingLimits, clock: Clock, container: Container) -> None:
    sending.take("a@example.com", HERE)
    clock.advance(days=1)
    sending.tidy(clock())
    with container.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sent_letters").scalar_one() == 0
