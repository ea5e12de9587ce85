"""Failures of strangers as a lock: once 2 000 of them anywhere delayed everybody, and 41 in a block all of the block."""

from __future__ import annotations

from datetime import UTC, datetime

from ncre.config import read_settings
from ncre.identity.sign_in_delays import SignInDelays
from ncre.store.database import Database
from tests.attacks.target import Target

EVERYWHERE, HERE = 2_500, 200
PLACE = "127.0.0.0/24"


def findings(target: Target) -> list[str]:
    _fail(target)
    found = []
    for name in ("kaosheng", "shenhe", "kaowu"):
        browser = target.browser()
        form = {**browser.hidden("/sign-in"), "name": name, "password": target.passwords[name]}
        status, _, _ = browser.ask("POST", "/sign-in", form)
        if status != 303:
            found.append(f"{name} was kept out with the right password: {status}")
    return found


def _fail(target: Target) -> None:
    """What strangers' failures leave behind, without waiting for as many hashes."""
    database = Database(read_settings(target.environment).database_url)
    throttle = SignInDelays(database, lambda: datetime.now(UTC))
    with database.transaction() as connection:
        for number in range(EVERYWHERE):
            throttle.failed_within(
                connection, f"name:stranger-{number}", f"10.{number // 250}.{number % 250}.0/24"
            )
        for number in range(HERE):
            throttle.failed_within(connection, f"name:neighbour-{number}", PLACE)
    database.close()
