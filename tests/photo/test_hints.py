"""Hints about light, sharpness and eyes hold where a face reaches beyond the picture."""

from __future__ import annotations

import numpy as np
import pytest

from ncre.photo.lab.geometry import HeadGeometry, find_head, geometry
from ncre.photo.lab.hints import hints
from ncre.photo.lab.nets import Face, nets
from tests.photo.portraits import portrait

PIXELS = np.asarray(portrait())


@pytest.fixture(scope="module")
def head() -> HeadGeometry:
    found = find_head(nets(), PIXELS)
    assert found is not None
    return found


@pytest.mark.parametrize("away", [(0, -3_000), (-3_000, 0), (3_000, 0), (0, 3_000), (-250, -150)])
def test_a_face_that_lies_outside_the_picture_is_measured_as_nothing(
    away: tuple[int, int], head: HeadGeometry
) -> None:
    face = Face(
        head.face.score, head.face.x + away[0], head.face.y + away[1], head.face.width, head.face.height, ()
    )
    moved = HeadGeometry(face, head.points + np.float32((*away, 0)), head.mask, 0)
    measured = geometry(moved) | hints(PIXELS, moved)
    assert set(measured) == set(geometry(head) | hints(PIXELS, head))
    assert all(np.isfinite(value) for value in measured.values())
