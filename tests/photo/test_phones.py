"""What phones, chat programs and editors make of a good portrait is no attack; see also ../shared/cases."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable
from random import Random
from time import process_time

import numpy
import pytest
from PIL import Image

from ncre.domain.photo.verdict import judge, refusing
from ncre.photo.lab.decoding import MOST_PIXELS, format_of
from ncre.photo.lab.framing import frame
from ncre.photo.lab.jpeg_file import read_jpeg
from ncre.photo.lab.measuring import measure
from ncre.photo.lab.picture import LARGEST_FILE
from tests.photo.portraits import jpeg, opened, oriented, portrait, whole, written

PLAIN = jpeg(portrait(567, 390), quality=90)


def film(body: bytes) -> bytes:
    """An MP4 box pair, as Motion Photos carry behind the picture."""
    kind = struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"mp42", 0, b"isom", b"mp42")
    return kind + struct.pack(">I4s", len(body) + 8, b"mdat") + body


def behind_the_tables(data: bytes, stray: bytes) -> bytes:
    """Bytes between two segments, where none belong."""
    place = data.index(b"\xff\xdb")
    return data[:place] + stray + data[place:]


SCANS = b"\0\xff\xda\0" * 60

SAME_AS_PLAIN = {
    "motion photo": PLAIN + film(SCANS),
    "film behind": PLAIN + film(bytes(9000)),
    "second picture behind": PLAIN + jpeg(portrait(320, 220), progressive=True) * 5,
    "comment that looks like scans": behind_the_tables(
        PLAIN, b"\xff\xfe" + struct.pack(">H", len(SCANS) + 2) + SCANS
    ),
    "end marker missing": PLAIN[:-2],
    "half an end marker": PLAIN[:-1],
    "end marker missing, film behind": PLAIN[:-2] + film(bytes(9000)),
    "start marker twice": b"\xff\xd8" + PLAIN,
    "start marker three times": b"\xff\xd8\xff\xd8" + PLAIN,
    "fill bytes": PLAIN[:2] + b"\xff\xff\xff" + PLAIN[2:],
    "one stray byte": behind_the_tables(PLAIN, b"\0"),
    "several stray bytes": behind_the_tables(PLAIN, b"\0\x0d\x0a\xff\x00A"),
    "stray bytes before the end": PLAIN[:-2] + bytes(7) + PLAIN[-2:],
    "progressive, end marker missing": jpeg(portrait(567, 390), progressive=True)[:-2],
}


@pytest.mark.parametrize("data", SAME_AS_PLAIN.values(), ids=SAME_AS_PLAIN)
def test_what_is_not_the_picture_changes_no_verdict(data: bytes) -> None:
    verdict = judge(measure(data))
    assert (verdict.verdict, verdict.codes) == ("accept", ())


def large(width: int, height: int, quality: int, **options: object) -> bytes:
    return jpeg(portrait(height, width, Image.Resampling.BILINEAR), quality=quality, subsampling=2, **options)


@pytest.mark.parametrize(
    "picture",
    [
        lambda: large(4284, 5712, 40),
        lambda: large(6048, 8064, 25),
        lambda: large(9000, 12000, 15),
        lambda: large(3024, 4032, 50, progressive=True),
        lambda: large(2448, 3264, 50, progressive=True),
        lambda: large(6048, 8064, 20, progressive=True),
        lambda: large(3024, 4032, 50) + film(Random(7).randbytes(1_000_000)),
        lambda: large(3024, 4032, 50)[:-2],
    ],
    ids=[
        "24 MP",
        "48 MP",
        "108 MP",
        "progressive 12 MP",
        "progressive 8 MP",
        "progressive 48 MP",
        "motion",
        "no end",
    ],
)
def test_a_large_picture_of_a_phone_is_cropped(picture: Callable[[], bytes]) -> None:
    data = picture()
    measured = measure(data)
    assert measured.failed == ""
    assert set(refusing(measured.facts, judge(measured).codes)) <= {"BYTES_MANY"}
    framed = frame(data)
    assert framed.jpeg is not None
    assert judge(measure(framed.jpeg)).verdict != "reject"


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("lost", [40, 100, 2_000])
@pytest.mark.parametrize("end", [b"", b"\xff\xd9", b"\xff\xd9" + film(bytes(500))], ids=["", "end", "film"])
def test_a_picture_without_its_last_rows_is_cut_short_whatever_stands_behind(
    lost: int, end: bytes, progressive: bool
) -> None:
    whole_one = jpeg(portrait(), progressive=progressive)
    assert measure(whole_one[:-lost] + end).failed == "TRUNCATED"


def test_a_file_cut_within_its_headers_is_cut_short() -> None:
    for marker in (b"\xff\xda", b"\xff\xc4"):
        assert measure(PLAIN[: PLAIN.index(marker) + 4].ljust(200, b"\0")).failed == "TRUNCATED"


def test_more_pixels_than_any_phone_has_are_told_as_that_and_cost_nothing() -> None:
    data = bytearray(jpeg(Image.new("L", (12_000, 12_000)), quality=50))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 7] = (MOST_PIXELS // 12_000 + 8).to_bytes(2, "big")
    began = process_time()
    assert measure(bytes(data)).failed == "PIXELS_MANY"
    assert process_time() - began < 0.05


def test_only_the_picture_reaches_the_decoder() -> None:
    file = read_jpeg(SAME_AS_PLAIN["second picture behind"])
    assert (file.data, file.scans, file.width, file.height) == (PLAIN, 1, 390, 567)


FORMATS = ("PNG", "WEBP", "AVIF", "HEIF")


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("source", [whole(), portrait()], ids=["with room", "framed"])
def test_the_other_formats_of_phones_become_a_jpeg_by_the_crop(kind: str, source: Image.Image) -> None:
    data = written(source, kind)
    assert format_of(data) == kind
    measured = measure(data)
    assert (measured.failed, measured.height, measured.width) == ("", source.height, source.width)
    assert "NOT_JPEG" in judge(measured).codes
    framed = frame(data)
    assert framed.jpeg is not None
    assert opened(framed.jpeg).format == "JPEG"
    assert len(framed.jpeg) <= LARGEST_FILE
    assert judge(measure(framed.jpeg)).verdict == "accept"


@pytest.mark.parametrize("kind", FORMATS)
def test_another_format_that_is_cut_off_or_damaged_is_no_picture(kind: str) -> None:
    data = written(portrait(), kind)
    assert measure(data[: len(data) // 2]).failed == "TRUNCATED"
    assert frame(data[: len(data) // 2]).jpeg is None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", FORMATS)
def test_no_damage_of_another_format_makes_measuring_raise(kind: str) -> None:
    data, chance = written(portrait(320, 220), kind), Random(20_270_105)
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 4, 30))):
            broken[chance.randrange(12, len(broken))] = chance.randrange(256)
        measured = measure(bytes(broken))
        assert (measured.jpeg is None) == bool(measured.failed)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_turn_in_the_description_of_another_format_is_heeded(kind: str) -> None:
    lying = portrait().transpose(Image.Transpose.ROTATE_90)
    measured = measure(written(lying, kind, exif=oriented(6)))
    assert (measured.height, measured.width) == (640, 440)
    assert "ROT90" not in judge(measured).codes


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "L", "I;16"])
def test_every_kind_of_png_is_opened(mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(numpy.asarray(portrait().convert("L")).astype(numpy.uint16) * 257)
    else:
        picture = portrait().convert(mode)
    measured = measure(written(picture, "PNG"))
    assert measured.failed == ""
    assert measured.facts["faces"] == (0 if mode == "1" else 1)


def test_what_is_transparent_becomes_white() -> None:
    picture = portrait().convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 60, 60))
    kept = measure(written(picture, "PNG")).jpeg
    assert kept is not None
    red, green, blue = opened(kept).convert("RGB").getpixel((20, 20))
    assert min(red, green, blue) > 240


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_small_file_of_many_pixels_is_never_decoded(kind: str) -> None:
    side = 8_000 if kind == "PNG" else 10_000
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fast = {"method": 0} if kind == "WEBP" else {}
        data = written(Image.new("L" if kind == "PNG" else "RGB", (side, side)), kind, **fast)
    began = process_time()
    assert measure(data).failed == "PIXELS_MANY"
    assert process_time() - began < 0.05
