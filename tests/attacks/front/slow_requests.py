"""Requests that arrive line by line or byte by byte once kept their connection for good: it is cut off in seconds,

and hundreds of them hold up nobody meanwhile.
"""

from __future__ import annotations

import asyncio

from tests.attacks.target import Target
from tests.support.crowd import ask, request, seconds_until_cut_off

MANY = 100
MOST = 14.0
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
FORM = request("/sign-in", "POST", Content_Length="100000")
CHUNKS = request("/sign-in", "POST", Transfer_Encoding="chunked")
NOTICE = request("/notices/alipay", "POST", Content_Length="5000")
SLOW = {
    "a head": (HEAD, b"X-More: y\r\n"),
    "no request at all": (b"", b""),
    "a request line": (b"GET /", b"a"),
    "a form": (FORM, b"a"),
    "a form in chunks": (CHUNKS, b"1\r\na\r\n"),
    "a notice": (NOTICE, b"a"),
}


def findings(target: Target) -> list[str]:
    return asyncio.run(_findings(target.port))


async def _findings(port: int) -> list[str]:
    slow = {
        what: [
            asyncio.ensure_future(seconds_until_cut_off(port, *said, every=0.5, most=MOST))
            for _ in range(MANY)
        ]
        for what, said in SLOW.items()
    }
    await asyncio.sleep(2)
    newcomer = await ask(port, request())
    found = []
    if newcomer.status != 200 or newcomer.seconds > 1:
        found.append(f"beside slow ones the front page was {newcomer.status} after {newcomer.seconds:.1f} s")
    for what, clients in slow.items():
        longest = max(await asyncio.gather(*clients))
        if longest >= MOST:
            found.append(f"{what} that came drop by drop was still taken after {longest:.0f} s")
    return found
