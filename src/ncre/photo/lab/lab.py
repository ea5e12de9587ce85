"""The lab as the service calls it: in this process, or in workers that a bad picture may take down.

A picture that takes too long or too much memory costs its worker, which is replaced, and is answered
like any other attack on the decoder. The service itself goes on.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pwd import getpwnam
from queue import LifoQueue
from signal import SIGKILL
from threading import Event, Timer
from typing import Any, Final, Protocol

from ncre.photo.lab.answers import LARGEST_LOOKED_AT, Framed, Measured
from ncre.photo.lab.pipe import ANSWERS, READY, Request, receive, send

log = logging.getLogger("ncre.photos")

SECONDS: Final = 10.0
"""For one picture. Honest ones take a twentieth of a second."""

SECONDS_TO_START: Final = 60.0

MOST_MEMORY: Final = 2 * 1024**3
"""Bytes of address space of a worker. It is resident with about 140 MB; libraries reserve far more."""


class LabBroken(RuntimeError):
    """Workers do not start. Nobody's photo is to blame, so none is refused for it."""


class Lab(Protocol):
    """Measures and mends; none of it raises for a bad file."""

    def measure(self, data: bytes) -> Measured: ...
    def frame(self, data: bytes) -> Framed: ...
    def turn(self, data: bytes, lies: int) -> bytes | None: ...
    def close(self) -> None: ...


class InProcessPhotoLab:
    """In this process: for the command line and for tests, where a bad picture harms nobody else."""

    def measure(self, data: bytes) -> Measured:
        from ncre.photo.lab import (
            measuring,  # late: a service that leaves it to workers never needs it
        )

        return measuring.measure(data)

    def frame(self, data: bytes) -> Framed:
        from ncre.photo.lab import framing

        return framing.frame(data)

    def turn(self, data: bytes, lies: int) -> bytes | None:
        from ncre.photo.lab import framing

        return framing.turn(data, lies)

    def close(self) -> None:
        return None


class PhotoLabPool:
    """Up to `workers` processes, started when they are needed, each with one picture at a time."""

    def __init__(
        self,
        workers: int,
        seconds: float = SECONDS,
        memory: int = MOST_MEMORY,
        told_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._told_lost = told_lost
        self._seconds = seconds
        self._memory = memory
        self._free: LifoQueue[_Worker | None] = LifoQueue()
        self.lost = 0
        """Workers that a picture took down so far."""
        for _ in range(workers):
            self._free.put(None)
        self._workers = workers

    @property
    def processes(self) -> list[int]:
        """Process ids of the workers that wait for a picture."""
        return [worker.process_id for worker in list(self._free.queue) if worker is not None]

    def measure(self, data: bytes) -> Measured:
        if len(data) > LARGEST_LOOKED_AT:
            return Measured(len(data), facts={"bytes": float(len(data))})  # refused by its size alone
        answer = self._ask(Request("measure", data))
        if not isinstance(answer, Measured):
            return Measured(len(data), facts={"bytes": float(len(data))}, failed="BOMB")
        return answer

    def frame(self, data: bytes) -> Framed:
        answer = self._ask(Request("frame", data))
        return answer if isinstance(answer, Framed) else Framed(None)

    def turn(self, data: bytes, lies: int) -> bytes | None:
        answer = self._ask(Request("turn", data, lies))
        return answer if isinstance(answer, bytes) else None

    def close(self) -> None:
        """End the workers; the lab may be used again, and then starts new ones."""
        for _ in range(self._workers):
            worker = self._free.get()
            if worker is not None:
                worker.end()
        for _ in range(self._workers):
            self._free.put(None)

    def _ask(self, asked: Request) -> Any:
        """The answer; None where the picture took its worker down.

        A worker that somebody else killed, as a system short of memory does, says nothing against the picture: it is
        asked about once more.
        """
        answer, killed = self._ask_one(asked)
        return self._ask_one(asked)[0] if killed else answer

    def _ask_one(self, asked: Request) -> tuple[Any, bool]:
        """The answer of one worker, and whether it was killed meanwhile by somebody else."""
        with self._worker() as worker:
            answer = worker.answer(asked, self._seconds)
            if not worker.alive:
                self.lost += 1
                self._told_lost()
            return answer, worker.killed

    @contextmanager
    def _worker(self) -> Iterator[_Worker]:
        worker = self._free.get()
        try:
            if worker is None or not worker.alive:
                worker = _Worker(self._memory)
            yield worker
        finally:
            self._free.put(worker)


NOBODY: Final = "nobody"
"""The user who measures, where the service may choose it. A decoder that is taken over then owns nothing."""

KEPT: Final = ("LD_LIBRARY_PATH", "LANG", "TZ")
"""All that a worker is told of the environment: no secret, no address, no key."""


@cache
def _user() -> int | None:
    """Who measures: another user where this one may choose and that one can read the program, else None."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        other = getpwnam(NOBODY).pw_uid
        program = [sys.executable, "-c", "import ncre.photo.lab.worker"]
        with suppress(OSError, subprocess.TimeoutExpired):
            tried = subprocess.run(
                program,
                env=_environment(),
                cwd="/",
                stderr=subprocess.DEVNULL,
                timeout=SECONDS_TO_START,
                **_as(other),
            )
            if tried.returncode == 0:
                return other
    log.warning("photos are measured by the user of the service: %s cannot run the program", NOBODY)
    return None


def _process(memory: int, user: int | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "ncre.photo.lab.worker", str(memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=_environment(),
        cwd="/",
        **_as(user),
    )


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = os.pathsep.join(os.path.abspath(entry) for entry in filter(None, sys.path))
    return {**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def _as(user: int | None) -> dict[str, Any]:
    return {"user": user, "group": user, "extra_groups": []} if user is not None else {}


class _Worker:
    def __init__(self, memory: int) -> None:
        """Raises LabBroken where no worker starts at all."""
        self.killed = False
        """Whether somebody else ended it while it had a picture."""
        self._process = _process(memory, _user())
        if not self._starts():
            raise LabBroken("no process for measuring photos starts; see the messages above")

    def _starts(self) -> bool:
        with self._no_longer_than(SECONDS_TO_START), suppress(EOFError, OSError):
            if self._receive(str) == READY:
                return True
        self.end()
        return False

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def answer(self, asked: Request, seconds: float) -> Any:
        """The answer, or None when there was none in time; the process is then gone."""
        assert self._process.stdin is not None
        try:
            with self._no_longer_than(seconds) as overrun:
                send(self._process.stdin, asked)  # type: ignore[arg-type]
                return self._receive(ANSWERS[asked.job])
        except (EOFError, OSError):
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
            self.killed = self._process.returncode == -SIGKILL and not overrun.is_set()
            how = "its worker was killed with" if self.killed else "its worker was taken down by"
            log.error("%s a picture of %d bytes", how, len(asked.data))
            self.end()
            return None

    def _receive(self, kind: Any) -> Any:
        assert self._process.stdout is not None
        return receive(self._process.stdout, kind)  # type: ignore[arg-type]

    @contextmanager
    def _no_longer_than(self, seconds: float) -> Iterator[Event]:
        """The process is killed when the block takes longer; what it waits for then ends with an error.

        The event says that it took longer.
        """
        overrun = Event()

        def end() -> None:
            overrun.set()
            self._process.kill()

        timer = Timer(seconds, end)
        timer.start()
        try:
            yield overrun
        finally:
            timer.cancel()

    def end(self) -> None:
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
