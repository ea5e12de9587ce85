"""A damaged database is never called right: what cannot be read is named, and the check goes on past it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Table, inspect, make_url, text

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Status
from ncre.projections import all_projections
from ncre.projections.base import Row
from ncre.projections.maintenance.checking import check_against_log
from ncre.projections.maintenance.completeness import missing
from ncre.projections.maintenance.findings import Checked
from ncre.projections.maintenance.rebuild import rebuild
from ncre.projections.maintenance.slices import ALL, slices
from ncre.store.schema import claims, counters, serials
from tests.handlers.ground import Walker, everything, open_exam, revise
from tests.projections.maintenance.test_rebuild import live
from tests.support import people
from tests.support.containers import container_on
from tests.support.databases import named
from tests.support.people import Clock

KNOWN = all_projections(b"tests")
DERIVED = (
    *(projection.table for projection in KNOWN.all),
    *(summary.table for summary in KNOWN.summaries),
    *(claims, counters, serials),
)


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data", clock)
    open_exam(container)
    live(container, clock)
    yield container
    container.close()


def remembered(container: Container) -> dict[str, list[Row]]:
    """Every derived row; a sum of nothing is like none."""
    found = everything(container, *DERIVED)
    for summary in KNOWN.summaries:
        rows = found[summary.table.name]
        found[summary.table.name] = [row for row in rows if any(row[name] for name in summary.sum_names)]
    return found


def examined(container: Container, size: int = 5000) -> Checked:
    return check_against_log(
        container.database, container.command_handler.store, container.command_handler.listeners, size
    )


@pytest.mark.parametrize("size", [1, 3, 5000])
def test_what_is_right_is_right_however_it_is_sliced(container: Container, size: int) -> None:
    found = examined(container, size)
    assert found.sound
    assert found.facts == container.command_handler.store.newest()
    assert "facts" in found.trusted


def test_slices_hold_every_id_once() -> None:
    cut = list(slices(1000, 7))
    assert cut[0].first.int == 0
    assert cut[-1].last.int == ALL - 1
    assert all(a.last.int + 1 == b.first.int for a, b in zip(cut, cut[1:], strict=False))


@pytest.mark.parametrize("table", DERIVED, ids=lambda table: table.name)
def test_a_dropped_table_that_follows_from_facts_is_named_and_made_from_nothing(
    mended: Container, table: Table
) -> None:
    before = remembered(mended)
    with mended.database.transaction() as connection:
        connection.execute(text(f"DROP TABLE {table.name}"))
    found = examined(mended)
    assert not found.sound
    assert [(one.table, one.what, one.derived) for one in found.gone] == [(table.name, "the table", True)]
    assert table.name not in found.trusted
    rebuild(mended.database, mended.command_handler.store, mended.command_handler.listeners)
    assert examined(mended).sound
    assert remembered(mended) == before
    with mended.database.reading() as connection:
        there = {index["name"] for index in inspect(connection).get_indexes(table.name)}
    assert {index.name for index in table.indexes} <= there
    walker = Walker(mended)
    assert walker.submitted(subjects=("66",)).status is Status.SUBMITTED
    walker.withdraws()


def test_every_row_table_lost_at_once_is_made_from_nothing(container: Container) -> None:
    before = remembered(container)
    with container.database.transaction() as connection:
        for table in DERIVED:
            connection.execute(text(f"DROP TABLE {table.name}"))
    assert len(examined(container).gone) == len(DERIVED)
    rebuild(container.database, container.command_handler.store, container.command_handler.listeners)
    assert remembered(container) == before


def test_a_lost_column_or_index_is_named_and_made_anew(container: Container) -> None:
    with container.database.transaction() as connection:
        connection.execute(text("DROP INDEX registrations_by_number"))
        connection.execute(text("ALTER TABLE refunds DROP COLUMN reason"))
        connection.execute(text("ALTER TABLE takings DROP COLUMN back"))
    assert {(one.table, one.what) for one in examined(container).gone} == {
        ("registrations", "index registrations_by_number"),
        ("refunds", "column reason"),
        ("takings", "column back"),
    }
    rebuild(container.database, container.command_handler.store, container.command_handler.listeners)
    assert examined(container).sound


def test_a_table_that_does_not_follow_from_facts_is_named_as_such(container: Container) -> None:
    with container.database.transaction() as connection:
        connection.execute(text("DROP TABLE sessions"))
    (gone,) = examined(container).gone
    assert (gone.table, gone.derived) == ("sessions", False)


def test_a_guard_of_the_facts_that_was_dropped_is_named(container: Container) -> None:
    name = "facts_never_deleted" if container.database.dialect == "sqlite" else "facts_append_only"
    on = "" if container.database.dialect == "sqlite" else " ON facts"
    with container.database.transaction() as connection:
        connection.execute(text(f"DROP TRIGGER {name}{on}"))
    (gone,) = examined(container).gone
    assert (gone.table, gone.what) == ("facts", f"trigger {name}")


def test_lost_numbers_are_not_drawn_again(container: Container) -> None:
    before = {row["number"] for row in everything(container, DERIVED[3])["registrations"]}
    with container.database.transaction() as connection:
        connection.execute(text("DELETE FROM serials"))
    assert {one.table for one in examined(container).differences} == {"serials"}
    rebuild(container.database, container.command_handler.store, container.command_handler.listeners)
    walker = Walker(container)
    walker.submitted(subjects=("66",))
    assert walker.row["number"] not in before


def _without_guards(container: Container) -> None:
    """As somebody with the rights of the owner would do before falsifying facts."""
    with container.database.transaction() as connection:
        if container.database.dialect == "sqlite":
            connection.execute(text("DROP TRIGGER facts_never_updated"))
            connection.execute(text("DROP TRIGGER facts_never_deleted"))
        else:
            connection.execute(text("DROP TRIGGER facts_append_only ON facts"))


def test_a_fact_that_cannot_be_understood_is_named_and_the_others_are_compared(container: Container) -> None:
    _without_guards(container)
    walker = Walker(container)
    walker.submitted(subjects=("66",))
    stream = walker.id.hex if container.database.dialect == "sqlite" else str(walker.id)
    with container.database.transaction() as connection:
        connection.execute(
            text("UPDATE facts SET state = :rubbish WHERE stream = :stream AND version = 2"),
            {"rubbish": b"{rubbish", "stream": stream},
        )
        connection.execute(text("UPDATE registrations SET status = 'lapsed' WHERE status = 'rejected'"))
    found = examined(container)
    (damage,) = found.damages
    assert damage.table == "facts"
    assert str(walker.id) in damage.what
    assert [(one.table, one.column) for one in found.differences] == [("registrations", "status")]
    assert "facts" not in found.trusted


def test_a_fact_that_is_missing_amid_its_stream_is_named(container: Container) -> None:
    _without_guards(container)
    walker = Walker(container)
    walker.submitted(subjects=("66",))
    stream = walker.id.hex if container.database.dialect == "sqlite" else str(walker.id)
    with container.database.transaction() as connection:
        connection.execute(text("DELETE FROM facts WHERE stream = :s AND version = 2"), {"s": stream})
    (damage,) = examined(container).damages
    assert damage.what == f"stream {walker.id}: version 2 is missing"


@pytest.fixture
def file(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture
def much(sqlite_url: str, tmp_path: Path, clock: Clock) -> Container:
    """A house on SQLite with enough facts for many pages; closed, its log of writes taken in."""
    container = container_on(sqlite_url, tmp_path / "data", clock)
    open_exam(container)
    revise(container, people.SITE, quotas={"66": 1000}, quota=1000)
    for _ in range(60):
        Walker(container).submitted(subjects=("66",))
    container.close()
    return container


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
    much: Container, file: Path, name: str, table: str
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
def test_bits_turned_at_random_anywhere_are_found_or_do_no_harm(much: Container, file: Path) -> None:
    """Whatever byte goes wrong in a page of facts: the check fails, or every fact still says what it said."""
    from random import Random

    pages_of(file, "facts")
    whole, chance = file.read_bytes(), Random(7)
    before = examined(much)
    assert before.sound
    said = [fact for _, fact in much.command_handler.store.log(0, 10_000)]
    much.close()
    pages = pages_of(file, "facts")
    for _ in range(12):
        place = (chance.choice(pages) - 1) * 4096 + chance.randrange(4096)
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        if examined(much).sound:
            assert [fact for _, fact in much.command_handler.store.log(0, 10_000)] == said
        much.close()


def test_a_damaged_page_of_postgresql_is_found(
    postgres_server: str, postgres_url: str, tmp_path: Path, clock: Clock
) -> None:
    container = container_on(postgres_url, tmp_path / "data", clock)
    open_exam(container)
    live(container, clock)
    container.close()
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
    container = container_on(url, tmp_path / "data", clock)
    found = examined(container)
    assert not found.sound
    assert "timeline" in found.suspect
    assert "facts" in found.trusted
    assert found.facts > 0
    container.close()
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(f"DROP DATABASE {copy} WITH (FORCE)".encode())


def test_all_that_is_declared_is_there_after_migrating(container: Container) -> None:
    with container.database.reading() as connection:
        assert missing(connection, container.command_handler.listeners) == []
