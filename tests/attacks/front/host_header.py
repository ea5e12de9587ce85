"""A stranger asks for a victim's recovery letter under a Host of their own: once the link in it led to the stranger."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode

from tests.attacks.letters import joins_by_email, letters
from tests.attacks.target import Target

VICTIM = "victim.of.host@example.com"
EVIL = "evil.example"
STRANGE = (
    {"Host": EVIL},
    {"Host": f"{EVIL}:80"},
    {"Host": f"localhost.{EVIL}"},
    {"Host": f"localhost@{EVIL}"},
    {"Host": f"localhost:80@{EVIL}"},
    {"Host": f"127.0.0.1#{EVIL}"},
    {"Host": EVIL, "X-Forwarded-Host": "localhost"},
    {"Host": "localhost", "X-Forwarded-Host": EVIL},
    {"Host": "localhost", "Forwarded": f"host={EVIL}", "X-Host": EVIL, "X-Original-Host": EVIL},
)


def findings(target: Target) -> list[str]:
    joins_by_email(target, VICTIM)
    found = []
    for headers in STRANGE:
        before = len(letters(target, VICTIM))
        status, text = _recovers(target, headers)
        if headers["Host"] != "localhost" and status != 400:
            found.append(f"POST /recover with {headers} was answered {status}")
        if EVIL in text:
            found.append(f"the page of /recover with {headers} speaks of {EVIL}")
        news = letters(target, VICTIM)[: len(letters(target, VICTIM)) - before]
        found += [f"a letter after {headers} leads to {EVIL}" for letter in news if EVIL in letter]
    if not any("/recover/" in letter for letter in letters(target, VICTIM)):
        found.append("the victim got no letter at all: nothing was tried")
    return found


def _recovers(target: Target, headers: dict[str, str]) -> tuple[int, str]:
    """Ask for the victim's letter; the page before it was opened under a host that is ours."""
    browser = target.browser()
    form = urlencode({**browser.hidden("/recover"), "email": VICTIM})
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=20)
    connection.request(
        "POST",
        "/recover",
        form,
        {**headers, "Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text
