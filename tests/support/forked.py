"""Processes of a test, to race or to be killed, that are forked from one which has loaded the service: a second less for each."""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from os import pathsep
from typing import Any

import pytest

from tests.support.children import ROOT

LOADED = [
    "tests.support.containers",
    "ncre.store.engines.plain_cursor",
    "sqlalchemy.dialects.postgresql.psycopg",
]


def _without_a_server() -> None:
    """A process that is forked from ours (tools/mutants) starts a server of its own, with what that process has changed."""
    server: Any = forkserver._forkserver
    server._forkserver_pid = server._forkserver_address = server._forkserver_alive_fd = None


os.register_at_fork(after_in_child=_without_a_server)


def forking() -> Any:
    """A context of multiprocessing. It forks from a process without threads, databases or patches, started when first asked for."""
    context = get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", pathsep.join((str(ROOT / "src"), str(ROOT))))
        forkserver.ensure_running()
    return context


def forked(work: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection]:
    """A process that does `work`, a function of a module that others can import, with the end of a pipe to which it tells."""
    context = forking()
    told, telling = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(telling, *arguments))
    process.start()
    telling.close()
    return process, told
