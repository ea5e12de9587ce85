"""What reviewers wait for: pages of the queue among a million registrations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import process_time
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, text

from bench.ground import NOW, ROUND
from ncre.domain.registration.commands import EVERY_SITE
from ncre.projections.registration import queue_pages
from ncre.projections.registration.queue_pages import Claimed, PageStart, QueueFilter, QueueOrder
from ncre.projections.registration.registrations import RegistrationProjection, registrations
from ncre.store.database import Database
from tests.support.people import WAITING, recorded

REGISTRATIONS: Final = 1_000_000
WAIT: Final = 200_000
"""Of the registrations so many wait for review, at `SITES` sites."""

SITES: Final = 40
PAGE: Final = 25
TIMES: Final = 5

FILTERS: Final = {
    "all": QueueFilter(ROUND, EVERY_SITE),
    "newest": QueueFilter(ROUND, EVERY_SITE, order=QueueOrder.NEWEST),
    "a site by number": QueueFilter(ROUND, frozenset({"420019"}), order=QueueOrder.NUMBER),
    "ten sites": QueueFilter(ROUND, frozenset(f"42{number:04}" for number in range(19, 29))),
    "subject": QueueFilter(ROUND, EVERY_SITE, subject="24"),
    "appealed": QueueFilter(ROUND, EVERY_SITE, verdict="reject", appealed=True, rejected=True),
    "waited": QueueFilter(ROUND, EVERY_SITE, since=NOW - timedelta(days=6)),
    "duplicates": QueueFilter(ROUND, EVERY_SITE, duplicates=True),
    "free": QueueFilter(
        ROUND, EVERY_SITE, claimed=Claimed.FREE, claims=frozenset(uuid4() for _ in range(500))
    ),
    "nothing fits": QueueFilter(ROUND, EVERY_SITE, subject="99"),
}
"""What is asked for; each is read at its beginning, and behind a place in the middle."""


@dataclass(frozen=True)
class Pages:
    """Milliseconds of CPU of this process by filter, the least of some tries; on SQLite the database is part of it."""

    waiting: int
    registrations: int
    cpu: dict[str, float]

    @property
    def slowest(self) -> tuple[str, float]:
        return max(self.cpu.items(), key=lambda one: one[1])


def pages(url: str, count: int = REGISTRATIONS, wait: int = WAIT) -> Pages:
    """Fill a SQLite database, migrated and empty, and read pages of its queue."""
    database = Database(url)
    with database.transaction() as connection:
        _fill(connection, count, wait)
        connection.execute(text("ANALYZE"))
    middle = PageStart(NOW - timedelta(days=3), UUID(int=2**127), f"{ROUND}420019{count // 2:06}")
    cpu = {}
    for name, wanted in FILTERS.items():
        for where, after in ((name, None), (f"{name}, further on", middle)):
            cpu[where] = _best(lambda wanted=wanted, after=after: _read(database, wanted, after))  # type: ignore[misc]
    database.close()
    return Pages(wait, count, cpu)


def _read(database: Database, wanted: QueueFilter, after: PageStart | None) -> None:
    with database.reading() as connection:
        queue_pages.page(connection, wanted, after, PAGE)


def _best(act: Callable[[], None]) -> float:
    """Milliseconds of CPU, of which the first try has compiled the statement already."""
    act()
    found = []
    for _ in range(TIMES):
        begun = process_time()
        act()
        found.append(1000 * (process_time() - begun))
    return min(found)


_NUMBERS: Final = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
"""


def _fill(connection: Connection, count: int, wait: int) -> None:
    """One registration as commands make it, copied in the database; then the index and the files of those that wait."""
    row = None
    for fact in recorded(WAITING):
        row = RegistrationProjection().step(fact, row)
    assert row is not None
    connection.execute(insert(registrations), {**row, "id": UUID(int=0), "round": "00"})
    every = (
        "lower(printf('%016x', abs(n * 2654435761) * 4294967291 & 9223372036854775807) || printf('%016x', n))"
    )
    changed = {
        "id": every,
        "account": every,
        "round": f"'{ROUND}'",
        "site": f"printf('42%04d', 19 + n % {SITES})",
        "number": f"printf('{ROUND}42%04d%06d', 19 + n % {SITES}, n)",
        "status": f"CASE WHEN n % {count // wait} = 0 THEN 'pending-review' ELSE 'paid' END",
        "requested_at": f"datetime('{NOW:%Y-%m-%d %H:%M:%S}', '-' || (n * 7919 % 604800) || ' seconds') || '.000000'",
        "rejections": "n % 7 = 0",
    }
    names = [column.name for column in registrations.columns]
    columns = ", ".join(changed.get(name, f"one.{name}") for name in names)
    connection.execute(
        text(f"{_NUMBERS} INSERT INTO registrations ({', '.join(names)}) SELECT {columns} "  # noqa: S608
             "FROM numbers, (SELECT * FROM registrations WHERE round = '00') AS one"), {"count": count},
    )  # fmt: skip
    for subject in ("''", "CASE WHEN rowid % 500 = 0 THEN '24' ELSE '66' END"):
        traits = "4 * (rowid % 3) + 2 * (rowid % 11 = 0) + (rejections > 0)"
        connection.execute(
            text("INSERT INTO review_index SELECT round, site, " + subject + ", " + traits + ", requested_at, id, "  # noqa: S608
                 "number, 1 FROM registrations WHERE status = 'pending-review' AND round != '00'")
        )  # fmt: skip
    connection.execute(
        text("INSERT INTO photo_files SELECT id, 4, id, CASE WHEN rowid % 5000 < 2 THEN 'same' || rowid / 5000 "
             "ELSE id END, requested_at FROM registrations WHERE status = 'pending-review'")
    )  # fmt: skip
