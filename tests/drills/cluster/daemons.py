"""Daemons that the drill starts, kills and ends; it signals nothing that it has not started."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.drills.cluster.parts import AS_SERVER, USER


class NotReached(Exception):
    """Something did not happen in time."""


def until(done: Callable[[], bool], seconds: float, what: str, every: float = 0.2) -> None:
    """Raises NotReached."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise NotReached(f"{what} within {seconds:.0f} s")
        time.sleep(every)


def given_to_servers(folder: Path) -> None:
    """The servers' user owns it."""
    if not os.geteuid():
        shutil.chown(folder, USER, USER)


class Daemon:
    """One process in a session of its own, with its log."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        as_server: bool = True,
    ) -> None:
        self.name = name
        self.command = [*(AS_SERVER if as_server else ()), *command]
        self._log = folder / f"{name}.log"
        self._environment = dict(environment)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        assert self._process is not None, self.name
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def end(self, seconds: float = 10) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")


def family(pid: int) -> list[int]:
    """A process and its children, as they are now."""
    with suppress(OSError):
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [pid, *(int(one) for one in text.split())]
    return []


def signal_all(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
