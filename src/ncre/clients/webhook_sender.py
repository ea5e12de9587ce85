"""Sends one event to another system: to public addresses alone, signed as Standard Webhooks say.

The name is looked up here, and the very address that was looked at is connected to; so a name that changes its mind in
between, and a redirect, which is never followed, lead nowhere.
"""

from __future__ import annotations

import hmac
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore

from ncre.clients.failure_words import failed_of

IPAddress = IPv4Address | IPv6Address

SECONDS: Final = 10.0
"""For the whole exchange: an answer that drips in does not last longer."""

LARGEST_ANSWER: Final = 64 * 1024

_NAT64: Final = ip_network("64:ff9b::/96")
_COMPATIBLE: Final = ip_network("::/96")
_PORTS: Final = frozenset({None, 443, 8443})


class NotSent(Exception):
    """Nobody answered, or the address is none that we send to; the message is short and may be shown."""


@dataclass(frozen=True)
class Sent:
    """What was answered."""

    status: int


def is_public(address: IPAddress) -> bool:
    """Whether anybody may be there: no address of a private net, of this machine, or of a metadata service in disguise."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64 or address in _COMPATIBLE:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not is_public(inner):
            return False
    return address.is_global and not address.is_multicast


def is_fit(url: str) -> bool:
    """Whether an address may be given at all: https, a name, the usual ports, nothing hidden in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if not url.isascii() or any(letter.isspace() or ord(letter) < 33 for letter in url):
        return False
    if parts.scheme != "https" or not parts.hostname or parts.fragment or "@" in parts.netloc:
        return False
    try:
        return port in _PORTS and is_public(ip_address(parts.hostname))
    except ValueError:
        name = parts.hostname.rstrip(".")
        return port in _PORTS and "." in name and not name.endswith((".localhost", ".local", ".internal"))


def signatures(keys: Iterable[bytes], identity: str, at: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature a key, so that a receiver may change over."""
    said = f"{identity}.{at}.".encode() + body
    return " ".join(f"v1,{b64encode(hmac.new(key, said, sha256).digest()).decode()}" for key in keys)


class WebhookSender:
    """`reachable` says which addresses are sent to, `trust` which certificates are believed."""

    def __init__(
        self, reachable: Callable[[IPAddress], bool] = is_public, trust: ssl.SSLContext | None = None
    ) -> None:
        self._reachable = reachable
        self._given_trust = trust

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Read from the machine's certificates at the first call: few processes send any."""
        return self._given_trust or ssl.create_default_context()

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """One POST. Raises NotSent."""
        backend = _Checked(self._reachable, monotonic() + SECONDS)
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._trust, network_backend=backend) as pool,
                pool.stream(
                    "POST", url, headers=list(headers.items()), content=body, extensions={"timeout": timeouts}
                ) as answer,
            ):
                _read(answer)
                return Sent(answer.status)
        except NotSent:
            raise
        except (httpcore.TimeoutException, TimeoutError):
            raise NotSent("no answer in time") from None
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
        ) as error:
            raise NotSent(failed_of(error)) from None


def _read(answer: httpcore.Response) -> None:
    read = 0
    for piece in answer.iter_stream():
        read += len(piece)
        if read > LARGEST_ANSWER:
            return


class _Checked(httpcore.SyncBackend):
    """Looks the name up, and connects to an address that may be reached, until a moment and no longer."""

    def __init__(self, reachable: Callable[[IPAddress], bool], until: float) -> None:
        self._reachable = reachable
        self._until = until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        stream = super().connect_tcp(
            self._address(host, port), port, _left(self._until), None, socket_options
        )
        return _Bounded(stream, self._until)

    def _address(self, host: str, port: int) -> str:
        """Of all its addresses none may be a private one: who mixes them means no good."""
        try:
            found = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except OSError:
            raise NotSent("the name is unknown") from None
        addresses = sorted(str(one).partition("%")[0] for one in found)
        if not addresses or not all(self._reachable(ip_address(one)) for one in addresses):
            raise NotSent("not a public address")
        return addresses[0]


class _Bounded(httpcore.NetworkStream):
    """A connection whose every step ends at the same moment."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, _left(self._until))
        return _Bounded(secure, self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise NotSent("no answer in time")
    return left
