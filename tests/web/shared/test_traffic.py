"""Which lane each address has, and how large a body it takes; both told before a page is asked."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from ncre.bootstrap import Container
from ncre.cli.processes.serve import MOST_THREADS, lanes, with_connections
from ncre.domain.registration.vocabulary import Role
from ncre.web.shared import traffic
from tests.support.people import SITE, somebody
from tests.web.visitor import Visitor, signed_in

POOL = 36
"""Connections that a process may have to PostgreSQL, told in docs/operations.md."""


def lane(site: Flask, method: str, path: str, query: str = "", cookies: str = "") -> str:
    return traffic.lanes_of(site)(method, path, query, cookies)


def cookies_of(visitor: Visitor) -> str:
    cookie = visitor._client.get_cookie("__Host-ncre", "localhost") or visitor._client.get_cookie(
        "ncre", "localhost"
    )
    assert cookie is not None
    return f"other=1; {cookie.key}={cookie.value}"


def example(rule: Rule) -> str:
    return re.sub(r"<[^>]+>", "0" * 8, str(rule))


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/notices/alipay", traffic.MACHINES),
        ("GET", "/notices/guide", traffic.PAGES),
        ("GET", "/healthz", traffic.MACHINES),
        ("HEAD", "/readyz", traffic.MACHINES),
        ("GET", "/static/style.css", traffic.FILES),
        ("POST", "/registrations/1/photo", traffic.PHOTOS),
        ("POST", "/registrations/1/photo/adopt", traffic.PHOTOS),
        ("GET", "/registrations/1/photo", traffic.PAGES),
        ("GET", "/staff/queue", traffic.STAFF_ENTRANCE),
        ("POST", "/office/seat/1", traffic.STAFF_ENTRANCE),
        ("GET", "/audit", traffic.STAFF_ENTRANCE),
        ("GET", "/staffing", traffic.PAGES),
        ("GET", "/", traffic.PAGES),
        ("POST", "/sign-in", traffic.PAGES),
    ],
)
def test_the_lane_of_an_address(site: Flask, method: str, path: str, expected: str) -> None:
    assert lane(site, method, path) == expected


def test_staff_who_sign_in_do_not_wait_for_candidates(site: Flask) -> None:
    assert lane(site, "POST", "/sign-in", "next=%2Fstaff%2Fqueue") == traffic.STAFF_ENTRANCE
    assert lane(site, "GET", "/sso/office/back", "next=/office") == traffic.STAFF_ENTRANCE
    assert lane(site, "POST", "/sign-in", "next=%2Fwelcome") == traffic.PAGES
    assert lane(site, "POST", "/sign-in", "&".join(["next=/staff"] * 100)) == traffic.PAGES


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR, Role.OFFICE])
def test_signed_in_staff_have_their_lane_everywhere(container: Container, site: Flask, role: Role) -> None:
    container.accounts.add("li", "a password of li", role, frozenset({SITE}))
    visitor = Visitor(site)
    visitor.signs_in("li")
    for path in ("/staff/queue", "/welcome", "/passport", "/"):
        assert lane(site, "GET", path, cookies=cookies_of(visitor)) == traffic.STAFF


def test_a_candidate_or_a_forged_cookie_does_not_get_into_the_lane_of_staff(
    container: Container, site: Flask
) -> None:
    cookies = cookies_of(signed_in(site, somebody(container)))
    for sent in (cookies, cookies[:-2], "ncre=; x", "ncre=eyJzdGFmZiI6dHJ1ZX0.aaaa.bbbb", "=" * 99):
        assert lane(site, "GET", "/staff/queue", cookies=sent) == traffic.STAFF_ENTRANCE
        assert lane(site, "GET", "/welcome", cookies=sent) == traffic.PAGES


def test_signing_out_leaves_the_lane_of_staff(container: Container, site: Flask) -> None:
    container.accounts.add("li", "a password of li", Role.REVIEWER, frozenset({SITE}))
    visitor = Visitor(site)
    visitor.signs_in("li")
    visitor.get("/passport")
    visitor.post("/sign-out")
    assert visitor._client.get_cookie("__Host-ncre", "localhost") is None


def test_each_address_takes_as_much_as_its_page(site: Flask) -> None:
    """The server refuses by the head alone what the page would refuse, and nothing else."""
    large = set()
    for rule in site.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            path = example(rule).replace("00000000", "00000000-0000-0000-0000-000000000000", 1)
            with site.test_request_context(path, method=method):
                with suppress(HTTPException):  # the limit is set before anything else is looked at
                    site.preprocess_request()
                assert traffic.largest_body(method, path) == request.max_content_length, rule
                if request.max_content_length > traffic.FORM:
                    large.add(str(rule))
    assert large == {
        "/registrations/<uuid:registration>/photo",
        "/api/v1/registrations/<uuid:registration_id>/photo",
    }


def test_all_lanes_together_leave_a_connection_to_the_database_for_each_thread() -> None:
    assert sum(lane.threads for lane in lanes(MOST_THREADS)) <= POOL


def test_a_process_has_a_connection_for_each_of_its_threads(container: Container) -> None:
    assert (
        with_connections(container.settings, 8).connections == 8 + 19 == sum(one.threads for one in lanes(8))
    )
