"""Many connections at once to a service on loopback: idle, slow or busy; and how long somebody new waits beside them."""

from __future__ import annotations

import asyncio
import resource
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

HOST: Final = "127.0.0.1"
POLL_INTERVALS: Final = 30.0
"""Seconds after which an answer counts as never given."""


@dataclass(frozen=True)
class Answer:
    """An answer: after how many seconds it was there whole; status 0 where none came."""

    seconds: float
    status: int
    head: str = ""


@dataclass
class Answers:
    """What a crowd was answered."""

    all: list[Answer] = field(default_factory=list)

    @property
    def longest(self) -> float:
        return max((answer.seconds for answer in self.all), default=0.0)

    @property
    def by_status(self) -> Counter[int]:
        return Counter(answer.status for answer in self.all)


def allow_connections() -> None:
    """This process may open as many sockets as the system lets it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def request(path: str = "/", method: str = "GET", body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if method == "POST" and "Content_Length" not in headers and "Transfer_Encoding" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def ask(port: int, sent: bytes) -> Answer:
    """One request on a connection of its own."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(POLL_INTERVALS), connected(port) as (reader, writer):
            writer.write(sent)
            status, head = await answer_of(reader)
            return Answer(time.monotonic() - began, status, head)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return Answer(time.monotonic() - began, 0)


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, str]:
    """Status and head of the next answer, once it is there whole."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    await reader.readexactly(int(fields.get("content-length", "0")))
    return int(head.split()[1]), head


@asynccontextmanager
async def idle(port: int, many: int, first: bytes = b"") -> AsyncIterator[int]:
    """So many connections that say `first`, take the answer and then say nothing; yields how many were opened."""
    open_: list[asyncio.StreamWriter] = []

    async def one() -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(POLL_INTERVALS):
                reader, writer = await asyncio.open_connection(HOST, port)
                open_.append(writer)
                writer.write(first)
                if first:
                    await answer_of(reader)

    try:
        for _ in range(0, many, 250):
            await asyncio.gather(*(one() for _ in range(min(250, many))))
        yield len(open_)
    finally:
        for writer in open_:
            writer.close()


async def busy(port: int, many: int, seconds: float, sent: bytes) -> Answers:
    """So many connections that each ask again as soon as they are answered; after a 503 they wait a second."""
    answers, ends = Answers(), time.monotonic() + seconds

    async def one() -> None:
        while time.monotonic() < ends:
            began = time.monotonic()
            try:
                async with connected(port) as (reader, writer):
                    while time.monotonic() < ends:
                        began = time.monotonic()
                        writer.write(sent)
                        async with asyncio.timeout(POLL_INTERVALS):
                            status, head = await answer_of(reader)
                        answers.all.append(Answer(time.monotonic() - began, status, head))
                        await asyncio.sleep(0 if status == 200 else 1)
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                answers.all.append(Answer(time.monotonic() - began, 0))
                await asyncio.sleep(1)

    await asyncio.gather(*(one() for _ in range(many)))
    return answers


async def now_and_then(port: int, seconds: float, sent: bytes, every: float = 0.25) -> Answers:
    """Somebody who asks four times a second."""
    answers, ends = Answers(), time.monotonic() + seconds
    while time.monotonic() < ends:
        answers.all.append(await ask(port, sent))
        await asyncio.sleep(every)
    return answers


async def seconds_until_cut_off(port: int, first: bytes, again: bytes, every: float, most: float) -> float:
    """A client that says `first`, then `again` and again: after how long it is answered or cut off; `most` if never."""
    began = time.monotonic()
    with suppress(OSError, asyncio.IncompleteReadError):
        async with connected(port) as (reader, writer):
            writer.write(first)
            while time.monotonic() - began < most:
                with suppress(TimeoutError):
                    async with asyncio.timeout(every):
                        await reader.read(1)
                    return time.monotonic() - began
                writer.write(again)
                await writer.drain()
    return min(most, time.monotonic() - began)
