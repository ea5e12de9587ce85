"""Keeps photos in a folder, each under the SHA-256 of what is stored: `ab/cd/<digest>`.

A photo is on the disk, folder entry included, before its digest is handed out; so no fact ever
names a photo that a crash could take away.
"""

from __future__ import annotations

import errno
import logging
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Protocol

from ncre.operational.private_files import make_folder

log = logging.getLogger("ncre.photos")

UNREADABLE: Final = frozenset({errno.EIO, errno.EUCLEAN, errno.EBADMSG, errno.EISDIR, errno.ELOOP})
"""What the system says of one bad file, rather than of the whole store."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class PhotoMissing(Exception):
    """No photo of this digest is kept here."""


class PhotoDamaged(Exception):
    """What lies under a digest does not have that digest, or cannot be read from the disk."""


class PhotoStoreUnavailable(Exception):
    """The store itself cannot be reached now; nothing is known of any photo."""


class PhotoNotKept(Exception):
    """The store takes nothing more: it is full, or cannot be written. Nothing half is left behind."""


@dataclass(frozen=True)
class StoredFile:
    """A file of a store: its name there, the digest it has its place for ("" for none), and since when it lies there."""

    name: str
    digest: str
    at: datetime


class PhotoStore(Protocol):
    """Where photos are kept, each under the SHA-256 of what is stored. All of it raises PhotoStoreUnavailable."""

    def put(self, data: bytes) -> str:
        """Raises PhotoNotKept."""

    def get(self, digest: str) -> bytes:
        """Raises PhotoMissing or PhotoDamaged."""

    def check(self, digest: str) -> None:
        """Raises PhotoMissing or PhotoDamaged, as far as the store can tell cheaply."""

    def sweep(self, before: datetime) -> int: ...

    def files(self) -> Iterator[StoredFile]:
        """Everything that lies in it."""

    def read(self, name: str) -> bytes:
        """A file by its name, whatever it is. Raises PhotoMissing."""

    def remove(self, name: str) -> None: ...

    def discard(self, digest: str) -> None:
        """Take away what is kept under a digest; what is not there is no fault."""


class PhotoFolder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest; kept already, nothing changes; damaged, it is mended."""
        digest = sha256(data).hexdigest()
        try:
            self._put(self._place(digest), data)
        except OSError as error:
            log.error("a photo cannot be kept in %s: %s", self._root, error.strerror)
            raise PhotoNotKept(error.strerror) from error
        return digest

    def get(self, digest: str) -> bytes:
        """Raises PhotoMissing or PhotoDamaged."""
        if not _DIGEST.fullmatch(digest):
            raise PhotoMissing(digest)
        try:
            data = self._place(digest).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            if not self._root.is_dir():
                raise PhotoStoreUnavailable(f"{self._root} is not there; is it mounted?") from None
            raise PhotoMissing(digest) from None
        except OSError as error:
            if error.errno in UNREADABLE:
                raise PhotoDamaged(digest) from error
            raise PhotoStoreUnavailable(f"{self._root}: {error.strerror}") from error
        if sha256(data).hexdigest() != digest:
            raise PhotoDamaged(digest)
        return data

    def check(self, digest: str) -> None:
        """Raises PhotoMissing or PhotoDamaged."""
        self.get(digest)

    def sweep(self, before: datetime) -> int:
        """Remove what was put here before; returns how many files. Never for photos that facts name."""
        gone = 0
        for place in self._root.glob("??/??/*"):
            with suppress(FileNotFoundError):
                if place.stat().st_mtime < before.timestamp():
                    place.unlink()
                    gone += 1
        return gone

    def files(self) -> Iterator[StoredFile]:
        for place in sorted(self._root.rglob("*")):
            with suppress(FileNotFoundError):
                if place.is_file():
                    at = datetime.fromtimestamp(place.stat().st_mtime, UTC)
                    is_at_home = _DIGEST.fullmatch(place.name) and place == self._place(place.name)
                    yield StoredFile(str(place.relative_to(self._root)), place.name if is_at_home else "", at)

    def read(self, name: str) -> bytes:
        try:
            return (self._root / name).read_bytes()
        except OSError:
            raise PhotoMissing(name) from None

    def remove(self, name: str) -> None:
        (self._root / name).unlink(missing_ok=True)

    def discard(self, digest: str) -> None:
        try:
            self._place(digest).unlink(missing_ok=True)
        except OSError as error:
            raise PhotoStoreUnavailable(f"{self._root}: {error.strerror}") from error

    def _put(self, place: Path, data: bytes) -> None:
        if not _holds(place, data):
            make_folder(place.parent)
            _write(place, data)
        # Also where it was there already: another writer may not have come as far as this.
        for folder in (place.parent, place.parent.parent, self._root):
            _sync_folder(folder)

    def _place(self, digest: str) -> Path:
        return self._root / digest[:2] / digest[2:4] / digest


def _holds(place: Path, data: bytes) -> bool:
    try:
        return place.read_bytes() == data
    except OSError:
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
