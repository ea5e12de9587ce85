"""A process that measures pictures for another one, with a bound on its memory and without
a word of its owner's environment.

    python -m ncre.gateways.photo_lab.worker BYTES

Requests and answers are frames of MessagePack over standard input and output, each after its length in
four bytes. The process ends when its input does, so it never outlives its owner.
"""

from __future__ import annotations

import os
import resource
import signal
import struct
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, Final

import msgspec

from ncre.gateways.photo_lab.framing import Framed, frame, turn
from ncre.gateways.photo_lab.measuring import Measured, measure
from ncre.gateways.photo_lab.nets import NotMeasured, nets

READY: Final = "ready"
"""Said once, before the first request: libraries and networks are loaded within the bound of memory."""

POLITE: Final = 5
"""Pages come before pictures where processors are few."""

LENGTH: Final = struct.Struct(">I")


class Request(msgspec.Struct, array_like=True):
    """What to do with a picture: "measure", "frame", or "turn" by so many degrees."""

    job: str
    data: bytes
    degrees: int = 0


JOBS: Final[dict[str, Callable[[Request], Any]]] = {
    "measure": lambda asked: measure(asked.data),
    "frame": lambda asked: frame(asked.data),
    "turn": lambda asked: turn(asked.data, asked.degrees),
}
ANSWERS: Final[dict[str, Any]] = {"measure": Measured, "frame": Framed, "turn": bytes | None}


def send(stream: BinaryIO, message: object) -> None:
    data = msgspec.msgpack.encode(message)
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: BinaryIO, kind: Any) -> Any:
    """The next message. Raises EOFError where there is none any more."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    data = stream.read(*LENGTH.unpack(head))
    return msgspec.msgpack.decode(data, type=kind)


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
