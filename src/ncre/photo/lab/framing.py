"""The assisted crop: a picture with enough around the head becomes 390 x 567 pixels, framed as the rule asks.

The head is set straight, scaled and placed; no pixel is invented or retouched. Where the picture does
not hold what the frame needs, the advice says what to do (photo facts §11).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from ncre.photo.lab.answers import Framed
from ncre.photo.lab.decoding import PictureUnreadable
from ncre.photo.lab.geometry import find_head, geometry
from ncre.photo.lab.measuring import QUARTERS, WORKED_ON
from ncre.photo.lab.nets import Nets, NotMeasured, nets
from ncre.photo.lab.picture import encoded, opened_picture
from ncre.photo.lab.upright import UNDECIDED, upright
from ncre.photo.lab.vision import VisionError

WIDTH, HEIGHT = 390, 567
"""48 x 33 mm at 300 dpi."""

LONGEST: Final = 2400
"""Pixels of the longer side that are decoded: a head that fills a third of the frame stays sharp."""

SMALLEST: Final = 210
"""Pixels in height of what is cut out at the least: the smallest picture that the rule itself takes in
this shape is 210 x 144 (photo facts §13.1). Blown up from less, it would be guessed."""

STRAIGHTENED: Final = (2.0, 15.0)
"""Degrees of roll that are set straight; less is natural, more is not a leaning head any more."""

TOPS: Final = (0.10, 0.09, 0.11, 0.08, 0.12, 0.07, 0.13, 0.06)
HEADS: Final = (0.70, 0.69, 0.71, 0.68, 0.72, 0.67, 0.73, 0.66, 0.74)
CENTRES: Final = (0.50, 0.49, 0.51, 0.48, 0.52, 0.47, 0.53, 0.46, 0.54)
SHOULDERS: Final = (0.15, 0.25)
"""Frames that are tried, the rule itself first; all of them well inside what passes without a warning."""

MASK_LOST: Final = 0.16
"""Heads by which the crown of the mask lies below that of the face where a cover has the background's colour:
three times what the guess by the face errs (photo facts §7)."""

CUT: Final = 0.005
"""A crown this close to the edge is cut by it."""


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    width: float
    height: float

    def inside(self, picture: Image.Image) -> bool:
        return (
            self.left >= 0
            and self.top >= 0
            and self.left + self.width <= picture.width
            and self.top + self.height <= picture.height
        )

    @property
    def edges(self) -> tuple[float, float, float, float]:
        return self.left, self.top, self.left + self.width, self.top + self.height


def turn(data: bytes, lies: int) -> bytes | None:
    """The picture stood upright that lies `lies` degrees counter-clockwise; None if it cannot be opened."""
    try:
        picture = opened_picture(data).picture
    except PictureUnreadable:
        return None
    quarters = (360 - lies) // 90 % 4
    return encoded(picture.transpose(QUARTERS[quarters]) if quarters else picture)


def frame(data: bytes) -> Framed:
    """Crop a picture of at most 10 MB and 24 megapixels. Never raises for a bad file."""
    try:
        return _framed_upright(nets(), opened_picture(data, LONGEST).picture)
    except (PictureUnreadable, NotMeasured, VisionError):
        return Framed(None)


def _framed_upright(found: Nets, picture: Image.Image) -> Framed:
    stands = upright(found, picture)
    if stands.turn is None:
        return Framed(None, ("CROP_NO_FACE",))
    if stands.turn and stands.margin >= UNDECIDED:
        picture = picture.transpose(QUARTERS[stands.turn])
    return _framed(found, picture)


def _framed(found: Nets, picture: Image.Image) -> Framed:
    """Set straight where that leaves room for the frame; else as it is, which the judgement may still refuse."""
    seen = _seen(found, picture)
    if seen is None:
        return Framed(None, ("CROP_NO_FACE",))
    if STRAIGHTENED[0] <= abs(seen["roll"]) <= STRAIGHTENED[1]:
        straight = _Source.straightened(picture, seen["roll"])
        placed = _placed(found, straight, _seen(found, straight.picture))
        if placed.jpeg is not None:
            return placed
    return _placed(found, _Source.whole(picture), seen)


@dataclass(frozen=True)
class _Source:
    """A picture to cut from; `filled` is 255 where it has pixels of its own, and not the corners of a turn."""

    picture: Image.Image
    filled: Image.Image

    @classmethod
    def whole(cls, picture: Image.Image) -> _Source:
        return cls(picture, Image.new("L", picture.size, 255))

    @classmethod
    def straightened(cls, picture: Image.Image, roll: float) -> _Source:
        filled = Image.new("L", picture.size, 255).rotate(roll, Image.Resampling.NEAREST)
        return cls(picture.rotate(roll, Image.Resampling.BICUBIC), filled)

    def holds(self, box: _Box) -> bool:
        return box.inside(self.picture) and self.filled.crop(_outwards(box)).getextrema()[0] == 255


def _placed(found: Nets, source: _Source, seen: dict[str, float] | None) -> Framed:
    """The best frame that the source holds, cut out; or what is lacking."""
    picture, head = source.picture, _head(found, source.picture, seen)
    if head is None:
        return Framed(None, ("CROP_NO_FACE",))
    if head.crown <= CUT * picture.height:
        return Framed(None, ("CROP_ABOVE",))
    for beside in _boxes(head):
        boxes = [box for box in beside if source.holds(box)]
        if boxes and boxes[0].height < SMALLEST:
            return Framed(None, ("CROP_SMALL",))
        if boxes:
            return Framed(_cut(picture, max(boxes, key=head.room)))
    return Framed(None, _advice(picture, next(_boxes(head))[0]))


@dataclass(frozen=True)
class _Head:
    """Rows of crown and chin, and columns of the middle and of the hair's edges, in pixels."""

    crown: float
    chin: float
    centre: float
    left: float
    right: float

    def room(self, box: _Box) -> float:
        """What is free beside the hair, on the side where it is less."""
        return min(self.left - box.left, box.left + box.width - self.right)


