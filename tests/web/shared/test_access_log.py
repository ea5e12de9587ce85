"""Refused accesses are in the log, with the account and the object; no secret and nothing from outside is."""

from __future__ import annotations

import logging
from uuid import uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from tests.support.people import SITE, Candidate, somebody
from tests.web.staff_members import HERE, auditor, reviewer
from tests.web.visitor import ORIGIN, Visitor, signed_in


@pytest.fixture
def refused(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.WARNING, "ncre.access")
    return caplog


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def last(caplog: pytest.LogCaptureFixture) -> str:
    return caplog.records[-1].getMessage()


def test_another_candidates_case(
    container: Container, site: Flask, wenjing: Candidate, refused: pytest.LogCaptureFixture
) -> None:
    other = somebody(container, "other")
    signed_in(site, other).get(f"/registrations/{wenjing.id}", 404)
    said = last(refused)
    assert f"refused 404 not-yours account={other.account.id} role=candidate" in said
    assert f"registration.tasks object=registration:{wenjing.id}" in said


def test_a_case_of_another_site(
    container: Container, site: Flask, wenjing: Candidate, refused: pytest.LogCaptureFixture
) -> None:
    li = reviewer(container, site, at="429901")
    li.get(f"/staff/cases/{wenjing.id}", expect=404)
    assert "refused 404 not-your-site" in last(refused)
    li.get(f"/staff/halls/{SITE}", expect=404)
    assert "not-your-site" in last(refused)
    assert last(refused).endswith(f"halls.site object=code:{SITE}")


def test_a_page_of_another_role(container: Container, site: Flask, refused: pytest.LogCaptureFixture) -> None:
    shenji = auditor(container, site)
    shenji.get("/staff/queue", expect=403)
    assert shenji.account is not None
    assert f"refused 403 forbidden account={shenji.account.id} role=auditor" in last(refused)
    assert "GET review.queue object=-" in last(refused)


def test_ones_own_registration_and_a_command_of_another_role(
    container: Container, site: Flask, wenjing: Candidate, refused: pytest.LogCaptureFixture
) -> None:
    li = reviewer(container, site)
    li.post(f"/staff/cases/{wenjing.id}/cancel", page="/staff/desk", why="x")
    assert "refused 403" in last(refused)
    assert f"review.cancel object=registration:{wenjing.id}" in last(refused)


def test_a_form_without_its_token(
    container: Container, site: Flask, refused: pytest.LogCaptureFixture
) -> None:
    site.test_client().post("/sign-in", base_url=ORIGIN, data={"name": "x"})
    assert "refused 400 csrf account=- role=- from=127.0.0.0/24 POST sign_in.sign_in" in last(refused)


def test_too_many_tries(container: Container, site: Flask, refused: pytest.LogCaptureFixture) -> None:
    somebody(container)
    visitor = Visitor(site)
    visitor.get("/sign-in")
    for _ in range(12):
        answer = visitor._client.post(
            "/sign-in",
            base_url=ORIGIN,
            headers={"Referer": f"{ORIGIN}/"},
            data={**visitor.hidden(), "name": "wenjing", "password": "wrong password"},
        )
        if answer.status_code == 429:
            break
    assert "refused 429 too-often" in last(refused)


def test_what_is_out_of_bounds_and_what_is_incomplete(
    container: Container, site: Flask, wenjing: Candidate, refused: pytest.LogCaptureFixture
) -> None:
    site.test_client().get("/?q=%00", base_url=HERE)
    assert "refused 400 out-of-bounds" in last(refused)
    visitor = signed_in(site, wenjing)
    visitor.get("/passport")
    visitor.post(f"/registrations/{wenjing.id}/withdraw", 400)
    assert "refused 400 form-incomplete" in last(refused)


def test_neither_tokens_nor_what_was_typed_stand_in_the_log(
    site: Flask, refused: pytest.LogCaptureFixture
) -> None:
    secret = f"secret{uuid4().hex}"
    client = site.test_client()
    client.post(f"/register/{secret}", base_url=ORIGIN, data={"password": secret})
    client.post(f"/recover/{secret}?x={secret}", base_url=ORIGIN, data={"password": secret})
    client.open("/sign-in", method="BREW", base_url=ORIGIN)
    assert refused.records
    assert secret not in refused.text
    assert "BREW" not in refused.text


def test_a_page_that_is_shown_leaves_no_line(
    container: Container, site: Flask, refused: pytest.LogCaptureFixture
) -> None:
    signed_in(site, somebody(container)).get("/welcome")
    Visitor(site).get("/nowhere", 404)
    assert not refused.records
