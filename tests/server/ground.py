"""A served WSGI application, and somebody who speaks to it byte by byte."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

from ncre.server.bodies import BodyPace
from ncre.server.gate import Gate, GateTerms
from ncre.server.lanes import LaneTerms
from ncre.server.serving import ServerThread, listen
from ncre.server.wsgi import Application

START = Callable[..., Any]
TEXT = [("Content-Type", "text/plain")]


def hello(environ: dict[str, Any], start: START) -> Iterable[bytes]:
    said = b"hello " + environ["PATH_INFO"].encode("latin-1")
    start("200 OK", [*TEXT, ("Content-Length", str(len(said)))])
    return [said]


class Held:
    """An application whose answers wait until the test opens `door`; paths under /quick do not."""

    def __init__(self) -> None:
        self.door = Event()
        self.begun: list[str] = []

    def __call__(self, environ: dict[str, Any], start: START) -> Iterable[bytes]:
        self.begun.append(environ["PATH_INFO"])
        if not environ["PATH_INFO"].startswith("/quick"):
            assert self.door.wait(20)
        return hello(environ, start)


def by_path(_method: str, path: str, _query: str, _cookies: str) -> str:
    return "quick" if path.startswith("/quick") else "crowd"


def terms(**changes: Any) -> GateTerms:
    """Two lanes: a crowd with one thread, and the quick."""
    usual: dict[str, Any] = {
        "lanes": (LaneTerms("crowd", 1, seconds=1.0, waiting=2), LaneTerms("quick", 1)),
        "lane_of": by_path,
        "largest_body": lambda _method, path: 1_000_000 if path == "/large" else 1_000,
        "pace": BodyPace(seconds=0.5, bytes_a_second=100_000),
    }
    return GateTerms(**{**usual, **changes})


@contextmanager
def served(application: Application, **changes: Any) -> Iterator[int]:
    """The port of `application` behind a gate."""
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    server = ServerThread(Gate(application, terms(**changes)), listening)
    try:
        yield int(port)
    finally:
        server.stop()


@dataclass(frozen=True)
class Heard:
    """What came back: status, headers by lower-case name, body, and whether the other side ended the connection."""

    status: int
    headers: dict[str, str]
    body: bytes
    ended: bool


class Caller:
    """One connection."""

    def __init__(self, port: int, timeout: float = 10) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def says(self, head: str, body: bytes = b"") -> None:
        self.socket.sendall(head.replace("\n", "\r\n").encode("latin-1") + body)

    def asks(self, path: str = "/", method: str = "GET", body: bytes = b"", **headers: str) -> None:
        lines = {"Host": "localhost", **{name.replace("__", "-"): value for name, value in headers.items()}}
        if body:
            lines["Content-Length"] = str(len(body))
        self.says(
            f"{method} {path} HTTP/1.1\n" + "".join(f"{k}: {v}\n" for k, v in lines.items()) + "\n", body
        )

    def hears(self, whole: bool = True) -> Heard:
        """One answer; without `whole`, only its head."""
        text = b""
        while b"\r\n\r\n" not in text:
            piece = self.socket.recv(65536)
            if not piece:
                break
            text += piece
        head, _, body = text.partition(b"\r\n\r\n")
        if not head:
            return Heard(0, {}, b"", True)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {line.split(": ", 1)[0].lower(): line.split(": ", 1)[1] for line in lines}
        length = int(headers.get("content-length", "0"))
        while whole and len(body) < length:
            piece = self.socket.recv(65536)
            if not piece:
                break
            body += piece
        return Heard(int(first.split()[1]), headers, body, False)

    def rest(self) -> bytes:
        """What still comes until the other side ends the connection."""
        heard = b""
        try:
            while piece := self.socket.recv(65536):
                heard += piece
        except ConnectionError:
            pass
        return heard

    def ended_after(self, most: float) -> float:
        """Seconds until the other side ends the connection, whatever it says before."""
        self.socket.settimeout(most)
        began = time.monotonic()
        try:
            while self.socket.recv(65536):
                pass
        except TimeoutError:
            raise AssertionError(f"still open after {most} seconds") from None
        except ConnectionError:
            pass
        return time.monotonic() - began


def call(port: int, path: str = "/", method: str = "GET", body: bytes = b"", **headers: str) -> Heard:
    with Caller(port) as caller:
        caller.asks(path, method, body, **headers)
        return caller.hears()


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what another thread or process does."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never became so"
        time.sleep(0.01)
