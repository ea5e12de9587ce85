"""Ports of this machine for servers that a test starts."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack


def free_port(together: int = 1) -> int:
    """The first of so many ports in a row on loopback on which nobody listens.

    They lie below those that the system gives out by itself, so that no other test is given one meanwhile.
    """
    while True:
        first = random.randrange(20_000, 32_000)
        with ExitStack() as held:
            try:
                for port in range(first, first + together):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
