"""A damaged database is never called right: what cannot be read is named, and the check goes on past it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Table, inspect, make_url, text

from ncre.bootstrap import House
from ncre.domain.lifecycle import Status
from ncre.events.schema import claims, counters, serials
from ncre.projections import all_projections
from ncre.projections.checking import examine
from ncre.projections.completeness import missing
from ncre.projections.findings import Checked
from ncre.projections.slices import ALL, slices
from ncre.projections.upkeep import rebuild
from tests import people
from tests.application.ground import Walker, everything, open_exam, revise
from tests.databases import named
from tests.houses import house_on
from tests.people import Clock
from tests.projections.test_upkeep import live

DERIVED = (*(projection.table for projection in all_projections().all), claims, counters, serials)


@pytest.fixture
def house(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[House]:
    house = house_on(database_url, tmp_path / "data", clock)
    open_exam(house)
    live(house, clock)
    yield house
    house.close()


def examined(house: House, size: int = 5000) -> Checked:
    return examine(house.database, house.application.store, house.application.listeners, size)


@pytest.mark.parametrize("size", [1, 3, 5000])
def test_what_is_right_is_right_however_it_is_sliced(house: House, size: int) -> None:
    found = examined(house, size)
    assert found.sound
    assert found.facts == house.application.store.newest()
    assert "facts" in found.trusted


def test_slices_hold_every_id_once() -> None:
    cut = list(slices(1000, 7))
    assert cut[0].first.int == 0
    assert cut[-1].last.int == ALL - 1
    assert all(a.last.int + 1 == b.first.int for a, b in zip(cut, cut[1:], strict=False))


@pytest.mark.parametrize("table", DERIVED, ids=lambda table: table.name)
def test_a_dropped_table_that_follows_from_facts_is_named_and_made_from_nothing(
    house: House, table: Table
) -> None:
    before = everything(house, *DERIVED)
    with house.database.transaction() as connection:
        connection.execute(text(f"DROP TABLE {table.name}"))
    found = examined(house)
    assert not found.sound
    assert [(one.table, one.what, one.derived) for one in found.gone] == [(table.name, "the table", True)]
    assert table.name not in found.trusted
    rebuild(house.database, house.application.store, house.application.listeners)
    assert examined(house).sound
    assert everything(house, *DERIVED) == before
    with house.database.reading() as connection:
        there = {index["name"] for index in inspect(connection).get_indexes(table.name)}
    assert {index.name for index in table.indexes} <= there
    assert Walker(house).submitted(subjects=("66",)).status is Status.SUBMITTED


def test_every_row_table_lost_at_once_is_made_from_nothing(house: House) -> None:
    before = everything(house, *DERIVED)
    with house.database.transaction() as connection:
        for table in DERIVED:
            connection.execute(text(f"DROP TABLE {table.name}"))
    assert len(examined(house).gone) == len(DERIVED)
    rebuild(house.database, house.application.store, house.application.listeners)
    assert everything(house, *DERIVED) == before


def test_a_lost_column_or_index_is_named_and_made_anew(house: House) -> None:
    with house.database.transaction() as connection:
        connection.execute(text("DROP INDEX registrations_by_number"))
        connection.execute(text("ALTER TABLE refunds DROP COLUMN reason"))
    assert {(one.table, one.what) for one in examined(house).gone} == {
        ("registrations", "index registrations_by_number"),
        ("refunds", "column reason"),
    }
    rebuild(house.database, house.application.store, house.application.listeners)
    assert examined(house).sound


def test_a_table_that_does_not_follow_from_facts_is_named_as_such(house: House) -> None:
    with house.database.transaction() as connection:
        connection.execute(text("DROP TABLE sessions"))
    (gone,) = examined(house).gone
    assert (gone.table, gone.derived) == ("sessions", False)


def test_a_guard_of_the_facts_that_was_dropped_is_named(house: House) -> None:
    name = "facts_never_deleted" if house.database.dialect == "sqlite" else "facts_append_only"
    on = "" if house.database.dialect == "sqlite" else " ON facts"
    with house.database.transaction() as connection:
        connection.execute(text(f"DROP TRIGGER {name}{on}"))
    (gone,) = examined(house).gone
    assert (gone.table, gone.what) == ("facts", f"trigger {name}")


def test_lost_numbers_are_not_drawn_again(house: House) -> None:
    before = {row["number"] for row in everything(house, DERIVED[3])["registrations"]}
    with house.database.transaction() as connection:
        connection.execute(text("DELETE FROM serials"))
    assert {one.table for one in examined(house).differences} == {"serials"}
    rebuild(house.database, house.application.store, house.application.listeners)
    walker = Walker(house)
    walker.submitted(subjects=("66",))
    assert walker.row["number"] not in before


def _without_guards(house: House) -> None:
    """As somebody with the rights of the owner would do before falsifying facts."""
    with house.database.transaction() as connection:
        if house.database.dialect == "sqlite":
            connection.execute(text("DROP TRIGGER facts_never_updated"))
            connection.execute(text("DROP TRIGGER facts_never_deleted"))
        else:
            connection.execute(text("DROP TRIGGER facts_append_only ON facts"))


def test_a_fact_that_cannot_be_understood_is_named_and_the_others_are_compared(house: House) -> None:
    _without_guards(house)
    walker = Walker(house)
    walker.submitted(subjects=("66",))
    stream = walker.id.hex if house.database.dialect == "sqlite" else str(walker.id)
    with house.database.transaction() as connection:
        connection.execute(
            text("UPDATE facts SET state = :rubbish WHERE stream = :stream AND version = 2"),
            {"rubbish": b"{rubbish", "stream": stream},
        )
        connection.execute(text("UPDATE registrations SET status = 'lapsed' WHERE status = 'rejected'"))
    found = examined(house)
    (damage,) = found.damages
    assert damage.table == "facts"
    assert str(walker.id) in damage.what
    assert [(one.table, one.column) for one in found.differences] == [("registrations", "status")]
    assert "facts" not in found.trusted


def test_a_fact_that_is_missing_amid_its_stream_is_named(house: House) -> None:
    _without_guards(house)
    walker = Walker(house)
    walker.submitted(subjects=("66",))
    stream = walker.id.hex if house.database.dialect == "sqlite" else str(walker.id)
    with house.database.transaction() as connection:
        connection.execute(text("DELETE FROM facts WHERE stream = :s AND version = 2"), {"s": stream})
    (damage,) = examined(house).damages
    assert damage.what == f"stream {walker.id}: version 2 is missing"


@pytest.fixture
def file(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture
def much(sqlite_url: str, tmp_path: Path, clock: Clock) -> House:
    """A house on SQLite with enough facts for many pages; closed, its log of writes taken in."""
    house = house_on(sqlite_url, tmp_path / "data", clock)
    open_exam(house)
    revise(house, people.SITE, quotas={"66": 1000}, quota=1000)
    for _ in range(60):
        Walker(house).submitted(subjects=("66",))
    house.close()
    return house


def pages_of(file: Path, name: str, kind: str = "leaf") -> list[int]:
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        asked = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY pageno"
        return [page for (page,) in connection.execute(asked, (name, kind))]


def overwrite(file: Path, page: int, rubbish: bytes = b"\xff\x00rubbish" * 400) -> None:
    with file.open("r+b") as out:
        out.seek((page - 1) * 4096)
        out.write(rubbish[:4000])


def _has_dbstat() -> bool:
    with sqlite3.connect(":memory:") as connection:
        try:
            connection.execute("SELECT * FROM dbstat")
        except sqlite3.OperationalError:
            return False
    return True


needs_dbstat = pytest.mark.skipif(not _has_dbstat(), reason="this SQLite cannot say where its pages are")


@needs_dbstat
@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("facts", "facts"),
        ("sqlite_autoindex_facts_1", "facts"),
        ("timeline", "timeline"),
        ("registrations", "registrations"),
        ("registrations_by_number", "registrations"),
        ("claims", "claims"),
        ("person_keys", "person_keys"),
    ],
)
def test_a_damaged_page_of_sqlite_is_found_whatever_it_belongs_to(
    much: House, file: Path, name: str, table: str
) -> None:
    pages = pages_of(file, name)
    assert pages
    overwrite(file, pages[len(pages) // 2])
    found = examined(much)
    assert not found.sound
    assert table in found.suspect
    assert table not in found.trusted
    assert "sites" in found.trusted
    assert found.facts > 50, "the check went on past it"
    much.close()


@needs_dbstat
def test_bits_turned_at_random_anywhere_are_found_or_do_no_harm(much: House, file: Path) -> None:
    """Whatever byte goes wrong in a page of facts: the check fails, or every fact still says what it said."""
    from random import Random

    pages_of(file, "facts")
    whole, chance = file.read_bytes(), Random(7)
    before = examined(much)
    assert before.sound
    said = [fact for _, fact in much.application.store.log(0, 10_000)]
    much.close()
    pages = pages_of(file, "facts")
    for _ in range(12):
        place = (chance.choice(pages) - 1) * 4096 + chance.randrange(4096)
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        if examined(much).sound:
            assert [fact for _, fact in much.application.store.log(0, 10_000)] == said
        much.close()


def test_a_damaged_page_of_postgresql_is_found(
    postgres_server: str, postgres_url: str, tmp_path: Path, clock: Clock
) -> None:
    house = house_on(postgres_url, tmp_path / "data", clock)
    open_exam(house)
    live(house, clock)
    house.close()
    copy = f"damaged_{uuid4().hex[:8]}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(
            f"CREATE DATABASE {copy} TEMPLATE {make_url(postgres_url).database} STRATEGY FILE_COPY".encode()
        )
    url = named(postgres_server, copy)
    with psycopg.connect(url, autocommit=True) as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        (path,) = connection.execute("SELECT pg_relation_filepath('timeline')").fetchone() or ("",)
    with (Path(folder) / path).open("r+b") as out:
        out.write(b"\xff\x00rubbish" * 100)
    house = house_on(url, tmp_path / "data", clock)
    found = examined(house)
    assert not found.sound
    assert "timeline" in found.suspect
    assert "facts" in found.trusted
    assert found.facts > 0
    house.close()
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(f"DROP DATABASE {copy} WITH (FORCE)".encode())


def test_all_that_is_declared_is_there_after_migrating(house: House) -> None:
    with house.database.reading() as connection:
        assert missing(connection, house.application.listeners) == []
