"""A lane lets in as many as it has threads, in order, and tells the others in time."""

from __future__ import annotations

import asyncio
import logging
import selectors
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from ncre.server.lanes import ClientGone, Lane, LaneFull, LaneTerms


def run(story: Callable[[Lane], Awaitable[None]], quiet: float = 0.05, **changes: float) -> None:
    terms = LaneTerms("crowd", **{"threads": 1, "seconds": 0.2, "waiting": 3, **changes})  # type: ignore[arg-type]

    async def told() -> None:
        lane = Lane(terms, quiet)
        await story(lane)
        lane.close()

    with asyncio.Runner(loop_factory=LoopWithoutWaiting) as runner:
        runner.run(told())


class LoopWithoutWaiting(asyncio.SelectorEventLoop):
    """Its time goes on when there is nothing to do, at once and by just as much: a busy machine makes nobody late."""

    def __init__(self) -> None:
        super().__init__(selector := SelectorWithoutWaiting())
        self.time = lambda: selector.passed  # type: ignore[method-assign]


class SelectorWithoutWaiting(selectors.DefaultSelector):
    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if not found and timeout:
            self.passed += timeout
        return found


def _same(gone: asyncio.Future[None]) -> asyncio.Future[None]:
    return gone


def nobody() -> asyncio.Future[None]:
    """A client that stays."""
    return asyncio.get_running_loop().create_future()


def test_who_waits_is_let_in_in_order() -> None:
    async def story(lane: Lane) -> None:
        let_in: list[int] = []

        async def come(number: int) -> None:
            await lane.enter(nobody)
            let_in.append(number)
            await asyncio.sleep(0)
            lane.leave()

        await lane.enter(nobody)
        waiting = [asyncio.ensure_future(come(number)) for number in range(3)]
        await asyncio.sleep(0.01)
        assert let_in == []
        lane.leave()
        await asyncio.gather(*waiting)
        assert let_in == [0, 1, 2]
        assert lane.waiting == 0

    run(story)


def test_nobody_waits_longer_than_the_lane_says() -> None:
    async def story(lane: Lane) -> None:
        await lane.enter(nobody)
        time = asyncio.get_running_loop().time
        began = time()
        with pytest.raises(LaneFull):
            await lane.enter(nobody)
        assert time() - began == pytest.approx(0.2)
        assert lane.waiting == 0

    run(story)


def test_who_comes_after_too_many_is_told_at_once() -> None:
    async def story(lane: Lane) -> None:
        await lane.enter(nobody)
        waiting = [asyncio.ensure_future(lane.enter(nobody)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(LaneFull):
            lane.refuse_if_full()
        with pytest.raises(LaneFull):
            await lane.enter(nobody)
        assert not any(one.done() for one in waiting)
        for one in waiting:
            one.cancel()

    run(story, seconds=30)


def test_a_slow_lane_lets_only_so_many_wait_as_it_serves_in_time() -> None:
    async def story(lane: Lane) -> None:
        await lane.enter(nobody)
        waiting = [asyncio.ensure_future(lane.enter(nobody)) for _ in range(40)]
        for _ in range(30):
            await asyncio.sleep(0.02)
            lane.leave()
        assert lane.waiting == 10
        with pytest.raises(LaneFull):
            for _ in range(60):
                lane.refuse_if_full()
                waiting.append(asyncio.ensure_future(lane.enter(nobody)))
                await asyncio.sleep(0)
        assert 1 <= lane.waiting <= 50  # at most 50 a second are served, of whom those of one second may wait
        for one in waiting:
            one.cancel()

    run(story, seconds=1.0, waiting=1000)


def test_who_goes_away_gives_the_turn_to_the_next() -> None:
    async def story(lane: Lane) -> None:
        await lane.enter(nobody)
        gone = nobody()
        first, second = (asyncio.ensure_future(lane.enter(client)) for client in (lambda: gone, nobody))
        await asyncio.sleep(0)
        gone.set_result(None)
        with pytest.raises(ClientGone):
            await first
        lane.leave()
        await second

    run(story, seconds=5)


def test_a_turn_given_to_somebody_who_just_left_is_not_lost() -> None:
    async def story(lane: Lane) -> None:
        for leaves in ("gone", "cancelled"):
            await lane.enter(nobody)
            gone = nobody()
            waiting = asyncio.ensure_future(lane.enter(partial(_same, gone)))
            await asyncio.sleep(0)
            lane.leave()  # hands the thread over, and before that is noticed ...
            if leaves == "gone":
                gone.set_result(None)
            else:
                waiting.cancel()
            with pytest.raises((ClientGone, asyncio.CancelledError)):
                await waiting
            await asyncio.wait_for(lane.enter(nobody), 1)
            lane.leave()

    run(story, seconds=5)


def test_the_log_says_once_that_a_lane_is_full_and_once_that_it_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story(lane: Lane) -> None:
        for _ in range(2):
            await lane.enter(nobody)
            for _ in range(200):
                with pytest.raises(LaneFull):
                    await lane.enter(nobody)
            lane.leave()
            await asyncio.sleep(0.3)

    with caplog.at_level(logging.INFO):
        run(story, waiting=0)
    said = [record.getMessage() for record in caplog.records if record.name == "ncre.server"]
    assert len(said) == 4
    assert said[0].startswith("lane crowd is full: 1 at work, 0 waiting")
    assert "lane crowd has room again" in said[1]
    assert "200 turned away" in said[1]
    assert said[2:] == [said[0], said[3]]


def test_no_log_line_for_requests_that_only_wait(caplog: pytest.LogCaptureFixture) -> None:
    async def story(lane: Lane) -> None:
        await lane.enter(nobody)
        waiting = [asyncio.ensure_future(lane.enter(nobody)) for _ in range(50)]
        await asyncio.sleep(0)
        for one in waiting:
            lane.leave()
            await one

    with caplog.at_level(logging.DEBUG, "ncre"):
        run(story, waiting=100)
    assert [record for record in caplog.records if record.name.startswith("ncre")] == []


def test_whether_a_client_stays_is_not_watched_where_nobody_has_to_wait() -> None:
    """Watching is a task of its own, and most requests find a thread at once."""

    async def story(lane: Lane) -> None:
        watched: list[bool] = []

        def watch() -> asyncio.Future[None]:
            watched.append(True)
            return nobody()

        await lane.enter(watch)
        assert watched == []
        second = asyncio.ensure_future(lane.enter(watch))
        await asyncio.sleep(0)
        assert watched == [True]
        lane.leave()
        await second

    run(story)
