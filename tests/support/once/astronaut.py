"""The face of the tests: scikit-image's astronaut (NASA, public domain), whose file is read without loading scikit-image."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy
from PIL import Image


def astronaut() -> Image.Image:
    """512 x 512, nothing but pixels."""
    return _published().copy()


@cache
def _published() -> Image.Image:
    found = find_spec("skimage")
    assert found is not None
    assert found.origin is not None
    with Image.open(Path(found.origin).with_name("data") / "astronaut.png") as picture:
        return Image.fromarray(numpy.asarray(picture))
