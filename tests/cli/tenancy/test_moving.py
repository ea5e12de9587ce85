"""`ncre tenants move` while `ncre serve` serves and candidates send forms: three kinds of processes, two places, nothing lost."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from itertools import count
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from urllib.parse import urlsplit

import httpx
import pytest

from ncre.bootstrap import build_container
from ncre.config import read_settings
from ncre.config.tenants import read_tenants
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration.vocabulary import Role
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.exam.revision_commands import Revise
from ncre.store.schemas import in_schema
from tests.support.people import OFFICE, form_of_details
from tests.support.ports import free_port
from tests.support.served import serving
from tests.support.tenants import Provinces, host, migrated, planned

pytest_plugins = ["tests.support.databases"]

PASSWORD = "kept for this test alone"
CANDIDATES = 2
"""Who send forms at the same time."""


@dataclass
class Told:
    """What candidates were told: the commands that were acknowledged, and the longest times without an answer."""

    acknowledged: list[str] = field(default_factory=list)
    longest: float = 0.0
    longest_page: float = 0.0


def url_of(kind: str, request: pytest.FixtureRequest, schema: str, file: Path) -> str:
    if kind == "sqlite":
        return f"sqlite:///{file}"
    return in_schema(request.getfixturevalue("postgres_url"), schema)


@pytest.fixture(
    params=[
        ("sqlite", "postgresql"),
        pytest.param(("sqlite", "sqlite"), marks=pytest.mark.soak),
        pytest.param(("postgresql", "postgresql"), marks=pytest.mark.soak),
        pytest.param(("postgresql", "sqlite"), marks=pytest.mark.soak),
    ],
    ids="-".join,
)
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The URLs from which and to which."""
    kinds = zip(request.param, ("before", "after"), strict=True)
    here, there = (url_of(kind, request, name, tmp_path / f"{name}.sqlite") for kind, name in kinds)
    return here, there


def test_a_province_moves_under_load_and_nothing_that_was_acknowledged_is_lost(
    tmp_path: Path, places: tuple[str, str]
) -> None:
    here, there = places
    port = free_port()
    provinces = migrated(planned(tmp_path, {"hubei": here}, port))
    environment = environment_of(provinces)
    open_round(provinces)
    told, moved, begun = Told(), Event(), Event()
    with serving(environment, port), ThreadPoolExecutor(CANDIDATES + 1) as lanes:
        working = [lanes.submit(register, port, n, told, begun, moved) for n in range(CANDIDATES)]
        working.append(lanes.submit(look, port, told, moved))
        try:
            assert begun.wait(120)
            told.longest = told.longest_page = 0.0  # what came before belongs to the start of the server
            done = ncre(environment, "tenants", "move", "hubei", "--to", there, "--why", "单独部署")
            sent = len(told.acknowledged)
            until(lambda: len(told.acknowledged) > sent + CANDIDATES)
        finally:
            moved.set()
            for one in working:
                one.result(timeout=120)
    assert done.returncode == 0, done.stderr
    assert re.search(r"writers waited 0\.\d\d s", done.stdout), done.stdout
    now = next(one for one in read_tenants(provinces.environment) if one.name == "hubei")
    assert now.read().settings.database_url.rpartition("/")[2] == there.rpartition("/")[2]
    before, after = log_of(provinces, here), log_of(provinces, there)
    assert {command for _, command in after}.issuperset(told.acknowledged)
    assert after[: len(before)] == before, "nothing was written behind"
    assert ncre(environment, "projections", "check", "--tenant", "hubei").returncode == 0
    again = ncre(environment, "tenants", "move", "hubei", "--to", there)
    assert again.returncode == 2, "it is there already"
    print(
        f"longest without an answer: {told.longest:.2f} s, of a page that reads {told.longest_page:.2f} s, "
        f"{len(told.acknowledged)} acknowledged"
    )


def environment_of(provinces: Provinces) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("NCRE_")},
        **provinces.environment,
        "PYTHONPATH": os.pathsep.join(("src", *filter(None, sys.path))),
        "LANG": "en_US.UTF-8",
        "LC_ALL": "",
    }


def ncre(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ncre", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def open_round(provinces: Provinces) -> None:
    container = build_container(read_settings(provinces.tenant("hubei").environment))
    container.revisions.revise(
        Revise(actor=OFFICE, wanted=load_round(bundled(), datetime.now(EXAM_TIME).date()), why="开考")
    )
    for number in range(CANDIDATES):
        container.accounts.add(f"candidate{number}", PASSWORD, Role.CANDIDATE)
    container.close()


def register(port: int, number: int, told: Told, begun: Event, moved: Event) -> None:
    """One registration, whose details are sent again and again until the province has moved."""
    with browser(port) as asked:
        answer = ask(asked, told, "GET", "/sign-in")
        ask(
            asked,
            told,
            "POST",
            "/sign-in",
            hidden(answer) | {"name": f"candidate{number}", "password": PASSWORD},
        )
        answer = ask(asked, told, "GET", "/agreement")
        answer = ask(asked, told, "POST", "/agreement", hidden(answer) | {"agreed": "yes", "answer": "agree"})
        home = urlsplit(answer.headers["location"]).path.removesuffix("/details")
        for times in count(1):
            form = hidden(ask(asked, told, "GET", f"{home}/details"))
            sent = {
                **form_of_details(),
                "document_type": "passport",
                "document_number": f"E{number}{times:07}",
                **form,
            }
            answer = ask(asked, told, "POST", f"{home}/details", sent)
            assert answer.status_code == 303, answer.text
            told.acknowledged.append(form["command_id"])
            begun.set()
            if moved.is_set():
                return


def look(port: int, told: Told, moved: Event) -> None:
    """A page that only reads, again and again."""
    with browser(port) as asked:
        while not moved.is_set():
            ask(asked, told, "GET", "/sign-in")
            sleep(0.05)


def browser(port: int) -> httpx.Client:
    name = f"{host('hubei')}:{port}"
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Host": name}, timeout=60)


def ask(
    asked: httpx.Client, told: Told, method: str, path: str, form: dict[str, str] | None = None
) -> httpx.Response:
    """The answer; whoever is told to come again sends the same once more, and the time until the answer is kept."""
    first = monotonic()
    while True:
        answer = asked.request(method, path, data=form)
        if answer.status_code != 503:
            spent = monotonic() - first
            told.longest = max(told.longest, spent)
            told.longest_page = max(told.longest_page, spent if method == "GET" else 0.0)
            return answer
        sleep(0.1)


def hidden(answer: httpx.Response) -> dict[str, str]:
    main = answer.text[answer.text.index("<main") :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', main)
    return {name: unescape(value) for name, value in found}


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = monotonic() + seconds
    while not true():
        assert monotonic() < deadline
        sleep(0.1)


def log_of(provinces: Provinces, url: str) -> list[tuple[int, str]]:
    """Position and command of every fact in one of the places."""
    settings = read_settings({**provinces.tenant("hubei").environment, "NCRE_DATABASE_URL": url})
    container = build_container(settings)
    try:
        return [
            (position, str(fact.metadata.command_id))
            for position, fact in container.command_handler.store.log(0, 1_000_000)
        ]
    finally:
        container.close()
