"""Each look of an auditor and each export is a fact; a page that leaves none is on a list here."""

from __future__ import annotations

from typing import Final

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.events.audit import AuditViewed
from ncre.projections.audit.sentences import AUDIT_SENTENCES
from ncre.services.audit.bundles import STREAM
from tests.support.people import ROUND, SITE, Candidate, somebody
from tests.web.staff_members import Visitor, auditor, office

LEAVES_NONE: Final = (
    *(
        "home.",
        "passport.",
        "contacts.",
        "second_factor.",
        "own_letters.",
        "form_drafts.",
        "sign_in.",
        "sign_up.",
    ),
    *("audit.search", "audit.find", "audit_accounts.search", "audit_accounts.find", "audit_staff.home"),
)
"""Their own account; an empty search; lists of accounts to choose from."""


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


@pytest.fixture
def shenji(container: Container, site: Flask) -> Visitor:
    return auditor(container, site)


def looks(container: Container) -> list[AuditViewed]:
    with container.database.reading() as connection:
        story = container.command_handler.store.history(connection, STREAM)
    return [fact for fact in story if isinstance(fact, AuditViewed)]


@pytest.mark.parametrize(
    ("path", "look"),
    [
        ("/audit/staff/{staff}", ("staff", "{staff}")),
        (f"/audit/rounds/{ROUND}", ("round", ROUND)),
        (f"/audit/rounds/{ROUND}/sites/{SITE}", ("site", f"{ROUND}/{SITE}")),
        ("/office/money", ("money", "")),
        ("/office/statistics", ("statistics", "")),
        (f"/office/statistics?site={SITE}", ("statistics", SITE)),
        ("/audit/ledger", ("ledger", "")),
    ],
)
def test_a_page_that_an_auditor_opens_is_a_fact(
    container: Container, shenji: Visitor, wenjing: Candidate, path: str, look: tuple[str, str]
) -> None:
    assert shenji.account is not None
    staff = str(shenji.account.id)
    assert shenji.client.get(path.format(staff=staff)).status_code == 200
    assert looks(container) == [AuditViewed(look[0], look[1].format(staff=staff))]


def test_the_office_works_on_its_pages_and_what_it_exports_is_a_fact(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    kaowu = office(container, site)
    assert kaowu.client.get("/office/money").status_code == 200
    assert kaowu.client.get("/office/statistics").status_code == 200
    assert looks(container) == []
    assert kaowu.client.get("/office/money/ledger.csv").status_code == 200
    (look,) = looks(container)
    assert look == AuditViewed("money-file", "2026-12-23..2027-01-05")
    assert AUDIT_SENTENCES[AuditViewed](look).zh == "导出了资金账目：2026-12-23..2027-01-05。"


def test_no_page_shows_an_auditor_anything_without_a_fact(
    container: Container, site: Flask, shenji: Visitor, wenjing: Candidate
) -> None:
    assert shenji.account is not None
    nobody, seen, without = Visitor(site, None), 0, []
    given = {
        **dict.fromkeys(("site", "code"), SITE),
        **dict.fromkeys(("number", "version"), 1),
        "identity": shenji.account.id,
        "round_code": ROUND,
        "kind": "csv",
        "purpose": "recover",
    }
    for rule in site.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.startswith(LEAVES_NONE):
            continue
        path = site.url_map.bind("localhost").build(
            rule.endpoint, {one: given.get(one, wenjing.id) for one in rule.arguments}
        )
        before = container.command_handler.store.newest()
        if shenji.client.get(path).status_code == 200 and nobody.client.get(path).status_code != 200:
            seen += 1
            without += [path] if container.command_handler.store.newest() == before else []
    assert without == []
    assert seen >= 10
