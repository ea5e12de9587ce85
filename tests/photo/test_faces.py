"""Second faces, headwear, glass before the eyes and faint pictures, drawn on the astronaut and on the samples."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from ncre.domain.photo.verdict import Verdict, judge
from ncre.photo.lab.framing import frame
from ncre.photo.lab.geometry import HeadGeometry, find_head
from ncre.photo.lab.hints import FACE_OVAL, LEFT_EYE_REGION, RIGHT_EYE_REGION
from ncre.photo.lab.measuring import measure
from ncre.photo.lab.nets import nets
from tests.photo.portraits import jpeg, opened, portrait
from tests.photo.test_samples import SAMPLES

ASTRONAUT = "astronaut"
SOUND = ["ok_syn_boy_white", "ok_syn_man_glasses_white", "ok_syn_woman_short_blue", "ok_real_obama"]

sounds = pytest.mark.parametrize("name", [ASTRONAUT, *SOUND])


@cache
def sound(name: str) -> Image.Image:
    if name == ASTRONAUT:
        return portrait()
    if not SAMPLES.is_dir():
        pytest.skip("the sample photos do not stand beside the repository")
    return opened((SAMPLES / f"{name}.jpg").read_bytes()).convert("RGB")


@cache
def head_of(name: str) -> HeadGeometry:
    found = find_head(nets(), np.asarray(sound(name)))
    assert found is not None
    return found


def verdict_on(picture: Image.Image) -> Verdict:
    return judge(measure(jpeg(picture)))


def face_of(name: str, width: int) -> Image.Image:
    """A face with its hair, so wide."""
    face = head_of(name).face
    part = sound(name).crop(
        (
            int(face.x),
            int(face.y - 0.4 * face.height),
            int(face.x + face.width),
            int(face.y + 1.1 * face.height),
        )
    )
    return part.resize((width, part.height * width // part.width))


PLACES = {
    "above": (0.02, 0.03),
    "beside": (0.98, 0.30),
    "at the shoulder": (0.02, 0.78),
    "on the chest": (0.5, 0.88),
}


@pytest.mark.parametrize("share", [0.18, 0.25])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@sounds
def test_a_second_face_from_18_per_cent_of_the_width_on_is_told_to_staff(
    name: str, place: tuple[float, float], share: float
) -> None:
    picture = sound(name).copy()
    other = face_of(ASTRONAUT, round(share * picture.width))
    left = round(place[0] * (picture.width - other.width))
    top = min(round(place[1] * picture.height), picture.height - other.height)
    picture.paste(other, (left, top))
    assert {"FACES", "MULTI"} & set(verdict_on(picture).codes)


@sounds
def test_nobody_alone_is_said_to_have_company(name: str) -> None:
    assert not {"FACES", "MULTI"} & set(verdict_on(sound(name)).codes)


def scarfed(name: str, cloth: tuple[int, int, int], behind: tuple[int, int, int]) -> Image.Image:
    """A headscarf over everything but the face, before a plain background."""
    head, picture = head_of(name), sound(name)
    covered = Image.fromarray(((head.mask >= 0.5) * 255).astype("uint8"))
    covered = covered.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(2))
    face = Image.new("L", picture.size)
    ImageDraw.Draw(face).polygon([tuple(map(float, head.points[one, :2])) for one in FACE_OVAL], fill=255)
    out = Image.new("RGB", picture.size, behind)
    out.paste(cloth, (0, 0, *picture.size), covered)
    out.paste(picture, (0, 0), face.filter(ImageFilter.GaussianBlur(2)))
    return out


@pytest.mark.parametrize("height", [360, 640])
@pytest.mark.parametrize("cloth", [(252, 252, 252), (243, 243, 240), (250, 246, 235)])
@pytest.mark.parametrize("behind", [(255, 255, 255), (245, 245, 245)])
@sounds
def test_a_white_scarf_before_white_is_never_refused_for_where_the_head_ends(
    name: str, behind: tuple[int, int, int], cloth: tuple[int, int, int], height: int
) -> None:
    picture = scarfed(name, cloth, behind)
    picture = picture.resize((picture.width * height // picture.height, height))
    measured = measure(jpeg(picture, quality=98))
    refused = judge(measured)
    assert "BYTES_FEW" in refused.codes or refused.verdict != "reject", refused.codes
    framed = frame(jpeg(picture, quality=98))
    assert framed.jpeg is None or judge(measure(framed.jpeg)).verdict != "reject"


def test_a_scarf_that_the_mask_loses_is_a_warning_that_says_so() -> None:
    picture = scarfed("ok_real_collins", (252, 252, 252), (255, 255, 255)).resize((440, 640))
    codes = verdict_on(picture).codes
    assert "CROWN" in codes
    assert not {"TOP", "HEAD"} & set(codes)


def glazed(name: str, colour: tuple[int, int, int], strength: float) -> Image.Image:
    """Glasses with tinted lenses; `strength` is how much of the light they keep back."""
    picture, points = sound(name), head_of(name).points
    lenses, rims = Image.new("L", picture.size), Image.new("L", picture.size)
    for eye in (LEFT_EYE_REGION, RIGHT_EYE_REGION):
        at = points[list(eye), :2]
        (x, y), wide = at.mean(axis=0), float(np.ptp(at[:, 0])) * 0.92
        box = [x - wide, y - 0.6 * wide, x + wide, y + 0.8 * wide]
        ImageDraw.Draw(lenses).ellipse(box, fill=round(255 * strength))
        ImageDraw.Draw(rims).ellipse(box, outline=255, width=max(2, int(wide * 0.06)))
    tinted = Image.composite(Image.new("RGB", picture.size, colour), picture, lenses)
    return Image.composite(Image.new("RGB", picture.size, (40, 35, 35)), tinted, rims)


COLOURS = {
    "black": (15, 15, 18),
    "brown": (60, 35, 20),
    "grey": (70, 72, 78),
    "pale": (130, 130, 135),
    "blue": (40, 60, 110),
}


@pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
@pytest.mark.parametrize("veil", [0.0, 0.3])
@sounds
def test_tinted_glasses_are_seen_also_through_a_haze(
    name: str, veil: float, colour: tuple[int, int, int]
) -> None:
    picture = glazed(name, colour, 0.8)
    hazy = Image.blend(picture, Image.new("RGB", picture.size, "white"), veil)
    assert "EYES" in verdict_on(hazy).codes


@sounds
def test_clear_glasses_are_no_dark_ones(name: str) -> None:
    assert "EYES" not in verdict_on(glazed(name, (200, 200, 200), 0.1)).codes


@pytest.mark.parametrize("veil", [0.2, 0.35, 0.5])
@sounds
def test_a_faint_picture_is_warned_of_neither_glasses_nor_hue(name: str, veil: float) -> None:
    faint = Image.blend(sound(name), Image.new("RGB", sound(name).size, "white"), veil)
    assert not {"EYES", "TINTED", "BLUR", "GREY"} & set(verdict_on(faint).codes)


@pytest.mark.parametrize("colour", [0.35, 0.6])
@pytest.mark.parametrize("name", [ASTRONAUT, "ok_syn_boy_white", "ok_syn_man_glasses_white", "ok_real_obama"])
def test_a_picture_of_little_colour_has_no_single_hue(name: str, colour: float) -> None:
    assert "TINTED" not in verdict_on(ImageEnhance.Color(sound(name)).enhance(colour)).codes


@pytest.mark.parametrize("wash", [(1.0, 0.85, 0.66), (1.0, 0.8, 0.55), (0.6, 0.8, 1.0)])
@sounds
def test_a_picture_washed_in_one_hue_is_still_told(name: str, wash: tuple[float, float, float]) -> None:
    grey = np.asarray(sound(name).convert("L"), dtype=float)[:, :, None]
    washed = Image.fromarray(np.clip(grey * np.array(wash), 0, 255).astype("uint8"))
    assert "TINTED" in verdict_on(washed).codes
