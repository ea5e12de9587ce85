"""The independent, certified OpenID provider: started for tests, and a browser's way through it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

import requests

from ncre.clients.openid import Issuer, Post
from ncre.domain.registration.vocabulary import Role
from tests.support.oracles import ORACLES, needs_node

BACK = "https://exam.example/staff/back"

needs_provider = needs_node("oidc-provider")


@contextmanager
def openid_provider(back: str = BACK) -> Iterator[str]:
    """A running provider that leads back to `back`; its address."""
    with subprocess.Popen(
        ["node", "openid_provider.mjs", back],
        cwd=ORACLES,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield next(line.strip() for line in process.stdout if line.startswith("http://"))
        finally:
            process.kill()


def issuer_at(provider: str, back: str = BACK) -> Issuer:
    """The provider as a configuration names it: reviewers of one site by their group."""
    return Issuer(
        provider,
        "ncre",
        "a-secret-long-enough-for-a-test",
        back,
        "groups",
        {"ncre-reviewers": Post(Role.REVIEWER, frozenset({"110001"}))},
        ("openid", "profile", "staff"),
    )


def log_in(address: str, who: str = "li") -> dict[str, str]:
    """Walk the browser's way through the provider until it sends back to us: what it says then."""
    with requests.Session() as browser:
        address = f"{address}&login_hint={who}"
        while not address.startswith(BACK):
            reply = browser.get(address, allow_redirects=False, timeout=5)
            assert reply.is_redirect, reply.text[:2000]
            address = requests.compat.urljoin(address, reply.headers["Location"])
    return dict(parse_qsl(urlsplit(address).query))
