"""个人资料 of the passport: valid for its document, private, and what a registration begins with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from tests.support.people import WENJING, Candidate, Clock, form_of_details, somebody
from tests.web.visitor import Visitor, errors_are_linked

TYPED = {name: value for name, value in form_of_details().items() if name != "remark"}


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    return somebody(container)


def test_what_was_completed_is_kept_and_a_registration_begins_with_it(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get("/passport")
    assert "未完善" in visitor.text()
    visitor.get("/passport/details")
    assert visitor.post("/passport/details", **TYPED).location == "/passport"
    assert container.profiles.of(wenjing.account) == replace(WENJING, remark="")
    visitor.get("/passport")
    assert "已完善" in visitor.text()
    assert "个人资料已保存。" in visitor.text()
    wenjing.agrees()
    page = f"/registrations/{wenjing.id}/details"
    visitor.get(page)
    assert "已按您通行证中的个人资料填好" in visitor.text()
    assert visitor.value("document_number") == WENJING.document_typed
    visitor.post(page, **{**form_of_details(), "mobile": "13700137000"})
    visitor.get(page)
    assert "已按您通行证中的个人资料填好" not in visitor.text()
    assert visitor.value("mobile") == "137 0013 7000"
    kept = container.profiles.of(wenjing.account)
    assert kept is not None
    assert kept.mobile == WENJING.mobile, "a registration changes nothing here"


@pytest.mark.parametrize(
    ("kind", "number", "said"),
    [
        ("resident_id", "420115200603150012", "证件号码的校验位不对"),
        ("resident_id", "4201152006", "18 位"),
        ("hk_macau_permit", "X1234567", "H 或 M 加 8 位数字"),
        ("taiwan_permit", "12", "8 位数字"),
    ],
)
def test_a_number_that_its_document_cannot_have_is_refused_and_nothing_typed_is_lost(
    container: Container, wenjing: Candidate, visitor: Visitor, kind: str, number: str, said: str
) -> None:
    visitor.get("/passport/details")
    visitor.post("/passport/details", 422, **{**TYPED, "document_type": kind, "document_number": number})
    assert said in visitor.text()
    assert errors_are_linked(visitor.page)
    assert visitor.value("document_number") == number
    assert visitor.value("name") == WENJING.name
    assert container.profiles.of(wenjing.account) is None


def test_saving_the_same_again_records_nothing(container: Container, visitor: Visitor) -> None:
    visitor.get("/passport/details")
    visitor.post("/passport/details", **TYPED)
    before = container.command_handler.store.newest()
    visitor.get("/passport/details")
    visitor.post("/passport/details", **TYPED)
    assert container.command_handler.store.newest() == before


def test_fields_that_are_not_on_the_form_are_not_kept(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get("/passport/details")
    visitor.post("/passport/details", **TYPED, remark="x", role="office", account="somebody else")
    kept = container.profiles.of(wenjing.account)
    assert kept is not None
    assert kept.remark == ""
    known = container.accounts.find(wenjing.account.id)
    assert known is not None
    assert known.role is Role.CANDIDATE


def test_the_details_lie_sealed_and_go_with_their_owner_s_key(
    container: Container, wenjing: Candidate, clock: Clock, visitor: Visitor
) -> None:
    visitor.get("/passport/details")
    visitor.post("/passport/details", **TYPED)
    with container.database.transaction() as connection:
        container.command_handler.store.erase(connection, wenjing.account.id, clock())
    assert container.profiles.of(wenjing.account) is None
    visitor.get("/passport/details")
    assert WENJING.document_number not in visitor.page
    container.database.close()
    raw = b"".join(file.read_bytes() for file in container.settings.data.glob("ncre.sqlite*"))
    assert WENJING.document_number.encode() not in raw
    assert WENJING.name.encode() not in raw


def test_a_stale_second_tab_shows_both_versions_and_lets_the_owner_choose(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    page = "/passport/details"
    visitor.get(page)
    visitor.post(page, **TYPED)
    visitor.get(page)
    stale = visitor.hidden()
    visitor.post(page, **{**TYPED, "mobile": "13700137000", "postcode": "430000"})
    mine = {**TYPED, "postcode": "430001"}
    visitor.post(page, 409, **{**stale, **mine})
    assert "个人资料在别处刚改过，没有保存" in visitor.text()
    assert "已保存的是： 137 0013 7000" in visitor.text()
    assert "已保存的是： 430000" in visitor.text()
    assert errors_are_linked(visitor.page)
    visitor.post(page, 409, **mine, differs=["mobile", "postcode"])
    assert "请选择保留哪一个" in visitor.text(), "nothing is overwritten before somebody chose"
    answers = {"differs": ["mobile", "postcode"], "keep-mobile": "saved", "keep-postcode": "mine"}
    visitor.post(page, **mine, **answers)
    kept = container.profiles.of(wenjing.account)
    assert kept is not None
    assert (kept.mobile, kept.postcode) == ("+8613700137000", "430001")


def test_a_page_of_the_profile_without_its_version_saves_nothing(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get("/passport/details")
    visitor.post("/passport/details", 400, **{**TYPED, "seen": ""})
    assert container.profiles.of(wenjing.account) is None
