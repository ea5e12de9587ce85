"""The address at which a process shows its metrics: a listener of its own, on this machine unless set otherwise.

The pages know nothing of it, so no proxy in front of them can lead there.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ncre.observability import metrics

log = logging.getLogger("ncre.metrics")

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
MEMORY: Final = Path("/dev/shm")
"""Counters of several processes are files in memory: a full disk must not end a process that counts."""

PREFIX: Final = "ncre-metrics-"
"""Then the process that made the folder."""

_LIVE: Final = re.compile(r"gauge_live\w+_(\d+)\.db")


@contextmanager
def shared_counters() -> Iterator[Path]:
    """A folder in which the processes started within the block count together."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    _remove_left(place or Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    os.environ[VARIABLE] = str(folder)
    try:
        yield folder
    finally:
        os.environ.pop(VARIABLE, None)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left(place: Path) -> None:
    """What processes that were killed left there."""
    for folder in place.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def metrics_shown(host: str, port: int, *more: Collector, folder: Path | None = None) -> Iterator[None]:
    """Show the metrics of this process, or those of `folder`, and of `more`; nothing where `port` is 0.

    A port that cannot be had is told in the log, and nothing else: the service matters more than its metrics.
    """
    if not port:
        yield
        return
    registry = metrics.REGISTRY if folder is None else CollectorRegistry()
    if folder is not None:
        registry.register(_Together(folder))
    for one in more:
        registry.register(one)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        log.error("metrics cannot be shown at %s:%d (%s); choose another port", host, port, error.strerror)
        yield
        return
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
        for one in more:
            registry.unregister(one)


class _Together(Collector):
    """The counters of all processes, without the gauges of those that ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Any:
        for file in self._folder.glob("gauge_live*.db"):
            found = _LIVE.fullmatch(file.name)
            if found and not Path(f"/proc/{found[1]}").exists():
                file.unlink(missing_ok=True)  # who looks at the same moment may have removed it
        files = [str(file) for file in self._folder.glob("*.db") if _holds_something(file)]
        return MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]


def _holds_something(file: Path) -> bool:
    """False for the file of a process that has only just made it: the library cannot read that one yet."""
    try:
        return file.stat().st_size > 0
    except FileNotFoundError:
        return False
