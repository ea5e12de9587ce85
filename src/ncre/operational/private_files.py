"""Files and folders for the user alone who runs ncre, whatever the umask; and which are open to others."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

FOLDER: Final = 0o700
OTHERS: Final = 0o077
"""The group and the world."""


def make_folder(folder: Path) -> None:
    """The folder and those above it that are missing. Raises OSError."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        with suppress(FileExistsError):
            one.mkdir(mode=FOLDER)
    if not folder.is_dir():
        raise NotADirectoryError(20, "not a folder", str(folder))


def write(file: Path, data: bytes) -> None:
    """The whole file or, where that fails, what was there before; readable by this user alone. Raises OSError.

    What is no plain file, as /dev/stdout or a pipe, is written to as it is.
    """
    place = file.resolve()
    if file.is_relative_to("/dev") or (place.exists() and not place.is_file()):
        file.write_bytes(data)
        return
    make_folder(place.parent)
    with NamedTemporaryFile(dir=place.parent, prefix=f".{place.name[:40]}.", delete=False) as fresh:
        try:
            fresh.write(data)
            fresh.close()
            os.replace(fresh.name, place)
        except BaseException:
            Path(fresh.name).unlink(missing_ok=True)
            raise


def open_to_others(paths: Iterable[Path]) -> list[Path]:
    """Those of the paths that somebody else may read, list or write."""
    return [path for path in paths if path.exists() and path.stat().st_mode & OTHERS]
