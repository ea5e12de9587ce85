"""What the lab and its processes say to each other: frames of MessagePack, each after its length in four bytes."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO, Final

import msgspec

from ncre.photo.lab.answers import Framed, Measured

READY: Final = "ready"
"""Said once, before the first request: libraries and networks are loaded within the bound of memory."""

LENGTH: Final = struct.Struct(">I")


class Request(msgspec.Struct, array_like=True):
    """What to do with a picture: "measure", "frame", or "turn" by so many degrees."""

    job: str
    data: bytes
    degrees: int = 0


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
