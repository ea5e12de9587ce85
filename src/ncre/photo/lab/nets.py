"""The three small networks that find a face, its points, and the person against the background.

They run here without a network, a GPU or a download (photo facts §3-5, `runtime.py`). Where OpenCV or a model
file is missing, or a file is not the one whose sum is written here, nothing is measured and the service
goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from math import atan2, cos, degrees, sin
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ncre.photo.lab import runtime
from ncre.photo.lab.runtime import Network, network
from ncre.photo.lab.vision import VisionError, cv2

Pixels = NDArray[np.uint8]
"""Height x width x 3, RGB."""

SUMS: Final = {
    "face_detection_short_range.tflite": "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    "face_landmark.tflite": "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    "selfie_segmentation.tflite": "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
}
DETECTOR, MESH, MASK = SUMS

DETECTOR_SIDE: Final = 128
MESH_SIDE: Final = 192
MASK_SIDE: Final = 256
MESH_CROP: Final = 1.5
"""The mesh sees a square this many times the face box."""

OVERLAP: Final = 0.3
"""Boxes that overlap by more (intersection over union) are one face."""


@dataclass(frozen=True)
class Face:
    """A face as the detector sees it, in pixels: box and six points (two eyes, nose, mouth, two ears)."""

    score: float
    x: float
    y: float
    width: float
    height: float
    points: tuple[tuple[float, float], ...]

    @property
    def area(self) -> float:
        return self.width * self.height

    def holds(self, other: Face) -> bool:
        """Whether the middle of the other lies within this one."""
        across, down = other.x + other.width / 2 - self.x, other.y + other.height / 2 - self.y
        return 0 <= across <= self.width and 0 <= down <= self.height

    @property
    def roll(self) -> float:
        """Degrees by which the head leans, clockwise positive, taken from the eyes to the mouth."""
        (x1, y1), (x2, y2), _, (mx, my) = self.points[:4]
        return degrees(atan2(-(mx - (x1 + x2) / 2), my - (y1 + y2) / 2))


class NotMeasured(Exception):
    """OpenCV or a model is not there, or not the one it must be."""


class Nets:
    """One set of networks in a process, behind one lock: they are not safe for several threads at once."""

    def __init__(self) -> None:
        """Raises NotMeasured."""
        if cv2 is None:
            raise NotMeasured("OpenCV is not installed")
        cv2.setNumThreads(1)
        self._lock = Lock()
        self._nets = {name: _loaded(name) for name in SUMS}
        self._anchors = _anchors()

    def faces(self, picture: Pixels, least: float) -> list[Face]:
        """Every face with at least this score, the best first."""
        height, width = picture.shape[:2]
        side = max(height, width)
        square = np.zeros((side, side, 3), np.uint8)
        top, left = (side - height) // 2, (side - width) // 2
        square[top : top + height, left : left + width] = picture
        blob = cv2.dnn.blobFromImage(square, 1 / 127.5, (DETECTOR_SIDE, DETECTOR_SIDE), (127.5, 127.5, 127.5))
        boxes, logits = sorted(self._run(DETECTOR, blob), key=lambda out: -out.size)
        scores = 1 / (1 + np.exp(-np.clip(logits.reshape(-1), -50, 50)))
        kept = scores >= least
        told = boxes.reshape(-1, 16)[kept] / DETECTOR_SIDE
        return _merged(_absolute(told, self._anchors[kept], side, left, top), scores[kept])

    def mesh(self, picture: Pixels, face: Face) -> NDArray[np.float32]:
        """The 468 points of a face (x, y, z), in pixels of the picture."""
        (x1, y1), (x2, y2) = face.points[:2]
        turn = atan2(y2 - y1, x2 - x1)
        side = MESH_CROP * max(face.width, face.height)
        middle = (face.x + face.width / 2, face.y + face.height / 2)
        scale = MESH_SIDE / side
        forth = np.array(
            [
                [scale * cos(turn), scale * sin(turn), 0.0],
                [-scale * sin(turn), scale * cos(turn), 0.0],
            ]
        )
        forth[:, 2] = MESH_SIDE / 2 - forth[:, :2] @ middle
        crop = cv2.warpAffine(picture, forth, (MESH_SIDE, MESH_SIDE), borderMode=cv2.BORDER_REPLICATE)
        out = self._run(MESH, cv2.dnn.blobFromImage(crop, 1 / 255))
        points = max(out, key=lambda one: one.size).reshape(468, 3)
        back = cv2.invertAffineTransform(forth)
        placed = points[:, :2] @ back[:, :2].T + back[:, 2]
        return np.column_stack([placed, points[:, 2] / scale]).astype(np.float32)

    def person(self, picture: Pixels) -> NDArray[np.float32]:
        """How probably each pixel belongs to the person, in the size of the picture."""
        height, width = picture.shape[:2]
        blob = cv2.dnn.blobFromImage(picture, 1 / 255, (MASK_SIDE, MASK_SIDE))
        (out,) = self._run(MASK, blob)
        mask: NDArray[np.float32] = cv2.resize(out.reshape(MASK_SIDE, MASK_SIDE), (width, height))
        return mask

    def _run(self, name: str, blob: Any) -> list[NDArray[np.float32]]:
        net = self._nets[name]
        with self._lock:
            return net.run(blob)


@cache
def nets() -> Nets:
    """The networks of this process. Raises NotMeasured."""
    return Nets()


def versions() -> dict[str, str]:
    """The models and what runs them, as a verdict names them."""
    named = {name.removesuffix(".tflite"): told[:12] for name, told in SUMS.items()}
    return {**runtime.versions(), **named}


def _loaded(name: str) -> Network:
    model = (files(__package__) / "models" / name).read_bytes()
    if sha256(model).hexdigest() != SUMS[name]:
        raise NotMeasured(f"{name} is not the model that belongs here")
    try:
        return network(model)
    except (RuntimeError, ValueError, VisionError) as error:
        raise NotMeasured(f"{name} cannot be loaded: {error}") from error


def _anchors() -> NDArray[np.float64]:
    """Centres of the 896 anchors as shares of the square: stride 8 twice a cell, stride 16 six times."""
    centres = []
    for cells, each in ((16, 2), (8, 6)):
        for row in range(cells):
            for column in range(cells):
                centres += [((column + 0.5) / cells, (row + 0.5) / cells)] * each
    return np.array(centres)


def _absolute(
    told: NDArray[Any], anchors: NDArray[np.float64], side: int, left: int, top: int
) -> NDArray[np.float64]:
    """Rows of x, y, width, height and six points in pixels of the picture without its letterbox."""
    rows = np.array(told, np.float64)
    rows[:, 0] += anchors[:, 0]
    rows[:, 1] += anchors[:, 1]
    rows[:, 4::2] += anchors[:, :1]
    rows[:, 5::2] += anchors[:, 1:]
    rows *= side
    rows[:, 0] -= rows[:, 2] / 2 + left
    rows[:, 1] -= rows[:, 3] / 2 + top
    rows[:, 4::2] -= left
    rows[:, 5::2] -= top
    return rows


def _merged(rows: NDArray[np.float64], scores: NDArray[Any]) -> list[Face]:
    """Overlapping boxes become one face: their average, weighted by their scores."""
    faces = []
    waiting = list(np.argsort(-scores))
    while waiting:
        best = rows[waiting[0]]
        same = [one for one in waiting if _overlap(best, rows[one]) > OVERLAP] or [waiting[0]]
        mean = np.average(rows[same], axis=0, weights=scores[same])
        points = tuple((float(mean[k]), float(mean[k + 1])) for k in range(4, 16, 2))
        x, y, width, height = (float(value) for value in mean[:4])
        faces.append(Face(float(scores[waiting[0]]), x, y, width, height, points))
        waiting = [one for one in waiting if one not in same]
    return faces


def _overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    return float(shared / (one[2] * one[3] + other[2] * other[3] - shared))
