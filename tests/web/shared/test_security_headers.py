"""What holds on every page: headers, cookies, the forms' token, and where a sign-in may lead."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.identity.accounts import Account
from tests.support.people import somebody
from tests.web.visitor import ORIGIN, Visitor, signed_in

GUARDED = ("/", "/sign-in", "/nowhere", "/static/style.css", "/current")


@pytest.mark.parametrize("path", GUARDED)
def test_every_answer_tells_the_browser_to_be_strict(site: Flask, path: str) -> None:
    answer = site.test_client().get(path, base_url=ORIGIN)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_the_style_in_a_first_page_is_the_sheet_and_the_only_one_that_its_policy_lets_in(site: Flask) -> None:
    client = site.test_client()
    first = client.get("/", base_url=ORIGIN)
    (style,) = re.findall(r"<style>(.*?)</style>", first.text, re.DOTALL)
    assert style == client.get("/static/style.css", base_url=ORIGIN).text
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in first.headers["Content-Security-Policy"]
    second = client.get("/", base_url=ORIGIN)
    assert "<style" not in second.text
    assert "sha256" not in second.headers["Content-Security-Policy"]
    assert "/static/style.css" in second.text


def test_who_is_signed_in_gets_it_too_where_their_browser_has_no_sheet(
    container: Container, site: Flask
) -> None:
    """A link in a letter, on a phone whose cache was emptied: one journey less to the first paint."""
    visitor = signed_in(site, somebody(container))
    visitor._client.delete_cookie("sheet", domain="localhost")
    first = visitor.get("/welcome")
    assert "<style>" in first.text
    assert "style-src 'self' 'sha256-" in first.headers["Content-Security-Policy"]
    assert first.headers["Cache-Control"] == "no-store"
    assert "<style>" not in visitor.get("/welcome").text


def test_the_session_cookie_is_bound_to_this_host_and_hidden_from_scripts(
    container: Container, site: Flask
) -> None:
    visitor = Visitor(site)
    answer = visitor.get("/sign-in")
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("__Host-ncre=")]
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


def test_personal_pages_are_not_kept_by_browsers(container: Container, site: Flask) -> None:
    visitor = signed_in(site, somebody(container))
    assert visitor.get("/welcome").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in", "/register", "/agreement", "/sign-out"])
def test_a_form_without_its_token_is_refused(container: Container, site: Flask, path: str) -> None:
    answer = site.test_client().post(path, base_url=ORIGIN, data={"name": "x"})
    assert answer.status_code == 400
    assert "页面已过期" in answer.get_data(as_text=True)


def test_the_token_of_one_session_does_not_serve_another(container: Container, site: Flask) -> None:
    first, second = Visitor(site), Visitor(site)
    first.get("/sign-in")
    stolen = first.hidden()["csrf_token"]
    second.get("/sign-in")
    second.post("/sign-in", 400, csrf_token=stolen, name="x", password="y")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "evil"])
def test_a_sign_in_leads_to_no_other_site(container: Container, site: Flask, target: str) -> None:
    candidate = somebody(container)
    visitor = Visitor(site)
    visitor.get("/sign-in")
    answer = site_post(visitor, target, candidate.account)
    assert answer == "/welcome"


def site_post(visitor: Visitor, target: str, account: Account) -> str:
    from urllib.parse import quote

    path = f"/sign-in?next={quote(target, safe='')}"
    answer = visitor.post(path, name=account.name, password=f"a password of {account.name}")
    return answer.headers["Location"]


def test_a_sign_in_leads_back_to_the_page_that_asked_for_it(container: Container, site: Flask) -> None:
    candidate = somebody(container)
    candidate.agrees()
    visitor = Visitor(site)
    asked = visitor.get(f"/registrations/{candidate.id}/details", 302).headers["Location"]
    visitor.get(asked)
    answer = visitor.post(asked, name=candidate.account.name, password="a password of wenjing")
    assert answer.headers["Location"] == f"/registrations/{candidate.id}/details"


def test_signing_in_starts_a_new_session(container: Container, site: Flask) -> None:
    candidate = somebody(container)
    visitor = Visitor(site)
    before = visitor.get("/sign-in").headers["Set-Cookie"]
    after = visitor.post("/sign-in", name=candidate.account.name, password="a password of wenjing")
    assert before.split(";")[0] != after.headers["Set-Cookie"].split(";")[0]
    visitor.get("/agreement")
    visitor.post("/sign-out")
    visitor.get("/welcome", 302)


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(container: Container, site: Flask) -> None:
    somebody(container)
    said = set()
    for name in ("wenjing", "nobody"):
        visitor = Visitor(site)
        visitor.get("/sign-in")
        visitor.post("/sign-in", 422, name=name, password="wrong password")
        said.add(visitor.text().replace(name, ""))
    assert len(said) == 1


def test_an_expired_form_keeps_showing_who_is_signed_in(container: Container, site: Flask) -> None:
    visitor = signed_in(site, somebody(container))
    visitor.get("/agreement")
    visitor.post("/agreement", 400, csrf_token="old")
    assert "退出" in visitor.text()
