"""What the measurements of a photo must be. Every threshold stands in one table, with its source.

The lab measures (`gateways/photo_lab`), this judges, the pages say it. What a machine measures well it may
refuse; what it measures badly is a warning, or a hint for staff that no candidate is told (photo facts §8).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Final, Protocol

RULES_VERSION: Final = "photo-3"
"""Named on each photo's fact, so that a verdict can be understood after the rules changed."""

Facts = Mapping[str, float | str | None]
"""Measurements by name, as a photo's fact keeps them."""


class Level(StrEnum):
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
    beyond: Level
    unit: str
    source: str

    def level(self, value: float) -> Level:
        if self.green[0] <= value <= self.green[1]:
            return Level.PASSED
        if self.amber[0] <= value <= self.amber[1]:
            return Level.WARNED
        return self.beyond


def _hard(measure: str, code: str, green: Range, unit: str, source: str, amber: Range | None = None) -> Band:
    return Band(measure, code, green, amber or green, Level.REFUSED, unit, source)


def _soft(
    measure: str, code: str, green: Range, unit: str, source: str, beyond: Level = Level.WARNED
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
    "tint": _soft("tint_spread", "TINTED", (1.2, inf), "", "photo facts §9: smaller spread of the colours"),
    "sharpness": _soft("sharpness", "BLUR", (2.2, inf), "", "photo facts §9: real photos P1 1.5, median 11"),
    "background": _soft("background_spread", "BG", (0, 25), "grey", "photo facts §9: plain below 10"),
    "edges": _soft("background_edges", "BG", (0, 8), "grey", "photo facts §9: P90 of the edges"),
    "light": _soft("face_light", "BRIGHT", (0, 205), "grey", "photo facts §9"),
    "glare": _soft("face_glare", "BRIGHT", (0, 0.15), "share", "photo facts §9: pixels above 250"),
    "shadow": _soft("shadow", "SHADOW", (0, 0.6), "", "photo facts §9: natural light to 0.5", Level.STAFF),
    "mouth": _soft("mouth", "MOUTH", (0, 0.35), "", "photo facts §9", Level.STAFF),
}
"""Every rule of one measurement, in the order in which people are told."""

DARK_FACE: Final = 75.0
DARK_RANGE: Final = 60.0
"""A face is badly lit when its mean is below the one and its light and dark lie closer than the other.

The mean alone would call dark skin a bad light (photo facts §10).
"""

COVERED_LIGHT: Final = 0.42
COVERED_CONTRAST: Final = 0.45
"""Eyes against cheeks: darker and flatter than both means dark glasses (photo facts §9). For staff only."""

UNDECIDED: Final = 0.05
"""Two turns of a picture this close cannot be told apart (photo facts §6)."""

TURNED: Final = {90: "ROT90", 180: "ROT180", 270: "ROT270"}
"""How a picture lies, in degrees counter-clockwise."""

STAFF_ONLY: Final = frozenset({"EYES", "SHADOW", "MOUTH"})
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


class Measurements(Protocol):
    """What the lab measured; see `gateways/photo_lab`."""

    @property
    def facts(self) -> Facts: ...
    @property
    def failed(self) -> str: ...
    @property
    def models(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Verdict:
    """ "accept", "warn" or "reject", with every code that was found: refusals, warnings, hints for staff."""

    verdict: str
    codes: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=lambda: {"rules": RULES_VERSION})


@dataclass(frozen=True)
class Check:
    """What came of one rule: its name and code, the value, and the band it was held against, if it has one."""

    name: str
    code: str
    level: Level
    value: float | None = None
    band: Band | None = None


def judge(measured: Measurements) -> Verdict:
    """The verdict on a photo: every fault at once, where there was a picture to look at."""
    checks = list(_checks(measured.facts))
    refused = [measured.failed] if measured.failed else []
    refused += [check.code for check in checks if check.level is Level.REFUSED]
    others = [check.code for check in checks if check.level in (Level.WARNED, Level.STAFF)]
    verdict = "reject" if refused else "warn" if others else "accept"
    codes = tuple(dict.fromkeys(refused + others))
    return Verdict(verdict, codes, {"rules": RULES_VERSION, **measured.models})


