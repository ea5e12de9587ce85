"""Decodes what was sent, within bounds that are known before any pixel is: by the format's own header.

A JPEG is decoded reduced, so a phone's 48 megapixels cost what a few do. The other formats of phones are decoded
whole, and are only a source for the crop. What is bounded is the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pillow_heif
from PIL import Image, ImageChops, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from ncre.photo.lab.jpeg_file import CutShort, JpegFile, NotJpeg, read_jpeg

MOST_SCANS: Final = 40
"""Ordinary pictures have 1 to 14 scans; thousands of them are an attack on the decoder."""

MOST_PIXELS: Final = 150_000_000
"""Of a JPEG with one scan, which is decoded at an eighth or a quarter: phones make up to 108 million."""

MOST_VISITED: Final = 600_000_000
"""Values that all scans together go over, where there are several: 48 megapixels in ten scans are 390 million,
and 600 million take a quarter of a second."""

MOST_HELD: Final = 200_000_000
"""Values that are kept from scan to scan, two bytes each."""

MOST_WHOLE: Final = 50_000_000
"""Pixels of a format that can only be decoded whole: phones make up to 48.8 million."""

HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx"})
AVIF: Final = frozenset({b"avif", b"avis"})

OPENERS: Final[dict[str, Callable[[BytesIO], ImageFile.ImageFile]]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
    "AVIF": AvifImageFile,
    "HEIF": pillow_heif.HeifImageFile,
}
"""Called directly: the bounds below are ours, and no file is taken for another format."""

_PADDING: Final = bytes(value for value in range(1, 241)) * 2
"""Data of no meaning behind the last scan. Where all rows are there, it changes none of them."""


@dataclass(frozen=True)
class Decoded:
    """The first frame; width and height are those of the file as stored."""

    picture: Image.Image
    width: int
    height: int
    format: str
    scans: int = 1


class PictureUnreadable(Exception):
    """There is no picture to look at; carries the code (NOT_JPEG, BOMB, PIXELS_MANY, TRUNCATED)."""


def format_of(data: bytes) -> str:
    """JPEG, PNG, WEBP, HEIF or AVIF by the first bytes; "" for anything else, whatever its name."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] != b"ftyp":
        return ""
    brands = {data[at : at + 4] for at in (8, *range(16, min(len(data), 64), 4))}
    if AVIF & brands:
        return "AVIF"
    return "HEIF" if HEIC & brands else ""


def decoded(data: bytes, longest: int) -> Decoded:
    """The picture, a JPEG reduced as far as its longer side keeps `longest` pixels. Raises Unreadable."""
    match format_of(data):
        case "":
            raise PictureUnreadable("NOT_JPEG")
        case "JPEG":
            return _jpeg(data, longest)
        case other:
            return _whole(data, other)


def _jpeg(data: bytes, longest: int) -> Decoded:
    try:
        file = read_jpeg(data)
    except NotJpeg:
        raise PictureUnreadable("NOT_JPEG") from None
    except CutShort:
        raise PictureUnreadable("TRUNCATED") from None
    _require_bounded(file)
    picture = _reduced(file.data, longest)
    padded = _reduced(file.body + _PADDING + b"\xff\xd9", longest)
    if padded.mode != picture.mode or ImageChops.difference(picture, padded).getbbox():
        raise PictureUnreadable("TRUNCATED")
    return Decoded(picture, file.width, file.height, "JPEG", file.scans)


def _require_bounded(file: JpegFile) -> None:
    if file.scans > MOST_SCANS or not file.dense_enough:
        raise PictureUnreadable("BOMB")
    if file.width * file.height > MOST_PIXELS:
        raise PictureUnreadable("PIXELS_MANY")
    if file.scans > 1 and (64 * file.visited > MOST_VISITED or 64 * file.blocks > MOST_HELD):
        raise PictureUnreadable("BOMB")


def _reduced(data: bytes, longest: int) -> Image.Image:
    try:
        picture = OPENERS["JPEG"](BytesIO(data))
    except (OSError, SyntaxError, ValueError):
        raise PictureUnreadable("NOT_JPEG") from None
    try:
        picture.draft("RGB", (longest, longest))
        picture.load()
    except (OSError, SyntaxError, ValueError):
        raise PictureUnreadable("TRUNCATED") from None
    return picture


def _whole(data: bytes, kind: str) -> Decoded:
    """A format that has no reduced decoding; transparent parts become white."""
    try:
        picture: Image.Image = OPENERS[kind](BytesIO(data))
        width, height = picture.size
        if width * height > MOST_WHOLE:
            raise PictureUnreadable("PIXELS_MANY")
        picture.load()
    except (OSError, SyntaxError, ValueError, RuntimeError, EOFError):
        raise PictureUnreadable("TRUNCATED") from None
    return Decoded(_opaque(picture), width, height, kind)


def _opaque(picture: Image.Image) -> Image.Image:
    """In RGB or grey, upon white; its EXIF and colour profile stay with it."""
    about = picture.info
    if picture.mode.startswith("I"):
        picture = picture.point(lambda value: value / 256).convert("L")
    elif picture.has_transparency_data:
        clear = picture.convert("RGBA")
        picture = Image.new("RGB", clear.size, "white")
        picture.paste(clear, mask=clear.getchannel("A"))
    elif picture.mode not in ("RGB", "L"):
        picture = picture.convert("RGB")
    picture.info = about
    return picture
