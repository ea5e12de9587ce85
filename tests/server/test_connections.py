"""Connections that do nothing, or little, cost little and are cut off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from ncre.server import connections
from tests.server.ground import Caller, Held, call, hello, served, until
from tests.server.test_gate import Parts


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ARRIVAL_SECONDS", 0.5)
    monkeypatch.setattr(connections, "READING_SECONDS", 0.5)
    monkeypatch.setattr(connections, "CLOSING_SECONDS", 0.5)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that holds ten connections at most."""
    monkeypatch.setattr(connections, "most_connections", lambda: 10)
    with served(hello) as port:
        yield port


def test_a_connection_that_says_nothing_is_cut_off() -> None:
    with served(hello) as port, Caller(port) as caller:
        assert caller.ended_after(5) >= 0.3


def test_a_connection_that_says_nothing_more_is_cut_off() -> None:
    with served(hello) as port, Caller(port) as caller:
        caller.asks()
        assert caller.hears().status == 200
        assert caller.ended_after(5) >= 0.3


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_head_that_comes_line_by_line_is_cut_off(asked_before: bool) -> None:
    with served(hello) as port, Caller(port) as caller:
        if asked_before:
            caller.asks()
            caller.hears()
        began = time.monotonic()
        caller.says("GET / HTTP/1.1\nHost: x\n")
        with pytest.raises(ConnectionError):
            while time.monotonic() - began < 8:
                caller.says("X-More: y\n")
                time.sleep(0.05)
        assert time.monotonic() - began < 5


def test_half_a_head_is_told_why() -> None:
    with served(hello) as port, Caller(port) as caller:
        caller.says("GET / HTTP/1.1\nHost: x\n")
        assert caller.hears().status == 408


def test_an_endless_head_is_refused() -> None:
    with served(hello) as port, Caller(port) as caller:
        caller.says("GET / HTTP/1.1\nHost: x\nX-Long: " + "y" * 100_000)
        assert caller.hears().status == 400


def test_a_head_that_comes_in_pieces_is_counted_together() -> None:
    with served(hello) as port, Caller(port) as caller:
        caller.says("GET / HTTP/1.1\nHost: x\n")
        with suppress(ConnectionError):
            for _ in range(9):
                caller.says("X-More: " + "y" * 4_000 + "\n")
        assert caller.hears().status == 400


def test_a_body_beside_its_head_is_not_counted_as_head() -> None:
    with served(hello) as port:
        assert call(port, "/large", "POST", b"x" * 200_000).body == b"hello /large"
        with Caller(port) as caller:
            for _ in range(20):  # many heads, one after the other, are no large one
                caller.asks("/quick", X__Long="y" * 4_000)
                assert caller.hears().status == 200


@pytest.mark.parametrize("hosts", [(), ("localhost", "localhost"), ("localhost", "elsewhere")])
def test_a_request_is_for_one_host(hosts: tuple[str, ...]) -> None:
    with served(hello) as port, Caller(port) as caller:
        caller.says("GET / HTTP/1.1\n" + "".join(f"Host: {one}\n" for one in hosts) + "\n")
        assert caller.hears().status == 400


def test_a_balancer_that_asks_in_http_1_0_names_no_host() -> None:
    with served(hello) as port, Caller(port) as caller:
        caller.says("GET /quick HTTP/1.0\n\n")
        assert caller.hears().body == b"hello /quick"


@pytest.mark.parametrize("target", ["http://localhost/quick", "*"])
def test_what_is_no_path_is_told_so(target: str) -> None:
    with served(hello) as port, Caller(port) as caller:
        caller.asks(target, "OPTIONS")
        heard = caller.hears()
    assert heard.status == 400
    assert b"hello" not in heard.body


@pytest.mark.parametrize("protocol", ["h2c", "websocket", "none-of-ours"])
def test_what_follows_another_protocol_is_not_read(protocol: str) -> None:
    """A parser that stops at an upgrade leaves the body behind it for the next request."""
    hidden = b"GET /quick/hidden HTTP/1.1\r\nHost: x\r\n\r\n"
    upgrade = {"Connection": "Upgrade", "Upgrade": protocol}
    with served(hello) as port:
        with Caller(port) as caller:
            caller.asks("/quick", "POST", hidden, **upgrade)
            heard = caller.hears()
            assert heard.status == 400 or heard.body == b"hello /quick"
            assert b"hidden" not in heard.body + caller.rest()
        with Caller(port) as caller:
            caller.asks("/quick", **upgrade)
            assert caller.hears().body == b"hello /quick"
            caller.ended_after(3)


def test_requests_sent_ahead_are_answered_in_order_and_bounded() -> None:
    one = "GET /quick/{} HTTP/1.1\nHost: x\n\n"
    with served(hello) as port, Caller(port) as caller:
        caller.says("".join(one.format(number) for number in range(3)))
        heard = b""
        while heard.count(b"hello") < 3:
            heard += caller.socket.recv(65536)
        assert [heard.index(b"/quick/%d" % number) for number in range(3)] == sorted(
            heard.index(b"/quick/%d" % number) for number in range(3)
        )
    application = Held()
    with served(application) as port, Caller(port) as caller:
        caller.asks("/held")
        until(lambda: len(application.begun) == 1)
        with suppress(ConnectionError):
            caller.says("".join(one.format(number) for number in range(200)))
        caller.ended_after(5)
        application.door.set()
    assert application.begun == ["/held"]


def test_the_work_of_a_request_is_not_cut_off() -> None:
    """The time limit of a head is not one of an answer."""
    application = Held()
    with served(application) as port, Caller(port) as caller:
        caller.asks()
        time.sleep(1.2)
        application.door.set()
        assert caller.hears().status == 200


def test_the_longest_idle_connection_makes_room_for_a_newcomer(few: int) -> None:
    idle = [Caller(few) for _ in range(10)]
    for one in idle[5:]:
        one.asks()
        assert one.hears().status == 200
    assert [call(few).status for _ in range(3)] == [200] * 3
    assert idle[0].ended_after(0.3) < 0.3
    for one in idle[6:]:
        one.asks("/still-there")
        assert one.hears().body == b"hello /still-there"
    for one in idle:
        one.socket.close()


def test_where_every_connection_is_at_work_a_newcomer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "most_connections", lambda: 2)
    application = Held()
    with served(application) as port:
        busy = [Caller(port) for _ in range(2)]
        for one in busy:
            one.asks()
        until(lambda: len(application.begun) == 1)
        time.sleep(0.1)
        with Caller(port) as newcomer:
            assert newcomer.hears().status == 503
        application.door.set()
        assert [one.hears().status for one in busy] == [200, 200]


def test_a_reader_who_does_not_read_is_cut_off() -> None:
    application = Parts(1_000)
    with served(application) as port, Caller(port) as reader:
        reader.asks()
        assert application.closed.wait(5)
        assert application.made < 1_000


def test_as_many_connections_as_the_system_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [(1024, 4096)]
    resource = connections.resource
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: limits.append(new))
    assert connections.most_connections() == 4096 - connections.FILES_KEPT
    limits.append((1024, resource.RLIM_INFINITY))
    assert connections.most_connections() == connections.MOST_CONNECTIONS
