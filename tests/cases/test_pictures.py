"""The pictures of ../shared/cases, made as its script makes them: each gets what the plain one gets, or the crop."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from ncre.domain.photo.verdict import judge, refusing
from ncre.photo.lab.framing import frame
from ncre.photo.lab.measuring import measure

SHARED: Final = Path(__file__).resolve().parents[3] / "shared"
SCRIPT: Final = SHARED / "cases" / "pictures.py"
PORTRAIT: Final = SHARED / "photos" / "ok_syn_woman_short_blue.jpg"

pytestmark = pytest.mark.skipif(
    not (SCRIPT.is_file() and PORTRAIT.is_file()), reason="the pictures of ../shared/cases are not here"
)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("pictures")
    subprocess.run([sys.executable, SCRIPT, PORTRAIT, folder], check=True, capture_output=True)
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_every_picture_is_taken_as_it_is_or_offered_the_crop(pictures: dict[str, bytes]) -> None:
    assert len(pictures) >= 10
    plain = judge(measure(pictures["plain.jpg"]))
    assert plain.verdict != "reject"
    wrong = [name for name, data in pictures.items() if not as_good(data, plain.codes)]
    assert wrong == []


def as_good(data: bytes, plain: tuple[str, ...]) -> bool:
    """The codes of the plain picture; or only its bytes are too many, and the crop of it passes."""
    measured = measure(data)
    verdict = judge(measured)
    if measured.failed:
        return False
    if verdict.codes == plain:
        return True
    framed = frame(data)
    only_large = set(refusing(measured.facts, verdict.codes)) <= {"BYTES_MANY"}
    return only_large and framed.jpeg is not None and judge(measure(framed.jpeg)).verdict != "reject"
