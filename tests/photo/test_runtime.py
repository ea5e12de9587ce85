"""What runs the networks: both runtimes see the same, and what fails in one is told like what fails in OpenCV."""

from importlib.resources import files

import numpy as np
import pytest

from ncre.photo.lab import runtime
from ncre.photo.lab.nets import DETECTOR, DETECTOR_SIDE, MASK, MASK_SIDE, MESH, MESH_SIDE, SUMS
from ncre.photo.lab.runtime import LITERT, OPENCV, network
from ncre.photo.lab.vision import VisionError, cv2
from tests.photo.portraits import portrait

SIDES = {DETECTOR: DETECTOR_SIDE, MESH: MESH_SIDE, MASK: MASK_SIDE}


def model(name: str) -> bytes:
    return (files("ncre.photo.lab") / "models" / name).read_bytes()


def blob(side: int) -> np.ndarray:
    return cv2.dnn.blobFromImage(np.asarray(portrait()), 1 / 127.5, (side, side), (127.5, 127.5, 127.5))


@pytest.mark.parametrize("name", SUMS)
def test_both_runtimes_answer_the_same(name: str) -> None:
    asked = blob(SIDES[name])
    both = [network(model(name), one).run(asked) for one in (LITERT, OPENCV)]
    ours, theirs = (sorted(outputs, key=lambda one: one.size) for outputs in both)
    for one, other in zip(ours, theirs, strict=True):
        assert np.abs(one.ravel() - other.ravel()).max() <= 2e-4 * max(1.0, np.abs(other).max())


def test_what_runs_the_networks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert runtime.versions() == {OPENCV: cv2.__version__, LITERT: runtime._version}
    monkeypatch.setattr(runtime, "RUNTIME", OPENCV)
    assert runtime.versions() == {OPENCV: cv2.__version__}


def test_what_a_runtime_cannot_work_on_is_told_like_what_opencv_cannot() -> None:
    net = network(model(DETECTOR), LITERT)
    with pytest.raises(VisionError):
        net.run(blob(DETECTOR_SIDE // 2))


def test_loading_a_network_tells_the_standard_error_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    network(model(DETECTOR), LITERT).run(blob(DETECTOR_SIDE))
    assert capfd.readouterr() == ("", "")
