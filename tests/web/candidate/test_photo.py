"""The photo page: the rules, every fault in words, the preview, and who may see the picture."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import pytest
from flask import Flask
from PIL import Image

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from tests.photo.portraits import jpeg, whole, written
from tests.photo.portraits import portrait as portrait_picture
from tests.support.people import LIQIANG, Candidate, Clock, portrait, rejected, somebody
from tests.web import staff_members
from tests.web.visitor import Visitor, facts_of, row_of, signed_in


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.agrees()
    candidate.fills()
    candidate.submits()
    return candidate


def path(candidate: Candidate) -> str:
    return f"/registrations/{candidate.id}/photo"


def resized(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.open(BytesIO(portrait())).resize((width, height)).save(out, "JPEG", quality=92)
    return out.getvalue()


def phone_photo() -> bytes:
    """As it comes out of a phone: large, with room around the head."""
    return jpeg(whole().resize((2_048, 2_048)), quality=90)


def lying_photo() -> bytes:
    return jpeg(portrait_picture().rotate(90, expand=True))


def half_head() -> bytes:
    """A head that is too small by the rule, and could not be cropped: nothing is left above the hair."""
    return jpeg(whole().crop((60, 14, 400, 500)).resize((400, 572)))


def test_a_good_photo_is_kept_and_previewed_with_the_guide_lines(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    assert "照片规格" in visitor.text()
    answer = visitor.post(path(wenjing), photo=portrait())
    visitor.get(answer.headers["Location"])
    assert "照片已保存" in visitor.text()
    assert "photo/lines.svg" in visitor.page
    assert "修改照片" in visitor.text()
    assert facts_of(container, wenjing.id)[-1] == "registration.photo_uploaded"


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
        (resized(130, 150), ["最小为 192×144", "照片高宽比是 1.15"]),
        (half_head() + bytes(4_000_000), ["照片文件有 4.1 MB，最多 200 KB", "头部"]),
        (portrait() + bytes(10_500_000), ["照片文件有 10.6 MB，系统最多能处理 10 MB"]),
    ],
    ids=["nothing", "not a jpeg", "cut off", "small and square", "large and not croppable", "over the limit"],
)
def test_a_refused_photo_is_told_every_fault_with_what_to_do(
    sent: bytes, sentences: list[str], container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, photo=sent)
    assert all(sentence in visitor.text() for sentence in sentences)
    assert "<title>错误：" in visitor.page
    assert 'href="#photo"' in visitor.page
    assert "registration.photo_uploaded" not in facts_of(container, wenjing.id)


def test_a_photo_of_doubtful_shape_is_kept_with_a_warning(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.get(visitor.post(path(wenjing), photo=resized(400, 490)).headers["Location"])
    assert "照片高宽比是 1.2" in visitor.text()
    assert row_of(container, wenjing.id)["photo"]["verdict"] == "warn"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "HEIF"])
def test_another_format_of_a_phone_is_made_a_jpeg_once_the_candidate_agrees(
    kind: str, container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    assert "HEIC、PNG、WebP、AVIF" in visitor.text()
    assert 'capture="user"' in visitor.page
    visitor.post(path(wenjing), 422, photo=written(whole(), kind))
    assert 'class="faults"' not in visitor.page
    visitor.post(f"{path(wenjing)}/adopt", **offers(visitor)["crop"])
    photo = row_of(container, wenjing.id)["photo"]
    assert (photo["verdict"], photo["handling"], photo["height"]) == ("accept", "cropped", 567)
    assert visitor.get(f"{path(wenjing)}.jpg").get_data().startswith(b"\xff\xd8\xff")


def test_a_photo_that_is_too_large_to_be_read_is_told_on_its_own_page(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 413, photo=bytes(15_000_000))
    assert "照片文件有 15 MB，系统最多能处理 10 MB" in visitor.text()
    assert "选择照片文件" in visitor.text()
    assert "registration.photo_uploaded" not in facts_of(container, wenjing.id)
    wenjing.uploads()
    wenjing.requests_review()
    visitor.post(path(wenjing), 413, photo=bytes(15_000_000))
    assert "发送的内容太大" in visitor.text()


def test_where_pictures_wait_the_page_says_when_to_try_again_and_nothing_is_lost(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    with container.photos._turns.turn(uuid4()):
        answer = visitor.post(path(wenjing), 503, photo=portrait())
        assert answer.headers["Retry-After"]
        assert "请过几秒再上传一次" in visitor.text()
        assert "选择照片文件" in visitor.text()
    visitor.post(path(wenjing), photo=portrait())
    assert facts_of(container, wenjing.id)[-1] == "registration.photo_uploaded"


def test_other_requests_may_not_be_as_large_as_a_photo(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(f"/registrations/{wenjing.id}/details")
    visitor.post(f"/registrations/{wenjing.id}/details", 413, photo=bytes(2_000_000))
    assert "发送的内容太大" in visitor.text()


def test_a_rejected_registration_may_replace_its_photo(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.uploads()
    wenjing.requests_review()
    visitor.get(path(wenjing), 409)
    rejected(container, wenjing)
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), photo=resized(330, 480))
    assert facts_of(container, wenjing.id)[-1] == "registration.photo_replaced"
    assert row_of(container, wenjing.id)["status"] == Status.REJECTED


def test_after_a_lapse_the_earlier_photo_may_be_used_again(
    container: Container, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.does(c.ChangeSubjects, site="429903", subjects=("14",))
    wenjing.uploads()
    digest = row_of(container, wenjing.id)["photo"]["digest"]
    clock.advance(hours=2)
    container.worker.once()
    assert row_of(container, wenjing.id)["status"] == Status.LAPSED
    wenjing.submits("429903", ("14",))
    visitor.get(path(wenjing))
    assert "沿用上次照片" in visitor.text()
    visitor.post(f"{path(wenjing)}/again")
    row = row_of(container, wenjing.id)
    assert (row["status"], row["photo"]["digest"]) == (Status.PHOTO_UPLOADED, digest)


def test_a_photo_that_never_was_cannot_be_used_again(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing))
    visitor.post(f"{path(wenjing)}/again", 422)
    assert "没有可沿用的照片，请上传。" in visitor.text()


def test_an_old_page_does_not_replace_a_newer_photo(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    wenjing.uploads()
    visitor.post(path(wenjing), 409, photo=resized(330, 480))
    assert facts_of(container, wenjing.id)[-1] == "registration.photo_uploaded"


def draft_of(visitor: Visitor) -> str:
    found = re.search(r'src="([^"]*/photo/draft/[0-9a-f]{64}\.jpg)"', visitor.page)
    assert found is not None
    return found[1]


def offers(visitor: Visitor) -> dict[str, dict[str, str]]:
    """The forms of the offers by kind, with their hidden fields."""
    forms = re.findall(r'<form[^>]*action="[^"]*/photo/adopt">(.*?)</form>', visitor.page, re.DOTALL)
    found = [dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)) for form in forms]
    return {form["kind"]: form for form in found}


def test_a_phone_photo_is_cropped_and_taken_once_the_candidate_agrees(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, photo=phone_photo())
    assert "帮我裁剪" in visitor.text()
    assert 'class="faults"' not in visitor.page
    assert "错误" not in visitor.text()
    assert "registration.photo_uploaded" not in facts_of(container, wenjing.id)
    picture = visitor.get(draft_of(visitor))
    assert Image.open(BytesIO(picture.get_data())).size == (390, 567)
    visitor.post(f"{path(wenjing)}/adopt", **offers(visitor)["crop"])
    photo = row_of(container, wenjing.id)["photo"]
    assert (photo["verdict"], photo["handling"]) == ("accept", "cropped")
    assert photo["uploaded"] == sha256(phone_photo()).hexdigest()


def test_a_photo_that_lies_is_turned_once_the_candidate_agrees(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, photo=lying_photo())
    assert "帮我转正" in visitor.text()
    visitor.post(f"{path(wenjing)}/adopt", **offers(visitor)["turn"])
    photo = row_of(container, wenjing.id)["photo"]
    assert (photo["verdict"], photo["handling"], photo["height"]) == ("accept", "turned", 640)


def test_a_refusal_that_is_held_for_wrong_goes_to_the_reviewer(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, photo=half_head())
    assert "头部上方" in visitor.text()
    visitor.post(f"{path(wenjing)}/adopt", **offers(visitor)["appeal"])
    photo = row_of(container, wenjing.id)["photo"]
    assert (photo["verdict"], photo["appealed"]) == ("reject", True)
    visitor.get(path(wenjing))
    assert "已请考点审核员判断" in visitor.text()


def test_where_nobody_reviews_a_refusal_goes_to_a_person_all_the_same(
    container: Container, site: Flask, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.does(c.ChangeSubjects, site="429901", subjects=("14",))
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, photo=half_head())
    assert "不审核报名的考点也一样" in visitor.text()
    visitor.post(f"{path(wenjing)}/adopt", **offers(visitor)["appeal"])
    tasks = f"/registrations/{wenjing.id}"
    visitor.get(tasks)
    assert f'href="{tasks}/check"' in visitor.page
    assert f'href="{tasks}/pay"' not in visitor.page
    visitor.get(f"{tasks}/check")
    visitor.post(f"{tasks}/request-review")
    assert row_of(container, wenjing.id)["status"] == Status.PENDING_REVIEW
    kaowu = staff_members.office(container, site)
    assert str(wenjing.id) in kaowu.get("/staff/queue")
    case = f"/staff/cases/{wenjing.id}"
    assert kaowu.post(f"{case}/approve", page=case).status_code == 303
    visitor.get(tasks)
    assert f'href="{tasks}/pay"' in visitor.page


def test_an_offer_is_nobody_elses(
    container: Container, site: Flask, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, photo=phone_photo())
    draft, form = draft_of(visitor), offers(visitor)["crop"]
    other = somebody(container, "liqiang", LIQIANG)
    other.agrees()
    other.fills()
    other.submits()
    stranger = signed_in(site, other)
    stranger.get(draft, 404)
    stranger.get(draft.replace(str(wenjing.id), str(other.id)), 404)
    stranger.get(path(other))
    stranger.post(f"{path(other)}/adopt", 422, draft=form["draft"], kind="crop")
    assert "已不再保存，请重新上传" in stranger.text()


@pytest.mark.parametrize(
    "form", [{}, {"draft": "0" * 64, "kind": "crop"}, {"draft": "../x", "kind": "appeal"}]
)
def test_an_offer_that_was_never_made_cannot_be_taken(
    form: dict[str, str], container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(f"{path(wenjing)}/adopt", 422, **form)
    assert "registration.photo_uploaded" not in facts_of(container, wenjing.id)


def test_an_appeal_does_not_carry_a_cropped_draft_past_the_rules(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    """Whatever kind the form names, the picture behind the draft is measured and judged again."""
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, photo=half_head())
    form = offers(visitor)["appeal"]
    visitor.post(f"{path(wenjing)}/adopt", 422, **{**form, "kind": "crop"})
    assert "registration.photo_uploaded" not in facts_of(container, wenjing.id)


def test_drafts_are_swept_away_and_photos_are_not(
    container: Container, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, photo=phone_photo())
    draft = draft_of(visitor)
    wenjing.uploads()
    container.photos.sweep(datetime.now(UTC) + timedelta(hours=1))
    visitor.get(draft, 404)
    visitor.get(f"{path(wenjing)}.jpg")


def test_a_photo_that_was_sent_back_is_not_called_right_before_it_is_replaced(
    container: Container, site: Flask
) -> None:
    wenjing = somebody(container)
    wenjing.until_waiting()
    rejected(container, wenjing)
    visitor = signed_in(site, wenjing)
    visitor.get(path(wenjing))
    assert "照片正确，下一步" not in visitor.page
    visitor.post(path(wenjing), photo=jpeg(portrait_picture(), quality=95))
    visitor.get(path(wenjing))
    assert f'href="/registrations/{wenjing.id}/check">照片正确，下一步' in visitor.page
