"""Which hosts are ours: every absolute address comes from the public address, and other hosts get 400."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import Client

import ncre
from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.web import create_site
from tests.web.visitor import Visitor

VICTIM = "victim@example.com"
SOURCE = Path(ncre.__file__).parent

STRANGE = (
    "evil.example",
    "localhost.evil.example",
    "evil.example:80",
    "localhost@evil.example",
    "localhost#evil.example",
    "localhost:80@evil.example",
    "localhost, evil.example",
    "127.0.0.1.evil.example",
    "[::2]",
    "[::1",
    "::1",
    "127.1",
    "localhost.",
    "localhost:",
    "localhost:x",
    "localhost:99999",
    "0.0.0.0",
    "",
)


def site_with(container: Container, **changes: object) -> Flask:
    vars(container)["settings"] = replace(container.settings, **changes)  # type: ignore[arg-type]
    return create_site(container)


def status(site: Flask, host: str, path: str = "/sign-in", **headers: str) -> int:
    answer = Client(site.wsgi_app).get(path, headers={"Host": host, **headers})
    return answer.status_code


def victim(container: Container) -> None:
    with container.database.transaction() as connection:
        container.accounts.add_within(
            connection, VICTIM, "a password of the victim", Role.CANDIDATE, email=VICTIM
        )


def letter(container: Container) -> str:
    assert container.outbox is not None
    return container.outbox.newest()[0].text


def recovers(site: Flask, base: str, **headers: str) -> int:
    """Ask for a letter from `base`, as a browser does that shows the page; the status of the answer."""
    client = site.test_client()
    page = client.get("/recover", base_url=base, headers=headers).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    form = {"email": VICTIM, "csrf_token": token[1] if token else ""}
    return client.post(
        "/recover", base_url=base, data=form, headers={"Referer": f"{base}/", **headers}
    ).status_code


@pytest.mark.parametrize("host", STRANGE)
@pytest.mark.parametrize("changes", [{}, {"demo": True}, {"public_url": "https://ncre.example"}])
def test_a_strange_host_is_refused(container: Container, changes: dict[str, object], host: str) -> None:
    site = site_with(container, **changes)
    for path in ("/sign-in", "/static/style.css", "/no-such-page", "//sign-in"):
        assert status(site, host, path) == 400


def test_a_probe_is_answered_at_any_address_of_the_machine(container: Container) -> None:
    site = site_with(container, public_url="https://ncre.example")
    for host in ("10.0.0.7", "10.0.0.7:8000", "[2001:db8::7]:8000"):
        assert {status(site, host, path) for path in ("/healthz", "/readyz")} == {200}
        assert {status(site, host, path) for path in ("/", "/healthz/", "//healthz")} == {400}


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8000", "127.0.0.1", "127.0.0.1:65535", "[::1]", "[::1]:9000"]
)
def test_without_a_public_address_and_in_the_demo_loopback_is_known(container: Container, host: str) -> None:
    assert status(site_with(container), host) == 200
    assert status(site_with(container, demo=True), host) == 200
    assert status(site_with(container, public_url="https://ncre.example"), host) == 200
    assert status(site_with(container, demo=False), host) == 400


def test_the_public_address_is_known_by_host_and_port(container: Container) -> None:
    for public, hosts in {
        "https://NCRE.example": ("ncre.example", "ncre.example:443", "NCRE.EXAMPLE"),
        "http://ncre.example:8080": ("ncre.example:8080",),
        "https://[2001:db8::1]/exam": ("[2001:db8::1]", "[2001:db8::1]:443"),
    }.items():
        site = site_with(container, public_url=public)
        for host in hosts:
            assert status(site, host) == 200, (public, host)
        assert status(site, "ncre.example:81") == 400
        assert status(site, "other.ncre.example") == 400


def test_what_a_proxy_says_of_the_host_is_believed_of_nobody(container: Container) -> None:
    site = site_with(container, public_url="https://ncre.example", proxies=1)
    strange = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "192.0.2.1",
    }
    assert status(site, "evil.example", **{**strange, "X-Forwarded-Host": "ncre.example"}) == 400
    victim(container)
    assert recovers(site, "https://ncre.example", **strange, Forwarded="host=evil.example") == 200
    assert "https://ncre.example/recover/" in letter(container)
    assert "evil" not in letter(container)


def test_a_letter_leads_to_the_public_address_whatever_host_was_asked(container: Container) -> None:
    """Host header decides the links in letters (account takeover)."""
    victim(container)
    site = site_with(container, public_url="https://ncre.example")
    assert recovers(site, "https://evil.example") == 400
    assert container.outbox is not None
    assert container.outbox.newest() == []
    assert recovers(site, "https://ncre.example") == 200
    assert "https://ncre.example/recover/" in letter(container)


def test_without_a_public_address_a_letter_leads_to_the_loopback_host_that_was_asked(
    container: Container,
) -> None:
    victim(container)
    assert recovers(site_with(container), "http://[::1]:9000") == 200
    assert "http://[::1]:9000/recover/" in letter(container)


def test_the_refusal_says_where_to_go(container: Container) -> None:
    answer = Client(site_with(container, public_url="https://ncre.example").wsgi_app).get(
        "/", headers={"Host": "x.example"}
    )
    assert "https://ncre.example/" in answer.get_data(as_text=True)
    answer = Client(site_with(container, public_url="").wsgi_app).get("/", headers={"Host": "x.example"})
    assert "NCRE_PUBLIC_URL" in answer.get_data(as_text=True)


def test_redirects_name_no_host(container: Container, site: Flask) -> None:
    container.accounts.add("wenjing", "a password of wenjing", Role.CANDIDATE)
    visitor = Visitor(site)
    for path in ("/welcome", "/passport", "/language/en?next=//evil.example", "/register/code"):
        location = visitor.get(path, 302).location or ""
        assert location.startswith("/"), path
        assert not location.startswith("//"), path
    for path in ("//sign-in", "/sign-in/", "//evil.example/..", "/\\evil.example"):
        answer = Client(site.wsgi_app).get(
            "/", environ_overrides={"PATH_INFO": path, "HTTP_HOST": "localhost:1"}
        )
        assert "localhost" not in (answer.location or ""), path
        assert "evil" not in (answer.location or ""), path


def test_one_piece_alone_makes_absolute_addresses() -> None:
    """No page asks the request for its host, and none asks url_for for a whole address."""
    asking = {"host_url", "url_root", "root_url", "base_url", "host"}
    found = []
    for path in sorted((SOURCE / "web").rglob("*.py")):
        if path.name == "hosts.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = (
                isinstance(node, ast.Attribute)
                and node.attr in asking
                and ast.unparse(node.value) == "request"
            )
            external = isinstance(node, ast.keyword) and node.arg in ("_external", "_scheme")
            if named or external:
                found.append(f"{path.name}:{node.lineno if hasattr(node, 'lineno') else '?'}")
    templates = sorted((SOURCE / "web").glob("*/templates/**/*.html"))
    assert templates
    for path in templates:
        if re.search(r"_external|request\.(host|url|base_url|root)", path.read_text(encoding="utf-8")):
            found.append(path.name)
    assert found == []
