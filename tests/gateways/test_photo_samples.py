"""The sample photos beside the repository, as far as the file itself tells. The manifest decides."""

from __future__ import annotations

from csv import DictReader
from pathlib import Path

import pytest

from ncre.domain.photo import Verdict, judge
from ncre.gateways.photo_lab import measure

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "photos"

FILE_CODES = {
    "NOT_JPEG",
    "BYTES_FEW",
    "BYTES_MANY",
    "BOMB",
    "TRUNCATED",
    "PIXELS",
    "GREY",
    "ASPECT",
    "CMYK",
}


def manifest() -> list[dict[str, str]]:
    if not SAMPLES.is_dir():
        return []
    with (SAMPLES / "manifest.csv").open(encoding="utf-8") as lines:
        return list(DictReader(lines))


def verdict_on(file: str) -> Verdict:
    return judge(measure((SAMPLES / file).read_bytes()))


ROWS = manifest()

pytestmark = pytest.mark.skipif(not ROWS, reason="the sample photos do not stand beside the repository")


def expected(row: dict[str, str]) -> set[str]:
    return set(filter(None, row["expected_codes"].split(";")))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_sample_gets_the_verdict_of_its_file(row: dict[str, str]) -> None:
    wanted = expected(row) & FILE_CODES
    if expected(row) and not wanted and row["expected_verdict"] in ("reject", "warn"):
        pytest.skip(f"{row['expected_codes']}: measured by a later room")
    verdict = verdict_on(row["file"])
    if row["expected_verdict"] in ("accept", "staff-only"):
        assert verdict.verdict == "accept", verdict
    else:
        assert verdict.verdict == ("reject" if row["expected_verdict"] == "reject" else "warn")
        assert wanted <= set(verdict.codes)


def test_the_samples_keep_neither_comment_nor_archive_nor_position() -> None:
    for file in ("bad_polyglot_comment_zip.jpg", "ok_gps_exif.jpg"):
        kept = measure((SAMPLES / file).read_bytes()).jpeg
        assert kept is not None
        assert not any(mark in kept for mark in (b"<?php", b"PK\x03\x04", b"Exif"))
