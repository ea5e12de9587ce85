"""The ASGI application in front of several gates: each request goes to the gate of the host that it asked for.

Nothing is shared behind it: every gate has lanes, threads and an application of its own, so that one whose database is
away, or which is crowded, holds up no other.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from typing import Final

from ncre.server import answers
from ncre.server.bodies import Receive
from ncre.server.gate import READS, Gate, say
from ncre.server.incoming import Incoming
from ncre.server.wsgi import Scope, Send

log = logging.getLogger("ncre.server")

LOOK_SECONDS: Final = 0.2
"""Between two looks at what branches there are by now; a look is one question about a file."""

AGAIN_SECONDS: Final = 2.0
"""After which a gate that could not be made is tried anew."""

PROBES: Final = ("/healthz", "/readyz")
_PORT: Final = re.compile(r":\d+$", re.ASCII)


@dataclass
class Branch:
    """One of the gates: its hosts, the first of them public at `address`, and how it is made.

    Two of the same `key` are the same. `build` runs in a thread and may raise; then it is tried again later.
    """

    name: str
    hosts: tuple[str, ...]
    address: str
    key: object
    build: Callable[[], Gate]
    _gate: Gate | None = None
    _building: asyncio.Future[Gate | None] | None = None
    _failed_at: float | None = None
    _former: Branch | None = None
    _inside: int = 0
    _leaving: bool = field(default=False)

    def follow(self, former: Branch) -> None:
        """Until this one stands, the former answers whoever only reads; what writes waits, for it alone may be the right place."""
        self._former = former if former._gate is not None else former._former
        former._former = None
        if former is not self._former:
            former.leave()
        self._begin()

    async def standing(self, reads: bool) -> tuple[Branch, Gate] | None:
        """Who answers, and its gate; None where nobody can at present."""
        former = self._former
        if reads and former is not None and former._gate is not None:
            self._begin()
            return former, former._gate
        gate = await self.gate()
        return (self, gate) if gate is not None else None

    async def gate(self) -> Gate | None:
        """Made when it is first asked for; None where it cannot be made at present."""
        if (building := self._begin()) is not None:
            await asyncio.shield(building)
        return self._gate

    def _begin(self) -> asyncio.Future[Gate | None] | None:
        """What makes the gate; None where it stands, or could not be made just now."""
        if self._building is None and self._gate is None and not self._failed_lately():
            self._building = asyncio.ensure_future(self._built())
        return self._building

    async def answer(self, gate: Gate, scope: Scope, receive: Receive, send: Send) -> None:
        self._inside += 1
        try:
            await gate(scope, receive, send)
        finally:
            self._inside -= 1
            self._end_if_left()

    def leave(self) -> None:
        """Closes once whoever is inside has been answered."""
        self._leaving = True
        self._let_former_go()
        self._end_if_left()

    def _let_former_go(self) -> None:
        former, self._former = self._former, None
        if former is not None:
            former.leave()

    def close(self) -> None:
        if self._former is not None:
            self._former.close()
        if self._gate is not None:
            self._gate.close()
            self._gate = None

    def _failed_lately(self) -> bool:
        return self._failed_at is not None and monotonic() - self._failed_at < AGAIN_SECONDS

    async def _built(self) -> Gate | None:
        try:
            self._gate = await asyncio.get_running_loop().run_in_executor(None, self.build)
            self._gate.begin()
            self._failed_at = None
        except Exception as error:
            self._failed_at = monotonic()
            log.error("%s cannot be served at present: %s", self.name, error)
        finally:
            self._building = None
            self._let_former_go()  # also where this cannot be opened: nobody reads on and on what was replaced
        if self._leaving:
            self._end_if_left()
        return self._gate

    def _end_if_left(self) -> None:
        if self._leaving and not self._inside:
            self.close()


class ByHost:
    """ASGI application; `look` tells the branches there are by now, None where nothing changed."""

    def __init__(
        self, branches: Iterable[Branch], look: Callable[[], Iterable[Branch] | None] = lambda: None
    ) -> None:
        self._branches = {branch.name: branch for branch in branches}
        self._by_host = self._hosts()
        self._look = look
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = host_of(scope)
        branch, incoming = self._by_host.get(host), Incoming(receive)
        if branch is None:
            if scope["path"] in PROBES:
                await self._probed(scope, send)
            else:
                await say(answers.NOT_OURS, scope, incoming, send)
        elif host != branch.hosts[0] and scope["path"] not in PROBES:
            await _lead(branch.address, scope, incoming, send)
        elif (found := await branch.standing(scope["method"] in READS)) is None:
            seconds = answers.retry_seconds()
            await say(answers.away(seconds), scope, incoming, send, seconds)
        else:
            answering, gate = found
            await answering.answer(gate, scope, receive, send)

    async def _probed(self, scope: Scope, send: Send) -> None:
        """The process lives, and is ready as long as one gate stands: no balancer may give all up for one."""
        standing = [name for name, one in self._branches.items() if await one.gate() is not None]
        good = scope["path"] == PROBES[0] or bool(standing)
        lines = [f"{name} {'ready' if name in standing else 'away'}\n" for name in self._branches]
        status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
        content = "".join(lines).encode()
        headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(content)).encode())]
        headers.append((b"cache-control", b"no-store"))
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _live(self, receive: Receive, send: Send) -> None:
        """All gates are made at start as far as they can be, and closed at the end."""
        await receive()
        await asyncio.gather(*(branch.gate() for branch in self._branches.values()))
        self._looking = asyncio.create_task(self._keep_looking())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._looking.cancel()
        for branch in self._branches.values():
            branch.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                found = await asyncio.get_running_loop().run_in_executor(None, self._look)
            except Exception:
                log.exception("what is served cannot be told")
                continue
            if found is not None:
                self._take(found)

    def _take(self, found: Iterable[Branch]) -> None:
        """The branches from now on; who is inside one that is gone is still answered by it.

        One that takes the place of another is made at once, and until it stands the other answers whoever only reads.
        """
        before, after = self._branches, dict[str, Branch]()
        for branch in found:
            known = before.get(branch.name)
            after[branch.name] = known if known is not None and known.key == branch.key else branch
        self._branches = after
        self._by_host = self._hosts()
        for name, branch in before.items():
            instead = after.get(name)
            if instead is None:
                branch.leave()
            elif instead is not branch:
                instead.follow(branch)

    def _hosts(self) -> dict[str, Branch]:
        return {host: branch for branch in self._branches.values() for host in branch.hosts}


def host_of(scope: Scope) -> str:
    """The name of the host that was asked for, without its port; "" where there is none or more than one."""
    given = [value for name, value in scope["headers"] if name == b"host"]
    return _PORT.sub("", given[0].decode("latin-1").lower()) if len(given) == 1 else ""


async def _lead(address: str, scope: Scope, incoming: Incoming, send: Send) -> None:
    """To the public address; a form is not sent on, since its cookie is another's."""
    if scope["method"] not in READS:
        await say(answers.elsewhere(address), scope, incoming, send)
        return
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    path = b"/" + scope["raw_path"].lstrip(b"/")
    headers = [(b"location", address.encode() + path + query), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 308, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
