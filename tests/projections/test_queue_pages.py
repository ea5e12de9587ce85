"""Pages of the queue are what looking at every waiting case gives, for any filter, order and size of page."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import Connection, insert

from ncre.bootstrap import Container
from ncre.domain.registration.commands import EVERY_SITE
from ncre.projections.registration import queue_pages
from ncre.projections.registration.photo_files import photo_files
from ncre.projections.registration.queue_pages import Claimed, PageStart, QueueFilter, QueueOrder
from ncre.projections.registration.registrations import RegistrationProjection, registrations
from ncre.projections.registration.review_index import ReviewIndex, codes, review_index, traits_of
from ncre.projections.summaries import SumChanges
from tests.support.containers import container_on
from tests.support.people import NOW, WAITING, recorded
from tests.support.plans import listened, walked

pytest_plugins = ["tests.support.databases"]

SITES = ("420019", "429901", "429902")
INDEX = ReviewIndex()


@pytest.fixture
def lived(database_url: str, tmp_path: Path) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data")
    yield container
    container.close()


def cases(connection: Connection, count: int) -> list[dict[str, Any]]:
    """Waiting cases of every kind, and as many that wait no more, with the index as commands would keep it."""
    dice, sums, made = random.Random(1), SumChanges(), []
    row: Any = None
    for fact in recorded(WAITING):
        row = RegistrationProjection().step(fact, row)
    for number in range(2 * count):
        case = uuid5(UUID(int=2), str(number))
        verdict = dice.choice(("accept", "accept", "warn", "reject"))
        one = {
            **row,
            "id": case,
            "account": case,
            "number": f"78{SITES[0]}{(number * 7919) % (2 * count):06}",
            "site": dice.choice(SITES),
            "lines": [
                {"subject": code, "fee": 1} for code in dice.sample(("24", "66", "67"), dice.randint(1, 2))
            ],
            "photo": {**row["photo"], "verdict": verdict, "appealed": verdict == "reject"},
            "rejections": dice.choice((0, 0, 1)),
            "requested_at": NOW - timedelta(minutes=dice.randint(0, 300)),
            "status": "pending-review" if number % 2 else "approved",
        }
        made.append(one)
        sums.note(INDEX, None, one)
    connection.execute(insert(registrations), made)
    files = [
        {"registration": one["id"], "version": 4, "person": one["id"], "uploaded": "ab"[place % 2] * 3 if place % 9 == 0 else one["id"].hex, "sent_at": NOW}
        for place, one in enumerate(made)
    ]  # fmt: skip
    connection.execute(insert(photo_files), files)
    sums.write(connection)
    return made


def doubtful(made: list[dict[str, Any]]) -> set[UUID]:
    return {one["id"] for place, one in enumerate(made) if place % 9 == 0}


def fits(one: dict[str, Any], wanted: QueueFilter, twice: set[UUID]) -> bool:
    subjects = {line["subject"] for line in one["lines"]}
    return all((
        one["status"] == "pending-review",
        wanted.sites == EVERY_SITE or one["site"] in wanted.sites,
        wanted.subject in ("", *subjects),
        wanted.verdict in ("", one["photo"]["verdict"]),
        wanted.appealed in (None, one["photo"]["appealed"]),
        wanted.rejected in (None, one["rejections"] > 0),
        wanted.since is None or one["requested_at"] <= wanted.since,
        not wanted.duplicates or one["id"] in twice,
        wanted.claimed is not Claimed.FREE or one["id"] not in wanted.claims,
        wanted.claimed not in (Claimed.MINE, Claimed.OTHERS) or one["id"] in wanted.claims,
    ))  # fmt: skip


def in_order(found: list[dict[str, Any]], order: QueueOrder) -> list[UUID]:
    if order is QueueOrder.NUMBER:
        return [one["id"] for one in sorted(found, key=lambda one: one["number"])]
    by_time = sorted(found, key=lambda one: (one["requested_at"], one["id"].hex))
    return [one["id"] for one in (by_time[::-1] if order is QueueOrder.NEWEST else by_time)]


def some_filter(dice: random.Random, made: list[dict[str, Any]]) -> QueueFilter:
    claimed = dice.choice(list(Claimed))
    return QueueFilter(
        "78",
        dice.choice((EVERY_SITE, frozenset(SITES[:1]), frozenset(SITES[1:]))),
        dice.choice(("", "", "24", "66", "99")),
        dice.choice(("", "", "accept", "warn", "reject")),
        dice.choice((None, None, True, False)),
        dice.choice((None, None, True, False)),
        dice.choice((None, NOW - timedelta(minutes=120))),
        dice.choice((False, False, True)),
        claimed,
        frozenset(one["id"] for one in dice.sample(made, 30)) if claimed is not Claimed.ANY else frozenset(),
        dice.choice(list(QueueOrder)),
    )


def test_every_filter_gives_what_looking_at_all_gives(
    lived: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_pages, "PORTION", 20)
    monkeypatch.setattr(queue_pages, "FARTHEST", 40)
    dice = random.Random(20270327)
    with lived.database.transaction() as connection:
        made = cases(connection, 150)
        twice = doubtful(made)
        for _ in range(120):
            wanted = some_filter(dice, made)
            expected = in_order([one for one in made if fits(one, wanted, twice)], wanted.order)
            got, after = list[UUID](), None
            for _page in range(200):
                found = queue_pages.page(connection, wanted, after, 7)
                assert len(found.rows) <= 7
                got += [row["id"] for row in found.rows]
                after = found.next
                if after is None:
                    break
            assert got == expected, wanted


def test_a_case_that_is_decided_leaves_no_row(lived: Container) -> None:
    with lived.database.transaction() as connection:
        made = [one for one in cases(connection, 20) if one["status"] == "pending-review"]
        sums = SumChanges()
        for one in made:
            sums.note(INDEX, one, {**one, "status": "approved"})
        sums.write(connection)
        assert connection.execute(review_index.select()).first() is None


def test_the_index_is_read_by_ranges_and_not_walked(lived: Container) -> None:
    dice = random.Random(3)
    with lived.database.transaction() as connection:
        made = cases(connection, 60)
    with listened() as heard, lived.database.reading() as connection:
        for _ in range(60):
            wanted = some_filter(dice, made)
            after = queue_pages.page(connection, wanted, None, 5).next
            queue_pages.page(connection, wanted, after or PageStart(NOW, made[0]["id"], made[0]["number"]), 5)
    assert heard
    assert {
        text: tables for text, tables in walked(lived.database, heard).items() if tables - {queue_pages.PART}
    } == {}


def test_traits_have_codes_of_their_own() -> None:
    assert codes() == list(range(12))
    assert codes("warn", appealed=True) == [6, 7]
    photo = {"verdict": "unheard of", "appealed": False}
    assert traits_of({"photo": photo, "rejections": 0}).code == 0
