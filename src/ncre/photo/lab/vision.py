"""OpenCV, or None where it is not installed: then geometry is not measured, and everything else goes on."""

from __future__ import annotations

from typing import Any

try:
    import cv2 as _cv2
except ImportError:
    _cv2 = None  # type: ignore[assignment]

cv2: Any = _cv2

VisionError: type[Exception] = _cv2.error if _cv2 is not None else RuntimeError
"""What OpenCV raises where it cannot work on a picture; nobody's photo is refused for that."""
