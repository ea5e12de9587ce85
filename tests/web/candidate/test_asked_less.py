"""Nobody is asked what is known: by the number of a document, by the account, by a registration of before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from tests.support.people import LIQIANG, WENJING, Candidate, form_of_details, somebody
from tests.web.visitor import Visitor, facts_of, row_of, signed_in

LITTLE = {name: value for name, value in form_of_details().items() if name not in ("sex", "birth")}


def path(candidate: Candidate, more: str = "") -> str:
    return f"/registrations/{candidate.id}/details{more}"


def test_the_number_of_an_identity_card_tells_sex_and_birth(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), **LITTLE)
    details = container.people.details(wenjing.id, row_of(container, wenjing.id)["details_version"])
    assert details == WENJING


@pytest.mark.parametrize("left_over", [{"sex": "male"}, {"birth": "19990101"}, {"sex": "x", "birth": "y"}])
def test_what_stood_there_for_another_document_counts_for_nothing(
    container: Container, wenjing: Candidate, visitor: Visitor, left_over: dict[str, str]
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), **LITTLE, **left_over)
    details = container.people.details(wenjing.id, row_of(container, wenjing.id)["details_version"])
    assert details is not None
    assert (details.sex, details.birth) == (WENJING.sex, WENJING.birth)


def test_it_is_shown_what_the_number_tells_without_a_script(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, **{**LITTLE, "mobile": ""})
    assert "性别：女，出生日期：2006-03-15" in visitor.text()
    visitor.post(path(wenjing), 422, **{**LITTLE, "document_number": "420115200603150012"})
    assert "性别：女" not in visitor.text()
    assert "请填写性别" not in visitor.text(), "the number is at fault, and that is said"


@pytest.mark.parametrize(("kind", "number"), [("passport", "E12345678"), ("hk_macau_permit", "H12345678")])
def test_other_documents_ask(wenjing: Candidate, visitor: Visitor, kind: str, number: str) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, **{**LITTLE, "document_type": kind, "document_number": number})
    assert "请填写性别" in visitor.text()
    assert "请填写出生日期" in visitor.text()


def test_the_document_comes_first(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing))
    places = [visitor.page.index(f'name="{name}"') for name in ("document_type", "document_number", "name")]
    assert places == sorted(places)
    assert '<option value="resident_id" selected>' in visitor.page


def test_phone_and_mail_come_from_the_account(container: Container, site: Flask) -> None:
    phone = WENJING.mobile
    with container.database.transaction() as connection:
        account = container.accounts.add_within(
            connection, phone, f"a password of {phone}", Role.CANDIDATE, phone=phone
        )
    candidate = Candidate(container, account)
    candidate.agrees()
    visitor = Visitor(site)
    visitor.signs_in(phone)
    visitor.get(path(candidate))
    assert visitor.value("mobile") == "138 0013 8000"


def given_up(candidate: Candidate) -> Candidate:
    """The next registration of whoever gave one up with all its details."""
    candidate.fills()
    candidate.does(c.Withdraw)
    following = Candidate(candidate.container, candidate.account, ordinal=2)
    following.agrees()
    return following


def test_the_registration_of_before_offers_itself_and_is_taken_by_a_tap(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    following = given_up(wenjing)
    visitor.get(path(following))
    assert "您以前报过名" in visitor.text()
    assert WENJING.name not in visitor.page, "nothing of it is opened before"
    assert visitor.post(path(following, "/former")).location == path(following)
    visitor.get(path(following))
    assert visitor.value("name") == WENJING.name
    assert "已用上次报名的信息填好" in visitor.text()
    assert facts_of(container, following.id) == ["registration.agreement_accepted"], "nothing is said by that"
    told = container.queries.cases.record(wenjing.id).history
    assert "考生用这份报名的信息填写另一份报名。" in [row["zh"] for row in told]
    visitor.post(path(following), **LITTLE)
    assert "registration.info_filled" in facts_of(container, following.id)


def test_nobody_gets_another_s_registration_of_before(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    given_up(wenjing)
    other = somebody(container, "liqiang", replace(LIQIANG))
    other.agrees()
    theirs = signed_in(site, other)
    theirs.get(path(other))
    assert "您以前报过名" not in theirs.text()
    theirs.post(path(other, "/former"), 404)
    theirs.get(path(other))
    theirs.post(path(wenjing, "/former"), 404)
