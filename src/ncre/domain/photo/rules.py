"""What the measurements of a photo must be. Every threshold stands here, with its source; `photo.py` judges by them.

What a machine measures well it may refuse; what it measures badly is a warning, or a hint for staff that no
candidate is told (photo facts §8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Final

RULES_VERSION: Final = "photo-3"
"""Named on each photo's fact, so that a verdict can be understood after the rules changed."""

Facts = Mapping[str, float | str | None]
"""Measurements by name, as a photo's fact keeps them."""


class RuleLevel(StrEnum):
    """What came of one rule."""

    PASSED = "passed"
    WARNED = "warned"
    REFUSED = "refused"
    STAFF = "staff"
    UNMEASURED = "unmeasured"


Range = tuple[float, float]


@dataclass(frozen=True)
class Band:
    """One rule: a measurement is good within `green`, doubtful within `amber`, and beyond that `beyond`.

    `unit`: "share" of the picture's height or width, "degrees", "pixels", "bytes", "ratio", "grey" (0 to
    255), or "" for a number that means nothing to people.
    """

    measure: str
    code: str
    green: Range
    amber: Range
    beyond: RuleLevel
    unit: str
    source: str

    def level(self, value: float) -> RuleLevel:
        """How a measured value is judged."""
        if self.green[0] <= value <= self.green[1]:
            return RuleLevel.PASSED
        if self.amber[0] <= value <= self.amber[1]:
            return RuleLevel.WARNED
        return self.beyond


def _hard(measure: str, code: str, green: Range, unit: str, source: str, amber: Range | None = None) -> Band:
    return Band(measure, code, green, amber or green, RuleLevel.REFUSED, unit, source)


def _soft(
    measure: str, code: str, green: Range, unit: str, source: str, beyond: RuleLevel = RuleLevel.WARNED
) -> Band:
    return Band(measure, code, green, green, beyond, unit, source)


BANDS: Final[Mapping[str, Band]] = {
    "bytes_few": _hard("bytes", "BYTES_FEW", (20_000, inf), "bytes", "manual part 4: 20KB-200KB; KB as 1000"),
    "bytes_many": _hard(
        "bytes", "BYTES_MANY", (0, 204_800), "bytes", "manual part 4: 20KB-200KB; KB as 1024"
    ),
    "bytes_huge": _hard(
        "bytes", "BYTES_HUGE", (0, 10_000_000), "bytes", "photo facts §2: what the crop takes"
    ),
    "height": _hard("height", "PIXELS", (192, inf), "pixels", "manual part 4: at least 192 x 144"),
    "width": _hard("width", "PIXELS", (144, inf), "pixels", "manual part 4: at least 192 x 144"),
    "chroma": _hard(
        "chroma_p95", "GREY", (3.0, inf), "", "photo facts §9: true grey measures 0-2, colour 3.2 and more"
    ),
    "aspect": _hard(
        "aspect", "ASPECT", (1.25, 1.50), "ratio", "photo facts §8 and §13: 48 x 33 mm is 1.45", (1.20, 1.60)
    ),
    "top": _hard("top", "TOP", (0.05, 0.15), "share", "manual: 1/10; bands of photo facts §8", (0.02, 0.20)),
    "crown": _soft(
        "crown_off",
        "CROWN",
        (-0.16, 0.16),
        "",
        "photo facts §7: the guess by the face errs by 5.3 % of the head",
    ),
    "head": _hard(
        "head", "HEAD", (0.65, 0.75), "share", "manual: 7/10; bands of photo facts §8", (0.60, 0.80)
    ),
    "shoulders": _hard(
        "shoulders", "SHOULDER", (0.14, 0.26), "share", "manual: 1/5; bands of photo facts §8", (0.10, 0.32)
    ),
    "centre": _hard(
        "centre", "CENTRE", (0.45, 0.55), "share", "manual: frontal, centred; photo facts §8", (0.40, 0.60)
    ),
    "roll": _hard("roll", "ROLL", (-6, 6), "degrees", "photo facts §8", (-12, 12)),
    "yaw": _hard("yaw", "YAW", (-15, 15), "degrees", "photo facts §8: frontal", (-26, 26)),
    "side_left": _soft(
        "side_left", "SIDES", (0.02, 1), "share", "manual: 1/10; photo facts §8: never refused"
    ),
    "side_right": _soft(
        "side_right", "SIDES", (0.02, 1), "share", "manual: 1/10; photo facts §8: never refused"
    ),
    "sharpness": _soft("sharpness", "BLUR", (2.2, inf), "", "photo facts §9: real photos P1 1.5, median 11"),
    "background": _soft("background_spread", "BG", (0, 25), "grey", "photo facts §9: plain below 10"),
    "edges": _soft("background_edges", "BG", (0, 8), "grey", "photo facts §9: P90 of the edges"),
    "glare": _soft("face_glare", "BRIGHT", (0, 0.15), "share", "photo facts §9: pixels above 250"),
    "shadow": _soft(
        "shadow", "SHADOW", (0, 0.6), "", "photo facts §9: natural light to 0.5", RuleLevel.STAFF
    ),
    "small_faces": _soft(
        "small_faces",
        "FACES",
        (0, 0.5),
        "",
        "found by a closer look: from 18 % of the width on",
        RuleLevel.STAFF,
    ),
    "mouth": _soft("mouth", "MOUTH", (0, 0.35), "", "photo facts §9", RuleLevel.STAFF),
}
"""Every rule of one measurement, in the order in which people are told."""

