"""One pytest session: it imports the project once, runs tests as often as asked, and forks a process for each mutant."""

from __future__ import annotations

import functools
import gc
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol

from tools.mutants.settings import KEPT, settings

#: A mutant may take this many times the seconds of its tests, and these on top, before it counts as one that never ends.
SLACK: Final = 4
GRACE: Final = 3
#: Seconds of the clock for a second of CPU before a mutant counts as one that waits for ever.
PATIENCE: Final = 8


@dataclass(frozen=True)
class Outcome:
    """What came of a mutant: noticed by a failing test, endless (the time ran out), or survived."""

    kind: str
    by: str = ""


class Session:
    def __init__(self, session: pytest.Session) -> None:
        self.items = {item.nodeid: item for item in session.items}
        self._rest = _Rest(session)

    def run(self, nodeid: str) -> tuple[bool, float]:
        """Whether the test passed, and its seconds of CPU; what the session has set up stays for the next one."""
        start = time.process_time()
        reports = runtestprotocol(self.items[nodeid], log=False, nextitem=self._rest)  # type: ignore[arg-type]
        return not any(report.failed for report in reports), time.process_time() - start

    def try_mutant(self, mutant: str, tests: Sequence[str], seconds: float) -> Outcome:
        """Runs the tests in a process of its own until one fails; `seconds` is what they take without the mutant."""
        caches = caches_of_ours()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            self._in_child(mutant, tests, int(SLACK * seconds + GRACE), writing, caches)
        os.close(writing)
        try:
            return _outcome(child, reading, (SLACK * seconds + GRACE) * PATIENCE)
        finally:
            os.close(reading)

    def _in_child(
        self, mutant: str, tests: Sequence[str], limit: int, writing: int, caches: Sequence[Any]
    ) -> None:
        code = 1
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            os.environ["MUTANT_UNDER_TEST"] = mutant
            forget(caches)
            failing = next((nodeid for nodeid in tests if not self.run(nodeid)[0]), "")
            os.write(writing, failing.encode())
            code = 1 if failing else 0
        finally:
            os._exit(code)


class _Rest:
    """Stands for the test that comes next, so that what belongs to the whole session is kept."""

    def __init__(self, session: pytest.Session) -> None:
        self._chain = [session]

    def listchain(self) -> list[pytest.Session]:
        return self._chain


def _outcome(child: int, reading: int, patience: float) -> Outcome:
    ready, _, _ = select.select([reading], [], [], patience)
    by = os.read(reading, 10_000).decode() if ready else ""
    if not ready:
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not ready or os.WIFSIGNALED(status):
        return Outcome("endless")
    return Outcome("noticed", by) if os.WEXITSTATUS(status) else Outcome("survived")


def forget(caches: Iterable[Any]) -> None:
    """A mutant answers for itself, and not what was answered before."""
    for cached in caches:
        cached.cache_clear()


@functools.cache
def caches_of_ours() -> tuple[Any, ...]:
    """Functions of the project that keep their answers. Looked for once, and what is loaded then is left alone by gc."""
    wrapper = type(caches_of_ours)
    found = [one for one in gc.get_objects() if type(one) is wrapper]
    gc.collect()
    gc.freeze()
    return tuple(one for one in found if str(getattr(one, "__module__", "")).startswith("ncre."))


def in_session(tests: Iterable[str], work: Callable[[Session], None]) -> None:
    """Collects the tests and hands them over. What pytest and the tests print goes to mutants/session.log.

    Raises RuntimeError when the tests could not be collected.
    """
    plugin = _Plugin(work)
    arguments = [*settings()["pytest_add_cli_args"], "-s", "-W", "ignore", *tests]
    with _printed_elsewhere():
        code = pytest.main(arguments, plugins=[plugin])
    if plugin.fault is not None:
        raise plugin.fault
    if not plugin.worked:
        raise RuntimeError(f"the tests could not be collected (pytest: {code}), see mutants/session.log")


@contextmanager
def _printed_elsewhere() -> Iterator[None]:
    KEPT.mkdir(exist_ok=True)
    kept = [os.dup(1), os.dup(2)]
    with (KEPT / "session.log").open("w") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        Terminal.fileno = kept[0]
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(kept[0], 1)
            os.dup2(kept[1], 2)
            Terminal.fileno = 1


class Terminal:
    """Where a run says how far it is, while all else that is printed goes into a file."""

    fileno = 1

    @classmethod
    def say(cls, text: str) -> None:
        os.write(cls.fileno, (text + "\n").encode())


class _Plugin:
    def __init__(self, work: Callable[[Session], None]) -> None:
        self._work = work
        self.worked = False
        self.fault: Exception | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            return True
        try:
            self._work(Session(session))
            self.worked = True
        except Exception as fault:
            self.fault = fault
        return True
