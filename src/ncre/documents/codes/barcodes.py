"""QR and Code 128 as pictures of one pixel a module, quiet zones included; the page scales them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import segno
from PIL import Image

QR_QUIET: Final = 4
BAR_QUIET: Final = 10
"""Modules of white around a code, as the standards ask (ISO/IEC 18004, ISO/IEC 15417)."""

MASK: Final = 3
"""Which of the eight patterns is laid over the modules. A signature looks random under any of them, and
to try all eight would take most of the time of a page."""

_AS_GREY: Final = bytes([255]) + bytes(255)

_WIDTHS: Final = [
    "212222",
    "222122",
    "222221",
    "121223",
    "121322",
    "131222",
    "122213",
    "122312",
    "132212",
    "221213",
    "221312",
    "231212",
    "112232",
    "122132",
    "122231",
    "113222",
    "123122",
    "123221",
    "223211",
    "221132",
    "221231",
    "213212",
    "223112",
    "312131",
    "311222",
    "321122",
    "321221",
    "312212",
    "322112",
    "322211",
    "212123",
    "212321",
    "232121",
    "111323",
    "131123",
    "131321",
    "112313",
    "132113",
    "132311",
    "211313",
    "231113",
    "231311",
    "112133",
    "112331",
    "132131",
    "113123",
    "113321",
    "133121",
    "313121",
    "211331",
    "231131",
    "213113",
    "213311",
    "213131",
    "311123",
    "311321",
    "331121",
    "312113",
    "312311",
    "332111",
    "314111",
    "221411",
    "431111",
    "111224",
    "111422",
    "121124",
    "121421",
    "141122",
    "141221",
    "112214",
    "112412",
    "122114",
    "122411",
    "142112",
    "142211",
    "241211",
    "221114",
    "413111",
    "241112",
    "134111",
    "111242",
    "121142",
    "121241",
    "114212",
    "124112",
    "124211",
    "411212",
    "421112",
    "421211",
    "212141",
    "214121",
    "412121",
    "111143",
    "111341",
    "131141",
    "114113",
    "114311",
    "411113",
    "411311",
    "113141",
    "114131",
    "311141",
    "411131",
    "211412",
    "211214",
    "211232",
    "2331112",
]
"""Widths of bars and spaces of each value, in modules (ISO/IEC 15417, table 1)."""

_START_B, _START_C, _TO_B, _STOP = 104, 105, 100, 106


@dataclass(frozen=True)
class Barcode:
    """A code as a picture of one bit, and how many pixels of it are quiet zone on each side."""

    picture: Image.Image
    quiet_x: int
    quiet_y: int


@dataclass(frozen=True)
class Outline:
    """A code for the screen: the size of its view and the path of its dark modules (SVG)."""

    width: int
    height: int
    path: str


def barcode_outline(code: Barcode) -> Outline:
    """The same modules as in the picture, quiet zone included."""
    picture = code.picture
    strokes = []
    for y in range(picture.height):
        row = [picture.getpixel((x, y)) == 0 for x in range(picture.width)] + [False]
        start = 0
        for x, dark in enumerate(row):
            if not dark:
                if x > start:
                    strokes.append(f"M{start} {y}h{x - start}v1h{start - x}z")
                start = x + 1
    return Outline(picture.width, picture.height, "".join(strokes))


def qr(payload: str) -> Barcode:
    """A QR code at error correction level M."""
    matrix = segno.make(payload, error="m", micro=False, mask=MASK).matrix
    side = len(matrix) + 2 * QR_QUIET
    margin, edge = bytes(QR_QUIET), bytes(side * QR_QUIET)
    modules = edge + b"".join(margin + bytes(row) + margin for row in matrix) + edge
    return Barcode(_picture(modules, side), QR_QUIET, QR_QUIET)


def code128(text: str) -> Barcode:
    """A Code 128 of ASCII text; pairs of digits are packed (set C), the rest is set B."""
    modules = [0] * BAR_QUIET
    for value in _values(text):
        for place, width in enumerate(_WIDTHS[value]):
            modules += [1 - place % 2] * int(width)
    modules += [0] * BAR_QUIET
    return Barcode(_picture(bytes(modules), len(modules)), BAR_QUIET, 0)


def _picture(modules: bytes, width: int) -> Image.Image:
    """One pixel a module: 1 is dark."""
    grey = modules.translate(_AS_GREY)
    return Image.frombytes("L", (width, len(modules) // width), grey).convert("1", dither=Image.Dither.NONE)


def _values(text: str) -> list[int]:
    """Start, data, check and stop values."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("Code 128 carries printable ASCII only")
    packed = len(text) - len(text) % 2 if text.isdigit() else 0
    if packed:
        values = [_START_C] + [int(text[place : place + 2]) for place in range(0, packed, 2)]
        values += [_TO_B] if packed < len(text) else []
    else:
        values = [_START_B]
    values += [ord(character) - 32 for character in text[packed:]]
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], start=1))) % 103
    return [*values, check, _STOP]
