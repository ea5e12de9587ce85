"""What a served application is given, and what comes back, byte by byte."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from threading import Event
from typing import Any

import pytest

from ncre.server.bodies import BodyPace
from ncre.server.lanes import LaneTerms
from ncre.server.wsgi import CHUNK, IN_FLIGHT
from tests.server.ground import START, TEXT, Caller, Held, call, hello, served, until

MEGABYTE = 1_000_000


def echo(environ: dict[str, Any], start: START) -> Iterable[bytes]:
    """What it was given, line by line; the body last."""
    given = {name: value for name, value in environ.items() if isinstance(value, str)}
    lines = [f"{name}={value}\n".encode("latin-1") for name, value in sorted(given.items())]
    said = [*lines, b"\n", environ["wsgi.input"].read()]
    start("200 OK", [*TEXT, ("Content-Length", str(len(b"".join(said))))])
    return said


def test_a_request_reaches_the_application_as_it_was_sent() -> None:
    with served(echo) as port:
        heard = call(port, "/a%20b/%E8%AF%95?q=%E8%AF%95&x=1", "POST", b"name=li", Cookie="a=1", X__Odd="yes")
    said, _, body = heard.body.decode("latin-1").partition("\n\n")
    lines = said.splitlines()
    assert heard.status == 200
    assert body == "name=li"
    assert "PATH_INFO=/a b/" + "试".encode().decode("latin-1") in lines
    assert "QUERY_STRING=q=%E8%AF%95&x=1" in lines
    assert {"REQUEST_METHOD=POST", "HTTP_COOKIE=a=1", "HTTP_X_ODD=yes", "CONTENT_LENGTH=7"} <= set(lines)
    assert "REMOTE_ADDR=127.0.0.1" in lines


def test_a_chunked_body_arrives_whole() -> None:
    with served(echo) as port, Caller(port) as caller:
        caller.says(
            "POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n", b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        )
        heard = caller.hears()
    assert heard.body.endswith(b"\n\nabcde")
    assert b"CONTENT_LENGTH=5" in heard.body


FORGED = {
    "X-Forwarded-For": "6.6.6.6",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "Forwarded": "for=6.6.6.6",
    "X-Real-IP": "6.6.6.6",
}


def test_without_a_proxy_nobody_forwards_anything() -> None:
    with served(echo) as port:
        heard = call(port, **{name.replace("-", "__"): value for name, value in FORGED.items()})
    assert b"FORWARDED" not in heard.body
    assert b"6.6.6.6" not in heard.body
    assert b"wsgi.url_scheme=http\n" in heard.body


def test_behind_a_proxy_its_headers_arrive() -> None:
    with served(echo, proxies=1) as port:
        assert b"HTTP_X_FORWARDED_FOR=6.6.6.6" in call(port, X__Forwarded__For="6.6.6.6").body


@pytest.mark.parametrize("trusted", [False, True])
def test_an_underscore_does_not_pass_for_a_dash(trusted: bool) -> None:
    with served(echo, proxies=int(trusted)) as port, Caller(port) as caller:
        caller.says("GET / HTTP/1.1\nHost: x\nX_Forwarded_For: 6.6.6.6\nX-Forwarded_Proto: https\n\n")
        assert b"FORWARDED" not in caller.hears().body


@pytest.mark.parametrize(
    "line", ["GET http://evil.example/ HTTP/1.1", "OPTIONS * HTTP/1.1", "CONNECT a:1 HTTP/1.1"]
)
def test_what_is_no_path_of_this_site_is_refused(line: str) -> None:
    with served(echo) as port, Caller(port) as caller:
        caller.says(f"{line}\nHost: x\n\n")
        assert caller.hears().status == 400


def test_one_connection_carries_many_requests_and_a_head_has_no_body() -> None:
    with served(hello) as port, Caller(port) as caller:
        for number in range(3):
            caller.asks(f"/{number}", X="y")
            assert caller.hears().body == f"hello /{number}".encode()
        caller.asks("/", "HEAD")
        heard = caller.hears(whole=False)
        assert (heard.status, heard.body) == (200, b"")


def test_an_application_that_breaks_is_a_500_and_one_that_breaks_midway_is_cut_off() -> None:
    def breaks(environ: dict[str, Any], start: START) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/at-once":
            raise RuntimeError("at once")
        start("200 OK", [("Content-Length", str(10 * CHUNK))])
        return _midway()

    def _midway() -> Iterator[bytes]:
        yield b"x" * 2 * CHUNK
        raise RuntimeError("midway")

    with served(breaks) as port:
        assert call(port, "/at-once").status == 500
        heard = call(port, "/midway")
        assert heard.status == 200
        assert len(heard.body) < 10 * CHUNK
        assert call(port, "/at-once").status == 500


class Parts:
    """An answer of many parts, which knows how many were taken and that it was closed."""

    def __init__(self, parts: int) -> None:
        self.parts = parts
        self.made = 0
        self.closed = Event()

    def __call__(self, environ: dict[str, Any], start: START) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/quick"):
            return hello(environ, start)
        start("200 OK", TEXT)
        return self

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.parts):
            self.made += 1
            yield b"x" * CHUNK

    def close(self) -> None:
        self.closed.set()


def test_a_reader_who_does_not_read_holds_no_thread() -> None:
    """A page of a megabyte waits in memory for its reader; the lane's only thread serves the next."""
    application = Parts(IN_FLIGHT - 1)
    with served(application) as port, Caller(port) as idle:
        idle.asks()
        assert application.closed.wait(5)
        assert call(port, "/").status == 200


