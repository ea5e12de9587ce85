"""A printed page is a function of its sheet: the same sheet gives the same bytes, anywhere, at any time."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from ncre.documents.admission_ticket import admission_ticket
from ncre.documents.registration_form import registration_form
from tests.documents.examples import FORM, NUMBER, RECORD, form, ticket

ROOT = Path(__file__).parents[2]
PRINT_BOTH = """
from hashlib import sha256
from tests.documents.examples import form, ticket
from ncre.documents.registration_form import registration_form
from ncre.documents.admission_ticket import admission_ticket
print(sha256(registration_form(form(subjects=3)).pdf + admission_ticket(ticket(subjects=3)).pdf).hexdigest())
"""


def test_the_same_sheet_prints_the_same_bytes_twice() -> None:
    assert registration_form(form()) == registration_form(form())
    assert admission_ticket(ticket()) == admission_ticket(ticket())


@pytest.mark.parametrize(("seed", "zone"), [("1", "UTC"), ("4711", "America/St_Johns")])
def test_another_process_with_another_hash_seed_and_time_zone_prints_the_same_bytes(
    seed: str, zone: str
) -> None:
    here = registration_form(form(subjects=3)).pdf + admission_ticket(ticket(subjects=3)).pdf
    path = os.pathsep.join([str(ROOT), *sys.path])
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": path}
    there = subprocess.run(
        [sys.executable, "-c", PRINT_BOTH], capture_output=True, text=True, env=environment, check=True
    )
    assert there.stdout.strip() == sha256(here).hexdigest()


def test_another_version_prints_other_bytes() -> None:
    later = replace(RECORD, version=18, at=RECORD.at + timedelta(minutes=1))
    assert registration_form(replace(FORM, record=later)).pdf != registration_form(FORM).pdf


def test_the_file_bears_the_time_of_the_record_its_title_and_its_language() -> None:
    for printed, title in (
        (registration_form(form()), "考生报名登记表"),
        (admission_ticket(ticket()), "准考证"),
    ):
        reader = PdfReader(BytesIO(printed.pdf))
        about = reader.xmp_metadata
        assert about is not None
        moments = {about.xmp_create_date, about.xmp_modify_date, about.xmp_metadata_date}
        assert moments == {RECORD.at.astimezone(UTC).replace(tzinfo=None)}
        assert about.dc_title == {"x-default": f"{title} {NUMBER}"}
        assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_the_file_is_made_for_the_archive() -> None:
    """PDF/A-2U: said in its metadata, colours told, every font inside and readable as Unicode."""
    for printed in (registration_form(form(subjects=3)), admission_ticket(ticket(subjects=3))):
        reader = PdfReader(BytesIO(printed.pdf))
        about = reader.xmp_metadata
        assert about is not None
        assert (about.pdfaid_part, about.pdfaid_conformance) == ("2", "U")
        intents = reader.trailer["/Root"]["/OutputIntents"]
        assert intents[0]["/S"] == "/GTS_PDFA1"
        fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
        assert fonts
        for font in fonts:
            assert "/ToUnicode" in font
            assert "/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/JavaScript" not in str(reader.trailer["/Root"])
