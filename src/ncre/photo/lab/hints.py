"""Sharpness, light, background and what may cover the face: hints, whose worth photo facts §9 tells.

None of them refuses anybody. Brightness alone says more about skin than about light (photo facts §10),
so it never stands alone.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ncre.photo.lab.geometry import HeadGeometry
from ncre.photo.lab.nets import Pixels
from ncre.photo.lab.vision import cv2

FACE_SIDE: Final = 128
"""Pixels across a face when its sharpness is measured, so that large and small pictures compare."""

BACKGROUND: Final = 0.1
LEFT_EYE_REGION: Final = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
RIGHT_EYE_REGION: Final = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
CHEEKS: Final = ((50, 101, 118, 117, 123, 187, 205), (280, 330, 347, 346, 352, 411, 425))
FACE_OVAL: Final = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
LIPS_ACROSS, LIPS_DOWN = (78, 308), (13, 14)


def hints(picture: Pixels, head: HeadGeometry) -> dict[str, float]:
    """Numbers without units unless named so; grey values run from 0 to 255."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    face = _inside(grey, head, FACE_OVAL)
    return {
        "sharpness": _sharpness(grey, head),
        **_light(face),
        "shadow": _shadow(grey, head),
        **_background(picture, grey, head),
        **_eyes(grey, head),
        "eye_range": _eye_range(grey, head, face),
        "mouth": _mouth(head),
    }


def _sharpness(grey: NDArray[Any], head: HeadGeometry) -> float:
    """Variance of the Laplacian over that of the face itself, in per cent."""
    face = _box(grey, head)
    if face.size == 0:
        return 0.0
    scale = FACE_SIDE / face.shape[1]
    small = cv2.resize(face, (FACE_SIDE, max(1, round(face.shape[0] * scale))), interpolation=cv2.INTER_AREA)
    values = small.astype(np.float64)
    return float(100 * cv2.Laplacian(values, cv2.CV_64F).var() / (values.var() + 1))


def _light(face: NDArray[Any]) -> dict[str, float]:
    if face.size == 0:
        return {"face_light": 0.0, "face_range": 0.0, "face_glare": 0.0}
    low, high = np.percentile(face, (5, 95))
    return {
        "face_light": float(face.mean()),
        "face_range": float(high - low),
        "face_glare": float((face > 250).mean()),
    }


def _shadow(grey: NDArray[Any], head: HeadGeometry) -> float:
    """Light on one half of the face against the other, relative to both."""
    half = len(FACE_OVAL) // 2 + 1
    left, right = (
        _inside(grey, head, side) for side in (FACE_OVAL[:half], (*FACE_OVAL[half - 1 :], FACE_OVAL[0]))
    )
    if left.size == 0 or right.size == 0:
        return 0.0
    one, other = float(left.mean()), float(right.mean())
    return abs(one - other) / max(1.0, (one + other) / 2)


def _background(picture: Pixels, grey: NDArray[Any], head: HeadGeometry) -> dict[str, float]:
    """How uneven what is not the person is: spread of each colour, and strength of edges."""
    behind = head.mask < BACKGROUND
    if behind.sum() < 100:
        return {"background_spread": 0.0, "background_edges": 0.0}
    smooth = cv2.GaussianBlur(grey, (5, 5), 0).astype(np.float32)
    edges = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8)
    _, spread = cv2.meanStdDev(picture, mask=behind.astype(np.uint8))
    return {
        "background_spread": float(spread.max()),
        "background_edges": float(np.percentile(edges[::2, ::2][behind[::2, ::2]], 90)),
    }


def _eyes(grey: NDArray[Any], head: HeadGeometry) -> dict[str, float]:
    """Eyes against cheeks: how bright their middle value is, and how much light and dark is in them."""
    eyes = np.concatenate([_inside(grey, head, one) for one in (LEFT_EYE_REGION, RIGHT_EYE_REGION)])
    cheeks = np.concatenate([_inside(grey, head, one) for one in CHEEKS])
    if eyes.size == 0 or cheeks.size == 0:
        return {"eye_light": 1.0, "eye_contrast": 1.0}
    cheek = max(1.0, float(np.median(cheeks)))
    low, high = np.percentile(eyes, (5, 95))
    return {"eye_light": float(np.median(eyes)) / cheek, "eye_contrast": float(high - low) / cheek}


def _eye_range(grey: NDArray[Any], head: HeadGeometry, face: NDArray[Any]) -> float:
    """The light and dark of the eyes in that of the whole face. Glass takes it from the eyes alone, haze, a pale
    skin and a faint picture from both alike.
    """
    spans = [_span(_inside(grey, head, one)) for one in (LEFT_EYE_REGION, RIGHT_EYE_REGION)]
    return max(spans) / max(1.0, _span(face))


def _span(values: NDArray[Any]) -> float:
    low, high = np.percentile(values, (5, 95)) if values.size else (0.0, 0.0)
    return float(high - low)


def _mouth(head: HeadGeometry) -> float:
    """How far the lips are apart, in widths of the mouth."""
    across, down = (head.points[one, :2] - head.points[other, :2] for one, other in (LIPS_ACROSS, LIPS_DOWN))
    return float(np.hypot(*down) / max(1.0, float(np.hypot(*across))))


def _box(grey: NDArray[Any], head: HeadGeometry) -> NDArray[Any]:
    left, top = max(0, int(head.face.x)), max(0, int(head.face.y))
    right = max(left, int(head.face.x + head.face.width))
    bottom = max(top, int(head.face.y + head.face.height))
    part: NDArray[Any] = grey[top:bottom, left:right]
    return part


def _inside(grey: NDArray[Any], head: HeadGeometry, points: tuple[int, ...]) -> NDArray[Any]:
    """The grey values within a polygon of face points; none where it lies outside the picture."""
    outline = head.points[list(points), :2].round().astype(np.int32)
    left, top = np.maximum(outline.min(axis=0), 0)
    right, bottom = np.maximum(outline.max(axis=0) + 1, (left, top))
    part = grey[top:bottom, left:right]
    if part.size == 0:
        return part.reshape(-1)
    inside = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(inside, [outline - (left, top)], 1)
    values: NDArray[Any] = part[inside.astype(bool)]
    return values
