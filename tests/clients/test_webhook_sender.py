"""Where events may be sent: no address of a private net, whatever it is dressed as, and however its name answers."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from threading import Thread
from typing import Any

import pytest

from ncre.clients import webhook_sender
from ncre.clients.webhook_sender import NotSent, WebhookSender, is_public
from tests.support.receiver import receiving

PRIVATE = (
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "::127.0.0.1",
    "2001:db8::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"])
def test_a_public_address_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1", "2130706433", "0x7f000001"])
def test_nothing_reaches_loopback(host: str) -> None:
    with receiving() as receiver:
        with pytest.raises(NotSent):
            WebhookSender().send(f"http://{host}:{receiver.port}/", {}, b"{}")
        assert receiver.got == []


def test_a_name_that_changes_its_mind_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was looked at is the one that is connected to."""
    asked, reached = [], []
    answers = iter(["1.1.1.1", "127.0.0.1"])

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(self: Any, host: str, *_: Any, **__: Any) -> Any:
        reached.append(host)
        raise OSError

    monkeypatch.setattr(webhook_sender.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(webhook_sender.httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(NotSent):
        WebhookSender().send("http://rebinding.example.org/", {}, b"{}")
    assert (asked, reached) == (["rebinding.example.org"], ["1.1.1.1"])


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(webhook_sender.socket, "getaddrinfo", lambda *_a, **_k: both)
    with pytest.raises(NotSent, match="not a public address"):
        WebhookSender().send("http://mixed.example.org/", {}, b"{}")


def test_an_answer_that_drips_in_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_sender, "SECONDS", 0.6)
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            from threading import Event

            for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100:
                try:
                    connection.sendall(bytes([letter]))
                except OSError:
                    return
                Event().wait(0.1)

    thread = Thread(target=drip, daemon=True)
    thread.start()
    with pytest.raises(NotSent, match="no answer in time"):
        WebhookSender(lambda _address: True).send(f"http://127.0.0.1:{port}/", {}, b"{}")
    listening.close()
    thread.join()
