"""The web process is killed at random instants; what it acknowledged must stand, whole."""

from __future__ import annotations

import os
import random
import re
import subprocess
from datetime import datetime
from pathlib import Path
from threading import Timer
from uuid import UUID

import pytest

from ncre.bootstrap import Container, build_container
from ncre.config import read_settings
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration.vocabulary import Role
from ncre.projections.maintenance.rebuild import check
from ncre.projections.registration import registrations
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.exam.revision_commands import Revise
from tests.support.containers import development
from tests.support.people import OFFICE, form_of_details
from tests.support.ports import free_port
from tests.support.served import BROKEN, Browser, serving

PASSWORD = "kept in this test alone"


@pytest.fixture
def environment(container: Container) -> dict[str, str]:
    """The environment of a web process over the data of `house`, its round open today."""
    settings = container.settings
    today = datetime.now(EXAM_TIME).date()
    container.revisions.revise(Revise(actor=OFFICE, wanted=load_round(bundled(), today), why="开考"))
    return {
        **os.environ,
        **development(settings.data, NCRE_DATABASE_URL=settings.database_url),
        "NCRE_CAPTCHA": "never",
        "NCRE_SECURE_COOKIES": "0",
        "PYTHONPATH": str(Path(__file__).parents[3] / "src"),
    }


@pytest.mark.parametrize("commands", [30, pytest.param(100, marks=pytest.mark.soak)])
def test_killing_the_web_process_loses_nothing_acknowledged_and_leaves_nothing_half(
    container: Container, environment: dict[str, str], commands: int
) -> None:
    container.accounts.add("zhang", PASSWORD, Role.CANDIDATE)
    dice = random.Random(20270327)
    acknowledged: list[UUID] = []
    sent = kills = 0
    registration = ""
    while sent < commands:
        port = free_port()
        with serving(environment, port) as process:
            browser = Browser(port)
            survives = dice.randint(2, 9)
            try:
                _sign_in(browser)
                registration = registration or _begin(browser)
                for _ in range(survives):
                    acknowledged += _amend(browser, registration, sent)
                    sent += 1
                _amend(browser, registration, sent, then_kill=(process, dice.random() * 0.02))
            except BROKEN:
                pass
            sent += 1
            kills += 1
    assert kills >= commands // 10
    assert len(acknowledged) >= commands / 2
    _everything_stands(container, environment, UUID(registration), acknowledged)


def _everything_stands(
    container: Container, environment: dict[str, str], registration: UUID, acknowledged: list[UUID]
) -> None:
    again = build_container(read_settings(environment), container.clock)
    with again.database.reading() as connection:
        history = again.command_handler.store.history(connection, registration)
        row = registrations.one(connection, registration)
    stored = {fact.metadata.command_id for fact in history}
    assert set(acknowledged) <= stored
    assert [fact.metadata.version for fact in history] == list(range(1, len(history) + 1))
    assert row is not None
    assert row["version"] == len(history)
    assert check(again.database, again.command_handler.store, again.command_handler.listeners) == []
    again.close()


def _sign_in(browser: Browser) -> None:
    form = browser.hidden("/sign-in")
    status, _, _ = browser.ask("POST", "/sign-in", {**form, "name": "zhang", "password": PASSWORD})
    assert status == 303


def _begin(browser: Browser) -> str:
    form = browser.hidden("/agreement")
    status, location, _ = browser.ask("POST", "/agreement", {**form, "agreed": "yes", "answer": "agree"})
    assert status == 303
    return re.findall(r"[0-9a-f-]{36}", location)[0]


def _amend(
    browser: Browser,
    registration: str,
    number: int,
    then_kill: tuple[subprocess.Popen[bytes], float] | None = None,
) -> list[UUID]:
    """Send new details; the command's id if it was acknowledged."""
    path = f"/registrations/{registration}/details"
    form = {**form_of_details(), "remark": f"change {number}", **browser.hidden(path)}
    if then_kill is not None:
        process, delay = then_kill
        Timer(delay, process.kill).start()
    status, _, _ = browser.ask("POST", path, form)
    assert status == 303, status
    return [UUID(form["command_id"])]
