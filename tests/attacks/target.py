"""What an attack is let loose on: a web process over a demo's data, which this module starts and ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ncre.bootstrap import build_container
from ncre.cli.processes.demonstration import prepare
from ncre.config import read_settings
from tests.support.containers import installed
from tests.support.ports import free_port
from tests.support.served import Browser, serving

ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True)
class Target:
    """A served installation: its port on loopback, its data folder, its environment, and the demo's sign-ins."""

    port: int
    data: Path
    environment: dict[str, str]
    passwords: dict[str, str]

    @property
    def outbox(self) -> Path:
        """Where the letters lie that the service would have mailed."""
        return self.data / "outbox"

    @property
    def log(self) -> str:
        """What the server wrote to its log by now."""
        return (self.data / "served.log").read_text(encoding="utf-8", errors="replace")

    def browser(self) -> Browser:
        """Somebody new, without a cookie."""
        return Browser(self.port)

    def signed_in(self, name: str) -> Browser:
        """One of the demo's people: kaosheng, shenhe, shenhe2, guanli, shenji, kaowu."""
        browser = self.browser()
        form = {**browser.hidden("/sign-in"), "name": name, "password": self.passwords[name]}
        status, _, _ = browser.ask("POST", "/sign-in", form)
        assert status == 303, (name, status)
        return browser


@contextmanager
def started(data: Path, **changes: str) -> Iterator[Target]:
    """The service over a demo's data in `data`, without captcha and second factor; `changes` are settings."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("NCRE_")},
        "NCRE_DATA": str(data),
        "NCRE_DEMO": "1",
        "NCRE_CAPTCHA": "never",
        "NCRE_SECURE_COOKIES": "0",
        "NCRE_STAFF_FACTOR": "optional",
        "PYTHONPATH": str(ROOT / "src"),
        **changes,
    }
    installed(environment)
    container = build_container(read_settings(environment))
    prepare(container)
    container.close()
    lines = (data / "sign-ins.txt").read_text().splitlines()
    port = free_port()
    with serving(environment, port, data / "served.log"):
        yield Target(port, data, environment, dict(line.split() for line in lines))
