"""A process that measures pictures for another one, with a bound on its memory and without
a word of its owner's environment.

    python -m ncre.photo.lab.worker BYTES

Requests and answers go over standard input and output, see pipe.py. The process ends when its input does, so it never
outlives its owner.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from ncre.photo.lab.framing import frame, turn
from ncre.photo.lab.measuring import measure
from ncre.photo.lab.nets import NotMeasured, nets
from ncre.photo.lab.pipe import READY, Request, receive, send

POLITE: Final = 5
"""Pages come before pictures where processors are few."""

JOBS: Final[dict[str, Callable[[Request], Any]]] = {
    "measure": lambda asked: measure(asked.data),
    "frame": lambda asked: frame(asked.data),
    "turn": lambda asked: turn(asked.data, asked.degrees),
}


def main() -> None:
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(POLITE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, who closes our input
    out = os.fdopen(os.dup(1), "wb")
    warnings.simplefilter("ignore")  # damaged EXIF is nothing that anybody must mend
    os.dup2(2, 1)  # whatever a library prints must not get between the answers
    with suppress(NotMeasured):
        nets()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # from now on it writes to its pipe alone
    send(out, READY)
    while True:
        try:
            asked = receive(sys.stdin.buffer, Request)
        except EOFError:
            return
        send(out, JOBS[asked.job](asked))


if __name__ == "__main__":
    main()
