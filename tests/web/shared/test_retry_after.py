"""Whoever is told to come again (429, 503, 507) is told when, whatever says it: a page, a form, the interface, the front."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask, abort

import ncre
from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.server import answers, connections, waiting_page
from ncre.server.waiting_room import QueuePlace
from ncre.store.outages import DatabaseFailure, Outage
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.errors import PASSING
from tests.support.people import somebody

HERE = "https://localhost"
SOURCE = Path(ncre.__file__).parent

SAYERS = {
    "client/client.py",
    "clients/exchange_service.py",
    "exchange/service.py",
    "server/answers.py",
    "server/by_host.py",
    "server/connections.py",
    "server/gate.py",
    "server/lanes.py",
    "web/account/qq.py",
    "web/account/sending.py",
    "web/account/session_start.py",
    "web/account/sign_in.py",
    "web/account/single_sign_on.py",
    "web/api/document.py",
    "web/api/spec.py",
    "web/drafts/saving.py",
    "web/payer/payment.py",
    "web/refusal_statuses.py",
    "web/candidate/payment.py",
    "web/shared/access_log.py",
    "web/shared/errors.py",
    "web/shared/health.py",
}
"""Every file that names one of these statuses; those of `web` pass through `errors.retry_after`."""


def test_every_place_that_says_so_is_known() -> None:
    says = re.compile(r"\b(?:429|503|507)\b|SERVICE_UNAVAILABLE|TOO_MANY_REQUESTS|INSUFFICIENT_STORAGE")
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if path.parts[-2] != "stand_ins"
        and "stand_ins" not in path.parts
        and says.search(path.read_text("utf-8"))
    }
    assert found == SAYERS


@pytest.mark.parametrize("code", [code for code, status in STATUS.items() if status in PASSING])
def test_a_refusal_that_passes_says_when(site: Flask, code: RefusalCode) -> None:
    site.add_url_rule("/refused", "refused", lambda: (_ for _ in ()).throw(Refusal(code)))
    _says_when(site, "/refused", STATUS[code])


@pytest.mark.parametrize("status", sorted(PASSING))
def test_a_page_or_an_error_with_such_a_status_says_when(site: Flask, status: int) -> None:
    site.add_url_rule("/said", "said", lambda: ("words", status))
    site.add_url_rule("/raised", "raised", lambda: abort(status))
    _says_when(site, "/said", status)
    if status != 507:  # werkzeug has no exception for it
        _says_when(site, "/raised", status)


def test_a_database_that_fails_says_when(site: Flask) -> None:
    def away() -> str:
        raise DatabaseFailure(Outage.AWAY, "away")

    site.add_url_rule("/away", "away", away)
    _says_when(site, "/away", 503)


def test_somebody_who_has_to_wait_at_sign_in_is_told_for_how_long_in_the_head_too(
    container: Container, site: Flask
) -> None:
    somebody(container)
    client = site.test_client()
    for _ in range(8):
        token = re.search(
            r'name="csrf_token" value="([^"]+)"',
            client.get("/sign-in", base_url=HERE).get_data(as_text=True),
        )
        assert token is not None
        form = {"csrf_token": token[1], "name": "wenjing", "password": "wrong one"}
        answer = client.post("/sign-in", data=form, base_url=HERE, headers={"Referer": HERE})
    assert answer.status_code == 429
    told = re.search(r"请 (\d+) 秒后再试", answer.get_data(as_text=True))
    assert told is not None
    assert answer.headers["Retry-After"] == told[1]


def test_the_front_says_when_wherever_it_turns_somebody_away() -> None:
    assert b"\r\nRetry-After: " in connections.NO_ROOM
    assert (b"retry-after", b"7") in answers.headers(b"", 7, refresh=True, close=False)
    place = QueuePlace(1, 1_800_000_000_000, 1, 9)
    assert (b"retry-after", b"9") in waiting_page.headers(b"", place, close=False)


def _says_when(site: Flask, path: str, status: int) -> None:
    answer = site.test_client().get(path, base_url=HERE)
    assert answer.status_code == status
    assert int(answer.headers["Retry-After"]) > 0