def test_an_answer_that_is_too_large_for_memory_is_made_as_it_is_read() -> None:
    application = Parts(1_000)
    with served(application) as port, Caller(port) as reader:
        reader.asks(Connection="close")
        until(lambda: application.made > IN_FLIGHT)
        time.sleep(0.2)
        assert application.made < 500, "64 MB were made for somebody who reads nothing"
        read = 0
        while piece := reader.socket.recv(MEGABYTE):
            read += len(piece)
        assert read > 1_000 * CHUNK
        assert application.closed.is_set()


def test_nothing_more_is_made_for_a_reader_who_left() -> None:
    application = Parts(100_000)
    with served(application) as port:
        with Caller(port) as reader:
            reader.asks()
            until(lambda: application.made > IN_FLIGHT)
        assert application.closed.wait(5)
        assert application.made < 10_000


def test_a_body_over_the_limit_is_refused_before_it_is_sent() -> None:
    seen: list[str] = []

    def counting(environ: dict[str, Any], start: START) -> Iterable[bytes]:
        seen.append(environ["PATH_INFO"])
        return hello(environ, start)

    with served(counting) as port:
        for head in ("Content-Length: 200000000", "Content-Length: 200000000\nExpect: 100-continue"):
            with Caller(port) as caller:
                caller.says(f"POST /form HTTP/1.1\nHost: x\n{head}\n\n")
                heard = caller.hears()
            assert heard.status == 413
            assert "没有做任何改动" in heard.body.decode()
            assert heard.headers["connection"] == "close"
        assert call(port, "/large", "POST", b"x" * MEGABYTE).status == 200
    assert seen == ["/large"]


def test_a_chunked_body_is_refused_once_it_passes_the_limit() -> None:
    with served(hello) as port, Caller(port) as caller:
        caller.says("POST /form HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n")
        for _ in range(3):
            caller.says("", b"1f4\r\n" + b"x" * 500 + b"\r\n")
        assert caller.hears().status == 413


def test_who_sends_too_much_still_gets_to_read_why() -> None:
    """Everything is sent before the answer is read, as a phone does; a connection cut at once would take it along."""
    with served(hello) as port, Caller(port) as caller:
        caller.says("POST /form HTTP/1.1\nHost: x\nContent-Length: 12000000\n\n")
        for _ in range(12):
            caller.says("", b"x" * MEGABYTE)
        assert caller.hears().status == 413


def test_a_body_that_comes_too_slowly_is_cut_off_in_words() -> None:
    with served(hello) as port, Caller(port) as caller:
        caller.says("POST /form HTTP/1.1\nHost: x\nContent-Length: 500\n\n", b"x")
        began = time.monotonic()
        heard = caller.hears()
        assert heard.status == 408
        assert "网络太慢" in heard.body.decode()
        assert time.monotonic() - began < 5


def test_slow_bodies_hold_no_thread() -> None:
    with served(hello, pace=BodyPace(seconds=30)) as port:
        slow = [Caller(port) for _ in range(20)]
        for one in slow:
            one.says("POST /form HTTP/1.1\nHost: x\nContent-Length: 500\n\n", b"x")
        assert call(port).status == 200
        for one in slow:
            one.socket.close()


def test_beyond_capacity_a_quick_kind_answer_says_when_to_come_again() -> None:
    application = Held()
    with served(application) as port:
        inside = [Caller(port) for _ in range(3)]  # one at work, two waiting
        for one in inside:
            one.asks("/crowd")
        until(lambda: len(application.begun) == 1)
        time.sleep(0.1)
        began = time.monotonic()
        read, sent = call(port, "/crowd"), call(port, "/crowd", "POST", b"a=1")
        assert time.monotonic() - began < 0.5
        for heard in (read, sent):
            assert heard.status == 503
            assert 1 <= int(heard.headers["retry-after"]) <= 30
            assert heard.headers["cache-control"] == "no-store"
            assert "现在访问的人很多" in heard.body.decode()
            assert "Many people are here" in heard.body.decode()
        assert read.headers["refresh"] == read.headers["retry-after"]
        assert "refresh" not in sent.headers
        assert "没有做任何改动" in sent.body.decode()
        assert [one.hears().status for one in inside[1:]] == [503, 503]  # after a second of waiting
        assert application.begun == ["/crowd"]
        application.door.set()
        assert inside[0].hears().status == 200
        assert call(port, "/crowd").status == 200


def test_a_crowd_in_one_lane_does_not_hold_up_another() -> None:
    application = Held()
    with served(application, lanes=(LaneTerms("crowd", 1, seconds=5), LaneTerms("quick", 1))) as port:
        crowd = [Caller(port) for _ in range(50)]
        for one in crowd:
            one.asks("/crowd")
        until(lambda: len(application.begun) == 1)
        began = time.monotonic()
        assert call(port, "/quick/notice").status == 200
        assert time.monotonic() - began < 1
        for one in crowd:
            one.socket.close()
        application.door.set()
    assert len(application.begun) < 10, "who left is not worked for"


def test_what_announces_no_body_has_an_empty_one() -> None:
    with served(echo) as port, Caller(port) as caller:
        for method in ("GET", "POST", "DELETE"):
            caller.says(f"{method} / HTTP/1.1\nHost: x\n\n")
            heard = caller.hears()
            assert heard.body.endswith(b"\n\n")
            assert b"CONTENT_LENGTH=0" in heard.body