def _head(found: Nets, picture: Image.Image, seen: dict[str, float] | None) -> _Head | None:
    """Looked at once more: in a large picture the first look is too coarse, the second sees the head alone."""
    if seen is None:
        return None
    tall = (seen["chin"] - seen["crown"]) * picture.height
    middle, top = seen["centre"] * picture.width, seen["crown"] * picture.height
    near = (
        max(0, int(middle - tall)),
        max(0, int(top - tall / 2)),
        min(picture.width, int(middle + tall)),
        min(picture.height, int(top + 2 * tall)),
    )
    part = picture.crop(near)
    again = _seen(found, part)
    if again is None:
        return None
    crown = again["crown_by_face"] if again["crown_off"] > MASK_LOST else again["crown"]
    return _Head(
        near[1] + crown * part.height,
        near[1] + again["chin"] * part.height,
        near[0] + again["centre"] * part.width,
        near[0] + again["side_left"] * part.width,
        near[0] + (1 - again["side_right"]) * part.width,
    )


def _seen(found: Nets, picture: Image.Image) -> dict[str, float] | None:
    small = picture.copy()
    small.thumbnail((WORKED_ON, WORKED_ON))
    head = find_head(found, np.asarray(small))
    return geometry(head) if head is not None else None


def _boxes(head: _Head) -> Iterator[list[_Box]]:
    """Frames around the head, the best first; those that differ only in what is beside it together."""
    for share in HEADS:
        height = (head.chin - head.crown) / share
        width = height * WIDTH / HEIGHT
        for top in TOPS:
            if SHOULDERS[0] <= 1 - top - share <= SHOULDERS[1]:
                yield [
                    _Box(head.centre - middle * width, head.crown - top * height, width, height)
                    for middle in CENTRES
                ]


def _outwards(box: _Box) -> tuple[int, int, int, int]:
    left, top, right, bottom = box.edges
    return int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom))


def _cut(picture: Image.Image, box: _Box) -> bytes:
    return encoded(picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box=box.edges, reducing_gap=3.0))


def _advice(picture: Image.Image, ideal: _Box) -> tuple[str, ...]:
    """What the picture lacks around the head."""
    left, top, right, bottom = ideal.edges
    lacking = (
        ("CROP_ABOVE", top < 0),
        ("CROP_BELOW", bottom > picture.height),
        ("CROP_BESIDE", left < 0 or right > picture.width),
    )
    return tuple(code for code, lacks in lacking if lacks) or ("CROP_STRAIGHT",)
