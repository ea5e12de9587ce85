"""Where head and shoulders stand in an upright picture, as shares of its height and width (photo facts §7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan2, degrees
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ncre.photo.lab.nets import Face, Nets, Pixels

MAIN: Final = 0.6
"""Score from which a face counts as one; below it the best there is stands in."""

SECOND: Final = 0.15
"""Share of the main face's area from which a second face is somebody else in the picture."""

CLOSER: Final = 0.8
"""Share of the shorter side of the squares in which small faces are looked for: from 18 % of the width on the
detector, which sees 128 pixels, finds them there and not in the whole picture."""

FOUND: Final = 0.4
CHIN, FOREHEAD = 152, 10
LEFT_SIDE, RIGHT_SIDE = (234, 127), (454, 356)
LEFT_EYE, RIGHT_EYE = (33, 133), (362, 263)
BROWS, LIP = (105, 334), 0
PERSON: Final = 0.5
CROWN_COLUMNS: Final = 0.35
"""The crown is looked for within this share of the face's width around its middle."""

CROWN_PERCENTILE: Final = 8

EYES_TO_CHIN: Final = 2.05
"""From the chin to the crown it is so many times as far as from the chin to the eyes (photo facts §7). Where the
mask says something quite different (`crown_off`, in heads), it has lost a cover of the background's colour, or
there is tall hair or headwear."""


@dataclass(frozen=True)
class HeadGeometry:
    """A face with its points and the person's mask; everything in pixels of the picture."""

    face: Face
    points: NDArray[np.float32]
    mask: NDArray[np.float32]
    others: int

    def middle(self, *points: int) -> tuple[float, float]:
        """The middle of some of the 468 points."""
        x, y = self.points[list(points), :2].mean(axis=0)
        return float(x), float(y)


def find_head(nets: Nets, picture: Pixels) -> HeadGeometry | None:
    """The main face: the largest that is surely one, else the likeliest; None where there is none."""
    faces = nets.faces(picture, FOUND)
    if not faces:
        return None
    sure = [face for face in faces if face.score >= MAIN]
    main = max(sure, key=lambda face: face.area) if sure else faces[0]
    others = sum(1 for face in sure if face is not main and face.area >= SECOND * main.area)
    return HeadGeometry(main, nets.mesh(picture, main), nets.person(picture), others)


def small_faces(nets: Nets, picture: Pixels, main: Face) -> int:
    """How many faces there are besides the main one that only a closer look finds, each counted once."""
    found: list[Face] = []
    for left, top, side in _squares(picture):
        part = np.ascontiguousarray(picture[top : top + side, left : left + side])
        for face in nets.faces(part, MAIN):
            moved = replace(face, x=face.x + left, y=face.y + top)
            if not any(one.holds(moved) or moved.holds(one) for one in (main, *found)):
                found.append(moved)
    return len(found)


def _squares(picture: Pixels) -> list[tuple[int, int, int]]:
    """Four squares in the corners that cover the picture: left, top and side."""
    height, width = picture.shape[:2]
    side = int(CLOSER * min(height, width))
    return [(left, top, side) for top in (0, height - side) for left in (0, width - side)]


def geometry(head: HeadGeometry) -> dict[str, float]:
    """Shares of height (crown, chin, top, head, shoulders) and width (the rest); angles in degrees."""
    height, width = head.mask.shape
    chin = head.middle(CHIN)[1] / height
    crown = _crown(head) / height
    by_face = chin - EYES_TO_CHIN * (chin - head.middle(*LEFT_EYE, *RIGHT_EYE)[1] / height)
    left, right = head.middle(*LEFT_SIDE), head.middle(*RIGHT_SIDE)
    centre = (left[0] + right[0]) / 2 / width
    side_left, side_right = _sides(head, centre)
    (x1, y1), (x2, y2) = head.middle(*LEFT_EYE), head.middle(*RIGHT_EYE)
    return {
        "crown": crown,
        "chin": chin,
        "crown_by_face": by_face,
        "crown_off": (crown - by_face) / max(chin - by_face, 0.01),
        "top": crown,
        "head": chin - crown,
        "shoulders": 1 - chin,
        "centre": centre,
        "side_left": side_left,
        "side_right": side_right,
        "face_left": left[0] / width,
        "face_right": right[0] / width,
        "roll": degrees(atan2(y2 - y1, x2 - x1)),
        "yaw": _lean(head, LEFT_SIDE[0], RIGHT_SIDE[0], 0),
        "pitch": _lean(head, FOREHEAD, CHIN, 1),
    }


def _lean(head: HeadGeometry, first: int, last: int, axis: int) -> float:
    """Degrees by which the line between two points leans into the depth."""
    step: Any = head.points[last] - head.points[first]
    return degrees(atan2(float(step[2]), float(step[axis])))


def _crown(head: HeadGeometry) -> float:
    """The row where the hair begins: what the rule means by the top of the head."""
    left, right = head.middle(LEFT_SIDE[0])[0], head.middle(RIGHT_SIDE[0])[0]
    middle, reach = (left + right) / 2, CROWN_COLUMNS * abs(right - left)
    width = head.mask.shape[1]
    first, last = max(0, int(middle - reach)), min(width, int(middle + reach) + 1)
    person = head.mask[:, first:last] >= PERSON
    begun = person.any(axis=0)
    if not begun.any():
        return head.middle(FOREHEAD)[1]
    return float(np.percentile(person.argmax(axis=0)[begun], CROWN_PERCENTILE))


def _sides(head: HeadGeometry, centre: float) -> tuple[float, float]:
    """What is free to the left and right of the head, hair included, between brows and lip."""
    height, width = head.mask.shape
    first = max(0, int(head.middle(*BROWS)[1]))
    last = min(height, max(first + 1, int(head.middle(LIP)[1])))
    column = min(width - 1, max(0, int(centre * width)))
    person = head.mask[first:last] >= PERSON
    free = ~person[person[:, column]]
    if not len(free):
        return 0.0, 0.0
    before, after = free[:, :column][:, ::-1], free[:, column:]
    lefts = np.where(before.any(axis=1), column - before.argmax(axis=1), 0) if column else np.zeros(len(free))
    rights = np.where(after.any(axis=1), column + after.argmax(axis=1), width)
    return float(np.percentile(lefts, 10)) / width, 1 - float(np.percentile(rights, 90)) / width
