"""Keeps photos in a folder, each under the SHA-256 of what is stored: `ab/cd/<digest>`.

A photo is on the disk, folder entry included, before its digest is handed out; so no fact ever
names a photo that a crash could take away.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Protocol

from ncre.gateways.private_files import make_folder

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class PhotoMissing(Exception):
    """No photo of this digest is kept here."""


class PhotoDamaged(Exception):
    """What lies under a digest does not have that digest."""


class PhotoStore(Protocol):
    """Where photos are kept, each under the SHA-256 of what is stored."""

    def put(self, data: bytes) -> str: ...
    def get(self, digest: str) -> bytes: ...
    def sweep(self, before: datetime) -> int: ...


class PhotoFolder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest; kept already, nothing changes; damaged, it is mended."""
        digest = sha256(data).hexdigest()
        place = self._place(digest)
        if not _holds(place, data):
            make_folder(place.parent)
            _write(place, data)
        # Also where it was there already: another writer may not have come as far as this.
        for folder in (place.parent, place.parent.parent, self._root):
            _sync_folder(folder)
        return digest

    def get(self, digest: str) -> bytes:
        """Raises PhotoMissing or PhotoDamaged."""
        if not _DIGEST.fullmatch(digest):
            raise PhotoMissing(digest)
        try:
            data = self._place(digest).read_bytes()
        except FileNotFoundError:
            raise PhotoMissing(digest) from None
        if sha256(data).hexdigest() != digest:
            raise PhotoDamaged(digest)
        return data

    def sweep(self, before: datetime) -> int:
        """Remove what was put here before; returns how many files. Never for photos that facts name."""
        gone = 0
        for place in self._root.glob("??/??/*"):
            with suppress(FileNotFoundError):
                if place.stat().st_mtime < before.timestamp():
                    place.unlink()
                    gone += 1
        return gone

    def _place(self, digest: str) -> Path:
        return self._root / digest[:2] / digest[2:4] / digest


def _holds(place: Path, data: bytes) -> bool:
    try:
        return place.read_bytes() == data
    except FileNotFoundError:
        return False


def _write(place: Path, data: bytes) -> None:
    """Whole and on the disk, or not there at all."""
    with NamedTemporaryFile(dir=place.parent, delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, place)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
