"""Every operation by every scope, and every registration by whoever it is none of their business: refused, each by its answer."""

from __future__ import annotations

from typing import Any, Final

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.integration.scopes import Scope
from ncre.web.api.interface import document
from ncre.web.api.spec import OPERATIONS
from tests.support.people import Candidate, form_of_details, portrait, somebody
from tests.web.api.caller import ALL, Caller, caller
from tests.web.visitor import facts_of, row_of

BODIES: Final[dict[str, dict[str, Any]]] = {
    "bringCandidate": {"json": {"reference": "p"}},
    "agree": {"json": {"candidate": "11111111-1111-4111-8111-111111111111", "agreement": "2027-03"}},
    "saveDetails": {"json": form_of_details()},
    "chooseSubjects": {"json": {"site": "420019", "subjects": ["66"], "declared": True}},
    "sendPhoto": {"data": portrait(), "headers": {"Content-Type": "image/jpeg"}},
    "adoptPhoto": {"json": {"kind": "crop", "draft": "0" * 64}},
    "openOrder": {"json": {}},
    "reject": {"json": {"reasons": ["P01"]}},
    "cancel": {"json": {"reason": "x"}},
    "transfer": {"json": {"account": "somebody", "evidence": "核对身份证原件"}},
    "search": {"json": {"text": "78420019000001"}},
    "takeCash": {"json": {"receipt": "R1", "amount": 16000}},
    "handCashBack": {"json": {"receipt": "R1"}},
    "viewDetails": {"json": {"why": "inquiry"}},
    "viewPaper": {"json": {"kind": "form"}},
    "suspend": {"json": {"reason": "x"}},
    "postNotice": {
        "json": {
            "kind": "guide",
            "title": "x",
            "title_en": "x",
            "body": "x",
            "body_en": "x",
            "why": "x",
            "replaces": 0,
        }
    },
    "previewSeating": {"json": {}},
    "seatSite": {"json": {"seed": 1, "digest": "0"}},
    "checkTicket": {"json": {"code": "4200190000000001"}},
    "letIn": {"json": {"manner": "typed"}},
    "revokeEntry": {"json": {"ticket": "4200190000000001"}},
}


def routes(site: Flask) -> list[tuple[str, str, str]]:
    """(operation, method, path below /api/v1), of the document itself."""
    with site.app_context():
        paths = document()["paths"]
    return [
        (one["operationId"], method.upper(), path.removeprefix("/api/v1"))
        for path, methods in paths.items()
        for method, one in methods.items()
    ]


def asked(caller: Caller, operation: str, method: str, path: str, about: Candidate, status: int) -> Any:
    filled = path.format(registration_id=about.id, topic="registration.approved", version=1, code="420019")
    more = {
        name: dict(value) if name == "headers" else value for name, value in BODIES.get(operation, {}).items()
    }
    seen = row_of(about.container, about.id)["version"] if OPERATIONS[operation].versioned else None
    return caller.ask(method, filled, status, seen=seen, **more).json


@pytest.fixture
def waiting(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def test_the_document_has_every_route_and_no_other(site: Flask) -> None:
    served = {
        str(rule).removeprefix("/api/v1")
        for rule in site.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
    told = {path for _, _, path in routes(site)}
    assert len(told) == len(served)
    assert {operation for operation, _, _ in routes(site)} == set(OPERATIONS)


@pytest.mark.parametrize("scope", list(Scope))
def test_no_scope_opens_what_is_another_ones(
    container: Container, site: Flask, waiting: Candidate, scope: Scope
) -> None:
    others = caller(container, site, *(one for one in ALL if one != scope.value))
    before = facts_of(container, waiting.id)
    for operation, method, path in routes(site):
        if OPERATIONS[operation].scope is scope:
            refused = asked(others, operation, method, path, waiting, 403)
            assert refused["code"] == "scope_missing", operation
    assert facts_of(container, waiting.id) == before


def test_a_token_of_another_site_finds_nothing(container: Container, site: Flask, waiting: Candidate) -> None:
    elsewhere, before = caller(container, site, sites=("429901",)), facts_of(container, waiting.id)
    for operation, method, path in routes(site):
        if "registration_id" in path:
            refused = asked(elsewhere, operation, method, path, waiting, 404)
            assert refused["code"] == "not-found", operation
    assert facts_of(container, waiting.id) == before
    assert elsewhere.ask("GET", "/registrations").json["items"] == []
    elsewhere.ask("GET", "/registrations?site=420019", 404)
    elsewhere.ask("GET", f"/registrations?candidate={waiting.account.id}", 404)


def test_nobody_acts_for_a_candidate_whom_they_did_not_bring(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    """Not even at its own site: what a candidate does, their own portal does."""
    portal, before = caller(container, site), facts_of(container, waiting.id)
    for operation, method, path in routes(site):
        if OPERATIONS[operation].scope is Scope.APPLY and "registration_id" in path:
            assert asked(portal, operation, method, path, waiting, 404)["code"] == "not-found", operation
    assert facts_of(container, waiting.id) == before


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer ncre_" + "a" * 43])
def test_without_a_valid_token_every_operation_says_so(
    container: Container, site: Flask, waiting: Candidate, given: str
) -> None:
    nobody = caller(container, site)
    for operation, method, path in routes(site):
        filled = path.format(
            registration_id=waiting.id, topic="registration.approved", version=1, code="420019"
        )
        refused = nobody.ask(method, filled, 401, headers={"Authorization": given})
        assert refused.json["code"] == "unauthorized", operation
