"""Which way is up: the picture is looked at in four turns, and the best face wins (photo facts §6)."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import Final

import numpy as np
from PIL import Image

from ncre.photo.lab.nets import Nets, Pixels

LOOKED_AT: Final = 320
"""Pixels of the longer side while looking for the way up."""

LEAST: Final = 0.4
UNDECIDED: Final = 0.05
"""Two turns closer than this cannot be told apart."""

PADDING: Final = 0.25
"""Share of each side that is added where no face was found: faces that fill the frame are missed."""


@dataclass(frozen=True)
class Upright:
    """`turn`: quarter turns counter-clockwise that stand the picture upright; None where no face was found.

    `margin`: by how much the best turn beats the second; near nought it is undecided.
    """

    turn: int | None
    margin: float


def upright(nets: Nets, picture: Image.Image) -> Upright:
    small = picture.copy()
    small.thumbnail((LOOKED_AT, LOOKED_AT))
    pixels = np.asarray(small)
    scores = _scores(nets, pixels)
    if not any(scores):
        scores = _scores(nets, _padded(pixels))
    if not any(scores):
        return Upright(None, 0.0)
    best, second = sorted(scores, reverse=True)[:2]
    return Upright(scores.index(best), round(best - second, 3))


def _scores(nets: Nets, pixels: Pixels) -> list[float]:
    """The best face in each turn, less the more it leans: the detector also sees faces lying down."""
    return [
        max(
            (
                face.score * max(0.0, cos(radians(face.roll)))
                for face in nets.faces(np.ascontiguousarray(np.rot90(pixels, turn)), LEAST)
            ),
            default=0.0,
        )
        for turn in range(4)
    ]


def _padded(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    down, across = int(height * PADDING), int(width * PADDING)
    return np.pad(pixels, ((down, down), (across, across), (0, 0)), mode="edge")
