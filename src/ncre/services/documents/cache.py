"""Finished papers, kept sealed for the next time somebody asks for the same. Losing them loses nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from ncre.operational.private_files import write

log = logging.getLogger("ncre.papers")


class DocumentCache:
    """A folder of files by key. A key is hexadecimal and names everything that stands on the paper."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> bytes | None:
        """What was kept under the key; None where there is nothing."""
        try:
            return self._place(key).read_bytes()
        except OSError:
            return None

    def put(self, key: str, data: bytes) -> None:
        """Keep it, where there is room. No crash leaves half a paper, and none is worth waiting for the disk."""
        try:
            write(self._place(key), data)
        except OSError as error:
            log.error("a paper cannot be kept in %s: %s", self._root, error.strerror)

    def names(self) -> Iterator[str]:
        """The keys of everything that is kept."""
        return (place.name for place in self._root.glob("??/*"))

    def remove(self, key: str) -> None:
        """Forget what is under the key."""
        self._place(key).unlink(missing_ok=True)

    def sweep(self, before: datetime) -> int:
        """Remove what was put here before; returns how many papers went."""
        gone = 0
        for place in self._root.glob("??/*"):
            with suppress(FileNotFoundError):
                if place.stat().st_mtime < before.timestamp():
                    place.unlink()
                    gone += 1
        return gone

    def _place(self, key: str) -> Path:
        return self._root / key[:2] / key
