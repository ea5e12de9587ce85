"""Houses on either database, for tests of what happens between commands, and between processes."""

from __future__ import annotations

from pathlib import Path

from ncre.bootstrap import Container, build_container
from ncre.cli.processes.installing import new_installation
from ncre.config import Settings
from ncre.config.settings import LedgerTerms
from ncre.ledger.signing import NoteSigner
from ncre.ledger.verifier import WITNESS_KEY
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.exam.revision_commands import Revise
from ncre.store.database import Database
from ncre.store.master_keys.checks import KeyChecks
from ncre.store.master_keys.keyring import Keyring
from tests.support.fake_channel import FakeChannel
from tests.support.people import OFFICE, SECRET, TODAY, Clock

WITNESS = NoteSigner.of("witness.example", bytes(reversed(range(32))), WITNESS_KEY)
"""A witness that every house of the tests knows."""


def development(folder: Path, **more: str) -> dict[str, str]:
    """The least of an environment for a process over `folder` that is not production."""
    return {
        "NCRE_DATA": str(folder),
        "NCRE_SECRET": SECRET.hex(),
        "NCRE_PRODUCTION": "0",
        **more,
    }


def installed(environment: dict[str, str]) -> None:
    """What `ncre migrate` leaves behind, without a process for it: tables, secret, and what tells another secret."""
    settings = new_installation(environment)
    database = Database(settings.database_url)
    KeyChecks(database, Keyring(settings.secret, settings.master_keys).keys()).migrate()
    database.close()


def settings_on(url: str, folder: Path) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    return Settings(
        data=folder,
        database_url=url,
        secret=SECRET,
        photo_workers=0,
        captcha="never",
        staff_factor="optional",
        production=False,
        ledger=LedgerTerms(bytes(range(32)), witnesses=(WITNESS.verifier,)),
    )


def container_on(url: str, folder: Path, clock: Clock | None = None) -> Container:
    """A house over a migrated database; the round may be there already or not. Photos are made up: none is looked for."""
    clock = clock or Clock()
    container = build_container(settings_on(url, folder), clock, {"till": FakeChannel(clock)})
    container.command_handler.photos = None
    return container


def open_round(container: Container, **changes: object) -> None:
    """Load the bundled round, with parts of every site's plan changed (quota, offers ...)."""
    from dataclasses import replace

    loaded = load_round(bundled(), TODAY)
    if changes:
        loaded = replace(loaded, sites=tuple(replace(site, **changes) for site in loaded.sites))  # type: ignore[arg-type]
    container.revisions.revise(Revise(actor=OFFICE, wanted=loaded, why="开考"))
