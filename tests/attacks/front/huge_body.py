"""200 MB posted to a form once lay in a file of the server before it was refused: now the head alone is answered."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from ncre.web.shared.traffic import PHOTO
from tests.attacks.target import Target
from tests.support.crowd import answer_of, connected, request

MEGABYTE = 1_000_000
HUGE = 200 * MEGABYTE
REGISTRATION = "/registrations/00000000-0000-0000-0000-000000000000"
LIMITS = {
    "/sign-in": 1 * MEGABYTE,
    "/register": 1 * MEGABYTE,
    "/notices/alipay": 1 * MEGABYTE,
    "/staff/desk": 1 * MEGABYTE,
    "/no-such-page": 1 * MEGABYTE,
    f"{REGISTRATION}/details": 1 * MEGABYTE,
    f"{REGISTRATION}/photo": PHOTO,
}
SLACK = 8 * MEGABYTE
"""What buffers of the system on either side take, and what is read and thrown away."""


def findings(target: Target) -> list[str]:
    return asyncio.run(_findings(target.port))


async def _findings(port: int) -> list[str]:
    found = []
    for path, limit in LIMITS.items():
        for announced in (True, False):
            how = "announced" if announced else "in chunks"
            status, sent = await _send(port, path, announced)
            if status != 413:
                found.append(f"{HUGE} bytes to {path}, {how}, were answered {status}")
            if sent > limit + SLACK:
                found.append(f"{sent} bytes to {path}, {how}, were taken before the answer")
    return found


async def _send(port: int, path: str, announced: bool) -> tuple[int, int]:
    """The status of a huge body, and how many bytes of it were sent until the answer came."""
    length = {"Content_Length": str(HUGE)} if announced else {"Transfer_Encoding": "chunked"}
    piece = b"x" * 65_536
    framed = piece if announced else b"10000\r\n" + piece + b"\r\n"
    sent = 0
    async with connected(port) as (reader, writer):
        writer.write(request(path, "POST", Content_Type="application/x-www-form-urlencoded", **length))
        answer = asyncio.ensure_future(answer_of(reader))
        with suppress(ConnectionError):
            while sent < HUGE and not answer.done():
                writer.write(framed)
                await writer.drain()
                sent += len(piece)
                await asyncio.sleep(0)
        try:
            status, _ = await asyncio.wait_for(answer, 10)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            status = 0
    return status, sent
