"""Batches for wishes: nobody twice in one, no batch overfull, and never fewer than any plan could serve."""

from __future__ import annotations

from collections import Counter
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from ncre.domain.seating.batch_distribution import Wish, shared_out

batches = st.lists(st.integers(0, 3), max_size=4, unique=True).map(tuple)
wishes = st.lists(st.builds(Wish, st.integers(0, 2), batches), max_size=8)
seats = st.lists(st.integers(0, 3), min_size=4, max_size=4)


@given(wishes, seats)
def test_each_gets_a_batch_of_its_own_wish_within_the_seats(wished: list[Wish], free: list[int]) -> None:
    given_ = shared_out(wished, free)
    served = [(wish, batch) for wish, batch in zip(wished, given_, strict=True) if batch is not None]
    assert all(batch in wish.batches for wish, batch in served)
    assert max(Counter((wish.person, batch) for wish, batch in served).values(), default=1) == 1
    assert all(count <= free[batch] for batch, count in Counter(batch for _, batch in served).items())


@given(wishes, seats)
def test_no_plan_serves_more(wished: list[Wish], free: list[int]) -> None:
    """Whatever order they come in and whatever batches suit them."""
    assert sum(batch is not None for batch in shared_out(wished, free)) == most(wished, free)


def most(wished: list[Wish], free: list[int]) -> int:
    """How many wishes can be served at best: every way is tried."""

    @cache
    def best(place: int, left: tuple[int, ...], inside: frozenset[tuple[int, int]]) -> int:
        if place == len(wished):
            return 0
        wish = wished[place]
        found = best(place + 1, left, inside)
        for batch in wish.batches:
            if left[batch] and (wish.person, batch) not in inside:
                less = (*left[:batch], left[batch] - 1, *left[batch + 1 :])
                found = max(found, 1 + best(place + 1, less, inside | {(wish.person, batch)}))
        return found

    return best(0, tuple(free), frozenset())


def test_the_emptiest_batch_comes_first_and_of_equals_the_first_named() -> None:
    wished = [Wish(person, (2, 0, 1)) for person in range(4)]
    assert shared_out(wished, [3, 5, 5]) == [2, 1, 2, 1]


def test_who_wished_for_nothing_possible_does_not_take_from_others() -> None:
    assert shared_out([Wish(0, ()), Wish(1, (0,)), Wish(2, (0,))], [1]) == [None, 0, None]
