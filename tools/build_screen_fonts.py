"""Cuts the packaged font into woff2 files for rare characters on the screen, and writes their style sheet.

    python tools/build_screen_fonts.py

Phones draw everyday Chinese themselves; what they lack are the rare characters of names. Each file
holds 512 code points at the most, and a browser fetches one only when such a character is on the page.
"""

from __future__ import annotations

import sys
from io import BytesIO
from itertools import groupby
from pathlib import Path

import uharfbuzz as hb
from fontTools.ttLib import TTFont

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from ncre import fonts  # noqa: E402

STATIC = Path(__file__).parents[1] / "src" / "ncre" / "web" / "static"
BLOCK = 512
RARE = [(0x3400, 0x4DBF), (0x9FA6, 0x9FFF), (0x20000, 0x323AF)]
"""Extension A, the latest of the basic block, and everything beyond the basic plane."""


def main() -> None:
    regular = fonts.regular()
    has = TTFont(BytesIO(regular)).getBestCmap()
    rare = [point for first, last in RARE for point in range(first, last + 1) if point in has]
    near = [point for point in rare if point < 0x9FA6]
    blocks = [list(points) for _, points in groupby(near, key=lambda point: point // BLOCK)]
    blocks.append([point for point in rare if point >= 0x9FA6])
    folder = STATIC / "fonts"
    folder.mkdir(exist_ok=True)
    faces = ["/* Written by tools/build_screen_fonts.py: characters that most machines lack. */"]
    for points in blocks:
        name = f"rare-{points[0]:x}.woff2"
        (folder / name).write_bytes(_woff2(regular, points))
        ranges = ", ".join(_ranges(points))
        faces.append(
            f'@font-face {{ font-family: "NCRE Rare"; src: url("fonts/{name}") format("woff2"); '
            f"font-display: swap; unicode-range: {ranges}; }}"
        )
    (STATIC / "rare.css").write_text("\n".join(faces) + "\n", encoding="utf-8")


def _woff2(font: bytes, points: list[int]) -> bytes:
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(points)
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    cut = TTFont(BytesIO(hb.subset(hb.Face(hb.Blob(font)), wanted).blob.data), recalcTimestamp=False)
    cut.flavor = "woff2"
    out = BytesIO()
    cut.save(out)
    return out.getvalue()


def _ranges(points: list[int]) -> list[str]:
    """Runs of code points as CSS writes them."""
    runs = groupby(enumerate(points), key=lambda pair: pair[1] - pair[0])
    spans = [[point for _, point in run] for _, run in runs]
    return [f"U+{span[0]:X}" + (f"-{span[-1]:X}" if len(span) > 1 else "") for span in spans]


if __name__ == "__main__":
    main()
