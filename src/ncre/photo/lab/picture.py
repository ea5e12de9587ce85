"""Opens an uploaded photo safely and writes it clean.

What leaves the lab is made of fresh pixels: no EXIF, no position, no comment, no trailer.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms

from ncre.photo.lab.decoding import decoded

SMALLEST_FILE: Final = 20_000
LARGEST_FILE: Final = 204_800
"""Bytes: "20KB-200KB" read generously on both sides (photo facts §13.3)."""


LONGEST_SIDE: Final = 1200
"""Larger pictures are kept at this size: 48 x 33 mm at 300 dpi is 567 x 390."""

QUALITY: Final = 92
LOWER: Final = (88, 84, 80, 75)
HIGHER: Final = (95, 98, 100)
"""Tried in turn where the first quality gives too many or too few bytes; 4:4:4 throughout."""

EXIF_ORIENTATION: Final = 0x0112
TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What stands a picture upright, by its EXIF orientation; 5 and above exchange height and width."""


@dataclass(frozen=True)
class Opened:
    """A picture that could be opened: upright by its EXIF, in sRGB, nothing but pixels, at most LONGEST_SIDE.

    width and height are those of the file, as it stands upright.
    """

    picture: Image.Image
    width: int
    height: int
    mode: str
    orientation: int
    scans: int
    format: str


def opened_picture(data: bytes, longest: int = LONGEST_SIDE) -> Opened:
    """The picture in a file, its longer side at most `longest` pixels. Raises Unreadable."""
    found = decoded(data, longest)
    orientation = _orientation(found.picture)
    size = (found.width, found.height)
    width, height = size if orientation < 5 else size[::-1]
    fresh = _fresh(found.picture, orientation, longest)
    return Opened(fresh, width, height, found.picture.mode, orientation, found.scans, found.format)


def _orientation(picture: Image.Image) -> int:
    """1 to 8 by EXIF; 1 where there is none, or none that can be read."""
    try:
        told = picture.getexif().get(EXIF_ORIENTATION)
    except Exception:  # noqa: BLE001 - damaged EXIF raises whatever its bytes lead to, and turns nothing
        return 1
    return told if isinstance(told, int) and told in TURNS else 1


def _fresh(picture: Image.Image, orientation: int, longest: int) -> Image.Image:
    """Upright, at most `longest`, in sRGB, and nothing but pixels."""
    small = picture.copy()
    small.thumbnail((longest, longest))
    upright = small.transpose(TURNS[orientation]) if orientation in TURNS else small
    coloured = _in_srgb(upright, picture.info.get("icc_profile")).convert("RGB")
    return Image.frombytes("RGB", coloured.size, coloured.tobytes())


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Converted by its colour profile; a profile that cannot be used counts as none."""
    if not profile or picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        return picture
    return converted if converted is not None else picture


def encoded(picture: Image.Image) -> bytes:
    """The picture as JPEG, never above the limit: lower qualities first, then fewer pixels.

    A picture too plain to reach SMALLEST_FILE at any quality stays as it is at the first.
    """
    first = _jpeg(picture, QUALITY)
    others = LOWER if len(first) > LARGEST_FILE else HIGHER if len(first) < SMALLEST_FILE else ()
    for quality in others:
        other = _jpeg(picture, quality)
        if SMALLEST_FILE <= len(other) <= LARGEST_FILE:
            return other
    if len(first) <= LARGEST_FILE:
        return first
    return encoded(picture.resize((picture.width * 3 // 4, picture.height * 3 // 4)))


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, subsampling=0, dpi=(300, 300))
    return out.getvalue()


def smaller(jpeg: bytes, most: tuple[int, int]) -> bytes:
    """One of our own pictures within so many pixels (width, height), for lists of many faces."""
    with Image.open(BytesIO(jpeg)) as photo:
        photo.thumbnail(most)
        out = BytesIO()
        photo.save(out, "JPEG", quality=80)
    return out.getvalue()
