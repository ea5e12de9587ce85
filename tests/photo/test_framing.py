"""The assisted crop: what it makes of a picture, and what it says where it can make nothing."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from ncre.domain.fault_codes import FaultCode
from ncre.domain.photo.verdict import judge
from ncre.photo.lab.framing import HEIGHT, WIDTH, frame, turn
from ncre.photo.lab.measuring import measure
from ncre.photo.lab.picture import LARGEST_FILE, SMALLEST_FILE
from tests.photo.portraits import jpeg, opened, oriented, portrait, whole


def advice(picture: Image.Image) -> tuple[str, ...]:
    framed = frame(jpeg(picture))
    assert framed.jpeg is None
    assert all(FaultCode(code) for code in framed.advice)
    return framed.advice


def test_the_astronaut_becomes_a_photo_that_passes_every_check() -> None:
    framed = frame(jpeg(whole()))
    assert framed.jpeg is not None
    assert opened(framed.jpeg).size == (WIDTH, HEIGHT) == (390, 567)
    assert SMALLEST_FILE <= len(framed.jpeg) <= LARGEST_FILE
    verdict = judge(measure(framed.jpeg))
    assert (verdict.verdict, verdict.codes) == ("accept", ())


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_picture_that_lies_is_stood_upright_on_the_way(quarters: int) -> None:
    lying = whole().rotate(90 * quarters, expand=True)
    framed = frame(jpeg(lying))
    assert framed.jpeg is not None
    assert judge(measure(framed.jpeg)).verdict == "accept"


def test_a_leaning_head_is_set_straight_without_inventing_corners() -> None:
    wide = Image.new("RGB", (760, 760), (90, 95, 110))
    wide.paste(whole(), (124, 124))
    leaning = wide.rotate(9, Image.Resampling.BICUBIC)
    before = measure(jpeg(leaning)).facts["roll"]
    framed = frame(jpeg(leaning))
    assert framed.jpeg is not None
    after = measure(framed.jpeg).facts["roll"]
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert abs(before) > 6 > 3 > abs(after)


def test_a_phone_picture_of_sixteen_megapixels_becomes_a_small_one() -> None:
    large = whole().resize((4_000, 4_000), Image.Resampling.LANCZOS)
    sent = jpeg(large, quality=85)
    framed = frame(sent)
    assert framed.jpeg is not None
    assert len(framed.jpeg) <= LARGEST_FILE
    assert judge(measure(framed.jpeg)).verdict == "accept"


@pytest.mark.parametrize(
    ("box", "lacks"),
    [
        ((100, 20, 350, 300), "CROP_ABOVE"),
        ((100, 0, 350, 185), "CROP_BELOW"),
        ((170, 0, 290, 300), "CROP_BESIDE"),
    ],
    ids=["hair at the edge", "chin at the edge", "ears at the edge"],
)
def test_what_is_lacking_around_the_head_is_said(box: tuple[int, int, int, int], lacks: str) -> None:
    part = whole().crop(box)
    assert lacks in advice(part.resize((part.width * 3, part.height * 3)))


def test_a_head_of_few_pixels_is_not_blown_up() -> None:
    assert advice(whole().resize((220, 220))) == ("CROP_SMALL",)


def test_without_a_face_there_is_nothing_to_frame() -> None:
    assert advice(Image.linear_gradient("L").convert("RGB").resize((800, 600))) == ("CROP_NO_FACE",)


@pytest.mark.parametrize("data", [b"", b"GIF89a" + bytes(100), b"\xff\xd8\xff" + bytes(30_000)])
def test_what_is_no_picture_is_answered_with_none(data: bytes) -> None:
    assert frame(data).jpeg is None
    assert turn(data, 90) is None


@pytest.mark.parametrize(("lies", "code"), [(90, "ROT90"), (180, "ROT180"), (270, "ROT270")])
def test_a_turned_picture_is_named_by_how_it_lies_and_can_be_stood_up(lies: int, code: str) -> None:
    lying = jpeg(portrait().rotate(lies, expand=True))
    assert code in judge(measure(lying)).codes
    upright = turn(lying, lies)
    assert upright is not None
    assert judge(measure(upright)).verdict == "accept"


def test_turning_heeds_what_exif_says_of_the_picture_first() -> None:
    lying = portrait().rotate(180, expand=True)
    sent = jpeg(lying.transpose(Image.Transpose.ROTATE_90), exif=oriented(6))
    assert "ROT180" in judge(measure(sent)).codes
    stood = turn(sent, 180)
    assert stood is not None
    assert Image.open(BytesIO(stood)).size == portrait().size
    assert judge(measure(stood)).verdict == "accept"
