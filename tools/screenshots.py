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

from ncre.bootstrap import Container, build_container
from ncre.config import Settings
from ncre.domain.registration.commands import Confirm
from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.exam.revision_commands import Revise
from ncre.web.site import create_site
from tests.browser.visit import CandidateAtPhone, Person, desk, launch, phone
from tests.support.fake_channel import FakeChannel
from tests.support.people import (
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

PICTURES = Path(__file__).parents[1] / "docs" / "screenshots"
PEOPLE = (
    ("wenjing", Role.CANDIDATE),
    ("shenhe", Role.REVIEWER),
    ("kaowu", Role.OFFICE),
    ("shenji", Role.AUDITOR),
)
PASSWORD = "a password for the pictures"


@contextmanager
def opened(folder: Path, clock: Clock) -> Iterator[tuple[Container, str]]:
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
    container = build_container(settings, clock, {"till": FakeChannel(clock)})
    container.database.migrate()
    container.revisions.revise(Revise(actor=OFFICE, wanted=load_round(bundled(), TODAY), why="开考"))
    for name, role in PEOPLE:
        container.accounts.add(name, PASSWORD, role, frozenset({SITE}))
    server = make_server("127.0.0.1", 0, create_site(container), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield container, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    container.close()


def take(browser: Browser, container: Container, address: str, clock: Clock) -> None:
    wenjing = Candidate(container, _account(container, "wenjing"))
    shenhe, kaowu = _account(container, "shenhe").actor, _account(container, "kaowu").actor
    wenjing.until_waiting()
    clock.advance(minutes=40)
    rejected(container, wenjing, ("P05",), by=shenhe)
    clock.advance(minutes=20)
    wenjing.requests_review()
    clock.advance(minutes=90)
    reviewer = Person(desk(browser), address)
    reviewer.signs_in("shenhe", PASSWORD)
    reviewer.opens(wenjing.id)
    _picture(reviewer, "reviewer", 1280, 900)
    approved(container, wenjing, by=shenhe)
    clock.advance(minutes=10)
    candidate = CandidateAtPhone(phone(browser), address)
    candidate.signs_in("wenjing", PASSWORD)
    candidate.goes(f"/registrations/{wenjing.id}")
    _picture(candidate, "candidate", 360, 1000)
    wenjing.pays()
    container.command_handler.handle(Confirm(registration=wenjing.id, actor=shenhe))
    container.seating.seat(ROUND, SITE, kaowu)
    auditor = Person(desk(browser), address)
    auditor.signs_in("shenji", PASSWORD)
    auditor.goes(f"/audit/{wenjing.id}?at=v8")
    _picture(auditor, "auditor", 1280, 900)
    _paper(container.documents.ticket(wenjing.id).pdf, "ticket")
    _paper(container.documents.form(wenjing.id).pdf, "form")


def _account(container: Container, name: str) -> Account:
    account = container.accounts.named(name)
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
        opened(Path(folder), clock) as (container, address),
        sync_playwright() as p,
    ):
        take(launch(p, chromium), container, address, clock)


if __name__ == "__main__":
    main()
