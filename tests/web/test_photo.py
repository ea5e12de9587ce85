"""The photo page: the rules, every fault in words, the preview, and who may see the picture."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image

from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.lifecycle import Status
from tests.people import Candidate, Clock, portrait, rejected, somebody
from tests.web.visitor import Visitor, facts_of, row_of, signed_in


@pytest.fixture
def wenjing(house: House) -> Candidate:
    candidate = somebody(house)
    candidate.agrees()
    candidate.fills()
    candidate.submits()
    return candidate


@pytest.fixture
def visitor(site: Flask, wenjing: Candidate) -> Visitor:
    return signed_in(site, wenjing)


def path(candidate: Candidate) -> str:
    return f"/registrations/{candidate.id}/photo"


def resized(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.open(BytesIO(portrait())).resize((width, height)).save(out, "JPEG", quality=92)
    return out.getvalue()


def test_a_good_photo_is_kept_and_previewed_with_the_guide_lines(
    house: House, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    assert "照片规格" in visitor.text()
    answer = visitor.post(path(wenjing), photo=portrait())
    visitor.get(answer.headers["Location"])
    assert "照片已保存" in visitor.text()
    assert "photo-lines.svg" in visitor.page
    assert "修改照片" in visitor.text()
    assert facts_of(house, wenjing.id)[-1] == "registration.photo_uploaded"


def test_the_picture_is_served_as_a_jpeg_that_nobody_stores(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(f"{path(wenjing)}.jpg", 404)
    wenjing.uploads()
    answer = visitor.get(f"{path(wenjing)}.jpg")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert Image.open(BytesIO(answer.get_data())).size == (390, 567)


@pytest.mark.parametrize(
    ("sent", "sentences"),
    [
        (b"", ["请先选择一张照片"]),
        (b"GIF89a" + bytes(30_000), ["文件不是 JPG 照片"]),
        (portrait()[:-2000], ["照片文件不完整"]),
        (resized(130, 150), ["不足 20 KB", "最小为 192×144", "照片高宽比是 1.15"]),
        (portrait() + bytes(4_000_000), ["超过 200 KB"]),
    ],
    ids=["nothing", "not a jpeg", "cut off", "small and square", "straight from a phone"],
)
def test_a_refused_photo_is_told_every_fault_with_what_to_do(
    sent: bytes, sentences: list[str], house: House, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, photo=sent)
    assert all(visitor.text().count(sentence) == 2 for sentence in sentences)
    assert "<title>错误：" in visitor.page
    assert 'href="#photo"' in visitor.page
    assert "registration.photo_uploaded" not in facts_of(house, wenjing.id)


def test_a_photo_of_doubtful_shape_is_kept_with_a_warning(
    house: House, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.get(visitor.post(path(wenjing), photo=resized(400, 490)).headers["Location"])
    assert "照片高宽比是 1.2" in visitor.text()
    assert row_of(house, wenjing.id)["photo"]["verdict"] == "warn"


def test_other_requests_may_not_be_as_large_as_a_photo(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(f"/registrations/{wenjing.id}/details")
    visitor.post(f"/registrations/{wenjing.id}/details", 413, photo=bytes(2_000_000))
    assert "文件太大" in visitor.text()


def test_a_rejected_registration_may_replace_its_photo(
    house: House, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.uploads()
    wenjing.requests_review()
    visitor.get(path(wenjing), 409)
    rejected(house, wenjing)
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), photo=resized(330, 480))
    assert facts_of(house, wenjing.id)[-1] == "registration.photo_replaced"
    assert row_of(house, wenjing.id)["status"] == Status.REJECTED


def test_after_a_lapse_the_earlier_photo_may_be_used_again(
    house: House, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.does(c.ChangeSubjects, site="429903", subjects=("14",))
    wenjing.uploads()
    digest = row_of(house, wenjing.id)["photo"]["digest"]
    clock.advance(hours=2)
    house.worker.once()
    assert row_of(house, wenjing.id)["status"] == Status.LAPSED
    wenjing.submits("429903", ("14",))
    visitor.get(path(wenjing))
    assert "沿用上次照片" in visitor.text()
    visitor.post(f"{path(wenjing)}/again")
    row = row_of(house, wenjing.id)
    assert (row["status"], row["photo"]["digest"]) == (Status.PHOTO_UPLOADED, digest)


def test_a_photo_that_never_was_cannot_be_used_again(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing))
    visitor.post(f"{path(wenjing)}/again", 422)
    assert "没有可沿用的照片，请上传。" in visitor.text()


def test_an_old_page_does_not_replace_a_newer_photo(
    house: House, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    wenjing.uploads()
    visitor.post(path(wenjing), 409, photo=resized(330, 480))
    assert facts_of(house, wenjing.id)[-1] == "registration.photo_uploaded"
