"""Every route of drafts, of sites called off and of a site's own administration: whose it is, and nobody else's."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.web.site import create_site
from tests.support.people import OFFICE, SITE
from tests.web.staff_members import Visitor, hidden, visitor

AREAS: Final = ("round_drafts.", "calling_off.", "own_site.", "round_history.")
OF_OFFICE, OF_ADMIN = frozenset({Role.OFFICE}), frozenset({Role.SITE_ADMIN})
TOLD_TO: Final[dict[str, frozenset[Role]]] = {
    "round_drafts.home": OF_OFFICE,
    "round_drafts.begin_next": OF_OFFICE,
    "round_drafts.begin_revision": OF_OFFICE,
    "round_drafts.overview": OF_OFFICE,
    "round_drafts.part": OF_OFFICE,
    "round_drafts.save": OF_OFFICE,
    "round_drafts.add_site": OF_OFFICE,
    "round_drafts.take_out": OF_OFFICE,
    "round_drafts.preview": OF_OFFICE,
    "round_drafts.publish": OF_OFFICE,
    "round_drafts.catch_up": OF_OFFICE,
    "round_drafts.discard": OF_OFFICE,
    "calling_off.home": OF_OFFICE,
    "calling_off.preview": OF_OFFICE,
    "calling_off.begin": OF_OFFICE,
    "calling_off.progress": OF_OFFICE,
    "calling_off.go_on": OF_OFFICE,
    "calling_off.again": OF_OFFICE,
    "own_site.home": OF_ADMIN,
    "own_site.site": OF_ADMIN,
    "own_site.change": OF_ADMIN,
    "own_site.give": OF_ADMIN,
    "own_site.take": OF_ADMIN,
    "round_history.current": frozenset({Role.OFFICE, Role.AUDITOR}),
    "round_history.revisions": frozenset({Role.OFFICE, Role.AUDITOR}),
    "round_history.revision": frozenset({Role.OFFICE, Role.AUDITOR}),
    "round_history.compare": frozenset({Role.OFFICE, Role.AUDITOR}),
    "round_history.site": frozenset({Role.OFFICE, Role.AUDITOR}),
}


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


def test_the_matrix_names_every_route(site: Flask) -> None:
    known = {rule.endpoint for rule in site.url_map.iter_rules() if rule.endpoint.startswith(AREAS)}
    assert known == set(TOLD_TO)


@pytest.mark.parametrize(
    "role", [None, Role.CANDIDATE, Role.REVIEWER, Role.SITE_ADMIN, Role.OFFICE, Role.AUDITOR]
)
def test_nobody_else_is_let_in(container: Container, site: Flask, role: Role | None) -> None:
    draft = container.round_drafts.begin_revision("78", OFFICE, uuid4())
    who = Visitor(site, None) if role is None else visitor(container, site, "somebody", role, SITE)
    token = hidden(who.get("/" if role is None else "/passport"), "")
    before = container.command_handler.store.newest()
    for rule in site.url_map.iter_rules():
        if not rule.endpoint.startswith(AREAS) or role in TOLD_TO[rule.endpoint]:
            continue
        path = site.url_map.bind("localhost").build(rule.endpoint, _arguments(rule, draft))
        for method in {"GET", "POST"} & (rule.methods or set()):
            answer = who.client.open(
                path,
                method=method,
                data=token,
                base_url="https://localhost",
                headers={"Referer": "https://localhost"},
            )
            if role is None:
                assert answer.status_code in (302, 303, 400), (rule.endpoint, answer.status_code)
            else:
                assert answer.status_code == 403, (rule.endpoint, answer.status_code)
    assert container.command_handler.store.newest() == before
    assert container.round_drafts.find(draft).is_open


def _arguments(rule: Rule, draft: UUID) -> dict[str, object]:
    known = {
        "draft": draft,
        "part": "rooms" if rule.endpoint.startswith("own_site.") else "windows",
        "code": SITE,
        "what": "remove",
        "round_code": "78",
        "site": SITE,
        "run": uuid4(),
        "identity": uuid4(),
        "number": 1,
    }
    return {name: known[name] for name in rule.arguments}
