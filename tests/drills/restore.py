"""The drill of a restoration: serve under load, back up, kill, restore elsewhere; every command works, digests are equal.

`make drill-restore` runs it on both databases; `python -m tests.drills.restore sqlite` on one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from ncre.backups.manifest import Manifest, finished
from ncre.bootstrap import Container, build_container
from ncre.config import read_settings
from ncre.events.registration_values import Details
from tests.attacks.target import Target, started
from tests.support.databases import _execute, _started, named
from tests.support.people import WENJING, somebody
from tests.support.ports import free_port
from tests.support.served import BROKEN, Browser, serving

KINDS: Final = ("sqlite", "postgresql")
NUMBER: Final = "78420019000001"

COMMANDS: Final[tuple[tuple[int, tuple[str, ...]], ...]] = (
    (0, ("migrate",)),
    (0, ("projections", "check")),
    (0, ("photos", "verify")),
    (0, ("round", "show")),
    (0, ("review", "list", "--as", "shenhe")),
    (0, ("review", "show", NUMBER, "--as", "shenhe")),
    (0, ("review", "approve", NUMBER, "--as", "shenhe")),
    (0, ("audit", "show", NUMBER)),
    (0, ("audit", "commands", "--as", "shenji")),
    (0, ("user", "list")),
    (0, ("user", "add", "after", "--role", "candidate")),
    (0, ("user", "history", "shenhe", "--as", "shenji")),
    (0, ("ticket", "key")),
    (0, ("settings",)),
    (0, ("worker", "--once")),
    (0, ("projections", "rebuild", "--why", "drill")),
    (0, ("projections", "check")),
    (1, ("seat", "all", "--as", "kaowu")),
    (0, ("cancel", NUMBER, "--reason", "drill", "--as", "kaowu")),
)
"""What an operator does on the restored installation, with the exit code of each; nobody has paid, so nobody is seated."""


def main(kinds: Sequence[str]) -> None:
    for kind in kinds or KINDS:
        with (
            tempfile.TemporaryDirectory(prefix="ncre-drill-") as folder,
            _databases(kind, Path(folder)) as urls,
        ):
            drill(kind, Path(folder), *urls)


def drill(kind: str, folder: Path, url: str, empty: str) -> None:
    """Raises AssertionError where anything is not as it was."""
    backup, escrow = folder / "backup", folder / "escrow.key"
    (folder / "data").mkdir(mode=0o700)
    with started(folder / "data", NCRE_DATABASE_URL=url) as target, _load(target) as written:
        _until(lambda: len(written) >= 3)
        _ncre(
            target.environment,
            0,
            "backup",
            "--out",
            str(backup),
            "--escrow",
            str(escrow),
            "--why",
            "drill",
        )
        _until(lambda: len(written) >= 5)
    made = finished(backup)
    print(
        f"{kind}: {made.database.facts} facts and {len(made.photos)} photos backed up, {len(written)} people came"
    )
    elsewhere = {**target.environment, "NCRE_DATA": str(folder / "elsewhere"), "NCRE_DATABASE_URL": empty}
    _ncre(elsewhere, 0, "restore", str(backup), "--escrow", str(escrow))
    _assert_equal(elsewhere, made)
    print(f"{kind}: restored, {len(made.database.tables)} digests equal")
    for code, command in COMMANDS:
        _ncre(elsewhere, code, *command)
    print(f"{kind}: {len(COMMANDS)} commands work")
    _assert_serves(elsewhere, target.passwords["shenhe"])
    print(f"{kind}: pages are served, people sign in")


@contextmanager
def _databases(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The database that is served, and an empty one elsewhere."""
    if kind == "sqlite":
        yield (
            f"sqlite:///{folder / 'data' / 'ncre.sqlite'}",
            f"sqlite:///{folder / 'elsewhere' / 'ncre.sqlite'}",
        )
        return
    server = _started(str(folder / "postgres"))
    try:
        url = server.get_uri()
        _execute(url, "CREATE DATABASE served", "CREATE DATABASE elsewhere")
        yield named(url, "served"), named(url, "elsewhere")
    finally:
        server.cleanup()


@contextmanager
def _load(target: Target) -> Iterator[list[str]]:
    """People register and others read pages all the while; yields the names of those who came as far as the review."""
    container = build_container(read_settings(target.environment))
    stop, written = threading.Event(), list[str]()
    threads = [
        threading.Thread(target=_register, args=(container, stop, written)),
        *(threading.Thread(target=_read, args=(target.browser(), stop)) for _ in range(2)),
    ]
    try:
        for thread in threads:
            thread.start()
        yield written
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        container.close()


def _register(container: Container, stop: threading.Event, written: list[str]) -> None:
    while not stop.is_set():
        name = f"load {len(written)}"
        somebody(container, name, _person(len(written))).until_waiting()
        written.append(name)


def _person(number: int) -> Details:
    """Somebody with a valid document number of their own: the last digit checks the 17 before it (GB 11643)."""
    digits = f"42011520060315{2 * number + 2:03}"
    weighed = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits))
    document = digits + "10X98765432"[weighed % 11]
    return replace(WENJING, document_number=document, document_typed=document)


def _read(browser: Browser, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            assert browser.ask("GET", "/")[0] == 200
        except BROKEN:
            stop.wait(0.05)


def _until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not there():
        assert time.monotonic() < deadline, "the load does not get on"
        time.sleep(0.05)


def _ncre(environment: dict[str, str], code: int, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ncre", "--lang", "en", *command],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, (command, done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr, (command, done.stderr)
    return done.stdout


def _assert_equal(environment: dict[str, str], made: Manifest) -> None:
    lines = [line.split() for line in _ncre(environment, 0, "database", "digests").splitlines()]
    assert {name: f"{rows}:{digest}" for name, rows, digest in lines} == made.database.tables


def _assert_serves(environment: dict[str, str], password: str) -> None:
    port = free_port()
    with serving(environment, port):
        browser = Browser(port)
        assert browser.ask("GET", "/readyz")[0] == 200
        form = {**browser.hidden("/sign-in"), "name": "shenhe", "password": password}
        assert browser.ask("POST", "/sign-in", form)[0] == 303


if __name__ == "__main__":
    main(sys.argv[1:])
