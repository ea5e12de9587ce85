"""Judges a photo by its measurements; the thresholds stand in `photo_rules.py`.

The lab measures (`gateways/photo_lab`), this judges, the pages say it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from ncre.domain.photo.rules import (
    APPEALABLE,
    BANDS,
    BRIGHT_FACE,
    CONSEQUENCES,
    COVERED_CONTRAST,
    COVERED_LIGHT,
    COVERED_RANGE,
    DARK_FACE,
    DARK_RANGE,
    RULES_VERSION,
    SEEN_RANGE,
    STAFF_ONLY,
    TINT_NOISE,
    TINT_RATIO,
    TINT_SPREAD,
    TURNED,
    UNDECIDED,
    Band,
    Facts,
    RuleLevel,
)


class Measurements(Protocol):
    """What the lab measured; see `photo/lab`."""

    @property
    def facts(self) -> Facts:
        """What was measured, by name."""

    @property
    def failed(self) -> str:
        """The code of why nothing could be measured, else an empty text."""

    @property
    def models(self) -> Mapping[str, str]:
        """The models that measured, with their versions."""


@dataclass(frozen=True)
class Verdict:
    """ "accept", "warn" or "reject", with every code that was found: refusals, warnings, hints for staff."""

    verdict: str
    codes: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=lambda: {"rules": RULES_VERSION})


@dataclass(frozen=True)
class RuleResult:
    """What came of one rule: its name and code, the value, and the band it was held against, if it has one."""

    name: str
    code: str
    level: RuleLevel
    value: float | None = None
    band: Band | None = None


def judge(measured: Measurements) -> Verdict:
    """The verdict on a photo: every fault at once, where there was a picture to look at."""
    checks = list(_checks(measured.facts))
    refused = [measured.failed] if measured.failed else []
    refused += [check.code for check in checks if check.level is RuleLevel.REFUSED]
    others = [check.code for check in checks if check.level in (RuleLevel.WARNED, RuleLevel.STAFF)]
    verdict = "reject" if refused else "warn" if others else "accept"
    codes = tuple(dict.fromkeys(refused + others))
    return Verdict(verdict, codes, {"rules": RULES_VERSION, **measured.models})


def checklist(measured: Facts, codes: Collection[str], staff: bool) -> tuple[RuleResult, ...]:
    """Every rule and what came of it, the worst first, from what a photo's fact keeps.

    `codes` are those of the fact: what stopped the measuring stands only there. Hints for staff are
    left out unless `staff`.
    """
    checks = list(_checks(measured))
    known = {check.code for check in checks}
    checks += [RuleResult(code.lower(), code, RuleLevel.REFUSED) for code in codes if code not in known]
    kept = [check for check in checks if staff or check.code not in STAFF_ONLY]
    worst = [RuleLevel.REFUSED, RuleLevel.STAFF, RuleLevel.WARNED, RuleLevel.UNMEASURED, RuleLevel.PASSED]
    return tuple(sorted(kept, key=lambda check: worst.index(check.level)))


def to_tell(measured: Facts, codes: Collection[str]) -> tuple[RuleResult, ...]:
    """What a candidate is told of a photo: its refusals, else its warnings, one a cause."""
    checks = checklist(measured, codes, staff=False)
    refused = [check for check in checks if check.level is RuleLevel.REFUSED]
    faults = refused or [check for check in checks if check.level is RuleLevel.WARNED]
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
            check.code for check in checklist(measured, codes, staff=True) if check.level is RuleLevel.REFUSED
        )
    )


def _checks(measured: Facts) -> Iterator[RuleResult]:
    """What came of every rule. Where there was no picture, only what is known of the file."""
    if isinstance(measured.get("format"), str):
        is_jpeg = measured["format"] == "JPEG"
        yield RuleResult("not_jpeg", "NOT_JPEG", RuleLevel.PASSED if is_jpeg else RuleLevel.REFUSED)
    yield from _of_the_way_up(measured)
    for name, band in BANDS.items():
        value = measured.get(band.measure)
        if isinstance(value, int | float) and _is_in_doubt(name, measured):
            yield RuleResult(name, band.code, RuleLevel.UNMEASURED, None, band)
        elif isinstance(value, int | float):
            if name != "bytes_huge" or band.level(value) is not RuleLevel.PASSED:
                yield RuleResult(name, band.code, band.level(value), value, band)
        elif measured.get("geometry") == NOT_MEASURED and band.measure not in _OF_THE_FILE:
            yield RuleResult(name, band.code, RuleLevel.UNMEASURED, None, band)
    yield from _of_several(measured)


NOT_MEASURED: Final = "not measured"
_OF_THE_FILE: Final = frozenset({"bytes", "height", "width", "aspect", "chroma_p95"})


def _is_in_doubt(name: str, measured: Facts) -> bool:
    """Whether a measure rests on a crown that the face contradicts, and the face itself refuses nothing.

    A headscarf of the background's colour, a turban and high hair end here: a person may look, no machine refuses.
    """
    crown, chin, off = (measured.get(one) for one in ("crown_by_face", "chin", "crown_off"))
    if (
        name not in _OF_THE_CROWN
        or not isinstance(off, int | float)
        or BANDS["crown"].level(off) is RuleLevel.PASSED
    ):
        return False
    if not isinstance(crown, int | float) or not isinstance(chin, int | float):
        return True
    by_face, (low, high) = crown if name == "top" else chin - crown, BANDS[name].amber
    doubt = BANDS["crown"].green[1] * (chin - crown)
    return low - doubt <= by_face <= high + doubt


_OF_THE_CROWN: Final = frozenset({"top", "head"})


def _of_the_way_up(measured: Facts) -> Iterator[RuleResult]:
    faces, others = measured.get("faces"), measured.get("others")
    if isinstance(faces, int | float):
        yield RuleResult("face", "NOFACE", RuleLevel.PASSED if faces else RuleLevel.REFUSED, faces)
    if isinstance(others, int | float):
        yield RuleResult("others", "MULTI", RuleLevel.REFUSED if others else RuleLevel.PASSED, others)
    turned, margin = measured.get("turned"), measured.get("turn_margin")
    if not isinstance(turned, int | float) or not isinstance(margin, int | float):
        return
    if margin < UNDECIDED:
        yield RuleResult("upright", "UPRIGHT", RuleLevel.WARNED, turned)
    else:
        code = TURNED.get(int(turned), "UPRIGHT")
        yield RuleResult("upright", code, RuleLevel.REFUSED if turned else RuleLevel.PASSED, turned)


def _of_several(measured: Facts) -> Iterator[RuleResult]:
    """Rules that take more than one measurement."""
    yield from _of_the_light(measured)
    yield from _of_the_eyes(measured)
    tint, ratio = measured.get("tint_spread"), measured.get("tint_ratio", 0.0)
    if isinstance(tint, int | float) and isinstance(ratio, int | float):
        tinted = tint < TINT_NOISE or (tint < TINT_SPREAD and ratio < TINT_RATIO)
        yield RuleResult("tint", "TINTED", RuleLevel.WARNED if tinted else RuleLevel.PASSED, tint)
    if measured.get("mode") == "CMYK":
        yield RuleResult("colours", "CMYK", RuleLevel.WARNED)


def _of_the_light(measured: Facts) -> Iterator[RuleResult]:
    """Brightness alone says more about skin than about light (photo facts §10): it counts where the face is flat."""
    light, spread = measured.get("face_light"), measured.get("face_range")
    if isinstance(light, int | float) and isinstance(spread, int | float):
        for name, code, wrong in (
            ("dark", "DARK", light < DARK_FACE),
            ("light", "BRIGHT", light > BRIGHT_FACE),
        ):
            yield RuleResult(
                name, code, RuleLevel.WARNED if wrong and spread < DARK_RANGE else RuleLevel.PASSED, light
            )


def _of_the_eyes(measured: Facts) -> Iterator[RuleResult]:
    eyes, contrast = measured.get("eye_light"), measured.get("eye_contrast")
    reach = measured.get("eye_range", COVERED_RANGE)
    if all(isinstance(one, int | float) for one in (eyes, contrast, reach)):
        assert isinstance(eyes, int | float)
        assert isinstance(contrast, int | float)
        assert isinstance(reach, int | float)
        dark = eyes < COVERED_LIGHT and contrast < COVERED_CONTRAST and reach < SEEN_RANGE
        covered = dark or reach < COVERED_RANGE
        yield RuleResult("eyes", "EYES", RuleLevel.STAFF if covered else RuleLevel.PASSED, eyes)
