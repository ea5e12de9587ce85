"""The archive: any registration as it stood, who did what, and that nobody changes anything there."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Final
from uuid import uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from ncre.web.site import create_site
from tests.support.people import WENJING, Candidate, Clock, somebody
from tests.web.staff_members import (
    HERE,
    Visitor,
    auditor,
    decided,
    looks_at,
    office,
    reviewer,
    row_of,
    story_of,
    visitor,
)

MENDED = replace(WENJING, name="欧阳文婧", mobile="13700137000")
WHY = "核对考生的更正申请"
PRIVATE = (WENJING.name, MENDED.name, WENJING.document_number, WENJING.mobile, MENDED.mobile, WENJING.address)


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def wenjing(container: Container, clock: Clock) -> Candidate:
    """Seven facts, a minute apart from the fifth on: rejected, mended, with a note of the site."""
    candidate = somebody(container)
    candidate.until_waiting()
    clock.advance(minutes=1)
    staff = decided(container, candidate)
    container.command_handler.handle(
        c.Reject(registration=candidate.id, actor=staff, reasons=("I01",), note="姓名写错了")
    )
    clock.advance(minutes=1)
    person = container.people.person(MENDED.document_type, MENDED.document_number)
    candidate.does(c.AmendInfo, details=MENDED, person=person)
    return candidate


@pytest.fixture
def shenji(container: Container, site: Flask) -> Visitor:
    return auditor(container, site)


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    return office(container, site)


def archive(candidate: Candidate, rest: str = "") -> str:
    return f"/audit/{candidate.id}{rest}"


def values(text: str) -> dict[str, str]:
    """The table of all fields by label."""
    table = text[text.index("<caption>全部字段") :]
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', table, re.DOTALL)
    return dict(rows)


def changes(text: str) -> dict[str, tuple[str, str]]:
    """The table of differences by label."""
    rows = re.findall(
        r'<th scope="row">([^<]*)</th><td[^>]*><del>(.*?)</del></td><td[^>]*><ins>(.*?)</ins>', text
    )
    return {label: (before, after) for label, before, after in rows}


def found(someone: Visitor, text: str) -> tuple[int, str]:
    answer = someone.post("/audit", page="/audit", q=text)
    return answer.status_code, answer.location or answer.text


def test_an_auditor_finds_a_registration_of_any_site(
    container: Container, shenji: Visitor, wenjing: Candidate
) -> None:
    for typed in (row_of(container, wenjing.id)["number"], WENJING.document_number, str(wenjing.id)):
        assert found(shenji, typed) == (303, archive(wenjing))
    status, text = found(shenji, "78429901000001")
    assert status == 422
    assert "没有找到" in text
    assert "您负责的考点" not in text


def test_the_history_stands_newest_first_with_version_actor_and_time(
    container: Container, shenji: Visitor, wenjing: Candidate
) -> None:
    text = shenji.get(archive(wenjing))
    versions = [int(one) for one in re.findall(r'\?at=v(\d+)"[^>]*>v\d+ ', text)]
    assert versions == [7, 6, 5, 4, 3, 2, 1]
    for told in story_of(container, wenjing.id):
        assert told["zh"] in text
        assert f'title="{told["at"].isoformat()}"' in text
    assert "考点审核员" in text


def test_staff_are_named_and_candidates_are_not(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    li = reviewer(container, site)
    wenjing.requests_review()
    li.post(f"/staff/cases/{wenjing.id}/approve", page=f"/staff/cases/{wenjing.id}")
    text = auditor(container, site).get(archive(wenjing))
    assert "考点审核员 shenhe" in text
    assert wenjing.account.name not in text


def test_the_present_is_shown_first_and_a_version_on_request(shenji: Visitor, wenjing: Candidate) -> None:
    assert "第 7 版的状态" in shenji.get(archive(wenjing))
    third = values(shenji.get(archive(wenjing, "?at=v3")))
    assert third["状态"] == "已提交，待上传照片"
    assert third["照片"] == "（无）"
    assert third["版本"] == "v3"
    assert values(shenji.get(archive(wenjing, "?at=4")))["照片"].startswith("567×390 像素")


def test_a_moment_is_exam_time_or_iso(shenji: Visitor, wenjing: Candidate) -> None:
    for at in ("2027-01-05 10:01", "2027-01-05T02:01:30Z", "2027-01-05T10:01:00%2B08:00"):
        assert values(shenji.get(archive(wenjing, f"?at={at}")))["版本"] == "v6", at
    assert values(shenji.get(archive(wenjing, "?at=2030-01-01 00:00")))["版本"] == "v7"


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("v99", "第 1 版至第 7 版"),
        ("v0", "第 1 版至第 7 版"),
        ("yesterday", "请写版本"),
        ("2020-01-01 09:00", "开始于 2027-01-05 10:00"),
    ],
)
def test_a_time_that_shows_nothing_is_explained_and_kept(
    shenji: Visitor, wenjing: Candidate, at: str, sentence: str
) -> None:
    for page in ("", "/facts"):
        text = shenji.get(archive(wenjing, f"{page}?at={at}"), expect=422)
        assert sentence in text
        assert f'value="{at}"' in text
        assert '<a href="#at">' in text


def test_each_version_shows_what_it_changed(shenji: Visitor, wenjing: Candidate) -> None:
    submitted = changes(shenji.get(archive(wenjing, "?at=v3")))
    assert submitted["状态"] == ("已填写信息", "已提交，待上传照片")
    assert submitted["考点"] == ("（无）", "420019")
    rejected = changes(shenji.get(archive(wenjing, "?at=v6")))
    assert rejected["未通过原因"] == ("（无）", "I01 姓名与身份证件不一致")


def test_an_auditor_sees_that_private_fields_changed_but_not_how(
    container: Container, shenji: Visitor, wenjing: Candidate
) -> None:
    for rest in ("", "?at=v2", "?at=v6", "?at=v7", "/compare?from=v2&to=v7", "/facts", ".json"):
        text = shenji.get(archive(wenjing, rest))
        for private in (*PRIVATE, "姓名写错了"):
            assert private not in text, rest
    changed = changes(shenji.get(archive(wenjing, "?at=v7")))
    assert changed["姓名"] == ("欧**", "欧**")
    assert changed["手机号码"] == ("138****8000", "137****7000")
    assert looks_at(container, wenjing.id) == []


def test_the_office_opens_private_details_by_recording_the_look(
    container: Container, kaowu: Visitor, wenjing: Candidate
) -> None:
    closed = kaowu.get(archive(wenjing))
    assert MENDED.name not in closed
    assert looks_at(container, wenjing.id) == []
    answer = kaowu.post(archive(wenjing, "/open"), page=archive(wenjing, "?at=v7"), why=WHY)
    assert (answer.status_code, answer.location) == (303, archive(wenjing, "?at=v7"))
    opened = kaowu.get(archive(wenjing, "?at=v7"))
    assert changes(opened)["姓名"] == (WENJING.name, MENDED.name)
    assert values(opened)["考点说明"] == "姓名写错了"
    assert values(kaowu.get(archive(wenjing, "?at=v2")))["姓名"] == WENJING.name
    (look,) = looks_at(container, wenjing.id)
    assert kaowu.account is not None
    assert look["actor"] == str(kaowu.account.id)
    assert f"工作人员查看了考生的个人信息（原因：{WHY}）" in opened


@pytest.mark.parametrize(
    "why", ["", "  ", "看看", "x" * 201, "证件 420115200603150011 的申请", "电话 13800138000"]
)
def test_nothing_is_opened_without_a_reason_that_others_may_read(
    container: Container, kaowu: Visitor, wenjing: Candidate, why: str
) -> None:
    for page in ("", "/facts"):
        answer = kaowu.post(archive(wenjing, "/open"), page=archive(wenjing, page), why=why)
        assert answer.status_code == 422
        assert "请写明查看个人信息的原因" in answer.text
        assert MENDED.name not in answer.text
        assert f'value="{why}"' in answer.text
        assert MENDED.name not in kaowu.get(archive(wenjing, page))
    assert looks_at(container, wenjing.id) == []


def test_a_look_opens_one_version_alone(container: Container, kaowu: Visitor, wenjing: Candidate) -> None:
    kaowu.post(archive(wenjing, "/open"), page=archive(wenjing), why=WHY)
    wenjing.requests_review()
    assert MENDED.name not in kaowu.get(archive(wenjing))


def test_looks_stand_in_the_history_without_being_a_version(
    site: Flask, container: Container, shenji: Visitor, wenjing: Candidate
) -> None:
    reviewer(container, site).get(f"/staff/cases/{wenjing.id}")
    text = shenji.get(archive(wenjing))
    assert "工作人员查看了考生的个人信息" in text
    assert "考点审核员 shenhe" in text
    assert "?at=v8" not in text


def test_two_versions_are_compared(shenji: Visitor, wenjing: Candidate) -> None:
    text = shenji.get(archive(wenjing, "/compare?from=v3&to=v6"))
    assert changes(text)["状态"] == ("已提交，待上传照片", "审核未通过")
    assert changes(text)["不通过次数"] == ("0", "1")
    backwards = changes(shenji.get(archive(wenjing, "/compare?from=v6&to=v3")))
    assert backwards["不通过次数"] == ("1", "0")
    assert "没有不同" in shenji.get(archive(wenjing, "/compare?from=v6&to=2027-01-05 10:01"))


def test_a_comparison_opens_on_the_last_two_versions(shenji: Visitor, wenjing: Candidate) -> None:
    text = shenji.get(f"/audit/{wenjing.id}/compare")
    assert 'value="v6"' in text
    assert 'value="v7"' in text
    assert f'href="/audit/{wenjing.id}/compare"' in shenji.get(f"/audit/{wenjing.id}")


def test_faults_of_both_sides_of_a_comparison_are_told(shenji: Visitor, wenjing: Candidate) -> None:
    text = shenji.get(archive(wenjing, "/compare?from=v0&to=soon"), expect=422)
    assert '<a href="#from">' in text
    assert '<a href="#to">' in text


def test_the_facts_are_shown_as_stored_with_boxes_closed(
    container: Container, shenji: Visitor, wenjing: Candidate
) -> None:
    text = shenji.get(archive(wenjing, "/facts?at=v4"))
    assert re.findall(r"<h2 id=\"v(\d)\">", text) == ["1", "2", "3", "4"]
    assert "registration.photo_uploaded" in text
    assert "&#34;sealed&#34;: &#34;1:" in text
    assert "显示个人信息" not in text


def test_opened_facts_stand_beside_their_boxes(kaowu: Visitor, wenjing: Candidate) -> None:
    answer = kaowu.post(archive(wenjing, "/open"), page=archive(wenjing, "/facts"), why=WHY)
    assert answer.location == archive(wenjing, "/facts")
    text = kaowu.get(answer.location)
    for private in (WENJING.name, MENDED.name, "姓名写错了"):
        assert private in text
    assert "&#34;sealed&#34;: &#34;1:" in text


def test_an_erased_person_reads_erased_in_the_archive(
    container: Container, kaowu: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    with container.database.transaction() as connection:
        container.command_handler.store.erase(connection, wenjing.account.id, clock())
    kaowu.post(archive(wenjing, "/open"), page=archive(wenjing), why=WHY)
    assert values(kaowu.get(archive(wenjing)))["姓名"] == "（已依法删除）"
    assert "&lt;erased&gt;" in kaowu.get(archive(wenjing, "/facts"))


def test_the_export_holds_the_whole_record(
    container: Container, site: Flask, shenji: Visitor, wenjing: Candidate
) -> None:
    reviewer(container, site).get(f"/staff/cases/{wenjing.id}")
    answer = shenji.client.get(archive(wenjing, ".json"), base_url=HERE)
    assert answer.mimetype == "application/json"
    number = row_of(container, wenjing.id)["number"]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{number}.json"'
    record = json.loads(answer.data)
    assert [fact["version"] for fact in record["facts"]] == [1, 2, 3, 4, 5, 6, 7]
    assert record["registration"]["status"] == "rejected"
    assert len(record["history"]) == 9, "the export itself is the last of them"
    assert record["looks"][0]["fact"]["purpose"] == "review"
    assert record["looks"][1]["fact"]["page"] == "json"


def test_the_archive_reads_in_english_too(shenji: Visitor, wenjing: Candidate) -> None:
    shenji.client.set_cookie("language", "en", domain="localhost")
    text = shenji.get(archive(wenjing, "?at=v99"), expect=422)
    assert "versions 1 to 7" in text
    assert "The site did not approve it" in text
    assert '<th scope="row">Registration number</th>' in text


def test_an_auditor_opens_nothing(container: Container, shenji: Visitor, wenjing: Candidate) -> None:
    answer = shenji.post(archive(wenjing, "/open"), page=archive(wenjing))
    assert answer.status_code == 403
    assert looks_at(container, wenjing.id) == []


OPEN_TO_AUDITORS: Final = (
    "own_letters.unsubscribe", "form_drafts.",
    "sign_in.", "sign_up.", "passport.", "contacts.", "second_factor.", "audit.find", "audit_accounts.find",
    "audit_ledger.take", "ledger.cosign",
)  # fmt: skip
"""Forms that anybody may send: signing in and out, and their own account. A bundle is taken with a fact of its own; witnesses sign what they send."""


def test_an_auditor_never_writes(
    container: Container, site: Flask, shenji: Visitor, wenjing: Candidate
) -> None:
    """Every address of the site that takes a form, signing out apart, refuses an auditor."""
    before, posts = container.command_handler.store.newest(), 0
    for rule in site.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint.startswith(OPEN_TO_AUDITORS):
            continue
        given = {
            "registration": wenjing.id,
            "code": "420019",
            "order": "N1",
            "number": "N1",
            "channel": "alipay",
            "sitting": "2027-03-27-0800-1000",
            "item": wenjing.id,
            "identity": wenjing.account.id,
            "change": "disable",
            "kind": "form",
            "round_code": "78",
            "site": "420019",
            "part": "rooms" if rule.endpoint.startswith("own_site.") else "windows",
            "what": "remove",
            "version": 1,
        }
        if rule.endpoint.startswith("integrations."):
            given["change"] = "scope"
        if rule.endpoint.startswith("own_letters."):
            given["channel"] = "mail"
        path = site.url_map.bind("localhost").build(
            rule.endpoint, {one: given.get(one, wenjing.id) for one in rule.arguments}
        )
        status = shenji.post(path, page="/audit", reasons=["P01"], why="x", kind="guide").status_code
        refused = {401} if rule.endpoint.startswith("api.") else {403, 404}
        assert status in refused, (rule.endpoint, status)
        posts += 1
    assert posts >= 15
    assert container.command_handler.store.newest() == before


GETS = ("", "/compare", "/facts", ".json")


def test_who_is_not_signed_in_is_sent_to_sign_in(site: Flask, wenjing: Candidate) -> None:
    nobody = Visitor(site, None)
    for path in ("/audit", *(archive(wenjing, rest) for rest in GETS)):
        assert nobody.client.get(path, base_url=HERE).location.startswith("/sign-in")
    for path in ("/audit", archive(wenjing, "/open")):
        assert nobody.post(path, page="/sign-in").location.startswith("/sign-in")


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.REVIEWER])
def test_candidates_and_reviewers_have_no_archive(
    container: Container, site: Flask, wenjing: Candidate, role: Role
) -> None:
    someone = (
        reviewer(container, site)
        if role is Role.REVIEWER
        else visitor(container, site, "someone", Role.CANDIDATE)
    )
    for path in ("/audit", *(archive(wenjing, rest) for rest in GETS)):
        someone.get(path, expect=403)
    for path in ("/audit", archive(wenjing, "/open")):
        assert someone.post(path, page="/", q=WENJING.document_number).status_code == 403
    assert looks_at(container, wenjing.id) == []


def test_a_registration_that_is_not_there_is_not_found(shenji: Visitor, kaowu: Visitor) -> None:
    for rest in GETS:
        shenji.get(f"/audit/{uuid4()}{rest}", expect=404)
    assert kaowu.post(f"/audit/{uuid4()}/open", page="/audit").status_code == 404
