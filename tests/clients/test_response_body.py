"""Answers that break off or never end, from a server that does just that."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
import requests

from ncre.clients import response_body
from ncre.clients.alipay.client import AlipayClient, AlipayTerms
from ncre.clients.payment_channel import ChannelUnavailable
from ncre.clients.response_body import whole_body
from tests.clients.rsa_keys import new_keys, pem, public_pem
from tests.support.people import Clock


@contextmanager
def saying(*said: bytes) -> Iterator[str]:
    """A server that sends this to each who asks, one after another, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for text in said:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(text)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join(5)
        listener.close()


BROKEN_OFF = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nPK"
NOT_PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nPK"
FIVE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345"


@pytest.mark.parametrize("said", [BROKEN_OFF, NOT_PACKED])
def test_a_bill_of_alipay_that_breaks_off_is_silence(said: bytes) -> None:
    own, theirs = new_keys()
    terms = AlipayTerms("http://x.example", "1", "2", pem(own), "", alipay_key=public_pem(theirs))
    with saying(said) as address, pytest.raises(ChannelUnavailable):
        AlipayClient(terms, Clock()).fetch(f"{address}/bill/1")


def test_an_answer_larger_than_any_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with saying(FIVE, FIVE) as address:
        monkeypatch.setattr(response_body, "LARGEST", 5)
        assert whole_body(requests.get(address, stream=True, timeout=5)) == b"12345"
        monkeypatch.setattr(response_body, "LARGEST", 4)
        with pytest.raises(ChannelUnavailable, match="larger"):
            whole_body(requests.get(address, stream=True, timeout=5))
