"""The form of personal details: every fault at once, nothing typed lost, one person one place."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from tests.support.people import LIQIANG, WENJING, Candidate, form_of_details, somebody
from tests.web.visitor import Visitor, errors_are_linked, facts_of, row_of, signed_in


def path(candidate: Candidate) -> str:
    return f"/registrations/{candidate.id}/details"


def test_what_is_typed_is_recorded_and_the_site_comes_next(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    answer = visitor.post(path(wenjing), **form_of_details())
    assert answer.headers["Location"] == f"/registrations/{wenjing.id}/subjects"
    row = row_of(container, wenjing.id)
    assert container.people.details(wenjing.id, row["details_version"]) == WENJING
    assert row["person"] == container.people.person("resident_id", WENJING.document_number)


def test_every_fault_is_told_at_once_and_nothing_typed_is_lost(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    wrong = {
        **form_of_details(),
        "name": "x1",
        "education": "",
        "document_number": "420115200603150012",
        "mobile": "12",
    }
    visitor.post(path(wenjing), 422, **wrong)
    text = visitor.text()
    for sentence in ("姓名应与证件一致", "请填写文化程度", "证件号码的校验位不对", "手机号码应为 11 位数字"):
        assert text.count(sentence) == 2, sentence
    assert errors_are_linked(visitor.page)
    assert visitor.value("name") == "x1"
    assert visitor.value("document_number") == "420115200603150012"
    assert visitor.value("email") == WENJING.email
    assert '<option value="student" selected>' in visitor.page
    assert "<title>错误：" in visitor.page
    assert facts_of(container, wenjing.id) == ["registration.agreement_accepted"]


def test_required_fields_carry_a_star_and_autocomplete_helps(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing))
    assert visitor.page.count('class="star"') == 9
    assert 'autocomplete="name"' in visitor.page
    assert 'autocomplete="bday"' in visitor.page


def test_the_document_number_is_shown_again_as_it_was_typed(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), **{**form_of_details(), "document_number": "420115 20060315 002x"})
    visitor.get(path(wenjing))
    assert visitor.value("document_number") == "420115 20060315 002x"


def test_a_second_tap_leads_where_the_first_one_led(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing))
    for _tap in range(2):
        assert visitor.post(path(wenjing), **form_of_details()).location.endswith("/subjects")


def test_filled_details_may_be_amended(container: Container, wenjing: Candidate, visitor: Visitor) -> None:
    wenjing.fills()
    visitor.get(path(wenjing))
    answer = visitor.post(path(wenjing), **{**form_of_details(), "mobile": "13700137000"})
    assert answer.headers["Location"] == f"/registrations/{wenjing.id}"
    assert facts_of(container, wenjing.id)[-1] == "registration.info_amended"


def test_a_taken_place_is_told_at_the_document_number_with_everything_kept(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    first = somebody(container, "first", WENJING)
    first.agrees()
    first.fills()
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 409, **{**form_of_details(), "remark": "三班"})
    assert 'id="document_number-fault"' in visitor.page
    assert "该证件号码在本考次已由另一个账号报名" in visitor.text()
    assert errors_are_linked(visitor.page)
    assert visitor.value("document_number") == WENJING.document_typed
    assert ">三班</textarea>" in visitor.page
    assert facts_of(container, wenjing.id) == ["registration.agreement_accepted"]


def test_the_same_page_sent_twice_records_once(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), **form_of_details())
    visitor.post(path(wenjing), **form_of_details())
    assert facts_of(container, wenjing.id).count("registration.info_filled") == 1
    assert "registration.info_amended" not in facts_of(container, wenjing.id)


def test_who_acts_on_an_old_page_is_told_and_keeps_what_they_typed(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.fills()
    visitor.get(path(wenjing))
    wenjing.does(c.AmendInfo, details=replace(WENJING, mobile="13600136000"), person="p")
    visitor.post(path(wenjing), 409, **{**form_of_details(), "remark": "四班"})
    assert "您看到的是第 2 版，现在是第 3 版" in visitor.text()
    assert ">四班</textarea>" in visitor.page
    assert visitor.hidden()["seen"] == "3"


def test_details_are_frozen_while_under_review(container: Container, site: Flask) -> None:
    liqiang = somebody(container, "liqiang", LIQIANG)
    liqiang.until_waiting()
    visitor = signed_in(site, liqiang)
    visitor.get(path(liqiang), 409)
    assert "现在不能修改基本信息。考点正在审核" in visitor.text()


def test_a_version_that_is_no_number_is_refused(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 400, **{**form_of_details(), "seen": "seven"})


def test_a_command_id_that_is_none_changes_nothing(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 400, **{**form_of_details(), "command_id": "x" * 9 + str(uuid4())})
    assert facts_of(container, wenjing.id)[-1] == "registration.agreement_accepted"


def test_a_stale_second_tab_shows_both_versions_and_lets_the_candidate_choose(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), **form_of_details())
    visitor.get(path(wenjing))
    stale = visitor.hidden()
    visitor.post(path(wenjing), **{**form_of_details(), "mobile": "13700137000", "postcode": "430000"})
    mine = {**form_of_details(), "postcode": "430001"}
    visitor.post(path(wenjing), 409, **{**stale, **mine})
    assert "已保存的是： 137 0013 7000" in visitor.text()
    assert 'href="#name"' not in visitor.page, "the conflict stands where the versions differ"
    visitor.post(path(wenjing), 409, **mine, differs=["mobile", "postcode"])
    assert "请选择保留哪一个" in visitor.text()
    answers = {"differs": ["mobile", "postcode"], "keep-mobile": "saved", "keep-postcode": "mine"}
    visitor.post(path(wenjing), **mine, **answers)
    visitor.get(path(wenjing))
    assert visitor.value("mobile") == "137 0013 7000"
    assert visitor.value("postcode") == "430001"
