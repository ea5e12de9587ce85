"""Choosing a site and its subjects: what is offered, what is left, and what is warned of."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.exam.commands import PlanSite
from ncre.domain.registration import commands as c
from ncre.domain.students import DECLARED
from ncre.events.registration_values import Details
from tests.support.people import OFFICE, WENJING, Candidate, somebody
from tests.web.staff_members import reviewer
from tests.web.visitor import Visitor, errors_are_linked, facts_of, row_of, signed_in

TINY = "17"
"""A subject with two seats at 420019 in the bundled round."""


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.agrees()
    candidate.fills()
    return candidate


def path(candidate: Candidate, site: str = "") -> str:
    return f"/registrations/{candidate.id}/subjects" + (f"?site={site}" if site else "")


def someone_with(number: str) -> Details:
    return replace(WENJING, document_type="passport", document_number=number, document_typed=number)


def fill_the_tiny_subject(container: Container) -> None:
    for place in range(2):
        other = somebody(container, f"other{place}", someone_with(f"E000{place}"))
        other.agrees()
        other.fills()
        other.submits(subjects=(TINY,))


def offer(visitor: Visitor, subject: str) -> str:
    """The label of one subject on the page."""
    start = visitor.page.index(f'name="subjects" value="{subject}"')
    return visitor.page[start : visitor.page.index("</label>", start)]


def test_the_site_comes_first_grouped_by_city_with_invented_ones_marked(
    wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    assert '<optgroup label="湖北 武汉">' in visitor.page
    assert "429901 华中科技大学(主校区)（合成）" in visitor.page
    assert ">420019 武汉软件工程职业学院</option>" in visitor.page
    assert 'name="subjects"' not in visitor.page


def test_a_site_shows_its_open_subjects_with_level_minutes_fee_and_seats_left(
    wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "420019"))
    assert "120 分钟 · 80.00 元 · 剩余 150 个名额" in visitor.text()
    assert "135.00 元" in visitor.text()
    assert "这个考点要求现场确认" in visitor.text()


def test_a_site_for_its_own_students_says_so(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing, "140027"))
    assert "仅限本校在校生" in visitor.text()


def test_submitting_leads_to_the_photo_with_the_reminder(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "420019"))
    answer = visitor.post(path(wenjing), subjects=["66", "67"], declared="yes")
    assert answer.headers["Location"] == f"/registrations/{wenjing.id}/photo"
    visitor.get(answer.headers["Location"])
    assert "请上传照片，否则报名无效。" in visitor.text()
    row = row_of(container, wenjing.id)
    assert (row["site"], row["amount"]) == ("420019", 16000)


def test_what_is_missing_is_told_together_and_the_ticks_stay(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing, "420019"))
    visitor.post(path(wenjing), 422)
    assert "至少选择一个科目" in visitor.text()
    assert "请勾选“我保证以上信息是真实和准确的”" in visitor.text()
    assert errors_are_linked(visitor.page)
    visitor.post(path(wenjing), 422, subjects=["66"])
    assert "checked" in offer(visitor, "66")


def test_more_subjects_than_the_site_allows_are_refused_with_the_ticks_kept(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "429906"))
    assert "报考科目（1 至 2 科）" in visitor.text()
    visitor.post(path(wenjing), 422, subjects=["14", "15", "24"], declared="yes")
    assert "这个考点每人最多报考 2 科" in visitor.text()
    assert all("checked" in offer(visitor, subject) for subject in ("14", "15", "24"))
    assert "registration.submitted" not in facts_of(container, wenjing.id)


def test_a_full_subject_stays_visible_and_cannot_be_ticked(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    fill_the_tiny_subject(container)
    visitor.get(path(wenjing, "420019"))
    assert "disabled" in offer(visitor, TINY)
    assert "已满" in offer(visitor, TINY)


def test_a_seat_that_went_meanwhile_is_told_on_the_form(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "420019"))
    fill_the_tiny_subject(container)
    visitor.post(path(wenjing), 409, subjects=[TINY, "66"], declared="yes")
    assert f"科目 {TINY} 在这个考点的名额已满" in visitor.text()
    assert "checked" in offer(visitor, "66")
    assert "registration.submitted" not in facts_of(container, wenjing.id)


def test_a_full_site_is_marked_but_not_for_somebody_who_has_a_place_there(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.submits(subjects=("66",))
    with container.database.transaction() as connection:
        container.command_handler.claims.set_quota(connection, "seat:78:420019:*", 1)
    visitor.get(path(wenjing, "420019"))
    assert "（已满）" not in visitor.page
    assert "disabled" not in offer(visitor, "67")
    other = somebody(container, "other", someone_with("E0009"))
    other.agrees()
    other.fills()
    visitor.signs_in("other")
    visitor.get(path(other, "420019"))
    assert "420019 武汉软件工程职业学院（已满）" in visitor.page
    assert "disabled" in offer(visitor, "67")


def test_level_four_without_level_three_is_warned_of_and_never_blocked(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "420019"))
    visitor.post(path(wenjing), subjects=["41"], declared="yes")
    visitor.get(f"/registrations/{wenjing.id}")
    assert "您选报了四级科目 41 网络工程师，但没有同时选报三级科目 35" in visitor.text()
    visitor.get(path(wenjing, "420019"))
    visitor.post(path(wenjing), subjects=["35", "41"])
    visitor.get(f"/registrations/{wenjing.id}")
    assert "您选报了四级科目" not in visitor.text()


def test_a_change_asks_for_no_declaration_and_own_seats_stay_open(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.submits(subjects=(TINY, "66"))
    other = somebody(container, "other", someone_with("E0009"))
    other.agrees()
    other.fills()
    other.submits(subjects=(TINY,))
    visitor.get(path(wenjing))
    assert "declared" not in visitor.page
    assert "您已占有名额" in offer(visitor, TINY)
    assert "disabled" not in offer(visitor, TINY)
    visitor.post(path(wenjing), subjects=[TINY, "67"])
    assert facts_of(container, wenjing.id)[-1] == "registration.subjects_changed"


def test_sent_twice_the_choice_counts_once(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "420019"))
    visitor.post(path(wenjing), subjects=["66"], declared="yes")
    visitor.post(path(wenjing), subjects=["66"], declared="yes")
    assert facts_of(container, wenjing.id).count("registration.submitted") == 1
    assert "registration.subjects_changed" not in facts_of(container, wenjing.id)


def test_a_site_that_does_not_exist_is_told_at_the_site(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing, "420019"))
    visitor.post(path(wenjing), 422, site="000000", subjects=["66"], declared="yes")
    assert "请选择考点" in visitor.text()
    assert errors_are_linked(visitor.page)


def test_choosing_waits_for_the_details(container: Container, site: Flask) -> None:
    fresh = somebody(container, "fresh", someone_with("E0009"))
    fresh.agrees()
    visitor = signed_in(site, fresh)
    visitor.get(path(fresh), 409)
    visitor.get(path(fresh, "420019"), 409)


def test_an_own_choice_cannot_be_made_for_somebody_else(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    other = somebody(container, "other", someone_with("E0009"))
    other.agrees()
    other.fills()
    visitor.get(path(wenjing, "420019"))
    visitor.post(path(other), 404, subjects=["66"], declared="yes")
    assert "registration.submitted" not in facts_of(container, other.id)


def test_a_site_for_its_own_students_asks_for_the_school_number_or_a_declaration(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "140027"))
    visitor.post(path(wenjing), 422, subjects=["24"], declared="yes")
    assert "请填写学号；没有学号的，请勾选声明" in visitor.text()
    assert errors_are_linked(visitor.page)
    visitor.post(path(wenjing), 422, subjects=["24"], declared="yes", school_number="李四")
    assert "学号由数字和英文字母组成" in visitor.text()
    assert visitor.value("school_number") == "李四"
    assert "registration.submitted" not in facts_of(container, wenjing.id)
    visitor.post(path(wenjing), subjects=["24"], declared="yes", school_number="２０２４ａ 0017")
    assert container.people.student(wenjing.id) == "2024A0017"
    visitor.get(path(wenjing, "140027"))
    assert visitor.value("school_number") == "2024A0017"
    visitor.post(path(wenjing), subjects=["24", "35"])
    assert container.people.student(wenjing.id) == "2024A0017"


def test_who_has_no_school_number_declares_to_be_a_student(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "140027"))
    visitor.post(path(wenjing), subjects=["24"], declared="yes", own_student="yes")
    assert container.people.student(wenjing.id) == DECLARED
    visitor.get(path(wenjing, "420019"))
    assert 'name="school_number"' not in visitor.page
    visitor.post(path(wenjing), subjects=["66"], school_number="2024A0017")
    assert container.people.student(wenjing.id) == ""


def test_the_staff_of_the_site_read_the_school_number_and_the_table_does_not(
    container: Container, site: Flask, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "140027"))
    visitor.post(path(wenjing), subjects=["24"], declared="yes", school_number="2024A0017")
    stored = container.command_handler.store.recorder.select_events(wenjing.id)
    assert b"2024A0017" not in b"".join(one.state for one in stored)
    wenjing.uploads()
    wenjing.requests_review()
    staff = reviewer(container, site, "140027", "elsewhere")
    assert "2024A0017" in staff.get(f"/staff/cases/{wenjing.id}")


def test_subjects_of_site_a_shown_and_the_list_set_to_b_records_nothing(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    """What stands in the list counts: the subjects of B are shown, and nothing is recorded."""
    visitor.get(path(wenjing, "420019"))
    visitor.post(path(wenjing), 409, site="429901", subjects=["67"], declared="yes")
    assert "registration.submitted" not in facts_of(container, wenjing.id)
    assert '<option value="429901" selected>' in visitor.page
    assert "列表中的考点与页面上显示的科目不是同一考点" in visitor.text()
    assert "<h2>429901 华中科技大学(主校区)" in visitor.page
    assert errors_are_linked(visitor.page)
    visitor.post(path(wenjing), subjects=["67"], declared="yes")
    assert row_of(container, wenjing.id)["site"] == "429901"


def test_the_list_set_to_another_site_while_amending_records_nothing(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.submits(subjects=("66",))
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 409, site="429901", subjects=["66"])
    assert row_of(container, wenjing.id)["site"] == "420019"


def test_the_list_set_to_nothing_records_nothing(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "420019"))
    visitor.post(path(wenjing), 422, site="", subjects=["66"], declared="yes")
    assert "registration.submitted" not in facts_of(container, wenjing.id)


def test_a_form_without_word_of_what_it_showed_records_nothing(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "420019"))
    visitor.post(path(wenjing), 409, offered="", subjects=["66"], declared="yes")
    assert "registration.submitted" not in facts_of(container, wenjing.id)


def test_a_site_revised_while_its_page_is_open_is_shown_anew(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "420019"))
    with container.database.reading() as connection:
        site = container.command_handler.exams.site(connection, "78", "420019")
    assert site is not None
    revised = replace(site.plan, hold_hours=1)
    container.command_handler.plan(PlanSite(actor=OFFICE, command_id=uuid4(), round="78", plan=revised))
    visitor.post(path(wenjing), 409, subjects=["66"], declared="yes")
    assert "registration.submitted" not in facts_of(container, wenjing.id)
    visitor.post(path(wenjing), subjects=["66"], declared="yes")


def test_showing_the_subjects_of_another_site_records_nothing_and_keeps_the_ticks(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "420019"))
    shown = visitor.post(path(wenjing), 302, site="429901", subjects=["67"], declared="yes", show="1")
    visitor.get(shown.location)
    assert "registration.submitted" not in facts_of(container, wenjing.id)
    assert "checked" in offer(visitor, "67")


def test_after_submitting_site_subjects_fee_and_number_are_said_back(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing, "420019"))
    answer = visitor.post(path(wenjing), subjects=["66", "67"], declared="yes")
    visitor.get(answer.headers["Location"])
    number = row_of(container, wenjing.id)["number"]
    for words in (
        "420019 武汉软件工程职业学院",
        "66 Python语言程序设计、67",
        "160.00 元",
        f"报名号：{number}",
    ):
        assert words in visitor.text()
    visitor.get(path(wenjing))
    answer = visitor.post(path(wenjing), subjects=["66"])
    visitor.get(f"/registrations/{wenjing.id}/photo")
    assert "80.00 元" in visitor.text()


def test_a_choice_from_an_old_page_stands_beside_the_recorded_one(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.submits(subjects=("66",))
    visitor.get(path(wenjing))
    wenjing.does(c.ChangeSubjects, site="420019", subjects=("67",))
    visitor.post(path(wenjing), 409, subjects=["66", "35"])
    assert "已保存的是： 420019 武汉软件工程职业学院 · 67" in visitor.text()
    assert "checked" in offer(visitor, "35")


def test_sites_are_found_by_city_words_and_day_and_the_choice_stands_in_the_address(
    wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    shown = visitor.post(path(wenjing), 302, city="湖北 武汉", q="软件", show="1").location
    assert "city=" in shown
    visitor.get(shown)
    assert re.findall(r'<option value="(\d{6})"', visitor.page) == ["420019"]
    assert '<option value="湖北 武汉" selected>' in visitor.page
    day = re.search(r'<option value="(\d{4}-\d\d-\d\d)"', visitor.page)
    assert day is not None
    visitor.get(path(wenjing) + "?day=1999-01-01")
    assert re.findall(r'<option value="(\d{6})"', visitor.page) == []
    visitor.get(path(wenjing) + f"?day={day[1]}")
    assert "420019" in re.findall(r'<option value="(\d{6})"', visitor.page)


def test_subjects_are_narrowed_and_what_is_ticked_stays_on_the_screen(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    fill_the_tiny_subject(container)
    visitor.get(path(wenjing, "420019"))
    every = re.findall(r'name="subjects" value="(\d+)"', visitor.page)
    sent = {"site": "420019", "subjects": ["66"], "level": "3", "show": "1"}
    visitor.get(visitor.post(path(wenjing), 302, **sent).location)
    narrowed = re.findall(r'name="subjects" value="(\d+)"', visitor.page)
    assert "66" in narrowed
    assert set(narrowed) < set(every)
    assert "checked" in offer(visitor, "66")
    assert '<option value="3" selected>' in visitor.page
    visitor.get(path(wenjing, "420019") + "&free=yes")
    assert f'name="subjects" value="{TINY}"' not in visitor.page
    visitor.get(path(wenjing, "420019") + "&find=PYTHON")
    assert re.findall(r'name="subjects" value="(\d+)"', visitor.page) == ["66"]
    visitor.post(path(wenjing), subjects=["66"], declared="yes")
    assert row_of(container, wenjing.id)["lines"][0]["subject"] == "66"


def test_an_address_that_says_nothing_sensible_is_as_good_as_none(
    wenjing: Candidate, visitor: Visitor
) -> None:
    for odd in ("?site=420019&level=nine&subjects=xx&subjects=66", "?site=x&day=x&city=y", "?q=" + "字" * 70):
        visitor.get(path(wenjing) + odd)
