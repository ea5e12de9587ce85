"""What runs a network: LiteRT, and where that is not installed OpenCV, at three times the CPU.

Both read the same file and answer the same within a ten-thousandth of the largest number; a test holds them together.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ncre.photo.lab.vision import VisionError, cv2

try:
    from ai_edge_litert import __version__ as _version
    from ai_edge_litert.interpreter import Interpreter
except ImportError:
    _version, Interpreter = "none", None

Numbers = NDArray[np.float32]

LITERT: Final = "litert"
OPENCV: Final = "opencv"
RUNTIME: Final = LITERT if Interpreter is not None else OPENCV


class Network(Protocol):
    """Takes a blob as `cv2.dnn.blobFromImage` makes it (1 x 3 x height x width); not safe for several threads.

    Raises VisionError.
    """

    def run(self, blob: Any) -> list[Numbers]: ...


def network(model: bytes, runtime: str = RUNTIME) -> Network:
    """The network of a TFLite file, on one thread."""
    return _LiteRt(model) if runtime == LITERT else _OpenCv(model)


def versions() -> dict[str, str]:
    """What runs the networks, as a verdict names it; OpenCV works on the picture in either case."""
    opencv = {OPENCV: cv2.__version__ if cv2 is not None else "none"}
    return opencv | ({LITERT: _version} if RUNTIME == LITERT else {})


class _OpenCv:
    def __init__(self, model: bytes) -> None:
        self._net = cv2.dnn.readNetFromTFLite(np.frombuffer(model, np.uint8))
        self._outputs = self._net.getUnconnectedOutLayersNames()

    def run(self, blob: Any) -> list[Numbers]:
        self._net.setInput(blob)
        return list(self._net.forward(self._outputs))


class _LiteRt:
    def __init__(self, model: bytes) -> None:
        with _quiet():
            self._net = Interpreter(model_content=model, num_threads=1)
            self._net.allocate_tensors()
        self._input = self._net.get_input_details()[0]["index"]
        self._outputs = [one["index"] for one in self._net.get_output_details()]

    def run(self, blob: Any) -> list[Numbers]:
        try:
            self._net.set_tensor(self._input, np.ascontiguousarray(blob.transpose(0, 2, 3, 1)))
            self._net.invoke()
            return [self._net.get_tensor(one) for one in self._outputs]
        except (RuntimeError, ValueError) as error:
            raise VisionError(str(error)) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """The library tells the standard error which delegate it made, and cannot be asked not to."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
