"""python -m tests.server.processes PORT PROCESSES: a server whose answers say which process gave them; /slow takes a second."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from typing import Any

from ncre.server.gate import Gate
from ncre.server.lanes import LaneTerms
from ncre.server.serving import handed_over, listen, serve, serve_in_processes
from tests.server.ground import START, terms


def application(environ: dict[str, Any], start: START) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    start("200 OK", [("Content-Length", str(len(str(os.getpid()))))])
    return [str(os.getpid()).encode()]


def gate() -> Gate:
    return Gate(application, terms(lanes=(LaneTerms("crowd", 4),), lane_of=lambda *_: "crowd"))


def broken() -> Gate:
    raise RuntimeError("there is nothing to serve")


if __name__ == "__main__":
    port, processes = int(sys.argv[1]), int(sys.argv[2])
    listening = handed_over() or listen("127.0.0.1", port)
    if processes:
        serve_in_processes(broken if "broken" in sys.argv else gate, listening, processes, start_seconds=5)
    else:
        serve(gate(), listening)
