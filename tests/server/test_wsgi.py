"""The thread of an answer and the event loop: how often one wakes the other, and how an answer ends."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ncre.server import wsgi

Start = Callable[..., Any]


def answered(application: Callable[[dict[str, Any], Start], Iterable[bytes]]) -> tuple[list[Any], int, int]:
    """The messages of an answer, how often the loop was woken for it, and how often the thread was told to be free."""
    messages: list[Any] = []
    woken: list[object] = []
    freed: list[bool] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        wake = loop.call_soon_threadsafe
        loop.call_soon_threadsafe = lambda *told: woken.append(told) or wake(*told)  # type: ignore[method-assign]
        with ThreadPoolExecutor(1) as threads:
            environ = {"REQUEST_METHOD": "GET"}
            await wsgi.call(
                application, environ, threads, send, loop.create_future, lambda: freed.append(True)
            )

    asyncio.run(main())
    return messages, len(woken), len(freed)


def page(_environ: dict[str, Any], start: Start) -> list[bytes]:
    start("200 OK", [("Content-Length", "4")])
    return [b"pa", b"ge"]


class Unclosable(list[bytes]):
    def close(self) -> None:
        raise RuntimeError("in this test")


def unclosable(environ: dict[str, Any], start: Start) -> Unclosable:
    return Unclosable(page(environ, start))


def broken_at_once(_environ: dict[str, Any], _start: Start) -> list[bytes]:
    raise RuntimeError("in this test")


def broken_midway(_environ: dict[str, Any], start: Start) -> Iterator[bytes]:
    start("200 OK", [])
    yield b"x" * (wsgi.CHUNK + 1)
    raise RuntimeError("in this test")


def test_a_small_answer_wakes_the_loop_once() -> None:
    messages, woken, freed = answered(page)
    assert [one["type"] for one in messages] == ["http.response.start", "http.response.body"]
    assert (messages[1]["body"], messages[1]["more_body"]) == (b"page", False)
    assert (woken, freed) == (1, 1)


def test_what_fails_after_an_answer_is_whole_takes_nothing_of_it_back() -> None:
    messages, _, freed = answered(unclosable)
    assert (messages[0]["status"], messages[1]["body"], freed) == (200, b"page", 1)


@pytest.mark.parametrize(
    ("application", "status", "whole"), [(broken_at_once, 500, True), (broken_midway, 200, False)]
)
def test_an_answer_that_breaks_ends_and_frees_its_thread(
    application: Callable[[dict[str, Any], Start], Iterable[bytes]], status: int, whole: bool
) -> None:
    messages, _, freed = answered(application)
    assert messages[0]["status"] == status
    assert messages[-1]["more_body"] is not whole, "nobody takes half a page for a whole one"
    assert freed == 1


def test_a_client_is_watched_from_the_second_parcel_of_its_answer_on() -> None:
    """A small answer is sent before anybody could be told that it is not wanted."""
    watched: list[bool] = []

    async def answer(application: Callable[[dict[str, Any], Start], Iterable[bytes]]) -> None:
        def gone() -> asyncio.Future[None]:
            watched.append(True)
            return asyncio.get_running_loop().create_future()

        async def send(_message: Any) -> None:
            return None

        with ThreadPoolExecutor(1) as threads:
            await wsgi.call(application, {"REQUEST_METHOD": "GET"}, threads, send, gone, lambda: None)

    asyncio.run(answer(page))
    assert watched == []
    asyncio.run(answer(broken_midway))
    assert watched == [True]
