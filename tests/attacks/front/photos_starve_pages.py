"""Thirty connections of one candidate send pictures of 4800 x 4800 pixels without end: pages of others once waited for
41 s, since each took a thread and waited for measuring. The process that measures once knew the service's secret."""

from __future__ import annotations

import http.client
from collections import Counter
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from time import monotonic

from stdnum.cn import ric

from ncre.bootstrap import build_container
from ncre.config import read_settings
from ncre.domain.registration.vocabulary import Role
from tests.attacks.target import Target
from tests.photo.portraits import jpeg
from tests.support.once.astronaut import astronaut
from tests.support.people import WENJING, Candidate
from tests.support.served import Browser

NAME, PASSWORD = "starver", "a password of starver"
CONNECTIONS = 30
SECONDS = 6.0
POLL_INTERVALS = 5.0
"""Seconds that a newcomer may wait at the most; on an idle machine it is a tenth of one."""


def findings(target: Target) -> list[str]:
    address = _registration(target)
    browser = target.browser()
    form = {**browser.hidden("/sign-in"), "name": NAME, "password": PASSWORD}
    assert browser.ask("POST", "/sign-in", form)[0] == 303
    picture = jpeg(astronaut().resize((4800, 4800)), quality=50)
    attack = _Attack(target, browser, address, _form(browser.hidden(address), picture))
    waits = attack.run()
    found = []
    if max(waits) > POLL_INTERVALS:
        found.append(f"a newcomer waited {max(waits):.1f} s for the front page while photos were sent")
    if unkind := {status for status in attack.answers if status not in (422, 503)}:
        found.append(f"photos were answered with {sorted(unkind)}")
    if attack.without_retry:
        found.append(f"{attack.without_retry} answers 503 did not say when to try again")
    if not attack.answers[422]:
        found.append("no photo was looked at in all that time")
    return found + _secrets_of_workers(target)


class _Attack:
    def __init__(self, target: Target, browser: Browser, address: str, body: tuple[bytes, str]) -> None:
        self._target, self._browser, self._address, self._body = target, browser, address, body
        self._ends = Event()
        self.answers: Counter[int] = Counter()
        self.without_retry = 0

    def run(self) -> list[float]:
        """How long the front page took each time while the photos were sent."""
        threads = [Thread(target=self._send, daemon=True) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        waits, ends = [], monotonic() + SECONDS
        while monotonic() < ends:
            began = monotonic()
            self._target.browser().ask("GET", "/")
            waits.append(monotonic() - began)
            self._ends.wait(0.1)
        self._ends.set()
        for thread in threads:
            thread.join(30)
        return waits

    def _send(self) -> None:
        content, kind = self._body
        cookies = "; ".join(f"{name}={value}" for name, value in self._browser.cookies.items())
        headers = {"Cookie": cookies, "Content-Type": kind}
        while not self._ends.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._target.port, timeout=30)
            try:
                connection.request("POST", self._address, content, headers)
                answer = connection.getresponse()
                answer.read()
            except OSError:
                continue
            finally:
                connection.close()
            self.answers[answer.status] += 1
            self.without_retry += answer.status == 503 and not answer.headers.get("Retry-After")
            self._ends.wait(0.05)


def _registration(target: Target) -> str:
    """Where a candidate who has come as far as the photo sends it."""
    container = build_container(read_settings(target.environment))
    try:
        account = container.accounts.named(NAME) or container.accounts.add(NAME, PASSWORD, Role.CANDIDATE)
        number = "42010120060315003"
        number += ric.calc_check_digit(number)
        candidate = Candidate(
            container, account, replace(WENJING, document_number=number, document_typed=number)
        )
        candidate.agrees()
        candidate.fills()
        candidate.submits()
        return f"/registrations/{candidate.id}/photo"
    finally:
        container.close()


def _form(fields: dict[str, str], picture: bytes) -> tuple[bytes, str]:
    edge = "a-picture-of-many-pixels"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    file = f'--{edge}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'.encode()
    return b"".join(
        (*parts, file, picture, f"\r\n--{edge}--\r\n".encode())
    ), f"multipart/form-data; boundary={edge}"


def _secrets_of_workers(target: Target) -> list[str]:
    """What the measuring processes of this installation know of its settings."""
    ours = f"NCRE_DATA={target.data}".encode()
    told = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or b"photo_lab.worker" not in _read(process / "cmdline"):
            continue
        parent = _read(process / "stat").rpartition(b")")[2].split()[1].decode()
        if ours in _read(Path("/proc") / parent / "environ").split(b"\0"):
            names = [one.split(b"=")[0].decode() for one in _read(process / "environ").split(b"\0")]
            told += [name for name in names if name.startswith("NCRE_")]
    return [f"a measuring process is told {name}" for name in sorted(set(told))]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