DARK_FACE: Final = 75.0
DARK_RANGE: Final = 60.0
"""A face is badly lit when its mean is below the one and its light and dark lie closer than the other.

The mean alone would call dark skin a bad light (photo facts §10).
"""

BRIGHT_FACE: Final = 205.0
"""A face is washed out when its mean is above this and its range below the one of a dark face. A pale one is not."""

COVERED_LIGHT: Final = 0.42
COVERED_CONTRAST: Final = 0.45
"""Eyes against cheeks: darker and flatter than both means dark glasses (photo facts §9). For staff only."""

COVERED_RANGE: Final = 0.42
SEEN_RANGE: Final = 0.6
"""Light and dark of the eyes in that of the face: below the one there is glass before them, however hazy, above the
other there is none. Bare eyes have 0.55 and more, blurred ones included."""

TINT_SPREAD: Final = 1.2
TINT_RATIO: Final = 0.15
TINT_NOISE: Final = 0.45
"""One hue: the smaller spread of the colours is small (photo facts §9), and small against the larger: a sepia print
has 0.09, faint pictures of people 0.18 and more; or it is no more than what rounding and JPEG alone make, 0.3 to 0.4."""

UNDECIDED: Final = 0.05
"""Two turns of a picture this close cannot be told apart (photo facts §6)."""

TURNED: Final = {90: "ROT90", 180: "ROT180", 270: "ROT270"}
"""How a picture lies, in degrees counter-clockwise."""

STAFF_ONLY: Final = frozenset({"EYES", "SHADOW", "MOUTH", "FACES"})
"""Hints that are shown to staff and never told to the candidate (photo facts §8 and §10)."""

APPEALABLE: Final = frozenset(
    {"TOP", "HEAD", "SHOULDER", "CENTRE", "ROLL", "YAW", "NOFACE", "MULTI", "ASPECT", *TURNED.values()}
)
"""What may be called wrong and sent to a person: everything that depends on finding the face."""

CROPPABLE: Final = frozenset({"NOT_JPEG", "BYTES_MANY", "BYTES_FEW", "PIXELS", "ASPECT", "CMYK", "TOP", "HEAD",
                              "SHOULDER", "CENTRE", "ROLL"})  # fmt: skip
"""What the assisted crop may mend."""

CONSEQUENCES: Final[Mapping[str, frozenset[str]]] = {
    "NOT_JPEG": frozenset({"BYTES_MANY", "BYTES_FEW"}),
    "TRUNCATED": frozenset({"BYTES_FEW"}),
    "BYTES_HUGE": frozenset({"BYTES_MANY"}),
    "PIXELS": frozenset({"BYTES_FEW", "BLUR"}),
    "GREY": frozenset({"TINTED"}),
    "HEAD": frozenset({"TOP", "SHOULDER", "SIDES"}),
    "TOP": frozenset({"SHOULDER"}),
}
"""What follows from another fault and would only be a second sentence about it."""
