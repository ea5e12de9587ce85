"""Metrics asked for at the pages; a request id of one's own, with another's document number or a header in it."""

from __future__ import annotations

import http.client

from tests.attacks.target import Target

PATHS = ("/metrics", "/metrics/", "//metrics", "/static/metrics", "/healthz/metrics", "/metrics?x=1")
NUMBER = "42011520060315002X"
CLAIMED = (NUMBER, "a" * 5000, "0" * 32, "../../metrics", "x%0d%0aSet-Cookie: a=b", "\x1b[2J")


def findings(target: Target) -> list[str]:
    found = []
    for path in PATHS:
        status, _, text = target.browser().ask("GET", path)
        if "ncre_requests" in text or status == 200:
            found.append(f"GET {path} was answered {status}")
    for claimed in CLAIMED:
        connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=20)
        connection.request("GET", "/sign-in", headers={"X-Request-ID": claimed})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200 and answer.headers.get("X-Request-ID") in (claimed, None):
            found.append(f"the request id {claimed[:20]!r} was taken over")
        if answer.headers.get("Set-Cookie", "").startswith("a="):
            found.append("a request id set a cookie")
        connection.close()
    if NUMBER in target.log:
        found.append("a document number given as a request id stands in the log")
    return found
