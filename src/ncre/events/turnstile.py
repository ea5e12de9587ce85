"""A lock that lets threads through in the order in which they came."""

from __future__ import annotations

from collections import deque
from threading import Lock, get_ident
from types import TracebackType


class Turnstile:
    """First come, first served; `threading.Lock` promises no such thing, and a busy thread starves others."""

    def __init__(self) -> None:
        self._mutex = Lock()
        self._waiting: deque[Lock] = deque()
        self._inside: int | None = None

    def __enter__(self) -> None:
        """Wait for the turn. Raises RuntimeError for a thread that has it: it would wait for itself."""
        if self._inside == get_ident():
            raise RuntimeError("a write transaction was opened inside another one of the same thread")
        gate = self._queue()
        if gate is not None:
            self._wait(gate)
        self._inside = get_ident()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pass_on()

    def _queue(self) -> Lock | None:
        """None when the way is free; else the closed gate that the thread before us will open."""
        with self._mutex:
            if self._inside is None:
                self._inside = get_ident()
                return None
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
            return gate

    def _wait(self, gate: Lock) -> None:
        try:
            gate.acquire()
        except BaseException:  # an interrupt while waiting must not take the turn along
            with self._mutex:
                if gate in self._waiting:
                    self._waiting.remove(gate)
                    raise
            self._pass_on()
            raise

    def _pass_on(self) -> None:
        with self._mutex:
            if self._waiting:
                self._inside = 0  # taken by the one whose gate opens now
                self._waiting.popleft().release()
            else:
                self._inside = None
