"""A body is taken within its limit and in time, and gives its room back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ncre.server.bodies import (
    IN_MEMORY,
    Bodies,
    BodyPace,
    BodyTooLarge,
    BodyTooSlow,
    BodyUnfinished,
    Message,
    NoRoomForBodies,
    Receive,
)

PACE = BodyPace(seconds=0.2, bytes_a_second=1_000)


def sending(*chunks: bytes, ends: bool = True, every: float = 0) -> Receive:
    """A client that sends these chunks, and then its end or nothing more."""
    messages: list[Message] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    if ends:
        messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        if not messages:
            await asyncio.Event().wait()
        await asyncio.sleep(every)
        return messages.pop(0)

    return receive


def taken(receive: Receive, largest: int = 10_000, room: int = 1_000_000) -> tuple[bytes, Bodies]:
    bodies = Bodies(PACE, room)

    async def take() -> bytes:
        body = await bodies.take(receive, largest)
        content = body.file.read()
        assert bodies.held == len(content)
        body.close()
        return content

    try:
        return asyncio.run(take()), bodies
    finally:
        assert bodies.held == 0


def test_a_body_comes_back_as_it_was_sent() -> None:
    assert taken(sending(b"name=", b"", b"li"))[0] == b"name=li"
    assert taken(sending())[0] == b""
    large = bytes(range(256)) * (IN_MEMORY // 128)
    assert taken(sending(large), largest=len(large))[0] == large


@pytest.mark.parametrize(
    ("receive", "expected"),
    [
        (sending(b"x" * 6_000, b"x" * 6_000), BodyTooLarge),
        (sending(ends=False), BodyTooSlow),
        (sending(*[b"x"] * 100, every=0.05), BodyTooSlow),
        (sending(b"x" * 50, ends=False), BodyTooSlow),
    ],
    ids=["too large", "silent", "a byte now and then", "stops midway"],
)
def test_what_is_not_taken(receive: Receive, expected: type[Exception]) -> None:
    with pytest.raises(expected):
        taken(receive)


def test_a_slow_line_is_given_its_time() -> None:
    """Half a second at twice the least pace, though the first fifth of a second is long over."""
    assert len(taken(sending(*[b"x" * 100] * 10, every=0.05))[0]) == 1_000


def test_a_client_that_goes_away_is_not_an_empty_body() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(BodyUnfinished):
        taken(receive)


def test_all_bodies_together_have_their_limit() -> None:
    async def story() -> None:
        bodies = Bodies(PACE, 10_000)
        first: Any = await bodies.take(sending(b"x" * 9_000), 10_000)
        with pytest.raises(NoRoomForBodies):
            await bodies.take(sending(b"x" * 2_000), 10_000)
        assert bodies.held == 9_000
        first.close()
        (await bodies.take(sending(b"x" * 2_000), 10_000)).close()
        assert bodies.held == 0

    asyncio.run(story())
