"""Which edition of the pages this is: another one may give other bytes for the same sheet.

It changes with the code of this room, with the libraries that write the file, and with the fonts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

import fpdf
import PIL
import uharfbuzz

from ncre import fonts


def sources(folder: Traversable) -> Iterator[Traversable]:
    """The modules of a package and of those below it, in a fixed order."""
    for one in sorted(folder.iterdir(), key=lambda one: one.name):
        if one.is_dir():
            yield from sources(one)
        elif one.name.endswith(".py"):
            yield one


@cache
def edition() -> str:
    """32 hex digits."""
    told = sha256()
    for file in sources(files("ncre.documents")):
        told.update(file.read_bytes())
    told.update(fonts.regular())
    told.update(fonts.bold())
    for _, data in fonts.names():
        told.update(data)
    told.update(f"{fpdf.FPDF_VERSION} {PIL.__version__} {uharfbuzz.version_string()}".encode())
    return told.hexdigest()[:32]
