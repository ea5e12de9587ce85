"""Everything about an uploaded file that a judgement wants to know, in one result."""

from __future__ import annotations

import logging
from typing import Final

import numpy as np
from PIL import Image

from ncre.photo.lab.answers import LARGEST_LOOKED_AT, Measured
from ncre.photo.lab.colour import tint
from ncre.photo.lab.decoding import PictureUnreadable
from ncre.photo.lab.geometry import find_head, geometry, small_faces
from ncre.photo.lab.hints import hints
from ncre.photo.lab.nets import Nets, NotMeasured, nets, versions
from ncre.photo.lab.picture import Opened, encoded, opened_picture
from ncre.photo.lab.upright import UNDECIDED, upright
from ncre.photo.lab.vision import VisionError

log = logging.getLogger("ncre.photos")

WORKED_ON: Final = 640
"""Pixels of the longer side while head and light are measured; more does not make it more exact."""

QUARTERS: Final = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}

NOT_MEASURED: Final = "not measured"


def measure(data: bytes) -> Measured:
    """Never raises for a bad file."""
    size: dict[str, float | str | None] = {"bytes": float(len(data))}
    if len(data) > LARGEST_LOOKED_AT:
        return Measured(len(data), facts=size)
    try:
        picture = opened_picture(data)
    except PictureUnreadable as unreadable:
        return Measured(len(data), facts=size, failed=str(unreadable))
    facts = size | of_the_file(picture) | of_the_picture(picture.picture)
    return Measured(
        len(data), picture.width, picture.height, facts, encoded(picture.picture), models=versions()
    )


def of_the_file(picture: Opened) -> dict[str, float | str | None]:
    return {
        "format": picture.format,
        "mode": picture.mode,
        "exif_orientation": float(picture.orientation),
        "scans": float(picture.scans),
        "height": float(picture.height),
        "width": float(picture.width),
    }


def of_the_picture(picture: Image.Image) -> dict[str, float | str | None]:
    """Colour, the way up, and where a face is found all of its geometry."""
    small = picture.copy()
    small.thumbnail((WORKED_ON, WORKED_ON))
    try:
        found = _seen(nets(), small)
    except (NotMeasured, VisionError) as why:
        log.warning("geometry of a picture is not measured: %s", why)
        found = {"geometry": NOT_MEASURED}
    turned = found.get("turned") in (90.0, 270.0)
    tall, wide = (picture.width, picture.height) if turned else (picture.height, picture.width)
    return {"aspect": round(tall / wide, 4), **tint(small), **found}


def _seen(nets: Nets, picture: Image.Image) -> dict[str, float | str | None]:
    """The picture is turned in memory where it lies, so that all faults are told at once."""
    stands = upright(nets, picture)
    if stands.turn is None:
        return {"faces": 0.0}
    turn = stands.turn if stands.margin >= UNDECIDED else 0
    pixels = np.asarray(picture.transpose(QUARTERS[turn]) if turn else picture)
    head = find_head(nets, pixels)
    # A quarter counter-clockwise mends what lies turned clockwise, and the reverse.
    lies: dict[str, float | str | None] = {
        "turned": float((360 - 90 * stands.turn) % 360),
        "turn_margin": stands.margin,
    }
    if head is None:
        return lies | {"faces": 0.0}
    small = small_faces(nets, pixels, head.face)
    counted = {
        "faces": 1.0,
        "others": float(head.others),
        "small_faces": float(small),
        "face_score": head.face.score,
    }
    return lies | _rounded(counted | geometry(head) | hints(pixels, head))


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}
