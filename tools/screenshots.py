"""Takes the README's five pictures: a house of its own, walked by people in a real browser.

make screenshots
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from threading import Thread

import pypdfium2
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from ncre.bootstrap import House, build
from ncre.config import Settings
from ncre.domain.commands import Confirm
from ncre.domain.lifecycle import Role
from ncre.passport.accounts import Account
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.web.site import create_site
from tests.browser.visit import CandidateAtPhone, Person, desk, launch, phone
from tests.people import (
    OFFICE,
    ROUND,
    SECRET,
    SITE,
    TODAY,
    Candidate,
    Clock,
    approved,
    rejected,
)
from tests.till import Till

PICTURES = Path(__file__).parents[1] / "docs" / "screenshots"
PEOPLE = (
    ("wenjing", Role.CANDIDATE),
    ("shenhe", Role.REVIEWER),
    ("kaowu", Role.OFFICE),
    ("shenji", Role.AUDITOR),
)
PASSWORD = "a password for the pictures"


@contextmanager
def opened(folder: Path, clock: Clock) -> Iterator[tuple[House, str]]:
    """A house with the bundled round and everybody's accounts, and the address of its pages."""
    settings = Settings(
        data=folder,
        database_url=f"sqlite:///{folder / 'ncre.sqlite'}",
        secret=SECRET,
        photo_workers=0,
        captcha="never",
        staff_factor="optional",
        production=False,
    )
    house = build(settings, clock, {"till": Till(clock)})
    house.database.migrate()
    house.office.load(load_round(bundled(), TODAY), OFFICE)
    for name, role in PEOPLE:
        house.accounts.add(name, PASSWORD, role, frozenset({SITE}))
    server = make_server("127.0.0.1", 0, create_site(house), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield house, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    house.close()


def take(browser: Browser, house: House, address: str, clock: Clock) -> None:
    wenjing = Candidate(house, _account(house, "wenjing"))
    shenhe, kaowu = _account(house, "shenhe").actor, _account(house, "kaowu").actor
    wenjing.until_waiting()
    clock.advance(minutes=40)
    rejected(house, wenjing, ("P05",), by=shenhe)
    clock.advance(minutes=20)
    wenjing.requests_review()
    clock.advance(minutes=90)
    reviewer = Person(desk(browser), address)
    reviewer.signs_in("shenhe", PASSWORD)
    reviewer.opens(wenjing.id)
    _picture(reviewer, "reviewer", 1280, 900)
    approved(house, wenjing, by=shenhe)
    clock.advance(minutes=10)
    candidate = CandidateAtPhone(phone(browser), address)
    candidate.signs_in("wenjing", PASSWORD)
    candidate.goes(f"/registrations/{wenjing.id}")
    _picture(candidate, "candidate", 360, 1000)
    wenjing.pays()
    house.application.handle(Confirm(registration=wenjing.id, actor=shenhe))
    house.office.seat(ROUND, SITE, kaowu)
    auditor = Person(desk(browser), address)
    auditor.signs_in("shenji", PASSWORD)
    auditor.goes(f"/audit/{wenjing.id}?at=v8")
    _picture(auditor, "auditor", 1280, 900)
    _paper(house.papers.ticket(wenjing.id).pdf, "ticket")
    _paper(house.papers.form(wenjing.id).pdf, "form")


def _account(house: House, name: str) -> Account:
    account = house.accounts.named(name)
    assert account is not None, "the account was just made"
    return account


def _picture(person: Person, name: str, width: int, height: int) -> None:
    person.page.set_viewport_size({"width": width, "height": height})
    person.page.screenshot(path=PICTURES / f"{name}.png", scale="css")


def _paper(pdf: bytes, name: str) -> None:
    """The first page, as PDFium draws it."""
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=90 / 72).to_pil()
    page.convert("RGB").save(PICTURES / f"{name}.png", optimize=True)


def main() -> None:
    chromium = which("chromium")
    if chromium is None:
        raise SystemExit("the pictures need chromium (Debian: apt-get install chromium)")
    PICTURES.mkdir(parents=True, exist_ok=True)
    clock = Clock()
    with (
        TemporaryDirectory() as folder,
        opened(Path(folder), clock) as (house, address),
        sync_playwright() as p,
    ):
        take(launch(p, chromium), house, address, clock)


if __name__ == "__main__":
    main()
