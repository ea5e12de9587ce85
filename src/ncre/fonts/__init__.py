"""The fonts of the printed pages, from the package and, for the rarest names, from the machine.

Noto Sans SC covers every character of daily use and many beyond. Cuts of Noto Sans, JP and HK add the Latin
letters of names and some 2 300 rarer characters. What is still missing is drawn with HanaMin where the machine has it (Debian: fonts-hanazono; NCRE_FONT_DIR elsewhere).
"""

from __future__ import annotations

import lzma
import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

HANAZONO: Final = "/usr/share/fonts/truetype/hanazono"
NAMES: Final = ("NotoSans-Latin.subset.ttf", "NotoSansJP-Rare.subset.ttf", "NotoSansHK-Rare.subset.ttf")
RARE: Final = ("HanaMinA.ttf", "HanaMinB.ttf")


@cache
def regular() -> bytes:
    """Noto Sans SC Regular, unpacked once per process (about 10 MB)."""
    return lzma.decompress((files(__name__) / "NotoSansSC-Regular.ttf.xz").read_bytes())


@cache
def bold() -> bytes:
    """Noto Sans SC Bold, cut to the fixed labels and digits."""
    return (files(__name__) / "NotoSansSC-Bold.subset.ttf").read_bytes()


@cache
def names() -> tuple[tuple[str, bytes], ...]:
    """The packaged fonts of names that the regular one cannot write, in the order of asking, with their file names."""
    return tuple((name, (files(__name__) / name).read_bytes()) for name in NAMES)


def rare() -> tuple[Path, ...]:
    """The files for the rarest characters that this machine has, in the order of asking; none is fine."""
    folder = Path(os.environ.get("NCRE_FONT_DIR", HANAZONO))
    return tuple(folder / name for name in RARE if (folder / name).is_file())
