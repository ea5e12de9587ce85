"""A whole registration by the interface, staff included; what is sent twice, late, or by somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from stdnum.iso7064 import mod_11_2

from ncre.bootstrap import Container
from tests.support.people import (
    DECLARATION,
    SITE,
    WENJING,
    Candidate,
    Clock,
    form_of_details,
    portrait,
    somebody,
    till_of,
)
from tests.web.api.caller import HERE, Caller, caller
from tests.web.visitor import facts_of

JPEG = {"Content-Type": "image/jpeg"}


def applied(portal: Caller, reference: str = "pupil-1") -> dict[str, Any]:
    """A registration of one of the portal's candidates that waits for review."""
    candidate = portal.ask("POST", "/candidates", json={"reference": reference}).json
    agreement = portal.ask("GET", "/rounds/current").json["agreement"]
    begun = portal.ask(
        "POST", "/registrations", json={"candidate": candidate["id"], "agreement": agreement}
    ).json
    path, known = f"/registrations/{begun['id']}", begun
    known = portal.ask("POST", f"{path}/details", seen=known["version"], json=form_of_details()).json
    chosen = {"site": SITE, "subjects": ["66", "67"], "declared": True}
    known = portal.ask("POST", f"{path}/subjects", seen=known["version"], json=chosen).json
    known = portal.ask("POST", f"{path}/photo", seen=known["version"], data=portrait(), headers=JPEG).json
    found: dict[str, Any] = portal.ask("POST", f"{path}/review-request", seen=known["version"]).json
    return found


def test_from_the_agreement_to_the_confirmation(container: Container, site: Flask) -> None:
    portal = caller(container, site)
    known = applied(portal)
    path = f"/registrations/{known['id']}"
    known = portal.ask("POST", f"{path}/approval", seen=known["version"]).json
    assert known["status"] == "approved"
    order = portal.ask("POST", f"{path}/orders", seen=known["version"], json={}).json
    assert order["amount"] == 16000
    till = till_of(container)
    container.payments.receive(till.pay(order["number"]))
    known = portal.ask("GET", path).json
    assert known["status"] == "paid"
    known = portal.ask("POST", f"{path}/confirmation", seen=known["version"]).json
    assert known["status"] == "confirmed"
    told = portal.ask("GET", f"{path}/history").json["items"]
    assert "registration.confirmed_on_site" in [one["topic"] for one in told]


def test_what_it_did_says_who_acted_and_for_whom(container: Container, site: Flask) -> None:
    portal = caller(container, site)
    known = applied(portal)
    with container.database.reading() as connection:
        stream = container.command_handler.store.history(connection, known["id"] and _uuid(known["id"]))
    assert {fact.metadata.actor for fact in stream} == {str(portal.id)}
    assert {fact.metadata.on_behalf_of for fact in stream} == {known["candidate"]}


def _uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)


