"""Which edition of the pages this is: another one may give other bytes for the same sheet.

It changes with the code of this room, with the libraries that write the file, and with the fonts.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files

import fpdf
import PIL
import uharfbuzz

from ncre import fonts


@cache
def edition() -> str:
    """32 hex digits."""
    told = sha256()
    for file in sorted(files(__package__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".py"):
            told.update(file.read_bytes())
    told.update(fonts.regular())
    told.update(fonts.bold())
    for _, data in fonts.names():
        told.update(data)
    told.update(f"{fpdf.FPDF_VERSION} {PIL.__version__} {uharfbuzz.version_string()}".encode())
    return told.hexdigest()[:32]
