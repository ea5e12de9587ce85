"""What a member of staff opened, exported and decided; and that no page of theirs shows a bare id."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final
from uuid import uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.web.site import create_site
from tests.support.people import LIQIANG, OFFICE, ROUND, SITE, Candidate, Clock, somebody
from tests.web.shared.test_query_plans import KINDS, arguments, banned
from tests.web.staff_members import HERE, Visitor, auditor, office, reviewer, row_of

BARE: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)

OURS: Final = ("/staff", "/office", "/audit")

AS_STORED: Final = frozenset({"audit.facts", "audit.export"})
"""Facts as they stand in the table, ids and all: that is what these two are for."""


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def li(container: Container, site: Flask) -> Visitor:
    return reviewer(container, site)


@pytest.fixture
def shenji(container: Container, site: Flask) -> Visitor:
    return auditor(container, site)


@pytest.fixture
def worked(container: Container, li: Visitor, clock: Clock) -> Candidate:
    """Somebody whom the reviewer opened and approved, who paid, has a seat and stands on a list for the door."""
    assert li.account is not None
    candidate = somebody(container)
    candidate.until_waiting()
    case = f"/staff/cases/{candidate.id}"
    assert li.post(f"{case}/approve", page=case).status_code == 303
    candidate.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    lists = container.offline_admission_lists
    assert [one for one in lists.entries(lists.people(ROUND, SITE), li.account.actor) if one]
    return candidate


def page_of(visitor: Visitor) -> str:
    assert visitor.account is not None
    return f"/audit/staff/{visitor.account.id}"


def section(text: str, heading: str) -> str:
    return text.split(f"<h2>{heading} ")[1].split("<h2>")[0]


def test_what_was_decided_opened_and_exported_stands_on_one_page_with_links(
    container: Container, li: Visitor, shenji: Visitor, worked: Candidate
) -> None:
    number = row_of(container, worked.id)["number"]
    link = f'<a href="/audit/{worked.id}">{number}</a>'
    text = shenji.get(page_of(li))
    assert "shenhe" in text
    for heading, said in (
        ("办理", "通过"),
        ("查看个人信息", "报名页面（原因："),
        ("导出", "离线核验名单 · 1 人"),
    ):
        assert link in section(text, heading), heading
        assert said in section(text, heading), heading
    assert "入场核验 " not in section(text, "查看个人信息"), "an exported list is no check at the door"
    assert "shenhe" in shenji.get("/audit/staff")
    shenji.client.get("/language/en", base_url=HERE)


def test_only_the_days_that_are_asked_for_are_shown(
    li: Visitor, shenji: Visitor, worked: Candidate, clock: Clock
) -> None:
    today = clock().date()
    page = page_of(li)
    assert "approve" not in page
    before = f"{page}?first={today - timedelta(days=9)}&last={today - timedelta(days=2)}"
    assert f"/audit/{worked.id}" not in shenji.get(before)
    around = f"{page}?first={today - timedelta(days=1)}&last={today + timedelta(days=1)}"
    assert f"/audit/{worked.id}" in shenji.get(around)
    clock.advance(days=30)
    assert f"/audit/{worked.id}" not in shenji.get(page), "the last fortnight without a period"
    for wrong in ("first=x", f"first={today}&last={today - timedelta(days=1)}"):
        shenji.get(f"{page}?{wrong}", expect=422)


def test_the_page_is_for_auditors_and_the_office_and_about_staff_alone(
    container: Container, site: Flask, li: Visitor, shenji: Visitor, worked: Candidate
) -> None:
    assert "工作人员办理记录" in office(container, site).get(page_of(li))
    for path in ("/audit/staff", page_of(li)):
        li.get(path, expect=403)
    shenji.get(f"/audit/staff/{worked.account.id}", expect=404)


def test_no_page_of_staff_office_and_auditors_shows_a_bare_id(
    container: Container, site: Flask, li: Visitor, shenji: Visitor, worked: Candidate
) -> None:
    assert li.account is not None
    other = somebody(container, "liqiang", LIQIANG)
    other.until_waiting()
    container.command_handler.handle(c.Cancel(registration=other.id, actor=OFFICE, reason="书面申请取消报名"))
    begun = somebody(container, "begun", LIQIANG)
    begun.agrees()
    kaowu, bare, walked = office(container, site), [], 0
    ban = banned(container)
    draft = container.round_drafts.begin_revision(ROUND, OFFICE, uuid4())
    for registration in (worked.id, other.id, begun.id):
        known = {
            "registration": registration, "code": SITE, "sitting": "2027-03-27-0800-1000", "round_code": ROUND, "site": SITE, "number": 1,
            "draft": draft, "part": "windows",
            "name": "unknown", "token": "unknown", "kind": "email", "digest": "0" * 64, "order": "unknown",
            "ban": ban, "upload": ban, "export": ban, "identity": li.account.id, "filename": "site.css", "purpose": "recover", "channel": "wechat", "version": 1, "run": registration,
        }  # fmt: skip
        with site.test_request_context(base_url=HERE):
            from flask import url_for

            addresses = [
                (
                    rule.endpoint,
                    url_for(rule.endpoint, **arguments(rule, {**known, **KINDS.get(rule.endpoint, {})})),
                )
                for rule in site.url_map.iter_rules()
                if "GET" in (rule.methods or ())
                and rule.rule.startswith(OURS)
                and rule.endpoint not in AS_STORED
            ]
        for who in (li, kaowu, shenji):
            for endpoint, address in addresses:
                answer = who.client.get(address, base_url=HERE)
                if answer.status_code != 200 or answer.mimetype != "text/html":
                    continue
                walked += 1
                bare += [(endpoint, found) for found in BARE.findall(_shown(answer.text))]
    assert walked > 40
    assert bare == []


def _shown(text: str) -> str:
    """What stands on a page: its text, and what shows over it; addresses and hidden fields aside."""
    titles = " ".join(re.findall(r'\b(?:title|alt|aria-label|placeholder)="([^"]*)"', text))
    values = " ".join(re.findall(r'<input(?![^>]*type="hidden")[^>]*\bvalue="([^"]*)"', text))
    return re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL) + titles + values
