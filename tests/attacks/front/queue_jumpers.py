"""Strangers try to get past the waiting room: with forged, replayed, shared and expired tickets, more cookies, side doors."""

from __future__ import annotations

import http.client
import tempfile
import time
from pathlib import Path

from ncre.server.queue_tickets import TicketSigner, pass_of, ticket
from ncre.server.waiting_room import COOKIE
from tests.attacks.target import Target, started

RATE = 60
"""A minute, so that the room is full after the first newcomers and stays so."""

FIRST = 20
"""As many as are let in within `_shared`, wherever in the quarter of a second that arrivals are counted by they came."""

CROWD = 130
"""Beyond them, so that the room stays full to the end."""


def findings(_target: Target) -> list[str]:
    with (
        tempfile.TemporaryDirectory(prefix="ncre-attack-") as folder,
        started(Path(folder), NCRE_ADMISSIONS=str(RATE)) as target,
    ):
        time.sleep(1.5)
        tickets = _come(target, FIRST)
        if len(tickets) < FIRST // 2:
            return [f"only {len(tickets)} of {FIRST} newcomers had to wait: nothing was tried"]
        return [
            *_forged(target, tickets[-1]),
            *_shared(target, tickets),
            *_side_doors(target),
            *_never_queued(target),
        ]


def _come(target: Target, people: int) -> list[str]:
    """The tickets of those of so many newcomers who have to wait."""
    carried = [_asks(target)[1] for _ in range(people)]
    return [one for one in carried if one.startswith("t.")]


def _forged(target: Target, genuine: str) -> list[str]:
    now = int(time.time() * 1000)
    other = TicketSigner(bytes(32))
    tries = {
        "a pass signed with another key": other.write(pass_of(now)),
        "an early ticket signed with another key": other.write(ticket(now - 10**6, now)),
        "a ticket called a pass": "p" + genuine[1:],
        "a ticket with an earlier arrival": genuine.replace(genuine.split(".")[1], f"{now - 10**6}", 1),
        "an expired ticket": other.write(ticket(now - 10**9, now - 10**9)),
        "an empty one": "",
        "nonsense": "p.1.1.1.1",
    }
    found = [f"{what} opened" for what, cookie in tries.items() if _asks(target, cookie)[0] != 503]
    # twice the cookie, the genuine one first or last
    for pair in (f"{genuine}; {COOKIE}=p.x", f"p.x; {COOKIE}={genuine}"):
        if _asks(target, pair)[0] != 503:
            found.append("two cookies of the queue opened")
    return found


def _shared(target: Target, tickets: list[str]) -> list[str]:
    """The first ticket's turn comes; then whoever copied it tries it too, all at once and later."""
    deadline = time.monotonic() + 40
    first, opened = tickets[0], ""
    while time.monotonic() < deadline and not opened.startswith("p."):
        opened = _asks(target, first)[1]
        if not opened.startswith("p."):
            time.sleep(0.5)
    if not opened.startswith("p."):
        return ["the first ticket was never let in"]
    _come(target, CROWD)
    found = []
    copies = [_asks(target, first) for _ in range(5)]
    if any(status != 503 for status, _ in copies):
        found.append("a ticket that was used opened again")
    if _asks(target, opened)[0] == 503:
        found.append("a pass that was just given does not open")
    handed = [_asks(target, opened)[0] for _ in range(150)]
    if handed[-1] != 503:
        found.append("one pass handed around opens without end")
    return found


def _side_doors(target: Target) -> list[str]:
    """A candidate signs in at the entrance of staff, where nobody queues, and goes on to the pages of candidates."""
    browser = target.browser()
    path = "/sign-in?next=/staff/queue"
    form = browser.hidden(path)
    browser.ask("POST", path, {**form, "name": "kaosheng", "password": target.passwords["kaosheng"]})
    status, _, _ = browser.ask("GET", "/welcome")
    found = (
        [] if status == 503 else [f"in by the entrance of staff, a candidate's page was answered {status}"]
    )
    doors = (
        "/sign-in",
        "/Sign-In",
        "//sign-in",
        "/sign-in/",
        "/%73ign-in",
        "/sign-in?next=%2Fwelcome",
        "/static/../sign-in",
    )
    return found + [
        f"{door} was answered 200 to a stranger" for door in doors if _asks(target, path=door)[0] == 200
    ]


def _never_queued(target: Target) -> list[str]:
    found = []
    for path in ("/healthz", "/readyz", "/static/style.css"):
        if _asks(target, path=path)[0] != 200:
            found.append(f"{path} was queued")
    if _asks(target, path="/notices/alipay", method="POST")[0] == 503:
        found.append("a payment notice was queued")
    staff = target.browser()
    path = "/sign-in?next=/staff/queue"
    form = {**staff.hidden(path), "name": "shenhe", "password": target.passwords["shenhe"]}
    if staff.ask("POST", path, form)[0] != 303 or staff.ask("GET", "/staff/queue")[0] != 200:
        found.append("staff were queued")
    return found


def _asks(target: Target, cookie: str = "", path: str = "/welcome", method: str = "GET") -> tuple[int, str]:
    """Status, and what the queue's cookie is set to."""
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=20)
    headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    given = [one for one in answer.headers.get_all("Set-Cookie") or [] if one.startswith(f"{COOKIE}=")]
    return answer.status, given[0].partition("=")[2].partition(";")[0] if given else ""
