"""Which measurements make a photo good, doubtful or refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from ncre.domain.faults import FaultCode
from ncre.domain.photo import RULES_VERSION, THRESHOLDS, judge


@dataclass(frozen=True)
class Given:
    """Measurements of a good photo, unless said otherwise."""

    size: int = 60_000
    width: int = 390
    height: int = 567
    facts: dict[str, float | str | None] = field(default_factory=lambda: {"aspect": 1.45, "chroma_p95": 30.0})
    failed: str = ""


def codes(**facts: float | str | None) -> tuple[str, tuple[str, ...]]:
    verdict = judge(Given(facts={"aspect": 1.45, "chroma_p95": 30.0, **facts}))
    return verdict.verdict, verdict.codes


def test_a_good_photo_is_accepted_under_the_rules_it_names() -> None:
    verdict = judge(Given())
    assert (verdict.verdict, verdict.codes, verdict.versions) == ("accept", (), {"rules": RULES_VERSION})


@pytest.mark.parametrize(
    ("size", "refused"),
    [(19_999, "BYTES_FEW"), (20_000, ""), (204_800, ""), (204_801, "BYTES_MANY")],
)
def test_the_file_has_20_to_200_kilobytes_whichever_way_they_are_counted(size: int, refused: str) -> None:
    assert judge(Given(size=size)).codes == ((refused,) if refused else ())


@pytest.mark.parametrize(
    ("height", "width", "good"), [(192, 144, True), (191, 144, False), (192, 143, False)]
)
def test_the_smallest_picture_is_192_high_and_144_wide(height: int, width: int, good: bool) -> None:
    assert judge(Given(height=height, width=width)).codes == (() if good else ("PIXELS",))


@pytest.mark.parametrize(
    ("aspect", "verdict"),
    [
        (1.19, "reject"),
        (1.20, "warn"),
        (1.249, "warn"),
        (1.25, "accept"),
        (1.50, "accept"),
        (1.51, "warn"),
        (1.60, "warn"),
        (1.61, "reject"),
    ],
)
def test_height_to_width_is_judged_in_bands(aspect: float, verdict: str) -> None:
    assert codes(aspect=aspect) == (verdict, () if verdict == "accept" else ("ASPECT",))


def test_grey_is_refused_and_little_colour_is_not() -> None:
    assert codes(chroma_p95=2.99) == ("reject", ("GREY",))
    assert codes(chroma_p95=3.2) == ("accept", ())


def test_print_colours_are_said_but_not_refused() -> None:
    assert codes(mode="CMYK") == ("warn", ("CMYK",))


@pytest.mark.parametrize("failed", ["NOT_JPEG", "BOMB", "TRUNCATED"])
def test_a_file_without_a_picture_is_refused_for_that_alone(failed: str) -> None:
    verdict = judge(Given(width=0, height=0, facts={}, failed=failed))
    assert (verdict.verdict, verdict.codes) == ("reject", (failed,))


def test_every_fault_is_told_at_once() -> None:
    bad = Given(size=5_000, height=100, width=150, facts={"aspect": 0.66, "chroma_p95": 0.0})
    assert judge(bad).codes == ("BYTES_FEW", "PIXELS", "GREY", "ASPECT")


def test_what_was_not_measured_is_not_held_against_anybody() -> None:
    assert judge(Given(facts={"aspect": None})).verdict == "accept"


def test_every_threshold_names_its_source_and_every_code_has_words() -> None:
    assert all(one.source and one.least < one.most for one in THRESHOLDS.values())
    told = {"NOT_JPEG", "BYTES_FEW", "BYTES_MANY", "BOMB", "TRUNCATED", "PIXELS", "GREY", "ASPECT", "CMYK"}
    assert told <= {code.value for code in FaultCode}