@pytest.fixture
def waiting(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def test_sent_twice_under_one_key_it_is_done_once(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    portal, path = caller(container, site), f"/registrations/{waiting.id}"
    version = portal.ask("GET", path).json["version"]
    first = portal.ask("POST", f"{path}/approval", key="k1", seen=version)
    again = portal.ask("POST", f"{path}/approval", key="k1", seen=version)
    assert first.json == again.json
    assert first.headers["ETag"] == f'"{version + 1}"'
    assert facts_of(container, waiting.id).count("registration.approved") == 1


def test_another_content_under_the_same_key_is_refused(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    portal, path = caller(container, site), f"/registrations/{waiting.id}"
    version = portal.ask("GET", path).json["version"]
    portal.ask("POST", f"{path}/rejection", key="k", seen=version, json={"reasons": ["P01"]})
    refused = portal.ask("POST", f"{path}/rejection", 409, key="k", seen=version, json={"reasons": ["P02"]})
    assert refused.json["code"] == "sent_before"
    assert refused.mimetype == "application/problem+json"


def test_an_outdated_version_is_refused_and_nothing_is_done(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    portal, path = caller(container, site), f"/registrations/{waiting.id}"
    version = portal.ask("GET", path).json["version"]
    for seen, code in ((version - 1, "out_of_date"), (version + 1, "version_unknown")):
        assert portal.ask("POST", f"{path}/approval", 412, seen=seen).json["code"] == code
    assert portal.ask("POST", f"{path}/approval", 428).json["code"] == "version-missing"
    portal.ask("POST", f"{path}/approval", 400, headers={"If-Match": "5"})
    assert "registration.approved" not in facts_of(container, waiting.id)


def test_a_command_needs_a_key(container: Container, site: Flask, waiting: Candidate) -> None:
    portal = caller(container, site)
    refused = portal.ask(
        "POST", f"/registrations/{waiting.id}/approval", 400, seen=5, headers={"Idempotency-Key": " "}
    )
    assert refused.json["code"] == "idempotency-key-missing"


def test_steps_out_of_turn_are_refused_with_our_codes(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    portal, path = caller(container, site), f"/registrations/{waiting.id}"
    version = portal.ask("GET", path).json["version"]
    assert portal.ask("POST", f"{path}/confirmation", 409, seen=version).json["code"] == "out_of_turn"
    assert portal.ask("POST", f"{path}/rejection", 422, seen=version, json={"reasons": ["X9"]}).json[
        "code"
    ] == ("reason_unknown")


def test_faults_of_the_form_are_told_by_field(container: Container, site: Flask) -> None:
    portal = caller(container, site)
    candidate = portal.ask("POST", "/candidates", json={"reference": "p"}).json
    begun = portal.ask(
        "POST", "/registrations", json={"candidate": candidate["id"], "agreement": "2027-03"}
    ).json
    wrong = {**form_of_details(), "document_number": "42011520060315002X1", "mobile": "12"}
    refused = portal.ask(
        "POST", f"/registrations/{begun['id']}/details", 422, seen=begun["version"], json=wrong
    )
    assert {"document_number", "mobile"} <= refused.json["faults"].keys()
    assert WENJING.document_number not in refused.text


def test_private_details_are_opened_with_a_reason_that_is_recorded(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    portal, path = caller(container, site), f"/registrations/{waiting.id}"
    assert WENJING.document_number not in portal.ask("GET", path).text
    refused = portal.ask("POST", f"{path}/details-views", 422, json={"why": "x"})
    assert refused.json["code"] == "opening_reason"
    shown = portal.ask("POST", f"{path}/details-views", json={"why": "inquiry"}).json
    assert shown["document_number"] == WENJING.document_number
    told = portal.ask("GET", f"{path}/history").json["items"]
    assert [one["topic"] for one in told].count("access.details_viewed") == 1


def test_the_same_reference_is_the_same_candidate_and_each_caller_has_its_own(
    container: Container, site: Flask
) -> None:
    one, other = caller(container, site), caller(container, site, name="市平台")
    first = one.ask("POST", "/candidates", json={"reference": "p"}).json["id"]
    assert one.ask("POST", "/candidates", json={"reference": "p"}).json["id"] == first
    assert other.ask("POST", "/candidates", json={"reference": "p"}).json["id"] != first
    agreed = {"candidate": first, "agreement": "2027-03"}
    assert other.ask("POST", "/registrations", 404, json=agreed).json["code"] == "not_found"


def test_pages_of_the_list_show_each_once(container: Container, site: Flask) -> None:
    people = [somebody(container, f"p{number}", WENJING) for number in range(5)]
    for person in people:
        person.agrees()
    portal = caller(container, site)
    assert portal.ask("GET", "/registrations").json == {"items": [], "next": None}
    for number, person in enumerate(people):
        container.command_handler.handle(_filled(container, person, number))
        person.submits()
    found, cursor = list[str](), ""
    while True:
        page = portal.ask("GET", f"/registrations?limit=2{cursor}").json
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(found) == sorted(str(person.id) for person in people)


def _filled(container: Container, person: Candidate, number: int) -> Any:
    from dataclasses import replace

    from ncre.domain.registration import commands as c

    details = replace(WENJING, document_number=f"G{number:08d}", document_type="passport")
    return c.FillInfo(**person.asking, details=details, person=f"{number:064d}")


def test_found_by_any_of_its_numbers_at_its_own_site_alone(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    portal = caller(container, site)
    number = portal.ask("GET", f"/registrations/{waiting.id}").json["number"]
    for text in (number, WENJING.document_number, str(waiting.id)):
        found = portal.ask("POST", "/searches", json={"text": text}).json["items"]
        assert [one["id"] for one in found] == [str(waiting.id)], text
        elsewhere = caller(container, site, sites=("429901",), name=f"x{text}"[:20])
        assert elsewhere.ask("POST", "/searches", json={"text": text}).json["items"] == []


def test_moved_to_another_account_of_the_same_person(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    portal, path = caller(container, site), f"/registrations/{waiting.id}"
    other = somebody(container, "wenjing-2").account
    version = portal.ask("GET", path).json["version"]
    asked = {"account": "nobody-here", "evidence": "核对身份证原件，申请书 2027-15"}
    assert (
        portal.ask("POST", f"{path}/transfer", 422, seen=version, json=asked).json["code"]
        == "account_unknown"
    )
    asked = {**asked, "account": other.name}
    moved = portal.ask("POST", f"{path}/transfer", seen=version, json=asked).json
    assert moved["candidate"] == str(other.id)
    assert facts_of(container, waiting.id)[-1] == "registration.moved"


def test_cash_is_taken_once_under_its_receipt(container: Container, site: Flask, waiting: Candidate) -> None:
    portal, path = caller(container, site), f"/registrations/{waiting.id}"
    version = portal.ask("GET", path).json["version"]
    version = portal.ask("POST", f"{path}/approval", seen=version).json["version"]
    cash = {"receipt": "R-1", "amount": 16000}
    wrong = portal.ask("POST", f"{path}/counter-payments", 422, seen=version, json={**cash, "amount": 1})
    assert wrong.json["code"] == "wrong_amount"
    for _ in range(2):
        taken = portal.ask("POST", f"{path}/counter-payments", key="cash", seen=version, json=cash).json
        assert (taken["unusable"], taken["registration"]["status"]) == ("", "paid")
    assert facts_of(container, waiting.id).count("registration.payment_settled") == 1


def test_beyond_the_limit_the_answer_says_when_to_come_back(
    container: Container, site: Flask, clock: Clock
) -> None:
    portal = caller(container, site)
    site.extensions["ncre.api.limit"].most = 3
    left = [portal.ask("GET", "/me").headers["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = portal.ask("GET", "/me", 429)
    assert refused.json["code"] == "too-many-requests"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    caller(container, site, name="other").ask("GET", "/me")
    clock.advance(seconds=int(refused.headers["Retry-After"]))
    portal.ask("GET", "/me")


def test_no_cookie_opens_the_interface_and_no_token_opens_a_page(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    from tests.web.staff_members import office

    staff = office(container, site)
    answer = staff.client.get(f"/api/v1/registrations/{waiting.id}", base_url=HERE)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    portal = caller(container, site)
    page = site.test_client().get(
        "/staff/queue", base_url=HERE, headers={"Authorization": f"Bearer {portal.secret}"}
    )
    assert page.status_code == 302


def test_unknown_addresses_and_methods_are_problems_too(container: Container, site: Flask) -> None:
    portal = caller(container, site)
    assert portal.ask("GET", "/nothing", 404).mimetype == "application/problem+json"
    assert portal.ask("PUT", "/me", 405).mimetype == "application/problem+json"
    assert portal.ask("GET", f"/registrations/{uuid4()}", 404).json["code"] == "not-found"
    assert portal.ask("POST", "/candidates", 415, data="x").json["code"] == "unsupported-media-type"
    bad = portal.ask("POST", "/candidates", 400, data="[", headers={"Content-Type": "application/json"})
    assert bad.json["code"] == "bad-request"
    more = portal.ask("POST", "/candidates", 422, json={"reference": "p", "more": 1})
    assert more.json["faults"].keys() == {"more"}


def test_the_declaration_is_the_one_of_the_form(container: Container, site: Flask) -> None:
    known = applied(caller(container, site))
    with container.database.reading() as connection:
        stream = container.command_handler.store.history(connection, _uuid(known["id"]))
    assert [fact.declaration for fact in stream if hasattr(fact, "declaration")] == [DECLARATION]


def test_a_holder_of_two_cards_is_one_person_here_as_on_the_pages(container: Container, site: Flask) -> None:
    """A foreigner's residence cards of 2017 and 2023 have other numbers; their place in the round is one."""
    portal = caller(container, site)
    new = f"91184019900307123{mod_11_2.calc_check_digit('91184019900307123')}"
    for reference, number, status in (("first", "USA110190030712", 200), ("second", new, 409)):
        candidate = portal.ask("POST", "/candidates", json={"reference": reference}).json
        agreed = {"candidate": candidate["id"], "agreement": "2027-03"}
        begun = portal.ask("POST", "/registrations", json=agreed).json
        person = replace(
            WENJING,
            name="LI MING",
            document_type="permanent_residence",
            document_number=number,
            document_typed=number,
            birth=date(1990, 3, 7),
            ethnicity="foreign",
        )
        path = f"/registrations/{begun['id']}/details"
        answer = portal.ask("POST", path, status, seen=begun["version"], json=form_of_details(person))
    assert answer.json["code"] == "holder_taken"


def test_suspended_by_the_site_and_resumed_by_the_office(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    portal, path = caller(container, site), f"/registrations/{waiting.id}"
    version = portal.ask("GET", path).json["version"]
    known = portal.ask("POST", f"{path}/suspension", seen=version, json={"reason": "考点正在接受调查"}).json
    assert known["status"] == "suspended"
    known = portal.ask("POST", f"{path}/resumption", seen=known["version"]).json
    assert known["status"] == "pending-review"


def test_a_paper_is_opened_as_pdf_and_that_is_recorded_first(container: Container, site: Flask) -> None:
    portal = caller(container, site)
    known = applied(portal)
    path = f"/registrations/{known['id']}"
    known = portal.ask("POST", f"{path}/approval", seen=known["version"]).json
    refused = portal.ask("POST", f"{path}/paper-views", 409, json={"kind": "receipt"}).json
    assert refused["code"] == "print_not_paid"
    order = portal.ask("POST", f"{path}/orders", seen=known["version"], json={}).json
    container.payments.receive(till_of(container).pay(order["number"]))
    paper = portal.ask("POST", f"{path}/paper-views", json={"kind": "form"})
    assert paper.data.startswith(b"%PDF-")
    assert paper.mimetype == "application/pdf"
    told = portal.ask("GET", f"{path}/history").json["items"]
    assert [one["topic"] for one in told].count("access.details_viewed") == 2
