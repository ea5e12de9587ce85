"""What the measurements of a photo must be. Every threshold stands in one table, with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

RULES_VERSION: Final = "file-1"
"""Named on each photo's fact, so that a verdict can be understood after the rules changed."""


@dataclass(frozen=True)
class Threshold:
    least: float
    most: float
    source: str


THRESHOLDS: Final[Mapping[str, Threshold]] = {
    "bytes": Threshold(20_000, 204_800, "manual part 4: 20KB-200KB; KB read as 1000 below and 1024 above"),
    "height": Threshold(192, 24_000_000, "manual part 4: at least 192 x 144 (height x width)"),
    "width": Threshold(144, 24_000_000, "manual part 4: at least 192 x 144 (height x width)"),
    "chroma_p95": Threshold(3.0, 255.0, "photo facts §9: true grey measures 0-2, colour 3.2 and more"),
    "aspect": Threshold(1.20, 1.60, "photo facts §8: outside is refused"),
    "aspect_good": Threshold(1.25, 1.50, "photo facts §8: outside is a warning; 48 x 33 mm is 1.45"),
}


class Measurements(Protocol):
    """What the lab measured; see `gateways/photo_lab.py`."""

    @property
    def size(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def facts(self) -> Mapping[str, float | str | None]: ...
    @property
    def failed(self) -> str: ...


@dataclass(frozen=True)
class Verdict:
    """ "accept", "warn" or "reject", with every code that was found."""

    verdict: str
    codes: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=lambda: {"rules": RULES_VERSION})


def judge(measured: Measurements) -> Verdict:
    """The verdict on a photo: every fault at once, where there was a picture to look at."""
    hard = _file_faults(measured)
    if measured.width:
        hard += _picture_faults(measured)
    if hard:
        return Verdict("reject", tuple(hard))
    soft = _soft_faults(measured)
    return Verdict("warn" if soft else "accept", tuple(soft))


def _file_faults(measured: Measurements) -> list[str]:
    limits = THRESHOLDS["bytes"]
    codes = []
    if measured.size < limits.least:
        codes.append("BYTES_FEW")
    if measured.size > limits.most:
        codes.append("BYTES_MANY")
    return codes + ([measured.failed] if measured.failed else [])


def _picture_faults(measured: Measurements) -> list[str]:
    codes = []
    if measured.height < THRESHOLDS["height"].least or measured.width < THRESHOLDS["width"].least:
        codes.append("PIXELS")
    if not _within("chroma_p95", measured.facts.get("chroma_p95")):
        codes.append("GREY")
    if not _within("aspect", measured.facts.get("aspect")):
        codes.append("ASPECT")
    return codes


def _soft_faults(measured: Measurements) -> list[str]:
    """What is said to the candidate and never refused; print colours were converted."""
    codes = [] if _within("aspect_good", measured.facts.get("aspect")) else ["ASPECT"]
    return codes + (["CMYK"] if measured.facts.get("mode") == "CMYK" else [])


def _within(name: str, value: float | str | None) -> bool:
    """Whether a measurement lies within its band; what was not measured is not held against anybody."""
    limits = THRESHOLDS[name]
    return not isinstance(value, int | float) or limits.least <= value <= limits.most
