"""Whatever is sent is opened safely, and nothing is let out but a clean picture."""

from __future__ import annotations

from time import process_time

import numpy
import pytest
from PIL import Image, ImageChops, ImageStat

from ncre.domain.photo.verdict import judge
from ncre.photo.lab.answers import LARGEST_LOOKED_AT
from ncre.photo.lab.decoding import MOST_SCANS
from ncre.photo.lab.measuring import measure
from ncre.photo.lab.picture import LARGEST_FILE, LONGEST_SIDE, TURNS
from tests.photo.damage import damaged, fault_of
from tests.photo.portraits import jpeg, opened, oriented, portrait


def many_scans(side: int, scans: int) -> bytes:
    """A flat progressive picture whose last scan is repeated until there are so many."""
    data = jpeg(Image.new("RGB", (side, side), (200, 180, 160)), quality=1, progressive=True)
    end, last = data.rindex(b"\xff\xd9"), data.rindex(b"\xff\xda")
    return data[:end] + data[last:end] * (scans - data.count(b"\xff\xda")) + data[end:]


def unlike(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures of one size, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


def test_a_good_portrait_is_measured_and_made_anew() -> None:
    measured = measure(jpeg(portrait()))
    assert (measured.height, measured.width, measured.failed) == (640, 440, "")
    assert measured.facts["aspect"] == pytest.approx(1.4545, abs=0.001)
    assert judge(measured).verdict == "accept"
    assert measured.jpeg is not None
    assert opened(measured.jpeg).info["dpi"] == (300, 300)


def test_nothing_that_is_not_the_picture_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-EXIF"
    sent = jpeg(portrait(), exif=exif.tobytes(), comment=b"SECRET-COMMENT") + b"SECRET-TRAILER"
    assert sent.count(b"SECRET") == 3
    kept = measure(sent).jpeg
    assert kept is not None
    assert b"SECRET" not in kept
    assert not opened(kept).getexif()
    assert "comment" not in opened(kept).info


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_exif_says(orientation: int) -> None:
    upright = portrait()
    undo = {6: 8, 8: 6}.get(orientation, orientation)
    lying = upright.transpose(TURNS[undo]) if undo in TURNS else upright
    measured = measure(jpeg(lying, exif=oriented(orientation)))
    assert (measured.height, measured.width) == (640, 440)
    assert measured.jpeg is not None
    assert unlike(opened(measured.jpeg), upright) < 4


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0garbage" * 10,
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x63\0\0\0\0\0\0",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0\x02AB\0\0\0\0\0\0",
    ],
    ids=["garbage", "orientation 99", "orientation in letters"],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_exif_that_makes_no_sense_turns_nothing(exif: bytes) -> None:
    measured = measure(jpeg(portrait(), exif=exif))
    assert (measured.height, measured.width, judge(measured).verdict) == (640, 440, "accept")


@pytest.mark.parametrize("profile", [b"not a profile" * 20, bytes(128)])
def test_a_colour_profile_that_cannot_be_read_counts_as_none(profile: bytes) -> None:
    assert judge(measure(jpeg(portrait(), icc_profile=profile))).verdict == "accept"


def test_print_colours_are_converted_and_said() -> None:
    measured = measure(jpeg(portrait().convert("CMYK")))
    assert judge(measured).codes == ("CMYK",)
    assert measured.jpeg is not None
    assert opened(measured.jpeg).mode == "RGB"


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_grey_is_seen_with_one_component_and_with_three(mode: str) -> None:
    verdict = judge(measure(jpeg(portrait().convert("L").convert(mode))))
    assert verdict.verdict == "reject"
    assert verdict.codes[0] == "GREY"


def test_a_picture_cut_short_is_named_so() -> None:
    assert measure(jpeg(portrait())[:-100]).failed == "TRUNCATED"


@pytest.mark.parametrize(
    "start", [b"GIF89a", b"BM", b"II*\0", b"%PDF-1.7", b"\0\0\0\x18ftypqt  ", b"\xff\xd8\xff"]
)
def test_another_format_is_not_taken_whatever_its_name(start: bytes) -> None:
    assert measure(start + bytes(30_000)).failed == "NOT_JPEG"


@pytest.mark.parametrize("size", [0, 1, 2_000, LARGEST_LOOKED_AT + 1])
def test_a_file_far_too_small_or_too_large_is_refused_for_its_size_too(size: int) -> None:
    measured = measure(jpeg(portrait())[:3].ljust(size, b"\0")[:size])
    assert (measured.size, measured.width, measured.jpeg) == (size, 0, None)
    assert {"BYTES_FEW", "BYTES_MANY"} & set(judge(measured).codes)


@pytest.mark.parametrize("side", [5_000, 9_000, 65_000])
def test_a_header_that_claims_too_much_is_never_decoded(side: int) -> None:
    data = bytearray(jpeg(portrait()))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = side.to_bytes(2, "big") * 2
    began = process_time()
    assert measure(bytes(data)).failed == "BOMB"
    assert process_time() - began < 0.05


def test_more_scans_than_any_camera_makes_are_never_decoded() -> None:
    data = many_scans(1_000, MOST_SCANS + 1).ljust(30_000, b"\0")
    began = process_time()
    assert measure(data).failed == "BOMB"
    assert process_time() - began < 0.05


def test_many_scans_of_many_pixels_are_never_decoded_though_each_number_is_allowed() -> None:
    data = many_scans(3_800, MOST_SCANS)
    assert 20_000 < len(data) < LARGEST_FILE
    began = process_time()
    assert measure(data).failed == "BOMB"
    assert process_time() - began < 0.05


def test_an_ordinary_progressive_picture_is_taken() -> None:
    assert judge(measure(jpeg(portrait(), progressive=True))).verdict == "accept"


def test_what_is_kept_is_never_above_the_limit() -> None:
    noise = numpy.random.default_rng(1).normal(0, 90, (2390, 1640, 3))
    loud = numpy.clip(numpy.asarray(portrait(2390, 1640), dtype=float) + noise, 0, 255).astype("uint8")
    sent = jpeg(Image.fromarray(loud), quality=4, subsampling=2)
    assert len(sent) <= LARGEST_FILE, "the picture must be allowed in"
    measured = measure(sent)
    assert (measured.height, measured.width) == (2390, 1640)
    assert measured.jpeg is not None
    assert len(measured.jpeg) <= LARGEST_FILE
    assert max(opened(measured.jpeg).size) <= LONGEST_SIDE


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_no_damage_makes_the_lab_raise_or_keep_what_cannot_be_decoded() -> None:
    for data in damaged(400):
        assert not fault_of(measure(data))
