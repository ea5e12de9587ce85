"""How colourful a picture is: what tells a grey one from a coloured one, and one washed in a single hue."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

ENOUGH: Final = (160, 160)
"""Pixels that are enough to know the colours of a picture."""


def tint(picture: Image.Image) -> dict[str, float]:
    """How far from grey its colours go (95th percentile), the smaller spread of them (photo facts §9), and that spread
    in the larger one: a single hue is a line of colours, also where a faint picture has few of any.
    """
    small = picture.copy()
    small.thumbnail(ENOUGH, Image.Resampling.BOX)
    colours = np.asarray(small.convert("YCbCr"))[:, :, 1:].reshape(-1, 2).astype(np.float64) - 128
    chroma = float(np.percentile(np.hypot(colours[:, 0], colours[:, 1]), 95))
    smaller, larger = (
        np.sqrt(np.maximum(0, np.linalg.eigvalsh(np.cov(colours.T)))) if len(colours) > 1 else (0, 0)
    )
    return {
        "chroma_p95": round(chroma, 2),
        "tint_spread": round(float(smaller), 2),
        "tint_ratio": round(float(smaller) / max(1e-6, float(larger)), 3),
    }
