"""Every page of a candidate in every state: it opens, or says why not and leads on; no page is a dead end."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.diagram import page_words
from ncre.domain.registration.page_wording import BLOCKED, LEADS, OPEN, PAGES, STANDING, CandidatePage
from ncre.domain.registration.vocabulary import Status
from ncre.web.shared.ways import ENDPOINTS, PAGE_OF
from tests.support.people import LIQIANG, Candidate, Clock, somebody
from tests.web.candidate.test_registration import goes_until
from tests.web.visitor import ORIGIN, Visitor, signed_in

DOCUMENT = Path(__file__).parents[3] / "docs" / "page-words.md"
SEATED_LATER = {"documents.ticket", "documents.ticket_page"}
"""A paid registration has no ticket before it is seated, and says so in words of its own."""

NOTHING_THERE = {
    "payment.leave",
    "photo.draft",
    "wechat.identify",
    "documents.proof",
    "letters.apple_pass",
    "letters.google_pass",
}
"""Parts of a page that are asked for here by a name that nothing has, a proof of a log that nobody has sealed yet, and wallets without keys."""


BY_POLICY = {"payment.form", "photo.picture"}
"""A site that reviews, and what was given up before there was a photo."""


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    return somebody(container)


def routes(site: Flask, method: str) -> dict[str, str]:
    """The rules under one registration by endpoint."""
    rules = [
        rule
        for rule in site.url_map.iter_rules()
        if rule.rule.startswith("/registrations/<uuid:registration>")
    ]
    return {rule.endpoint: rule.rule for rule in rules if method in (rule.methods or ())}


def address(rule: str, candidate: Candidate) -> str:
    filled = rule.replace("<uuid:registration>", str(candidate.id))
    return re.sub(r"<\w+>", "nothing", filled)


def test_every_route_of_a_registration_is_in_the_table(site: Flask) -> None:
    assert set(routes(site, "GET")) | set(routes(site, "POST")) == set(PAGE_OF)
    assert set(ENDPOINTS) == set(PAGES) == set(OPEN) == set(CandidatePage)
    assert set(LEADS) == {page for page, _ in BLOCKED}
    assert all(status in OPEN[why.way] for (_, status), why in BLOCKED.items())


@pytest.mark.parametrize("status", STANDING)
def test_every_page_opens_or_says_why_not_and_leads_on(
    status: Status, container: Container, site: Flask, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, status)
    visitor.get("/welcome")
    client = visitor._client
    for endpoint, rule in routes(site, "GET").items():
        why = BLOCKED.get((PAGE_OF[endpoint], status))
        answer = client.get(address(rule, wenjing), base_url=ORIGIN)
        if why is None and answer.status_code in (200, 302):
            continue
        text = unescape(answer.get_data(as_text=True))
        assert answer.status_code in (403, 404, 409), (endpoint, answer.status_code)
        ways = re.findall(r'<a class="button" href="([^"]+)">', text[text.index("<main") :])
        assert ways, endpoint
        assert client.get(ways[0], base_url=ORIGIN).status_code == 200, (endpoint, ways)
        if why is None:
            allowed = SEATED_LATER | NOTHING_THERE | BY_POLICY
            assert endpoint in allowed, (endpoint, text)
        else:
            said = why.words.zh if endpoint != "payment.form" else LEADS[CandidatePage.PAY].zh
            assert said in text, (endpoint, said)
            assert ways[0] == address(routes(site, "GET")[ENDPOINTS[why.way]], wenjing)


@pytest.mark.parametrize("status", STANDING)
def test_every_form_out_of_turn_says_why_not_and_leads_on(
    status: Status, container: Container, site: Flask, wenjing: Candidate, visitor: Visitor
) -> None:
    goes_until(container, wenjing, status)
    visitor.get("/passport")
    token = visitor.hidden().get(
        "csrf_token", re.findall(r'name="csrf_token" value="([^"]+)"', visitor.page)[0]
    )
    sent = {"csrf_token": token, "seen": "1", "command_id": "0197a000-0000-7000-8000-000000000001"}
    for endpoint, rule in routes(site, "POST").items():
        why = BLOCKED.get((PAGE_OF[endpoint], status))
        if why is None:
            continue
        answer = visitor._client.post(
            address(rule, wenjing), base_url=ORIGIN, headers={"Referer": f"{ORIGIN}/"}, data=sent
        )
        text = unescape(answer.get_data(as_text=True))
        assert answer.status_code in (303, 403, 409, 422), (endpoint, answer.status_code)
        assert answer.status_code == 303 or '<a class="button" href="' in text, endpoint


def test_anothers_registration_leads_to_the_own(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.agrees()
    visitor = signed_in(site, somebody(container, "liqiang", LIQIANG))
    visitor.get(f"/registrations/{wenjing.id}/details", 404)
    assert "您登录的账号里没有这份报名" in visitor.text()
    assert '<a class="button" href="/current">我的报名</a>' in visitor.page


def test_a_forged_or_outdated_form_leads_back_to_its_page(wenjing: Candidate, visitor: Visitor) -> None:
    wenjing.agrees()
    page = f"/registrations/{wenjing.id}/details"
    visitor.get(page)
    visitor.post(page, 400, csrf_token="forged")
    assert f'<a class="button" href="{page}">回到刚才的页面</a>' in visitor.page
    visitor.get(f"{page[: -len('details')]}withdraw")
    visitor.post(f"{page[: -len('details')]}withdraw", 400, seen="")
    assert "这一页没有送全" in visitor.text()
    assert f'<a class="button" href="{page[: -len("details")]}withdraw">回到刚才的页面</a>' in visitor.page
    visitor.get(page)
    visitor.post(page, 422, address="x" * 30_000)
    assert f'<a class="button" href="{page}">回到刚才的页面</a>' in visitor.page
    visitor.get(page)
    visitor.post(page, 413, address="x" * 1_200_000)
    assert f'<a class="button" href="{page}">回到刚才的页面</a>' in visitor.page


def test_a_session_that_ended_leads_to_signing_in_and_to_the_page(
    wenjing: Candidate, visitor: Visitor, clock: Clock
) -> None:
    wenjing.agrees()
    page = f"/registrations/{wenjing.id}/details"
    visitor.get(page)
    clock.now += timedelta(days=30)
    answer = visitor.post(page, 302)
    assert answer.headers["Location"] == f"/sign-in?next={page}"
    visitor.get("/sign-in")
    visitor.post(page, 400, csrf_token="forged")
    assert f'<a class="button" href="/sign-in?next={page}">登录</a>' in visitor.page


def test_the_document_is_what_the_table_says() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == page_words(), "run: make diagram"
