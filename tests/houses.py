"""Houses on either database, for tests of what happens between commands, and between processes."""

from __future__ import annotations

from pathlib import Path

from ncre.bootstrap import House, build
from ncre.config import Settings
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from tests.people import OFFICE, SECRET, TODAY, Clock
from tests.till import Till


def development(folder: Path, **more: str) -> dict[str, str]:
    """The least of an environment for a process over `folder` that is not production."""
    return {
        "NCRE_DATA": str(folder),
        "NCRE_SECRET": SECRET.hex(),
        "NCRE_PRODUCTION": "0",
        **more,
    }


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
    )


def house_on(url: str, folder: Path, clock: Clock | None = None) -> House:
    """A house over a migrated database; the round may be there already or not. Photos are made up: none is looked for."""
    clock = clock or Clock()
    house = build(settings_on(url, folder), clock, {"till": Till(clock)})
    house.application.photos = None
    return house


def open_round(house: House, **changes: object) -> None:
    """Load the bundled round, with parts of every site's plan changed (quota, offers ...)."""
    from dataclasses import replace

    loaded = load_round(bundled(), TODAY)
    if changes:
        loaded = replace(loaded, sites=tuple(replace(site, **changes) for site in loaded.sites))  # type: ignore[arg-type]
    house.office.load(loaded, OFFICE)
