"""Without a proxy of ours nobody forwards anything: forged headers change neither host nor scheme nor address."""

from __future__ import annotations

import asyncio

from tests.attacks.target import Target
from tests.support.crowd import ask, request

FORGED = {
    "X_Forwarded_For": "198.51.100.7",
    "X_Forwarded_Host": "evil.example",
    "X_Forwarded_Proto": "https",
    "X_Forwarded_Prefix": "/evil",
    "Forwarded": "for=198.51.100.7;host=evil.example;proto=https",
    "X_Real_IP": "198.51.100.7",
}


def findings(target: Target) -> list[str]:
    return asyncio.run(_findings(target.port))


async def _findings(port: int) -> list[str]:
    answer = await ask(port, request("/staff/queue", **FORGED))
    underscored = await ask(
        port, b"GET /staff/queue HTTP/1.1\r\nHost: localhost\r\nX_Forwarded_Host: evil.example\r\n\r\n"
    )
    found = []
    for one in (answer, underscored):
        if one.status != 302 or "evil" in one.head:
            found.append(f"a forged forwarding was believed: {one.head}")
        if "strict-transport-security" in one.head.lower():
            found.append("a forged https was believed")
    return found
