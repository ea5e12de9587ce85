"""What staff's pages cost among a million registrations at 400 sites: milliseconds of CPU of a whole page.

    python -m bench.office_pages [--database postgresql] [--people 1000000] [--keep FOLDER]

Each page is opened by a client in this process, warm. On SQLite the database is part of it; on PostgreSQL its processes are counted
too. Filling takes some minutes and some gigabytes; `--keep` leaves a SQLite database and goes on with it the next time.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select

from bench.ground import postgresql
from bench.grown_site import fill
from bench.mixed_people import details_of, histories
from bench.multiplied import Copies, tables_of_lives
from bench.statistics import planned
from bench.visit import spent_by
from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role, Status
from ncre.operational import letters
from ncre.projections.audit.timeline import timeline
from ncre.projections.registration.registrations import registrations
from ncre.store.keys import Keys
from ncre.store.schema import claims, facts, person_keys
from ncre.web.site import create_site
from ncre.web.staff.queue_filter import EPOCH
from tests.support.containers import container_on
from tests.support.people import NOW, ROUND, SECRET, Clock
from tests.web.staff_members import PASSWORD, Visitor, hidden

PEOPLE, FIRST, SITES, SEATS = 1_000_000, 10_000, 400, 3_000
WARMING, TIMES = 2, 8
AIM: Final = 50

QUEUES: Final = {
    "first page": "", "newest first": "order=newest", "by number": "order=number", "a subject": "subject=66",
    "photo refused, appealed": "verdict=reject&appealed=yes", "photo with a remark": "verdict=warn",
    "rejected before": "rejected=yes", "never rejected, by number": "rejected=no&order=number",
    "waited a day": "waited=24", "waited a week, newest first": "waited=168&order=newest", "same photo": "duplicates=yes",
    "free": "claimed=free", "mine": "claimed=mine", "claimed by others": "claimed=others",
    "everything at once": "subject=66&verdict=warn&rejected=no&waited=6&claimed=free&order=number",
}  # fmt: skip
OFFICE: Final = (
    "/office", "/office/statistics", "/office/statistics?site=420001", "/office/duplicates", "/office/bans",
    "/office/exports", "/office/money", "/office/letters", "/office/rounds", "/office/second-looks",
    "/office/erasures", "/office/accounts", "/office/rounds/78/called-off", "/office/rounds/78/called-off/420001",
    "/staff/halls", "/staff/desk",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """Milliseconds of CPU: of this process, and of PostgreSQL."""

    name: str
    web: float
    database: float

    @property
    def cpu(self) -> float:
        """Both together."""
        return self.web + self.database


def measure(
    url: str, folder: Path, people: int = PEOPLE, postmaster: int | None = None, only: str = ""
) -> Iterator[Page]:
    """Fill a database, migrated and empty, or take one that was filled before, and open every page."""
    with closing(container_on(url, folder, Clock(NOW))) as container:
        container.settings.photos.mkdir(exist_ok=True)
        codes = filled(container, people)
        site = create_site(container)
        visitors = {
            "office": _visitor(container, site, "kaowu", Role.OFFICE, []),
            "every site": _visitor(container, site, "quansheng", Role.REVIEWER, codes),
            "one site": _visitor(container, site, "shenhe", Role.REVIEWER, codes[:1]),
        }
        for name, act in _acts(container, visitors):
            if only in name:
                yield _measured(name, act, postmaster)


def filled(container: Container, people: int) -> list[str]:
    """The codes of the sites; the people are there afterwards."""
    if container.queries.exams.current() is not None:
        return [site.code for site in container.queries.exams.sites(ROUND)]
    codes, subjects = planned(container, SITES, SEATS)
    handler = container.command_handler
    made = histories(Keys.derived_from(SECRET).pepper, codes, subjects)
    fill(handler, min(people, FIRST), histories=made)
    _letters(container)
    if people > FIRST:
        tables = {claims, letters.letters, *tables_of_lives(handler)} - {facts, person_keys, timeline}
        copies = Copies(container.database, tables, handler.listeners.summaries)
        copies.grow(people // FIRST)
        copies.forget()
    return codes


def _letters(container: Container) -> None:
    """Two letters to everybody who was approved."""
    held = registrations.c
    with container.database.transaction() as connection:
        approved = select(held.id, held.account).where(held.approved_at.is_not(None))
        for case, account in connection.execute(approved).all():
            rows = [
                letters.planned(case, account, kind, "mail", "1", 1, NOW, NOW + timedelta(days=3))
                for kind in ("approved", "paid")
            ]
            connection.execute(
                insert(letters.letters), [{**row, "state": "sent", "ended_at": NOW} for row in rows]
            )


def _visitor(container: Container, site: object, name: str, role: Role, sites: list[str]) -> Visitor:
    known = container.accounts.named(name)
    account = known or container.accounts.add(name, PASSWORD, role, frozenset(sites))
    return Visitor(site, account)  # type: ignore[arg-type]


def _acts(container: Container, visitors: dict[str, Visitor]) -> Iterator[tuple[str, Callable[[], object]]]:
    office = visitors["office"]
    for path in OFFICE:
        yield f"{path}", partial(office.get, path)
    middle = _middle(container)
    for who in ("every site", "one site"):
        one = visitors[who]
        for name, asked in QUEUES.items():
            yield f"queue of {who}: {name}", partial(one.get, f"/staff/queue?{asked}")
        yield f"queue of {who}: deep", partial(one.get, f"/staff/queue?after={middle}")
        yield (
            f"queue of {who}: deep, by number",
            partial(one.get, f"/staff/queue?order=number&after={middle}"),
        )
        yield f"contact sheet of {who}", partial(one.get, "/staff/sheet")
        yield f"contact sheet of {who}: deep", partial(one.get, f"/staff/sheet?after={middle}")
        yield f"bulk runs of {who}", partial(one.get, "/staff/bulk")
        yield f"second looks of {who}", partial(one.get, "/staff/second-looks")
    some = details_of(4_001)
    words = {
        "number": "78420002000010", "name": some.name, "document": some.document_number, "phone": some.mobile,
        "mail": some.email, "nobody": "nobody@example.com",
    }  # fmt: skip
    for who in ("office", "one site"):
        one = visitors[who]
        for name, word in words.items():
            yield f"desk search of {who}: {name}", _search(one, word)
    yield "letters of a registration", lambda: office.get(f"/staff/letters/{UUID(middle.partition('-')[2])}")


def _search(one: Visitor, word: str) -> Callable[[], object]:
    form = hidden(one.get("/staff/desk"), "/staff/desk")
    return lambda: one.send("/staff/desk", {**form, "q": word})


def _middle(container: Container) -> str:
    """The address of a case in the middle of those that wait."""
    held = registrations.c
    asked = (
        select(held.requested_at, held.id)
        .where(held.status == Status.PENDING_REVIEW, held.requested_at <= NOW - timedelta(days=3))
        .order_by(held.requested_at.desc())
        .limit(1)
    )
    with container.database.reading() as connection:
        at, case = connection.execute(asked).one()
    return f"{(at - EPOCH) // timedelta(microseconds=1)}-{case.hex}"


def _measured(name: str, act: Callable[[], object], postmaster: int | None) -> Page:
    for _ in range(WARMING):
        act()
    spent, before = [], _database(postmaster)
    for _ in range(TIMES):
        begun = process_time()
        act()
        spent.append(1000 * (process_time() - begun))
    return Page(name, min(spent), (_database(postmaster) - before) / TIMES)


def _database(postmaster: int | None) -> float:
    return spent_by(os.getpid(), postmaster)[2] if postmaster else 0.0


def main() -> None:
    parser = ArgumentParser(description="What staff's pages cost among a million registrations.")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    args = parser.parse_args()
    with TemporaryDirectory(prefix="ncre-bench-", dir=args.keep and args.keep.parent) as name:
        folder, server = args.keep or Path(name), None
        url = f"sqlite:///{folder / 'ncre.sqlite'}"
        if args.database == "postgresql":
            server = postgresql(folder / "postgresql")
            server.psql("create database bench")
            url = server.get_uri("bench").replace("postgresql://", "postgresql+psycopg://", 1)
        folder.mkdir(exist_ok=True)
        with closing(container_on(url, folder / "data")) as container:
            container.migrate()
        for page in measure(
            url, folder / "data", args.people, server.get_pid() if server else None, args.only
        ):
            late = "  <-- over the aim" if page.cpu > AIM else ""
            print(f"{page.name:60} {page.cpu:7.1f} ms ({page.database:.1f} PostgreSQL){late}", flush=True)
        if server:
            server.cleanup()


if __name__ == "__main__":
    main()