def checklist(measured: Facts, codes: Collection[str], staff: bool) -> tuple[Check, ...]:
    """Every rule and what came of it, the worst first, from what a photo's fact keeps.

    `codes` are those of the fact: what stopped the measuring stands only there. Hints for staff are
    left out unless `staff`.
    """
    checks = list(_checks(measured))
    known = {check.code for check in checks}
    checks += [Check(code.lower(), code, Level.REFUSED) for code in codes if code not in known]
    kept = [check for check in checks if staff or check.code not in STAFF_ONLY]
    worst = [Level.REFUSED, Level.STAFF, Level.WARNED, Level.UNMEASURED, Level.PASSED]
    return tuple(sorted(kept, key=lambda check: worst.index(check.level)))


def to_tell(measured: Facts, codes: Collection[str]) -> tuple[Check, ...]:
    """What a candidate is told of a photo: its refusals, else its warnings, one a cause."""
    checks = checklist(measured, codes, staff=False)
    refused = [check for check in checks if check.level is Level.REFUSED]
    faults = refused or [check for check in checks if check.level is Level.WARNED]
    by_code = {check.code: check for check in reversed(faults)}
    follows = {other for code in by_code for other in CONSEQUENCES.get(code, ())}
    return tuple(check for code, check in reversed(by_code.items()) if code not in follows)


def may_appeal(codes: Collection[str]) -> bool:
    """Whether everything that was refused is something a person may see otherwise.

    `codes` are those that refuse.
    """
    return bool(codes) and APPEALABLE.issuperset(codes)


def refusing(measured: Facts, codes: Collection[str]) -> tuple[str, ...]:
    """Those of the codes that refuse; the rest are warnings and hints."""
    return tuple(
        dict.fromkeys(
            check.code for check in checklist(measured, codes, staff=True) if check.level is Level.REFUSED
        )
    )


def _checks(measured: Facts) -> Iterator[Check]:
    """What came of every rule. Where there was no picture, only what is known of the file."""
    if isinstance(measured.get("format"), str):
        is_jpeg = measured["format"] == "JPEG"
        yield Check("not_jpeg", "NOT_JPEG", Level.PASSED if is_jpeg else Level.REFUSED)
    yield from _of_the_way_up(measured)
    for name, band in BANDS.items():
        value = measured.get(band.measure)
        if isinstance(value, int | float):
            if name != "bytes_huge" or band.level(value) is not Level.PASSED:
                yield Check(name, band.code, band.level(value), value, band)
        elif measured.get("geometry") == NOT_MEASURED and band.measure not in _OF_THE_FILE:
            yield Check(name, band.code, Level.UNMEASURED, None, band)
    yield from _of_several(measured)


NOT_MEASURED: Final = "not measured"
_OF_THE_FILE: Final = frozenset({"bytes", "height", "width", "aspect", "chroma_p95", "tint_spread"})


def _of_the_way_up(measured: Facts) -> Iterator[Check]:
    faces, others = measured.get("faces"), measured.get("others")
    if isinstance(faces, int | float):
        yield Check("face", "NOFACE", Level.PASSED if faces else Level.REFUSED, faces)
    if isinstance(others, int | float):
        yield Check("others", "MULTI", Level.REFUSED if others else Level.PASSED, others)
    turned, margin = measured.get("turned"), measured.get("turn_margin")
    if not isinstance(turned, int | float) or not isinstance(margin, int | float):
        return
    if margin < UNDECIDED:
        yield Check("upright", "UPRIGHT", Level.WARNED, turned)
    else:
        code = TURNED.get(int(turned), "UPRIGHT")
        yield Check("upright", code, Level.REFUSED if turned else Level.PASSED, turned)


def _of_several(measured: Facts) -> Iterator[Check]:
    """Rules that take more than one measurement."""
    light, spread = measured.get("face_light"), measured.get("face_range")
    if isinstance(light, int | float) and isinstance(spread, int | float):
        dark = light < DARK_FACE and spread < DARK_RANGE
        yield Check("dark", "DARK", Level.WARNED if dark else Level.PASSED, light)
    eyes, contrast = measured.get("eye_light"), measured.get("eye_contrast")
    if isinstance(eyes, int | float) and isinstance(contrast, int | float):
        covered = eyes < COVERED_LIGHT and contrast < COVERED_CONTRAST
        yield Check("eyes", "EYES", Level.STAFF if covered else Level.PASSED, eyes)
    if measured.get("mode") == "CMYK":
        yield Check("colours", "CMYK", Level.WARNED)
