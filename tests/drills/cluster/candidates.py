"""What a candidate's process does: registers people through HAProxy, and writes down what was acknowledged, when.

A line is `moment kind stream command_id`; the moment is CLOCK_MONOTONIC, which all processes of a machine share.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from ncre.bootstrap import Container, build_container
from ncre.config import read_settings
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from ncre.identity.account_refusals import NameTaken
from ncre.store.outages import DatabaseUnusable
from tests.handlers.ground import QUICK, Walker
from tests.support import people
from tests.support.fake_channel import FakeChannel
from tests.support.people import form_of_details
from tests.support.served import BROKEN, Browser

PASSING = frozenset({RefusalCode.BUSY, RefusalCode.STORE_AWAY, RefusalCode.STORE_READ_ONLY})
"""Refusals after which a person tries again."""

PASSWORD = "kept in this drill alone"
SUBJECTS = ("14",)


class Acknowledged:
    """The list of one process; a line is on it only after the answer came."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", buffering=1)

    def note(self, kind: str, stream: UUID, command_id: UUID) -> None:
        self._file.write(f"{time.monotonic():.3f} {kind} {stream} {command_id}\n")


def again(act: Callable[[], Any]) -> Any:
    """The same thing until it is answered, as a person presses the button again."""
    while True:
        try:
            return act()
        except Refusal as refusal:
            if refusal.code not in PASSING:
                raise
        except DatabaseUnusable:
            pass
        time.sleep(0.1)


def with_commands(number: int, acknowledged: Acknowledged) -> None:
    """People who register by commands, and pay; each notice comes twice, for ever."""
    settings = read_settings()
    container = build_container(settings, channels={})
    container.payments.channels["till"] = FakeChannel(container.clock)  # type: ignore[index]
    while True:
        register(container, acknowledged)


def register(container: Container, acknowledged: Acknowledged) -> None:
    walker = Walker(container)
    person = container.people.person(walker.details.document_type, walker.details.document_number)
    asking = walker.asking
    steps: list[c.Command] = [
        c.Agree(**asking, round=people.ROUND, candidate=walker.account.id, ordinal=1, agreement="2027-03"),
        c.FillInfo(**asking, details=walker.details, person=person),
        c.Submit(
            **asking,
            site=QUICK,
            subjects=SUBJECTS,
            declared=True,
            declaration=people.DECLARATION,
            student=people.DECLARED,
        ),
        c.UploadPhoto(**asking, photo=people.PHOTO),
    ]
    for command in steps:
        again(lambda command=command: container.command_handler.handle(command))  # type: ignore[misc]
        acknowledged.note("command", walker.id, command.command_id)
    order = again(walker.opens)
    news = walker.till.pay(order.number)
    for _ in range(2):
        again(lambda: container.payments.receive(news))
    acknowledged.note("paid", walker.id, uuid4())


def by_pages(number: int, port: int, acknowledged: Acknowledged) -> None:
    """Somebody who signs in and changes their details, again and again, with the same form until it is answered."""
    browser, registration = Browser(port), ""
    while not registration:
        try:
            _sign_in(browser, number)
            registration = _begin(browser)
        except (*BROKEN, AssertionError, IndexError, ValueError):
            time.sleep(0.2)
    path, count = f"/registrations/{registration}/details", 0
    while True:
        count += 1
        form = _until(lambda: {**form_of_details(), **browser.hidden(path)})
        # One document is one person in a round: each process has its own.
        form |= {"remark": f"change {count}", "document_type": "passport", "document_number": f"E{number:08}"}
        if _until(lambda form=form: _posted(browser, path, form)):  # type: ignore[misc]
            acknowledged.note("page", UUID(registration), UUID(form["command_id"]))


def _posted(browser: Browser, path: str, form: dict[str, str]) -> bool:
    """Whether it was taken; a page that says to come again is an error here."""
    status, location, text = browser.ask("POST", path, form)
    if status in (429, 502, 503, 504):
        raise ConnectionError(status)
    if status != 303:
        print(f"{path}: {status} {re.sub('<[^>]+>', ' ', text)[:2000]}", file=sys.stderr, flush=True)
        time.sleep(0.5)
    return status == 303 and not location.startswith("/sign-in")


def _until(act: Callable[[], Any]) -> Any:
    while True:
        try:
            return act()
        except (*BROKEN, AssertionError, ValueError):
            time.sleep(0.1)


def _sign_in(browser: Browser, number: int) -> None:
    form = browser.hidden("/sign-in")
    status, _, _ = browser.ask(
        "POST", "/sign-in", {**form, "name": f"candidate{number}", "password": PASSWORD}
    )
    assert status == 303


def _begin(browser: Browser) -> str:
    form = browser.hidden("/agreement")
    _, location, _ = browser.ask("POST", "/agreement", {**form, "agreed": "yes", "answer": "agree"})
    return re.findall(r"[0-9a-f-]{36}", location)[0]


def accounts(container: Container, numbers: range) -> None:
    """Those that are there already stay."""
    for number in numbers:
        with suppress(NameTaken):
            container.accounts.add(f"candidate{number}", PASSWORD, Role.CANDIDATE)


if __name__ == "__main__":
    kind, number, port, file = sys.argv[1:]
    os.nice(5)
    if kind == "pages":
        by_pages(int(number), int(port), Acknowledged(Path(file)))
    else:
        with_commands(int(number), Acknowledged(Path(file)))
