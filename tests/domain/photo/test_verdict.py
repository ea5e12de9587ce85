"""Which measurements make a photo good, doubtful or refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, nextafter

import pytest

from ncre.domain.fault_codes import FaultCode
from ncre.domain.fault_wording import FAULT_WORDS
from ncre.domain.photo.rules import (
    APPEALABLE,
    BANDS,
    CROPPABLE,
    RULES_VERSION,
    STAFF_ONLY,
    TURNED,
    Band,
    RuleLevel,
)
from ncre.domain.photo.verdict import checklist, judge, may_appeal, refusing, to_tell
from ncre.domain.photo.wording import LEVEL_WORDS, RULE_WORDS, measured_words, photo_particulars

GOOD: dict[str, float | str | None] = {
    "bytes": 60_000,
    "height": 567,
    "width": 390,
    "mode": "RGB",
    "aspect": 1.4538,
    "chroma_p95": 30.0,
    "tint_spread": 5.0,
    "faces": 1,
    "others": 0,
    "turned": 0,
    "turn_margin": 0.5,
    "top": 0.10,
    "head": 0.70,
    "shoulders": 0.20,
    "centre": 0.50,
    "roll": 0.0,
    "yaw": 0.0,
    "side_left": 0.1,
    "side_right": 0.1,
    "sharpness": 11.0,
    "background_spread": 8.0,
    "background_edges": 2.0,
    "face_light": 150.0,
    "face_range": 120.0,
    "face_glare": 0.0,
    "shadow": 0.1,
    "mouth": 0.05,
    "eye_light": 0.7,
    "eye_contrast": 0.9,
    "eye_range": 1.1,
    "tint_ratio": 0.2,
    "small_faces": 0,
    "crown_off": 0.02,
}


@dataclass(frozen=True)
class Given:
    """Measurements of a good photo, unless said otherwise."""

    facts: dict[str, float | str | None] = field(default_factory=lambda: dict(GOOD))
    failed: str = ""
    models: dict[str, str] = field(default_factory=lambda: {"opencv": "4.14"})


def verdict_on(**facts: float | str | None) -> tuple[str, tuple[str, ...]]:
    verdict = judge(Given(GOOD | facts))
    return verdict.verdict, verdict.codes


def test_a_good_photo_is_accepted_under_the_rules_and_models_it_names() -> None:
    verdict = judge(Given())
    assert (verdict.verdict, verdict.codes) == ("accept", ())
    assert verdict.versions == {"rules": RULES_VERSION, "opencv": "4.14"}


@pytest.mark.parametrize("band", BANDS.values(), ids=lambda band: band.measure)
def test_a_band_ends_exactly_where_its_table_says(band: Band) -> None:
    for limits, within in ((band.green, RuleLevel.PASSED), (band.amber, None)):
        low, high = limits
        for edge, outwards in ((low, -inf), (high, inf)):
            if edge in (-inf, inf, 0.0):
                continue
            beyond = nextafter(edge, outwards)
            assert band.level(beyond) is not RuleLevel.PASSED
            if within is not None:
                assert band.level(edge) is within
            else:
                assert band.level(beyond) is band.beyond


@pytest.mark.parametrize("band", BANDS.values(), ids=lambda band: f"{band.measure}-{band.code}")
def test_what_lies_beyond_a_band_is_told_by_its_code(band: Band) -> None:
    low, high = band.amber
    beyond = high * 1.01 + 0.01 if high != inf and high != 1 else low * 0.9 - 0.001
    verdict, codes = verdict_on(**{band.measure: beyond})
    assert verdict == ("reject" if band.beyond is RuleLevel.REFUSED else "warn")
    assert {*codes} - {"BYTES_MANY"} == {band.code} - {"BYTES_MANY"}
    assert band.code in codes


@pytest.mark.parametrize(
    ("size", "refused"),
    [(19_999, "BYTES_FEW"), (20_000, ""), (204_800, ""), (204_801, "BYTES_MANY")],
)
def test_the_file_has_20_to_200_kilobytes_whichever_way_they_are_counted(size: int, refused: str) -> None:
    assert verdict_on(bytes=size)[1] == ((refused,) if refused else ())


@pytest.mark.parametrize(
    ("height", "width", "good"), [(192, 144, True), (191, 144, False), (192, 143, False)]
)
def test_the_smallest_picture_is_192_high_and_144_wide(height: int, width: int, good: bool) -> None:
    assert verdict_on(height=height, width=width)[1] == (() if good else ("PIXELS",))


@pytest.mark.parametrize(("lies", "code"), TURNED.items())
def test_a_picture_that_surely_lies_is_refused_and_one_that_may_lie_is_not(lies: int, code: str) -> None:
    assert verdict_on(turned=lies, turn_margin=0.3) == ("reject", (code,))
    assert verdict_on(turned=lies, turn_margin=0.04) == ("warn", ("UPRIGHT",))


def test_no_face_and_a_second_face_are_refused() -> None:
    assert verdict_on(faces=0) == ("reject", ("NOFACE",))
    assert verdict_on(others=1) == ("reject", ("MULTI",))


def test_a_dark_face_is_no_bad_light_while_it_has_light_and_dark_in_it() -> None:
    assert verdict_on(face_light=60.0, face_range=80.0) == ("accept", ())
    assert verdict_on(face_light=60.0, face_range=50.0) == ("warn", ("DARK",))


def test_a_pale_face_is_no_bad_light_while_it_has_light_and_dark_in_it() -> None:
    assert verdict_on(face_light=220.0, face_range=80.0) == ("accept", ())
    assert verdict_on(face_light=220.0, face_range=50.0) == ("warn", ("BRIGHT",))
    assert verdict_on(face_light=150.0, face_glare=0.2) == ("warn", ("BRIGHT",))


def test_a_faint_picture_has_no_single_hue_while_its_colours_spread_both_ways() -> None:
    assert verdict_on(tint_spread=0.8, tint_ratio=0.2) == ("accept", ())
    assert verdict_on(tint_spread=0.8, tint_ratio=0.08) == ("warn", ("TINTED",))
    assert verdict_on(tint_spread=0.8, tint_ratio=None) == ("accept", ())


@pytest.mark.parametrize(
    ("light", "contrast", "reach", "covered"),
    [
        (0.3, 0.2, 0.1, True),  # dark glasses
        (0.7, 0.5, 0.38, True),  # hazy ones
        (0.9, 0.25, 1.1, False),  # a faint picture
        (0.3, 0.4, 0.7, False),  # deep-set dark eyes
        (0.3, 0.4, None, False),
    ],
)
def test_glass_before_the_eyes_is_told_from_dark_eyes_and_from_a_faint_picture(
    light: float, contrast: float, reach: float | None, covered: bool
) -> None:
    expected = ("warn", ("EYES",)) if covered else ("accept", ())
    assert verdict_on(eye_light=light, eye_contrast=contrast, eye_range=reach) == expected


def test_a_small_second_face_is_told_to_staff_alone() -> None:
    facts = GOOD | {"small_faces": 1}
    assert judge(Given(facts)).codes == ("FACES",)
    assert to_tell(facts, ()) == ()


def test_a_crown_that_the_face_contradicts_refuses_nobody_and_is_left_to_people() -> None:
    lost = {"top": 0.31, "head": 0.47, "crown_off": 0.25, "chin": 0.78, "crown_by_face": 0.13}
    assert verdict_on(**lost) == ("warn", ("CROWN",))
    levels = {check.name: check.level for check in checklist(GOOD | lost, (), staff=True)}
    assert levels["top"] is levels["head"] is RuleLevel.UNMEASURED
    turban = {"top": 0.01, "head": 0.85, "crown_off": -0.25, "chin": 0.86, "crown_by_face": 0.18}
    assert verdict_on(**turban)[1] == ("CROWN",)


def test_a_head_that_is_too_small_by_the_face_too_is_refused_whatever_the_mask_says() -> None:
    small = {"top": 0.55, "head": 0.2, "crown_off": 0.3, "chin": 0.75, "crown_by_face": 0.45}
    assert verdict_on(**small) == ("reject", ("TOP", "HEAD", "CROWN"))


def test_covered_eyes_are_a_hint_for_staff_that_no_candidate_is_told() -> None:
    facts = GOOD | {"eye_light": 0.3, "eye_contrast": 0.2, "eye_range": 0.1}
    assert judge(Given(facts)).codes == ("EYES",)
    told = {check.code for check in checklist(facts, ("EYES",), staff=False)}
    assert not told & STAFF_ONLY
    assert {"EYES", "SHADOW", "MOUTH"} <= {check.code for check in checklist(facts, ("EYES",), staff=True)}


def test_print_colours_are_said_but_not_refused() -> None:
    assert verdict_on(mode="CMYK") == ("warn", ("CMYK",))


@pytest.mark.parametrize("failed", ["NOT_JPEG", "BOMB", "PIXELS_MANY", "TRUNCATED"])
def test_a_file_without_a_picture_is_refused_for_that_and_for_its_size(failed: str) -> None:
    assert judge(Given({"bytes": 60_000}, failed)).codes == (failed,)
    assert judge(Given({"bytes": 10}, failed)).codes == (failed, "BYTES_FEW")


def test_every_fault_is_told_at_once_the_refusals_first() -> None:
    verdict = judge(Given(GOOD | {"bytes": 5_000, "height": 100, "head": 0.5, "sharpness": 1.0, "top": 0.18}))
    assert verdict.verdict == "reject"
    assert verdict.codes == ("BYTES_FEW", "PIXELS", "HEAD", "TOP", "BLUR")


def test_what_was_not_measured_is_not_held_against_anybody_and_is_said() -> None:
    file = {name: GOOD[name] for name in ("bytes", "height", "width", "mode", "aspect", "chroma_p95")}
    facts = file | {"geometry": "not measured"}
    assert judge(Given(facts)).verdict == "accept"
    levels = {check.name: check.level for check in checklist(facts, (), staff=False)}
    assert levels["head"] is levels["sharpness"] is RuleLevel.UNMEASURED
    assert levels["bytes_few"] is RuleLevel.PASSED


def test_only_what_depends_on_finding_the_face_may_be_called_wrong() -> None:
    assert may_appeal(("HEAD", "TOP"))
    assert may_appeal(("NOFACE",))
    assert not may_appeal(("HEAD", "GREY"))
    assert not may_appeal(("NOT_JPEG",))
    assert not may_appeal(())


def test_the_refusing_codes_are_told_from_the_warnings_beside_them() -> None:
    facts = GOOD | {"head": 0.5, "sharpness": 1.0, "mode": "CMYK"}
    verdict = judge(Given(facts))
    assert refusing(facts, verdict.codes) == ("HEAD",)
    assert refusing({"bytes": 60_000}, ("TRUNCATED",)) == ("TRUNCATED",)


def test_the_list_of_rules_begins_with_the_worst() -> None:
    facts = GOOD | {"head": 0.5, "sharpness": 1.0, "geometry": None}
    levels = [check.level for check in checklist(facts, (), staff=False)]
    assert levels[:2] == [RuleLevel.REFUSED, RuleLevel.WARNED]
    assert set(levels[2:]) == {RuleLevel.PASSED}


def test_numbers_are_said_as_people_read_them() -> None:
    told = photo_particulars(GOOD | {"top": 0.034, "roll": -7.6, "aspect": 1.2})
    assert (told["top_share"], told["roll_degrees"], told["ratio"]) == ("3%", "8°", "1.20")
    lines = {check.name: check for check in checklist(GOOD | {"roll": -7.6}, (), staff=False)}
    assert measured_words(lines["head"], "zh") == "70%（应为 65%–75%）"
    assert measured_words(lines["roll"], "en") == "8° (should be ≤ 6°)"
    assert measured_words(lines["bytes_few"], "en") == "60 KB (should be ≥ 20 KB)"
    assert measured_words(lines["light"], "zh") == ""


def test_every_rule_names_its_source_and_has_its_words() -> None:
    assert all(band.source and band.green[0] < band.green[1] for band in BANDS.values())
    assert set(LEVEL_WORDS) == set(RuleLevel)
    stopped = ("NOT_JPEG", "BOMB", "PIXELS_MANY", "TRUNCATED")
    every = checklist(GOOD | {"mode": "CMYK", "bytes": 11_000_000}, stopped, staff=True)
    assert {check.name for check in every} == set(RULE_WORDS)
    codes = {check.code for check in every} | APPEALABLE | CROPPABLE | STAFF_ONLY
    assert {FaultCode(code) for code in codes} <= set(FAULT_WORDS)


@pytest.mark.parametrize(
    ("size", "written", "rule"),
    [
        (19_999, "19.999 KB", "20 KB"),
        (20_000, "20 KB", "20 KB"),
        (20_400, "20 KB", "20 KB"),
        (204_800, "200 KB", "200 KB"),
        (204_801, "200.001 KB", "200 KB"),
        (204_900, "200.1 KB", "200 KB"),
        (209_500, "205 KB", "200 KB"),
        (3_400_000, "3.4 MB", "200 KB"),
        (10_000_000, "10 MB", "200 KB"),
    ],
)
def test_a_size_is_told_in_kilobytes_and_never_contradicts_the_rule_beside_it(
    size: int, written: str, rule: str
) -> None:
    assert photo_particulars(GOOD | {"bytes": size})["size"] == written
    few, many = (measured_words(check, "en") for check in checklist({"bytes": size}, (), staff=False)[:2])
    assert written in few
    assert written in many
    assert f" {rule})" in few + many


@pytest.mark.parametrize(
    ("measure", "value", "written"),
    [
        ("roll", 6.2, "6.2°"),
        ("roll", 6.04, "6.04°"),
        ("roll", -6.0, "6°"),
        ("roll", 12.3, "12.3°"),
        ("yaw", 15.4, "15.4°"),
        ("head", 0.7504, "75.04%"),
        ("head", 0.649, "64.9%"),
        ("top", 0.1996, "20%"),
        ("top", 0.2004, "20.04%"),
        ("aspect", 1.5004, "1.5004"),
        ("height", 191.0, "191"),
    ],
)
def test_no_number_reads_as_if_it_kept_the_limit_that_it_missed(
    measure: str, value: float, written: str
) -> None:
    checks = [one for one in checklist({measure: value}, (), staff=False) if one.band]
    assert measured_words(checks[0], "zh").startswith(f"{written}（")


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"head": 0.5, "top": 0.3, "shoulders": 0.4}, ["HEAD"]),
        ({"top": 0.3, "shoulders": 0.05}, ["TOP"]),
        ({"height": 100, "width": 90, "bytes": 5_000, "sharpness": 1.0}, ["PIXELS"]),
        ({"chroma_p95": 1.0, "tint_spread": 0.1, "tint_ratio": 0.0}, ["GREY"]),
        ({"bytes": 11_000_000}, ["BYTES_HUGE"]),
        ({"background_spread": 40.0, "background_edges": 20.0}, ["BG"]),
        ({"face_light": 220.0, "face_range": 40.0, "face_glare": 0.5}, ["BRIGHT"]),
        ({"head": 0.76, "top": 0.3}, ["TOP"]),
        ({"roll": 13.0, "sharpness": 1.0}, ["ROLL"]),
        ({"sharpness": 1.0, "mode": "CMYK"}, ["BLUR", "CMYK"]),
    ],
)
def test_one_cause_is_told_in_one_sentence_and_warnings_wait_for_the_refusals(
    facts: dict[str, float | str | None], told: list[str]
) -> None:
    assert [check.code for check in to_tell(GOOD | facts, ())] == told


def test_another_format_is_refused_for_that_alone_and_may_be_cropped() -> None:
    facts = GOOD | {"format": "HEIF", "bytes": 3_000_000}
    assert judge(Given(facts)).codes == ("NOT_JPEG", "BYTES_MANY")
    assert [check.code for check in to_tell(facts, ())] == ["NOT_JPEG"]
    assert CROPPABLE.issuperset(refusing(facts, ()))


def test_a_whole_number_of_a_unit_is_said_without_its_point_and_a_share_of_all_has_no_end() -> None:
    lines = {check.name: check for check in checklist(GOOD, (), staff=False)}
    for line in lines.values():
        for language in ("zh", "en"):
            assert ".0" not in measured_words(line, language)
    whole = [
        line for line in lines.values() if line.band and line.band.unit == "share" and line.band.green[1] == 1
    ]
    assert all("≥" in measured_words(line, "zh") for line in whole)
