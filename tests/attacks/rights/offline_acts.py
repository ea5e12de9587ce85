"""Acts of an offline device, forged: of another site, of another's list, at a made-up moment, twice, by the thousand."""

from __future__ import annotations

import http.client
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.attacks.target import Target
from tests.support.served import Browser


def findings(target: Target) -> list[str]:
    shenhe, kaowu = target.signed_in("shenhe"), target.signed_in("kaowu")
    mine, sites = _downloaded(shenhe)
    _, all_sites = _downloaded(kaowu)
    far = [site for site in all_sites if site["code"] not in {one["code"] for one in sites}]
    theirs = [person for site in far[:5] for person in _list(kaowu, site["code"])["people"]]
    found = []
    if far and _download(shenhe, far[0]["code"])[0] < 400:
        found.append("the list of another site is handed out")
    receipt = mine["receipt"]
    for name, acts in (
        ("somebody of another site is confirmed", [_act(one["id"]) for one in theirs[:3]]),
        ("somebody who is not there is confirmed", [_act(str(uuid4()))]),
        ("a moment in the future counts", [_act(one["id"], hours=2) for one in mine["people"][:1]]),
        ("a moment before the list counts", [_act(one["id"], hours=-48) for one in mine["people"][:1]]),
    ):
        _, answers = _send(shenhe, receipt, acts)
        nothing = ("refused", "later") if "future" in name else ("refused",)
        found += [name for one in answers if one["outcome"] not in nothing]
    whom = mine["people"][0]["id"] if mine["people"] else str(uuid4())
    for name, browser, sent, acts in (
        ("another's list is sent", kaowu, receipt, [_act(whom)]),
        ("a list in another's name is sent", kaowu, {**receipt, "account": _account(kaowu)}, [_act(whom)]),
        ("a list with another site is sent", shenhe, {**receipt, "site": "429901"}, [_act(whom)]),
        (
            "a list that began earlier is sent",
            shenhe,
            {**receipt, "made_at": "2020-01-01T00:00:00Z"},
            [_act(whom)],
        ),
        ("thousands of acts at once are taken", shenhe, receipt, [_act(whom) for _ in range(2000)]),
    ):
        if _send(browser, sent, acts)[0] < 400:
            found.append(name)
    if _send(shenhe, receipt, [_act(whom)], token="forged")[0] < 400:
        found.append("acts are taken without the token of the session")
    if _send(target.browser(), receipt, [_act(whom)], token="forged")[0] < 300:
        found.append("acts are taken of somebody who is not signed in")
    if mine["people"]:
        act = _act(whom, version=mine["people"][0]["version"])
        first, again = (_send(shenhe, receipt, [act])[1] for _ in range(2))
        if [one["outcome"] for one in first] != ["done"] or first != again:
            found.append(f"an act that is sent twice is told {first}, then {again}")
    return found


def _act(registration: str, hours: float = 0, version: int = 1) -> dict[str, Any]:
    at = datetime.now(UTC) + timedelta(hours=hours)
    return {
        "command_id": str(uuid4()),
        "kind": "confirm",
        "registration": registration,
        "done_at": at.isoformat(),
        "seen": version,
    }


def _session(browser: Browser) -> dict[str, Any]:
    status, _, text = browser.ask("GET", "/staff/offline/session")
    assert status == 200, status
    told: dict[str, Any] = json.loads(text)
    return told


def _account(browser: Browser) -> str:
    return str(_session(browser)["account"])


def _downloaded(browser: Browser) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The list of the first site with somebody to confirm, else of the first site, and all sites there are."""
    sites = _session(browser)["sites"]
    lists = [_list(browser, site["code"]) for site in sites[:3]]
    return next((one for one in lists if one["people"]), lists[0]), sites


def _list(browser: Browser, site: str) -> dict[str, Any]:
    status, text = _download(browser, site)
    assert status == 200, (site, status)
    told: dict[str, Any] = json.loads(text)
    return told


def _download(browser: Browser, site: str) -> tuple[int, str]:
    form = {"csrf_token": _session(browser)["token"], "site": site, "day": "confirmation"}
    status, _, text = browser.ask("POST", "/staff/offline/people", form)
    return status, text


def _send(
    browser: Browser, receipt: dict[str, Any], acts: list[dict[str, Any]], token: str = ""
) -> tuple[int, list[dict[str, Any]]]:
    headers = {
        "Content-Type": "application/json",
        "X-CSRFToken": token or _session(browser)["token"],
        "Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
    }
    connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=20)
    connection.request("POST", "/staff/offline/sync", json.dumps({"receipt": receipt, "acts": acts}), headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, json.loads(text)["answers"] if answer.status == 200 else []
