"""Whose picture is looked at: one at a time of an account, few at once, few that wait, none for long."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from time import monotonic
from uuid import uuid4

import pytest

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.services.photo.turns import MOST_INSIDE, PhotoTurns

WENJING, LIQIANG, YILI = (uuid4() for _ in range(3))


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(20) as threads:
        yield threads


def waits(turns: PhotoTurns, account: object, threads: ThreadPoolExecutor) -> Future[float]:
    """Somebody whose turn comes later; when it came."""
    inside = turns._inside.total()

    def taken() -> float:
        with turns.turn(account):  # type: ignore[arg-type]
            return monotonic()

    future = threads.submit(taken)
    while turns._inside.total() == inside and not future.done():
        pass
    return future


def refused(turns: PhotoTurns, account: object) -> bool:
    try:
        with turns.turn(account):  # type: ignore[arg-type]
            return False
    except Refusal as refusal:
        return refusal.code is RefusalCode.PHOTOS_BUSY


def test_a_second_picture_of_an_account_waits_for_the_first_and_a_third_is_refused_at_once(
    threads: ThreadPoolExecutor,
) -> None:
    turns = PhotoTurns(4, seconds=30)
    with turns.turn(WENJING):
        second = waits(turns, WENJING, threads)
        began = monotonic()
        assert refused(turns, WENJING)
        assert monotonic() - began < 1
        assert not refused(turns, LIQIANG)
        assert not second.done()
        ended = monotonic()
    assert second.result(10) >= ended


def test_as_many_may_wait_as_are_looked_at_and_the_next_is_refused_at_once(
    threads: ThreadPoolExecutor,
) -> None:
    turns = PhotoTurns(1, seconds=30)
    with turns.turn(WENJING):
        second = waits(turns, LIQIANG, threads)
        assert refused(turns, YILI)
    second.result(10)
    assert not refused(turns, YILI)


def test_nobody_waits_for_long(threads: ThreadPoolExecutor) -> None:
    turns = PhotoTurns(1, seconds=0.05)
    with turns.turn(WENJING):
        assert refused(turns, LIQIANG)
    assert not refused(turns, LIQIANG)


def test_however_many_workers_there_are_pages_keep_threads_of_their_own(threads: ThreadPoolExecutor) -> None:
    turns = PhotoTurns(50, seconds=0.05)
    with ExitStack() as inside:
        for _ in range(MOST_INSIDE):
            inside.enter_context(turns.turn(uuid4()))
        assert refused(turns, uuid4())
    assert turns._inside.total() == 0


def test_a_picture_that_fails_gives_its_turn_back() -> None:
    turns = PhotoTurns(1, seconds=0.05)
    with pytest.raises(ValueError, match="in this test"), turns.turn(WENJING):
        raise ValueError("in this test")
    assert not refused(turns, WENJING)


def test_who_waits_longest_is_next_and_nobody_who_comes_at_the_right_moment(
    threads: ThreadPoolExecutor,
) -> None:
    for _ in range(20):
        turns = PhotoTurns(1, seconds=30)
        with turns.turn(WENJING):
            waiting = waits(turns, LIQIANG, threads)
        with turns.turn(YILI):
            entered = monotonic()
        assert waiting.result(10) < entered
