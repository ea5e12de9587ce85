"""An integration reaches beyond its site, a staff cookie opens the interface, and a webhook is sent into the private net."""

from __future__ import annotations

import http.client
import json
import re
from uuid import uuid4

from tests.attacks.target import Target
from tests.support.served import Browser

HOME = "/office/integrations"
PRIVATE = (
    "https://127.0.0.1/", "https://[::ffff:169.254.169.254]/", "https://localhost/", "https://10.0.0.1:8443/",
    "http://portal.example.org/", "https://portal.example.org@127.0.0.1/",
)  # fmt: skip


def findings(target: Target) -> list[str]:
    kaowu, kaosheng = target.signed_in("kaowu"), target.signed_in("kaosheng")
    path, token = _made(kaowu)
    case = _case(kaosheng)
    found = []
    for method, address in (
        ("GET", f"/registrations/{case}"),
        ("GET", f"/registrations/{case}/history"),
        ("POST", f"/registrations/{case}/approval"),
        ("POST", f"/registrations/{case}/details-views"),
    ):
        status = _call(target.port, method, address, {"Authorization": f"Bearer {token}"})
        if status not in (403, 404):
            found.append(f"a token of another site gets {status} from {method} {address}")
    cookies = "; ".join(f"{name}={value}" for name, value in kaowu.cookies.items())
    if (status := _call(target.port, "GET", "/me", {"Cookie": cookies})) != 401:
        found.append(f"a cookie of staff opens the interface: {status}")
    if (status := _call(target.port, "GET", "/../../office", {"Authorization": f"Bearer {token}"})) == 200:
        found.append("a token opens pages")
    for url in PRIVATE:
        form = {**kaowu.hidden(path), "url": url, "why": "x"}
        if kaowu.ask("POST", f"{path}/webhook", form)[0] != 422:
            found.append(f"events may be sent to {url}")
    kaowu.ask("POST", f"{path}/revoke", {**kaowu.hidden(path), "why": "x"})
    if (status := _call(target.port, "GET", "/me", {"Authorization": f"Bearer {token}"})) != 401:
        found.append(f"a revoked token is answered with {status}")
    return found


def _made(kaowu: Browser) -> tuple[str, str]:
    form = {**kaowu.hidden(HOME), "name": "x", "scopes": "registrations:read", "sites": "429901", "why": "x"}
    _, _, page = kaowu.ask("POST", HOME, form)
    token = re.search(r"<code>(ncre_[\w-]{43})</code>", page)
    path = re.search(rf'action="({HOME}/[0-9a-f-]{{36}})/scope"', page)
    assert token is not None
    assert path is not None
    return path[1], token[1]


def _case(candidate: Browser) -> str:
    """A registration of the demo's candidate, which chose no site of the integration."""
    _, where, _ = candidate.ask("GET", "/current")
    if not where.startswith("/registrations/"):
        agreed = {**candidate.hidden("/agreement"), "answer": "agree", "agreed": "yes"}
        _, where, _ = candidate.ask("POST", "/agreement", agreed)
    return where.removesuffix("/details").rpartition("/")[2]


def _call(port: int, method: str, address: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    sent = {**headers, "Idempotency-Key": str(uuid4()), "If-Match": '"1"', "Content-Type": "application/json"}
    connection.request(method, f"/api/v1{address}", json.dumps({"why": "inquiry"}), sent)
    status = connection.getresponse().status
    connection.close()
    return status
