"""2 000 connections that say nothing, or nothing more, once kept everybody else out for minutes."""

from __future__ import annotations

import asyncio

from tests.attacks.target import Target
from tests.support.crowd import allow_connections, ask, idle, request

MANY = 1_000


def findings(target: Target) -> list[str]:
    return asyncio.run(_findings(target.port))


async def _findings(port: int) -> list[str]:
    allow_connections()
    found = []
    async with idle(port, MANY) as mute, idle(port, MANY, request("/static/favicon.svg")) as asked:
        if mute + asked < 2 * MANY:
            found.append(f"of {2 * MANY} idle connections {mute + asked} were taken")
        for path in ("/", "/sign-in", "/staff/queue"):
            newcomer = await ask(port, request(path))
            if newcomer.seconds > 1 or newcomer.status not in (200, 302):
                found.append(f"beside idle ones {path} was {newcomer.status} after {newcomer.seconds:.1f} s")
    return found
