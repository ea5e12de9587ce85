"""Before details are saved: what was changed or looks wrong is shown, and the right kind of document is one tap away."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask
from stdnum.iso7064 import mod_11_2

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.events.registration_values import Details
from tests.support.people import WENJING, Candidate, form_of_details, somebody
from tests.web.visitor import Visitor, facts_of, row_of, signed_in

NEW_CARD = "91184019900307123"
NEW_CARD += mod_11_2.calc_check_digit(NEW_CARD)
FOREIGNER = replace(
    WENJING,
    name="LI MING",
    document_type="permanent_residence",
    document_number="USA110190030712",
    document_typed="USA110190030712",
    ethnicity="foreign",
)


@pytest.fixture
def visitor(site: Flask, wenjing: Candidate) -> Visitor:
    visitor = signed_in(site, wenjing)
    visitor.get(path(wenjing))
    return visitor


def path(candidate: Candidate) -> str:
    return f"/registrations/{candidate.id}/details"


def kept(container: Container, candidate: Candidate) -> Details | None:
    return container.people.details(candidate.id, row_of(container, candidate.id)["details_version"])


@pytest.mark.parametrize(
    ("typed", "saved"),
    [
        ("O’Brien", "O'Brien"),
        ("OʻBrien", "O'Brien"),
        ("阿卜杜热合曼.买买提明", "阿卜杜热合曼·买买提明"),
        ("阿卜杜热合曼．买买提明", "阿卜杜热合曼·买买提明"),
        ("A · B", "A·B"),
        ("ＬＩ ＭＩＮＧ", "LI MING"),
        ("葛\U000e0100城", "葛城"),
    ],
)
def test_a_changed_name_is_shown_before_it_is_saved(
    container: Container, wenjing: Candidate, visitor: Visitor, typed: str, saved: str
) -> None:
    visitor.post(path(wenjing), 422, **{**form_of_details(), "name": typed})
    assert "姓名将保存为" in visitor.text()
    assert visitor.value("name").replace("&#39;", "'") == saved
    assert facts_of(container, wenjing.id) == ["registration.agreement_accepted"]
    visitor.post(path(wenjing), **{**form_of_details(), "name": saved})
    details = kept(container, wenjing)
    assert details is not None
    assert details.name == saved


def test_a_blank_in_a_han_name_and_an_unlikely_birth_are_asked_once(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    odd = {
        **form_of_details(),
        "name": "张 三",
        "document_type": "passport",
        "document_number": "E12345678",
        "birth": "20240315",
    }
    visitor.post(path(wenjing), 422, **odd)
    assert "汉字之间有空格" in visitor.text()
    assert "不满 8 岁" in visitor.text()
    assert "<title>错误" not in visitor.page
    visitor.post(path(wenjing), 422, **{**odd, "birth": "20250315"})
    assert "不满 8 岁" in visitor.text()
    visitor.post(path(wenjing), **{**odd, "birth": "20250315"})
    assert facts_of(container, wenjing.id)[-1] == "registration.info_filled"


def test_a_letter_that_no_font_draws_is_told_to_the_candidate(
    wenjing: Candidate, visitor: Visitor, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NCRE_FONT_DIR", str(tmp_path))
    visitor.post(path(wenjing), 422, **{**form_of_details(), "name": "王𪜀", "remark": "三班😀"})
    assert visitor.text().count("〔U+2A700〕") == 1
    assert visitor.text().count("〔U+1F600〕") == 1
    visitor.post(path(wenjing), **{**form_of_details(), "name": "王𪜀", "remark": "三班😀"})


def test_a_letter_that_prints_is_not_asked_about(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.post(path(wenjing), **{**form_of_details(), "name": "İpek Şığırcı 𠮷"})


@pytest.mark.parametrize(
    ("kind", "number", "said", "changes"),
    [
        ("resident_id", "830000200603150024", "港澳台居民居住证", "residence_permit"),
        ("passport", "42011520060315002X", "居民身份证", "resident_id"),
        ("passport", "12345678", "台湾居民来往大陆通行证", "taiwan_permit"),
        ("resident_id", "E12345678", "护照", "passport"),
        ("resident_id", "USA110190030712", "外国人永久居留身份证", "permanent_residence"),
        ("", "42011520060315002X", "居民身份证", "resident_id"),
    ],
)
def test_the_kind_that_a_number_looks_like_is_one_tap_away(
    container: Container,
    wenjing: Candidate,
    visitor: Visitor,
    kind: str,
    number: str,
    said: str,
    changes: str,
) -> None:
    if changes == "residence_permit":
        number = number[:17] + mod_11_2.calc_check_digit(number[:17])
    form = {**form_of_details(), "document_type": kind, "document_number": number}
    visitor.post(path(wenjing), 422, **form)
    assert f"这个号码看起来像“{said}”的号码" in visitor.text()
    assert f'name="kind_instead" value="{changes}"' in visitor.page
    visitor.post(path(wenjing), **form, kind_instead=changes)
    details = kept(container, wenjing)
    assert details is not None
    assert details.document_type == changes


def test_a_foreigner_has_a_choice_of_ethnic_group_and_a_citizen_has_not_that_one(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.post(path(wenjing), 422, **{**form_of_details(), "ethnicity": "foreign"})
    assert "请按证件选择民族" in visitor.text()
    passport = {"document_type": "passport", "document_number": "E12345678", "ethnicity": "foreign"}
    visitor.post(path(wenjing), **{**form_of_details(), **passport})


def test_old_and_new_number_of_one_holder_take_one_place(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    visitor = signed_in(site, wenjing)
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), **form_of_details(FOREIGNER))
    other = somebody(container, "other", FOREIGNER)
    other.agrees()
    visitor = signed_in(site, other)
    visitor.get(path(other))
    new = replace(FOREIGNER, name="Ming Li", document_number=NEW_CARD, document_typed=NEW_CARD)
    visitor.post(path(other), 409, **form_of_details(new))
    assert "新旧证件号码不同" in visitor.text()
    assert facts_of(container, other.id) == ["registration.agreement_accepted"]
    visitor.post(path(other), **form_of_details(replace(new, name="Ming Lu")))


def test_the_same_questions_stand_in_the_passport(container: Container, site: Flask) -> None:
    candidate = somebody(container, f"n{uuid4().hex[:6]}")
    visitor = signed_in(site, candidate)
    visitor.get("/passport/details")
    visitor.post("/passport/details", 422, **{**form_of_details(), "name": "O’Brien"})
    assert container.profiles.of(candidate.account) is None
    visitor.post("/passport/details", **{**form_of_details(), "name": "O'Brien"})
    known = container.profiles.of(candidate.account)
    assert known is not None
    assert known.name == "O'Brien"
    assert candidate.account.role is Role.CANDIDATE
