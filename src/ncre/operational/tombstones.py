"""The list of who was erased, in a file outside the database: a database that is restored from an older backup

does not know it any more. One line a person: the account, the moment, and a code that only this installation can make.
"""

from __future__ import annotations

import fcntl
import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from ncre.operational.private_files import make_folder

CODE: Final = 32
"""Hexadecimal digits of a code."""

TAIL: Final = 64 * 1024
"""Bytes of the end of a list that are looked at when a process starts: the newest 700 people or so."""


class TombstonesDamaged(Exception):
    """A list with a line that is not ours: which file, which line."""


@dataclass(frozen=True)
class Tombstone:
    person: UUID
    at: datetime


class Tombstones:
    """`pepper` is the key of the codes: nobody else can put a person on the list."""

    def __init__(self, file: Path, pepper: bytes) -> None:
        self.file = file
        self._key = hmac.new(pepper, b"ncre tombstones 1", sha256).digest()

    def add(self, people: Iterable[UUID], at: datetime) -> None:
        """On the disk when it returns. A line that a crash left half is taken away first. Raises OSError."""
        lines = "".join(self._line(Tombstone(person, at)) for person in people).encode()
        make_folder(self.file.parent)
        with os.fdopen(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600), "rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.truncate(_whole(file))
            file.seek(0, os.SEEK_END)
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())

    def all(self, other: Path | None = None) -> Iterator[Tombstone]:
        """Everybody on the list, or on another list of this installation. Raises TombstonesDamaged, OSError."""
        file = other or self.file
        if not file.exists():
            return
        with file.open(encoding="ascii", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                if line.endswith("\n") and line.strip():
                    yield self._read(line, f"{file}:{number}")

    def newest(self) -> list[Tombstone]:
        """Who was erased last; what a crash left half is passed over. Raises OSError."""
        if not self.file.exists():
            return []
        with self.file.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL))
            lines = file.read().decode("ascii", errors="replace").split("\n")
        whole = lines[1:] if size > TAIL else lines
        return [found for line in whole if (found := self._parsed(line))]

    def _line(self, one: Tombstone) -> str:
        said = f"{one.person} {one.at.isoformat()}"
        return f"{said} {self._code(said)}\n"

    def _code(self, said: str) -> str:
        return hmac.new(self._key, said.encode(), sha256).hexdigest()[:CODE]

    def _parsed(self, line: str) -> Tombstone | None:
        said, _, code = line.strip().rpartition(" ")
        if not hmac.compare_digest(self._code(said).encode(), code.encode()):
            return None
        person, _, at = said.partition(" ")
        return Tombstone(UUID(person), datetime.fromisoformat(at))

    def _read(self, line: str, where: str) -> Tombstone:
        found = self._parsed(line)
        if found is None:
            raise TombstonesDamaged(
                f"{where} 不是本系统写的：被改动过，或密钥不同。请用它的副本 / {where} was not written by this "
                "installation: it was altered, or the secret is another one. Use a copy of the list"
            )
        return found


def _whole(file: BinaryIO) -> int:
    """Bytes up to the end of the last whole line."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - TAIL)
    file.seek(start)
    return start + file.read().rfind(b"\n") + 1
