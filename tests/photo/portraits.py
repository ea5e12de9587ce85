"""Photos made at test time from scikit-image's astronaut (NASA, public domain)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image

from tests.support.once.astronaut import astronaut


def portrait(
    height: int = 640, width: int = 440, by: Image.Resampling = Image.Resampling.LANCZOS
) -> Image.Image:
    """The head of the astronaut, upright and in colour."""
    return astronaut().crop((147, 0, 309, 235)).resize((width, height), by)


def whole() -> Image.Image:
    """The astronaut as published, 512 x 512, with room around the head on most sides."""
    return astronaut()


def jpeg(picture: Image.Image, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", **{"quality": 92, "subsampling": 0, **options})
    return out.getvalue()


def written(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture in another format: PNG, WEBP, AVIF or HEIF."""
    out = BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(picture).save(out, quality=80, **options)
    else:
        picture.save(out, kind, **options)
    return out.getvalue()


def oriented(value: int) -> bytes:
    """An EXIF block that says nothing but this orientation."""
    exif = Image.Exif()
    exif[0x0112] = value
    return exif.tobytes()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture
