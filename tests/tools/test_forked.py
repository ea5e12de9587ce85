"""Processes that are forked for a test know what the process knows that asks for them, also where that was forked itself."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection

from tests.support.forked import forked


def tells_its_parent(telling: Connection) -> None:
    telling.send(os.getppid())


def server() -> int:
    process, told = forked(tells_its_parent)
    with told:
        parent = int(told.recv())
    process.join()
    return parent


def test_a_process_forked_from_ours_has_a_server_of_its_own() -> None:
    ours = server()
    assert server() == ours
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(server()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        assert int(told.read()) != ours
    os.waitpid(child, 0)
