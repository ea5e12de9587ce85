"""500 connections that ask without a pause once waited up to a minute, and payment notices and staff with them.

Now everybody has an answer within five seconds, if only when to come again, and those two do not wait for candidates.
"""

from __future__ import annotations

import asyncio

from tests.attacks.target import Target
from tests.support.crowd import Answers, allow_connections, busy, now_and_then, request

MANY, SECONDS = 500, 6.0


def findings(target: Target) -> list[str]:
    staff = target.signed_in("shenhe")
    cookie = "; ".join(f"{name}={value}" for name, value in staff.cookies.items())
    return asyncio.run(_findings(target.port, cookie))


async def _findings(port: int, cookie: str) -> list[str]:
    allow_connections()
    crowd, notices, staff, entrance = await asyncio.gather(
        busy(port, MANY, SECONDS, request("/sign-in")),
        now_and_then(port, SECONDS, request("/notices/alipay", "POST", b"a=1")),
        now_and_then(port, SECONDS, request("/staff/queue", Cookie=cookie)),
        now_and_then(port, SECONDS, request("/staff/queue")),
    )
    found = _unfair(crowd, {200, 503}, 5, "candidates")
    found += _unfair(notices, {200, 400, 404, 422}, 3, "payment notices")
    found += _unfair(staff, {200}, 3, "staff")
    found += _unfair(entrance, {302}, 3, "staff who are not signed in")
    hasty = [one for one in crowd.all if one.status == 503 and "retry-after: " not in one.head.lower()]
    if hasty:
        found.append(f"{len(hasty)} candidates were not told when to come again")
    return found


def _unfair(answers: Answers, expected: set[int], most: float, who: str) -> list[str]:
    found = []
    if not set(answers.by_status) <= expected:
        found.append(f"{who} were answered {dict(answers.by_status)}")
    if answers.longest > most:
        found.append(f"{who} waited up to {answers.longest:.1f} s")
    return found
