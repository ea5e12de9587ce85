"""A province, and somebody who has no token, try to read, replace and poison the files of others at the exchange service."""

from __future__ import annotations

import http.client
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from ncre.domain.duplicates.exchange_file import ExchangedPerson, written
from tests.attacks.target import Target
from tests.exchange.ground import SHARED, TOKENS, Exchange, exchange_in
from tests.support.people import ROUND, TODAY, Clock

OVER = (TODAY + timedelta(days=20)).isoformat()
Answer = tuple[int, bytes]


def findings(_target: Target) -> list[str]:
    with (
        tempfile.TemporaryDirectory(prefix="ncre-attack-") as folder,
        exchange_in(Path(folder) / "exchange", Clock()) as exchange,
    ):
        genuine = _file("42")
        if _ask(exchange, "POST", f"/files?over={OVER}", TOKENS["42"], genuine)[0] != 201:
            return ["the genuine file was not taken: nothing was tried"]
        found = [*_strangers(exchange), *_other_provinces(exchange), *_absurd(exchange)]
        if _ask(exchange, "GET", "/files/1", TOKENS["43"]) != (200, genuine):
            found.append("the file of province 42 is not what it handed in")
        return found


def _strangers(exchange: Exchange) -> Iterator[str]:
    tokens = {
        "none": None,
        "an empty one": "",
        "one that begins as a right one": TOKENS["42"][:-1],
        "one that is longer": TOKENS["42"] + "a",
        "two": f"{TOKENS['42']} {TOKENS['43']}",
        "the name of a province": "42",
    }
    for what, token in tokens.items():
        for method, path in (
            ("GET", f"/files?round={ROUND}"),
            ("GET", "/files/1"),
            ("POST", f"/files?over={OVER}"),
        ):
            status, answer = _ask(exchange, method, path, token, _file("43") if method == "POST" else None)
            if status != 401 or TOKENS["42"].encode() in answer:
                yield f"{method} {path} with {what} as its token: {status}"


def _other_provinces(exchange: Exchange) -> Iterator[str]:
    """What a token does not open: the place of another province, also not by headers."""
    status, _ = _ask(exchange, "POST", f"/files?over={OVER}", TOKENS["43"], _file("42"))
    if status != 403:
        yield f"province 43 handed in a file of 42: {status}"
    more = {"X-Province": "42", "X-HTTP-Method-Override": "DELETE", "X-Forwarded-User": "42"}
    status, _ = _ask(exchange, "POST", f"/files?over={OVER}", TOKENS["43"], _file("42"), more)
    if status != 403:
        yield f"province 43 handed in a file of 42 with headers of its own: {status}"
    for method in ("DELETE", "PUT", "PATCH"):
        if _ask(exchange, method, "/files/1", TOKENS["43"])[0] != 405:
            yield f"{method} of a file was not refused"


def _absurd(exchange: Exchange) -> Iterator[str]:
    """Each is refused in words, and the service goes on."""
    paths = [
        "/files/..%2f..%2fexchange.sqlite",
        "/files/exchange.sqlite",
        "/files/-1",
        "/files/" + "9" * 400,
        "/files/1%00",
        "/files?round=%27%20OR%201%3D1--&since=x",
        "/files?round=x&since=" + "9" * 40,
        "/files/1' OR 1=1".replace(" ", "%20"),
    ]
    for path in paths:
        status, answer = _ask(exchange, "GET", path, TOKENS["43"])
        if status // 100 != 4 or b"Traceback" in answer:
            yield f"GET {path[:40]}: {status}"
    bodies = {
        "nothing": b"",
        "zeros": bytes(1000),
        "half a file": _file("43")[:-20],
        "a line twice": _file("43") + _file("43").splitlines(keepends=True)[1],
        "no ASCII": _file("43").replace(b"66", "６６".encode()),
    }
    for what, body in bodies.items():
        status, answer = _ask(exchange, "POST", f"/files?over={OVER}", TOKENS["43"], body)
        if status != 422 or b"Traceback" in answer:
            yield f"{what} as a file: {status}"
    for over in ("", "2027-13-45", "9999-12-31", "0001-01-01", "x" * 500):
        status, _ = _ask(exchange, "POST", f"/files?over={over}", TOKENS["43"], _file("43"))
        if status not in (410, 422):
            yield f"{over[:20]!r} as the last day: {status}"


def _file(province: str) -> bytes:
    people = [ExchangedPerson(key * 64, ("66",)) for key in "12"]
    return b"".join(written(SHARED, ROUND, province, len(people), people))


def _ask(
    exchange: Exchange,
    method: str,
    path: str,
    token: str | None,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", exchange.port, timeout=10)
    given = {} if token is None else {"Authorization": f"Bearer {token}"}
    connection.request(method, path, body, {**given, **(headers or {})})
    answer = connection.getresponse()
    said = answer.status, answer.read()
    connection.close()
    return said
