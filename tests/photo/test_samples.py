"""The sample photos beside the repository get the verdicts that their manifest expects."""

from __future__ import annotations

from csv import DictReader
from pathlib import Path
from time import process_time

import pytest

from ncre.domain.photo.rules import STAFF_ONLY
from ncre.domain.photo.verdict import Verdict, judge
from ncre.photo.lab.measuring import measure

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "photos"

ACCEPTED_WITH: dict[str, set[str]] = {}
"""Samples expected to be accepted that get other warnings than the manifest lists, and why: none does."""


def manifest() -> list[dict[str, str]]:
    if not SAMPLES.is_dir():
        return []
    with (SAMPLES / "manifest.csv").open(encoding="utf-8") as lines:
        return list(DictReader(lines))


def verdict_on(file: str) -> Verdict:
    return judge(measure((SAMPLES / file).read_bytes()))


def expected(row: dict[str, str]) -> set[str]:
    return set(filter(None, row["expected_codes"].split(";")))


ROWS = manifest()

pytestmark = pytest.mark.skipif(not ROWS, reason="the sample photos do not stand beside the repository")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_sample_gets_its_verdict_and_its_codes(row: dict[str, str]) -> None:
    verdict, codes = verdict_on(row["file"]), expected(row)
    match row["expected_verdict"]:
        case "reject":
            assert verdict.verdict == "reject"
            assert codes <= set(verdict.codes)
        case "warn":
            assert verdict.verdict == "warn"
            assert codes <= set(verdict.codes)
        case "accept":
            others = set(verdict.codes) - codes - ACCEPTED_WITH.get(row["file"], set())
            assert verdict.verdict != "reject"
            assert not others
        case "reject-or-convert":
            assert codes <= set(verdict.codes)
        case "staff-only":
            assert verdict.verdict in ("accept", "warn", "reject")
        case other:
            pytest.fail(f"the manifest expects {other!r}, which nobody has explained")


def test_what_only_people_can_see_is_claimed_by_no_measure() -> None:
    """HAT and EYES_CLOSED have no usable measure (photo facts §8), so no code may say so."""
    seen = {code for row in ROWS for code in verdict_on(row["file"]).codes}
    assert not seen & {"HAT", "EYES_CLOSED"}
    assert seen & STAFF_ONLY


def test_the_samples_keep_neither_comment_nor_archive_nor_position() -> None:
    for file in ("bad_polyglot_comment_zip.jpg", "ok_gps_exif.jpg"):
        kept = measure((SAMPLES / file).read_bytes()).jpeg
        assert kept is not None
        assert not any(mark in kept for mark in (b"<?php", b"PK\x03\x04", b"Exif"))


def test_a_bomb_costs_next_to_nothing() -> None:
    for row in ROWS:
        if "BOMB" in expected(row):
            data = (SAMPLES / row["file"]).read_bytes()
            began = process_time()
            assert measure(data).failed == "BOMB"
            assert process_time() - began < 0.05, row["file"]
