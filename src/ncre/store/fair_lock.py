"""What threads wait for and keep: a gate that lets them through in the order in which they came, a few at a time,

and one connection for all that a thread reads while it answers one request.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock, local
from types import TracebackType

from sqlalchemy import Connection


class Overcrowded(Exception):
    """A thread waited for its turn as long as it may; the others are served first."""


class FairLock:
    """First come, first served; `threading.Lock` promises no such thing, and a busy thread starves others.

    `places` threads are inside at a time; whoever waits longer than `patience` seconds (None: for ever) is turned
    away. A thread that is inside may enter again where `again` says so, without a second place.
    """

    def __init__(self, places: int = 1, patience: float | None = None, *, again: bool = False) -> None:
        self._mutex = Lock()
        self._waiting: deque[Lock] = deque()
        self._free = places
        self._patience = -1 if patience is None else patience
        self._again = again
        self._here = local()

    def __enter__(self) -> None:
        """Wait for the turn. Raises Overcrowded, and RuntimeError for a thread that has it: it would wait for itself."""
        depth = getattr(self._here, "depth", 0)
        if depth and not self._again:
            raise RuntimeError("a write transaction was opened inside another one of the same thread")
        if not depth:
            self._pass()
        self._here.depth = depth + 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._here.depth -= 1
        if not self._here.depth:
            self._pass_on()

    def _pass(self) -> None:
        gate = self._queue()
        if gate is not None:
            self._wait(gate)

    def _queue(self) -> Lock | None:
        """None when the way is free; else the closed gate that a thread before us will open."""
        with self._mutex:
            if self._free:
                self._free -= 1
                return None
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
            return gate

    def _wait(self, gate: Lock) -> None:
        try:
            if gate.acquire(timeout=self._patience):
                return
        except BaseException:  # an interrupt while waiting must not take the turn along
            if not self._left(gate):
                self._pass_on()
            raise
        if self._left(gate):
            raise Overcrowded(f"no turn within {self._patience:g} s")

    def _left(self, gate: Lock) -> bool:
        """Whether we left the queue in time; False where the turn was just given to us."""
        with self._mutex:
            if gate not in self._waiting:
                return False
            self._waiting.remove(gate)
            return True

    def _pass_on(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()  # the place goes to the one whose gate opens now
            else:
                self._free += 1


@dataclass
class _Kept:
    """What a thread keeps within a scope: the connection, how it is given back, how many readings are inside."""

    connection: Connection | None = None
    given_back: ExitStack = field(default_factory=ExitStack)
    depth: int = 0


class SharedReading:
    """Readings within a `scope` share a connection; outside of one each takes its own. Thread-safe."""

    def __init__(self, connected: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._connected = connected
        self._here = local()

    @contextmanager
    def scope(self) -> Iterator[None]:
        """A scope within another is the same one."""
        if self._kept is not None:
            yield
            return
        self._here.kept = _Kept()
        try:
            yield
        finally:
            self.release()
            self._here.kept = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        kept = self._kept
        if kept is None:
            with self._connected() as connection:
                yield connection
            return
        if kept.connection is None:
            kept.connection = kept.given_back.enter_context(self._connected())
        try:
            yield from self._inside(kept, kept.connection)
        except BaseException:
            self.release()  # whatever failed may be the connection
            raise

    @staticmethod
    def _inside(kept: _Kept, connection: Connection) -> Iterator[Connection]:
        kept.depth += 1
        try:
            yield connection
        finally:
            kept.depth -= 1
        if not kept.depth:
            connection.rollback()  # SQLite shows what it saw first until the transaction ends

    def release(self) -> None:
        """Give the connection back, unless somebody reads with it now."""
        kept = self._kept
        if kept is not None and not kept.depth and kept.connection is not None:
            kept.connection = None
            kept.given_back.close()

    @property
    def _kept(self) -> _Kept | None:
        return getattr(self._here, "kept", None)
