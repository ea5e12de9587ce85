"""The queue of a site, one case with its decision, the confirmation in person."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from PIL import Image
from pypdf import PdfReader

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.machine import open_rows
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.vocabulary import Role, Status, Step
from ncre.events.registration_values import Details
from ncre.web.site import create_site
from tests.photo.portraits import jpeg, whole
from tests.support.people import LIQIANG, SITE, WENJING, Candidate, Clock, portrait, somebody
from tests.web.staff_members import (
    HERE,
    Visitor,
    auditor,
    decided,
    hidden,
    looks_at,
    office,
    registration_of,
    reviewer,
    row_of,
    story_of,
    visitor,
)

ELSEWHERE = "429902"
ZHAO = replace(LIQIANG, document_number="110101199003077432", name="赵敏", mobile="13600136000")


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


@pytest.fixture
def li(container: Container, site: Flask) -> Visitor:
    return reviewer(container, site)


def waiting(container: Container, name: str, details: Details) -> Candidate:
    candidate = somebody(container, name, details)
    candidate.until_waiting()
    return candidate


def case_of(candidate: Candidate) -> str:
    return f"/staff/cases/{candidate.id}"


def status_of(container: Container, candidate: Candidate) -> str:
    return str(row_of(container, candidate.id)["status"])


def test_the_queue_shows_own_sites_oldest_first_with_waiting_time_and_rejections(
    container: Container, site: Flask, clock: Clock, li: Visitor, wenjing: Candidate
) -> None:
    clock.advance(minutes=30)
    second = waiting(container, "liqiang", LIQIANG)
    other = somebody(container, "zhao", ZHAO)
    other.agrees()
    other.fills()
    other.submits(ELSEWHERE, ("14",))
    other.uploads()
    other.requests_review()
    clock.advance(hours=2)
    container.command_handler.handle(
        c.Reject(registration=second.id, actor=decided(container, second), reasons=("P01",), seen=5)
    )
    clock.advance(minutes=5)
    second.does(
        c.AmendInfo, details=replace(LIQIANG, mobile="13700137000"), person=_person(container, LIQIANG)
    )
    second.requests_review()
    text = li.get("/staff/queue")
    numbers = re.findall(r">(78\d{12})<", text)
    assert numbers == [row_of(container, wenjing.id)["number"], row_of(container, second.id)["number"]]
    assert "2 小时 35 分钟" in text
    assert "0 分钟" in text
    assert "1 次" in text
    assert "共 2 份" in text


def _person(container: Container, details: Details) -> str:
    return container.people.person(details.document_type, details.document_number)


def test_the_queue_says_nothing_private(li: Visitor, wenjing: Candidate) -> None:
    text = li.get("/staff/queue")
    for private in (WENJING.name, WENJING.document_number, "0013 8000"):
        assert private not in text


def test_a_long_queue_comes_in_pages(
    container: Container, li: Visitor, wenjing: Candidate, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(minutes=1)
    waiting(container, "liqiang", LIQIANG)
    monkeypatch.setattr("ncre.web.staff.review.PAGE", 1)
    first = li.get("/staff/queue")
    (onward,) = re.findall(r'rel="next" href="([^"]*)"', first)
    second = li.get(unescape(onward))
    assert 'rel="next"' not in second
    assert 'rel="prev"' in second
    assert row_of(container, wenjing.id)["number"] in first
    assert row_of(container, wenjing.id)["number"] not in second
    assert row_of(container, wenjing.id)["number"] in li.get("/staff/queue?after=nonsense")


def test_an_empty_queue_says_so(li: Visitor) -> None:
    assert "没有等待审核的报名" in li.get("/staff/queue")


def test_opening_a_case_records_the_look_first_and_once(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    text = li.get(case_of(wenjing))
    for shown in (WENJING.name, WENJING.document_number, "138 0013 8000", WENJING.address):
        assert shown in text
    assert "工作人员查看了考生的个人信息" in text
    li.get(case_of(wenjing))
    (look,) = looks_at(container, wenjing.id)
    assert li.account is not None
    assert look["actor"] == str(li.account.id)


def test_a_new_version_or_another_session_is_looked_at_anew(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate
) -> None:
    li.get(case_of(wenjing))
    Visitor(site, li.account).get(case_of(wenjing))
    assert len(looks_at(container, wenjing.id)) == 2
    container.command_handler.handle(c.Approve(registration=wenjing.id, actor=decided(container, wenjing)))
    li.get(case_of(wenjing))
    assert len(looks_at(container, wenjing.id)) == 3


def test_nothing_is_opened_where_the_look_cannot_be_recorded(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    with container.database.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    closed = li.client.get(case_of(wenjing), base_url=HERE).text
    form = hidden(closed, f"{case_of(wenjing)}/open")
    answer = li.send(f"{case_of(wenjing)}/open", {**form, "opening": "review"})
    assert answer.status_code == 503
    assert WENJING.name not in answer.text
    assert WENJING.name not in li.client.get(case_of(wenjing), base_url=HERE).text


def test_photos_of_the_case_are_shown_earlier_ones_too(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    first = row_of(container, wenjing.id)["photo"]["digest"]
    container.command_handler.handle(
        c.Reject(registration=wenjing.id, actor=decided(container, wenjing), reasons=("P01",))
    )
    wenjing.does(c.ReplacePhoto, photo=container.photos.take_in(wenjing.account.id, _mirrored()).photo)
    second = row_of(container, wenjing.id)["photo"]["digest"]
    text = li.get(case_of(wenjing))
    for digest in (first, second):
        assert f"{case_of(wenjing)}/photo/{digest}.jpg" in text
        answer = li.client.get(f"{case_of(wenjing)}/photo/{digest}.jpg", base_url=HERE)
        assert answer.mimetype == "image/jpeg"
        assert answer.data.startswith(b"\xff\xd8\xff")
        assert "no-store" in answer.headers["Cache-Control"]
    assert text.index(second) < text.index(first)


def _mirrored() -> bytes:
    out = BytesIO()
    turned = Image.open(BytesIO(portrait())).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    turned.save(out, "JPEG", quality=92, subsampling=0)
    return out.getvalue()


def test_a_photo_of_another_case_is_not_there(container: Container, li: Visitor, wenjing: Candidate) -> None:
    other = waiting(container, "liqiang", LIQIANG)
    foreign = row_of(container, other.id)["photo"]["digest"]
    li.get(case_of(wenjing))
    li.get(f"{case_of(wenjing)}/photo/{foreign}.jpg", expect=404)
    li.get(f"{case_of(wenjing)}/photo/{'0' * 64}.jpg", expect=404)
    li.get(f"{case_of(wenjing)}/photo/..jpg", expect=404)


def test_a_photo_alone_is_not_shown_before_the_case_is_opened(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    digest = row_of(container, wenjing.id)["photo"]["digest"]
    li.get(f"{case_of(wenjing)}/photo/{digest}.jpg", expect=403)
    assert looks_at(container, wenjing.id) == []


def test_approving_leads_to_the_next_case_and_says_what_was_done(
    container: Container, li: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    clock.advance(minutes=1)
    other = waiting(container, "liqiang", LIQIANG)
    answer = li.post(f"{case_of(wenjing)}/approve", page=case_of(wenjing))
    assert (answer.status_code, answer.location) == (303, case_of(other))
    assert status_of(container, wenjing) == Status.APPROVED
    number = row_of(container, wenjing.id)["number"]
    assert f"报名号 {number}：审核通过。" in li.get(case_of(other))
    answer = li.post(f"{case_of(other)}/approve", page=case_of(other))
    assert answer.location == "/staff/queue"
    assert "审核通过" in li.get("/staff/queue")


def test_a_case_passed_over_does_not_come_back_at_once(
    container: Container, li: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    clock.advance(minutes=1)
    second = waiting(container, "liqiang", LIQIANG)
    clock.advance(minutes=1)
    third = waiting(container, "zhao", ZHAO)
    assert li.post(f"{case_of(second)}/approve", page=case_of(second)).location == case_of(third)
    assert li.post(f"{case_of(third)}/approve", page=case_of(third)).location == case_of(wenjing)


def test_a_rejection_names_its_reasons_and_carries_the_note(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    answer = li.post(
        f"{case_of(wenjing)}/reject", page=case_of(wenjing), reasons=["P01", "I01"], note="请按证件填写。"
    )
    assert answer.status_code == 303
    row = row_of(container, wenjing.id)
    assert (row["status"], row["reasons"]) == (Status.REJECTED, ["I01", "P01"])
    assert container.people.rejection_note(wenjing.id, row["rejected_version"]) == "请按证件填写。"


def test_every_reason_can_be_chosen_and_is_said_in_the_language_of_the_page(
    li: Visitor, wenjing: Candidate
) -> None:
    text = li.get(case_of(wenjing))
    for reason in REVIEW_REASONS.values():
        assert text.count(f'name="reasons" value="{reason.code}"') == 1
        assert reason.text in text
        assert reason.text_en not in text
    li.get("/language/en?next=/", expect=302)
    text = unescape(li.get(case_of(wenjing)))
    for reason in REVIEW_REASONS.values():
        assert reason.text_en in text
        assert reason.text not in text


def test_a_rejection_without_reason_keeps_the_note(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    answer = li.post(f"{case_of(wenjing)}/reject", page=case_of(wenjing), note="说明写到一半")
    assert answer.status_code == 422
    assert "请至少选择一条不通过的原因" in answer.text
    assert "说明写到一半" in answer.text
    assert '<a href="#reasons">' in answer.text
    assert status_of(container, wenjing) == Status.PENDING_REVIEW


def test_the_reason_other_wants_words_and_the_choice_is_kept(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    answer = li.post(f"{case_of(wenjing)}/reject", page=case_of(wenjing), reasons=["P03", "O01"], note=" ")
    assert answer.status_code == 422
    assert '<a href="#note">' in answer.text
    for code in ("P03", "O01"):
        assert f'value="{code}" checked' in answer.text
    assert 'value="P01" checked' not in answer.text
    assert status_of(container, wenjing) == Status.PENDING_REVIEW


def test_a_reason_that_does_not_exist_is_refused(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    answer = li.post(f"{case_of(wenjing)}/reject", page=case_of(wenjing), reasons=["X99"])
    assert answer.status_code == 422
    assert "X99" in answer.text
    assert status_of(container, wenjing) == Status.PENDING_REVIEW


def test_who_decides_on_an_outdated_page_is_told_and_loses_nothing(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    form = hidden(li.get(case_of(wenjing)), f"{case_of(wenjing)}/reject")
    staff = decided(container, wenjing)
    container.command_handler.handle(c.Reject(registration=wenjing.id, actor=staff, reasons=("P01",)))
    wenjing.does(
        c.AmendInfo, details=replace(WENJING, mobile="13700137000"), person=_person(container, WENJING)
    )
    wenjing.requests_review()
    answer = li.send(f"{case_of(wenjing)}/reject", {**form, "reasons": ["P02"], "note": "翻拍"})
    assert answer.status_code == 409
    assert "第 5 版" in answer.text
    assert "第 8 版" in answer.text
    assert 'value="P02" checked' in answer.text
    assert status_of(container, wenjing) == Status.PENDING_REVIEW


def test_two_colleagues_decide_and_the_second_is_told(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate
) -> None:
    wang = reviewer(container, site, name="wang")
    form = hidden(wang.get(case_of(wenjing)), f"{case_of(wenjing)}/approve")
    li.post(f"{case_of(wenjing)}/reject", page=case_of(wenjing), reasons=["P01"])
    answer = wang.send(f"{case_of(wenjing)}/approve", form)
    assert answer.status_code == 409
    assert "已有变化" in answer.text
    assert status_of(container, wenjing) == Status.REJECTED


def test_a_decision_sent_twice_is_made_once(container: Container, li: Visitor, wenjing: Candidate) -> None:
    form = hidden(li.get(case_of(wenjing)), f"{case_of(wenjing)}/approve")
    assert [li.send(f"{case_of(wenjing)}/approve", form).status_code for _ in range(2)] == [303, 303]
    topics = [told["topic"] for told in story_of(container, wenjing.id)]
    assert topics.count("registration.approved") == 1


def test_after_the_review_window_the_page_says_so_instead_of_asking(
    container: Container, li: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    form = hidden(li.get(case_of(wenjing)), f"{case_of(wenjing)}/approve")
    clock.advance(days=60)
    text = li.get(case_of(wenjing))
    assert "信息审核已于 2027-01-17 17:00 截止" in text
    assert "/approve" not in text
    token = hidden(text, "/sign-out")["csrf_token"]
    assert li.send(f"{case_of(wenjing)}/approve", {**form, "csrf_token": token}).status_code == 403
    assert status_of(container, wenjing) == Status.PENDING_REVIEW


def test_what_the_candidate_mended_since_the_rejection_is_shown(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    container.command_handler.handle(
        c.Reject(
            registration=wenjing.id, actor=decided(container, wenjing), reasons=("I01",), note="姓名写错了"
        )
    )
    mended = replace(WENJING, name="欧阳文婧")
    wenjing.does(c.AmendInfo, details=mended, person=_person(container, mended))
    wenjing.requests_review()
    text = li.get(case_of(wenjing))
    assert "<del>欧阳文静</del>" in text
    assert "<ins>欧阳文婧</ins>" in text
    assert "姓名写错了" in text
    assert "曾 1 次审核未通过" in text


def test_nobody_reviews_their_own_registration(container: Container, site: Flask, li: Visitor) -> None:
    mine = somebody(container)
    assert li.account is not None
    mine.id = uuid4()
    registration_of(container, li.account, mine)
    text = li.get(case_of(mine))
    assert "这是您自己的报名" in text
    assert not re.search(r"/(approve|reject|confirm|cancel)\"", text)
    for step in ("approve", "reject", "confirm"):
        form = {**hidden(text, "/sign-out"), "seen": "5", "command_id": str(uuid4()), "reasons": ["P01"]}
        answer = li.send(f"{case_of(mine)}/{step}", form)
        assert answer.status_code == 403
        assert "不能处理自己的报名" in answer.text
    assert status_of(container, mine) == Status.PENDING_REVIEW


def test_the_next_case_is_never_ones_own(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    clock.advance(minutes=1)
    mine = somebody(container, "also", LIQIANG)
    assert li.account is not None
    mine.id = uuid4()
    registration_of(container, li.account, mine)
    assert li.post(f"{case_of(wenjing)}/approve", page=case_of(wenjing)).location == "/staff/queue"


def _paid(container: Container, candidate: Candidate) -> None:
    container.command_handler.handle(
        c.Approve(registration=candidate.id, actor=decided(container, candidate))
    )
    candidate.pays()


def test_confirming_in_person_leads_back_to_the_desk(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    _paid(container, wenjing)
    answer = li.post(f"{case_of(wenjing)}/confirm", page=case_of(wenjing))
    assert (answer.status_code, answer.location) == (303, "/staff/desk")
    assert status_of(container, wenjing) == Status.CONFIRMED
    assert "现场确认完成" in li.get("/staff/desk")


def test_confirming_before_payment_is_refused_in_words(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    text = li.get(case_of(wenjing))
    assert "/confirm" not in text
    form = {**hidden(text, f"{case_of(wenjing)}/approve")}
    answer = li.send(f"{case_of(wenjing)}/confirm", form)
    assert answer.status_code == 409
    assert "待审核" in answer.text


def test_the_office_cancels_with_its_reason(container: Container, site: Flask, wenjing: Candidate) -> None:
    kaowu = office(container, site)
    answer = kaowu.post(f"{case_of(wenjing)}/cancel", page=case_of(wenjing), why=" ")
    assert answer.status_code == 422
    assert '<a href="#why">' in answer.text
    answer = kaowu.post(f"{case_of(wenjing)}/cancel", page=case_of(wenjing), why="考生书面申请")
    assert (answer.status_code, answer.location) == (303, case_of(wenjing))
    assert status_of(container, wenjing) == Status.CANCELLED
    assert "报名已取消" in kaowu.get(case_of(wenjing))


def test_a_reviewer_cannot_cancel(container: Container, li: Visitor, wenjing: Candidate) -> None:
    text = li.get(case_of(wenjing))
    assert "/cancel" not in text
    form = {**hidden(text, f"{case_of(wenjing)}/approve"), "why": "不行"}
    assert li.send(f"{case_of(wenjing)}/cancel", form).status_code == 403
    assert status_of(container, wenjing) == Status.PENDING_REVIEW


BUTTONS = {
    Step.APPROVE: "approve",
    Step.REJECT: "reject",
    Step.CONFIRM: "confirm",
    Step.CANCEL: "cancel",
    Step.MOVE: "move",
    Step.SUSPEND: "suspend",
    Step.RESUME: "resume",
}


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.OFFICE])
def test_the_buttons_are_those_of_the_life_for_the_role(
    container: Container, site: Flask, li: Visitor, role: Role
) -> None:
    someone = li if role is Role.REVIEWER else office(container, site)
    candidate = somebody(container)
    stages = [
        lambda: (candidate.agrees(), candidate.fills(), candidate.submits()),
        candidate.uploads,
        candidate.requests_review,
        lambda: _paid(container, candidate),
        lambda: container.command_handler.handle(c.Confirm(registration=candidate.id, actor=decided(container, candidate))),
    ]  # fmt: skip
    with container.database.reading() as connection:
        plan = container.command_handler.exams.site(connection, "78", SITE)
    for advance in stages:
        advance()
        rows = open_rows(Status(status_of(container, candidate)), plan)
        steps = {row.step for row in rows if role in row.by}
        text = someone.get(case_of(candidate))
        offered = {step for step, name in BUTTONS.items() if f'action="{case_of(candidate)}/{name}"' in text}
        assert offered == steps & BUTTONS.keys()


def test_a_case_reads_in_english_too(container: Container, li: Visitor, wenjing: Candidate) -> None:
    li.client.set_cookie("language", "en", domain="localhost")
    text = li.get(case_of(wenjing))
    assert "The candidate requested review." in text
    assert "Waiting for review" in text


def test_an_erased_person_leaves_a_case_that_still_opens(
    container: Container, li: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    digest = row_of(container, wenjing.id)["photo"]["digest"]
    with container.database.transaction() as connection:
        container.command_handler.store.erase(connection, wenjing.account.id, clock())
    text = li.get(case_of(wenjing))
    assert WENJING.name not in text
    assert "依法删除" in text
    li.get(f"{case_of(wenjing)}/photo/{digest}.jpg", expect=404)


GETS = ("/staff/queue", "{case}", "{case}/photo/{digest}.jpg")
POSTS = ("{case}/approve", "{case}/reject", "{case}/confirm", "{case}/cancel")


def _addresses(container: Container, candidate: Candidate, forms: tuple[str, ...]) -> list[str]:
    digest = row_of(container, candidate.id)["photo"]["digest"]
    return [form.format(case=case_of(candidate), digest=digest) for form in forms]


def test_who_is_not_signed_in_is_sent_to_sign_in(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    nobody = Visitor(site, None)
    for path in _addresses(container, wenjing, GETS):
        answer = nobody.client.get(path, base_url=HERE)
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in")
    for path in _addresses(container, wenjing, POSTS):
        assert nobody.post(path, page="/sign-in").location.startswith("/sign-in")
    assert row_of(container, wenjing.id)["version"] == 5


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.AUDITOR])
def test_candidates_and_auditors_have_no_business_here(
    container: Container, site: Flask, wenjing: Candidate, role: Role
) -> None:
    someone = auditor(container, site) if role is Role.AUDITOR else visitor(container, site, "else", role)
    for path in _addresses(container, wenjing, GETS):
        someone.get(path, expect=403)
    for path in _addresses(container, wenjing, POSTS):
        assert someone.post(path, page="/", reasons=["P01"], why="x").status_code == 403
    assert row_of(container, wenjing.id)["version"] == 5
    assert looks_at(container, wenjing.id) == []


def test_for_a_reviewer_of_another_site_the_case_does_not_exist(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    other = reviewer(container, site, ELSEWHERE, "elsewhere")
    assert row_of(container, wenjing.id)["number"] not in other.get("/staff/queue")
    for path in _addresses(container, wenjing, GETS[1:]):
        other.get(path, expect=404)
    for path in _addresses(container, wenjing, POSTS[:3]):
        assert other.post(path, page="/staff/queue", reasons=["P01"]).status_code == 404
    assert other.post(f"{case_of(wenjing)}/cancel", page="/staff/queue", why="x").status_code == 403
    assert row_of(container, wenjing.id)["version"] == 5
    assert looks_at(container, wenjing.id) == []


def test_a_case_that_is_not_there_is_not_found(li: Visitor) -> None:
    li.get(f"/staff/cases/{uuid4()}", expect=404)
    li.get("/staff/cases/nonsense", expect=404)


def test_a_form_without_its_token_does_nothing(container: Container, li: Visitor, wenjing: Candidate) -> None:
    answer = li.send(f"{case_of(wenjing)}/approve", {"seen": "5"})
    assert answer.status_code == 400
    assert status_of(container, wenjing) == Status.PENDING_REVIEW


def test_staff_are_told_which_characters_of_a_name_no_font_draws(
    container: Container, li: Visitor, wenjing: Candidate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NCRE_FONT_DIR", str(tmp_path))
    assert "没有可用的字体" not in li.get(case_of(wenjing))
    rare = waiting(container, "rare", replace(LIQIANG, name="王𠀀䶮"))
    text = li.get(case_of(rare))
    assert "𠀀（U+20000）" in text
    assert "䶮（U+4DAE）" not in text


def test_the_reviewer_sees_what_was_measured_and_that_the_candidate_disagrees(
    container: Container, site: Flask, li: Visitor
) -> None:
    candidate = somebody(container)
    candidate.agrees()
    candidate.fills()
    candidate.submits()
    far_away = jpeg(whole().crop((60, 14, 400, 500)).resize((400, 572)))
    offers = container.photos.take_in(candidate.account.id, far_away).offers
    (appeal,) = [offer for offer in offers if offer.kind == "appeal"]
    photo = container.photos.adopt(candidate.account.id, appeal.draft, appeal.kind)
    candidate.does(c.UploadPhoto, photo=photo)
    candidate.requests_review()
    text = li.get(case_of(candidate))
    assert "考生认为判断有误" in text
    assert "（应为 65%–75%）" in text
    assert '<svg class="guide"' in text


def test_the_reviewer_is_told_of_a_file_that_came_for_somebody_else_too(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    alone = li.get(case_of(wenjing))
    assert "同一个照片文件" not in alone
    other = waiting(container, "liqiang", LIQIANG)
    text = li.get(case_of(wenjing))
    assert "同一个照片文件" in text
    assert str(row_of(container, other.id)["number"]) in text


def test_a_second_reviewer_is_told_whose_decision_it_was(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate
) -> None:
    zhao = reviewer(container, site, name="zhaolei")
    form = hidden(li.get(case_of(wenjing)), f"{case_of(wenjing)}/approve")
    other = hidden(zhao.get(case_of(wenjing)), f"{case_of(wenjing)}/approve")
    assert li.send(f"{case_of(wenjing)}/approve", form).status_code == 303
    assert zhao.send(f"{case_of(wenjing)}/approve", other).status_code == 303
    text = zhao.get("/staff/queue")
    assert "已由 shenhe 在" in text
    assert "审核通过。" not in text
    assert li.send(f"{case_of(wenjing)}/approve", form).status_code == 303  # the same command once more
    assert "已由" not in li.get("/staff/queue")


def test_who_rejects_what_another_approved_is_told_who_and_when(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate
) -> None:
    zhao = reviewer(container, site, name="zhaolei")
    form = hidden(zhao.get(case_of(wenjing)), f"{case_of(wenjing)}/reject")
    assert li.post(f"{case_of(wenjing)}/approve", page=case_of(wenjing)).status_code == 303
    answer = zhao.send(f"{case_of(wenjing)}/reject", {**form, "reasons": "P01"})
    assert answer.status_code == 409
    assert "最近一次办理" in answer.text
    assert "考点审核员 shenhe" in answer.text
    assert status_of(container, wenjing) == "approved"


@pytest.mark.parametrize("seen", ["999", "", "0", "-1", "5.0", "五"])
def test_a_version_that_no_page_showed_decides_nothing(
    container: Container, li: Visitor, wenjing: Candidate, seen: str
) -> None:
    for step in ("approve", "reject"):
        form = hidden(li.get(case_of(wenjing)), f"{case_of(wenjing)}/{step}")
        answer = li.send(f"{case_of(wenjing)}/{step}", {**form, "seen": seen, "reasons": "P01"})
        assert answer.status_code in (400, 409)
    assert status_of(container, wenjing) == "pending-review"
    assert li.post(f"{case_of(wenjing)}/approve", page=case_of(wenjing)).status_code == 303
    again = li.send(
        f"{case_of(wenjing)}/approve",
        {**form, "seen": "999", "command_id": str(uuid4())},
    )
    assert again.status_code == 409


def test_the_bar_says_the_place_in_the_queue_and_passes_on(
    container: Container, li: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    clock.advance(minutes=1)
    second = waiting(container, "liqiang", LIQIANG)
    assert re.search(r"</span> 1 / 2<", li.get(case_of(wenjing)))
    assert re.search(r"</span> 2 / 2<", li.get(case_of(second)))
    answer = li.post(f"{case_of(wenjing)}/next", page=case_of(wenjing))
    assert answer.location.endswith(case_of(second))
    answer = li.post(f"{case_of(second)}/next", page=case_of(second))
    assert answer.location.endswith(case_of(wenjing))
    assert status_of(container, wenjing) == status_of(container, second) == "pending-review"


def test_what_was_measured_in_the_photo_is_ticked_and_the_choice_of_a_person_stays(
    container: Container, li: Visitor
) -> None:
    candidate = somebody(container, "dark", LIQIANG)
    candidate.agrees()
    candidate.fills()
    candidate.submits()
    taken = container.photos.take_in(candidate.account.id, portrait()).photo
    candidate.does(c.UploadPhoto, photo=replace(taken, measured={**taken.measured, "sharpness": 1.0}))
    candidate.requests_review()
    text = li.get(case_of(candidate))
    assert 'value="P01" checked' in text
    assert "照片测得" in text
    answer = li.post(f"{case_of(candidate)}/reject", page=case_of(candidate), reasons=["O01"], note="")
    assert 'value="O01" checked' in answer.text
    assert 'value="P01" checked' not in answer.text


def test_a_note_of_any_length_or_with_control_characters_is_refused(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    for note, status in (("长" * 5000, 422), ("前\u202e后", 422)):
        answer = li.post(f"{case_of(wenjing)}/reject", page=case_of(wenjing), reasons="P01", note=note)
        assert answer.status_code == status
        assert 'id="note-fault"' in answer.text
    assert status_of(container, wenjing) == "pending-review"


def test_staff_print_the_receipt_and_it_is_recorded(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    assert "receipt.pdf" not in li.get(case_of(wenjing))
    assert li.post(f"{case_of(wenjing)}/receipt.pdf", page=case_of(wenjing)).status_code == 409
    container.command_handler.handle(c.Approve(registration=wenjing.id, actor=decided(container, wenjing)))
    wenjing.pays()
    assert f'{case_of(wenjing)}/receipt.pdf"' in li.get(case_of(wenjing))
    answer = li.post(f"{case_of(wenjing)}/receipt.pdf", page=case_of(wenjing))
    assert answer.data.startswith(b"%PDF")
    assert "缴费凭证" in "".join(PdfReader(BytesIO(answer.data)).pages[0].extract_text().split())
    assert "报名页面、缴费凭证" in li.get(case_of(wenjing))


def test_staff_print_a_paper_and_the_history_says_which(
    container: Container, li: Visitor, wenjing: Candidate
) -> None:
    container.command_handler.handle(c.Approve(registration=wenjing.id, actor=decided(container, wenjing)))
    wenjing.pays()
    text = li.get(case_of(wenjing))
    assert f'{case_of(wenjing)}/form.pdf"' in text
    assert f'{case_of(wenjing)}/ticket.pdf"' not in text
    answer = li.post(f"{case_of(wenjing)}/form.pdf", page=case_of(wenjing))
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert li.client.get(f"{case_of(wenjing)}/form.pdf", base_url=HERE).status_code == 405
    text = li.get(case_of(wenjing))
    assert "报名页面、报名登记表" in text
    assert len(looks_at(container, wenjing.id)) == 2
    assert text.count("工作人员查看了考生的个人信息") == 1
