"""What looking at a photo costs, beside what its three networks and its decoding cost alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from PIL import Image

from ncre.domain.photo.verdict import judge
from ncre.photo.lab.framing import frame
from ncre.photo.lab.geometry import find_head
from ncre.photo.lab.lab import PhotoLabPool
from ncre.photo.lab.measuring import measure as measure_photo
from ncre.photo.lab.nets import nets
from ncre.photo.lab.picture import encoded, opened_picture
from tests.photo.portraits import jpeg, portrait

PICTURE = jpeg(portrait(640, 440))
PIXELS = np.asarray(portrait(640, 440))
PHONE = jpeg(portrait(8064, 6048), quality=40, subsampling=2)
PHOTOS = 120


@dataclass(frozen=True)
class Looks:
    """CPU milliseconds of a whole check and its file part, of their floors, and of a phone's 48 megapixels, checked
    and cropped; a worker in MB; photos a second.
    """

    whole: float
    networks: float
    file: float
    codec: float
    phone: float
    memory: float
    rate: float


def measure() -> Looks:
    assert judge(measure_photo(PICTURE)).verdict == "accept"
    rate, memory = _in_workers()
    return Looks(
        whole=_cost(lambda: judge(measure_photo(PICTURE))),
        networks=_cost(_networks_alone),
        file=_cost(lambda: encoded(opened_picture(PICTURE).picture)),
        codec=_cost(_codec_alone),
        phone=_cost(lambda: (measure_photo(PHONE), frame(PHONE)), 5),
        memory=memory,
        rate=rate,
    )


def _cost(look: Callable[[], object], times: int = 60) -> float:
    look()
    begun = process_time()
    for _ in range(times):
        look()
    return 1000 * (process_time() - begun) / times


def _networks_alone() -> None:
    """Five looks of the detector, one of the mesh and one of the mask: what the rules need at the least."""
    for _ in range(4):
        nets().faces(PIXELS, 0.4)
    find_head(nets(), PIXELS)


def _codec_alone() -> None:
    picture = Image.open(BytesIO(PICTURE))
    picture.load()
    picture.save(BytesIO(), "JPEG", quality=92, subsampling=0)


def _in_workers() -> tuple[float, float]:
    """Photos a second with two workers, and the largest resident size of one, in MB."""
    lab = PhotoLabPool(2)
    try:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lab.measure, [PICTURE] * 4))
            begun = perf_counter()
            list(threads.map(lab.measure, [PICTURE] * PHOTOS))
            rate = PHOTOS / (perf_counter() - begun)
        return rate, max(map(_peak, lab.processes))
    finally:
        lab.close()


def _peak(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    raise ValueError(process)
