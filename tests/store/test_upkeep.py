"""Names of schemas and versions, one piece of maintenance at a time, what a database says of itself, and what is left of rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from ncre.store.database import Database
from ncre.store.integrity import Damage, damages, tables_of
from ncre.store.maintenance import UnderMaintenance, maintenance
from ncre.store.migrated import named
from ncre.store.schemas import in_schema, is_schema, schema_named_by
from ncre.store.scrubbing import scrub

URL = "postgresql://ncre:geheim@localhost/ncre"


@pytest.mark.parametrize("name", ["a", "_a", "exam_2027", "a" * 63])
def test_a_schema_has_a_name_without_quotes(name: str) -> None:
    assert is_schema(name)


@pytest.mark.parametrize("name", ["", "A", "1a", "a-b", "pg_a", "information_schema", "a" * 64])
def test_anything_else_is_no_schema(name: str) -> None:
    assert not is_schema(name)


def test_the_url_of_a_schema_names_it_and_keeps_its_password() -> None:
    url = in_schema(URL, "exam_a")
    assert url == f"{URL}?options=-csearch_path%3Dexam_a"
    assert schema_named_by(make_url(url)) == "exam_a"
    assert schema_named_by(make_url(URL)) is None
    assert schema_named_by(make_url(f"{URL}?options=-c%20search_path%3Dexam_b")) == "exam_b"
    several = make_url(URL).update_query_dict({"options": ("-cwork_mem=1", "-csearch_path=exam_c")})
    assert schema_named_by(several) == "exam_c"


def test_versions_are_named() -> None:
    assert named(frozenset()) == "no version"
    assert named(frozenset({"0002", "0001"})) == "version 0001, 0002"


@pytest.fixture
def database(sqlite_url: str):  # type: ignore[no-untyped-def]
    database = Database(sqlite_url)
    yield database
    database.close()


def test_one_piece_of_maintenance_at_a_time(database: Database) -> None:
    with maintenance(database):
        with pytest.raises(UnderMaintenance) as said, maintenance(database):
            pass
        assert str(said.value) == (
            "这个数据库正在重建或迁移，请等它结束再试 / this database is being rebuilt or moved by another process: "
            "wait until that has ended"
        )
    with maintenance(database):
        assert database.file is not None
        lock = Path(f"{database.file}.maintenance")
        assert lock.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyError), maintenance(database):
        raise KeyError
    with maintenance(database):
        pass


def test_a_database_that_is_whole_has_no_damage_and_one_that_is_not_says_where(tmp_path: Path) -> None:
    file = tmp_path / "some.sqlite"
    with closing(sqlite3.connect(file)) as made:
        made.execute('CREATE TABLE "it\'s" (id INTEGER PRIMARY KEY, name TEXT)')
        made.execute("CREATE TABLE other (id INTEGER PRIMARY KEY, name TEXT)")
        made.execute("CREATE INDEX other_name ON other (name)")
        made.execute("CREATE TABLE whole (id INTEGER PRIMARY KEY)")
        made.executemany("INSERT INTO other (name) VALUES (?)", [(f"n{number}",) for number in range(8)])
        made.commit()
    database = Database(f"sqlite:///{file}")
    with database.reading() as connection:
        assert tables_of(connection) == ["it's", "other", "whole"]
        assert damages(connection) == []
    database.close()
    with closing(sqlite3.connect(file)) as broken:
        broken.execute("PRAGMA writable_schema=ON")
        broken.execute("CREATE INDEX again ON other (id)")
        broken.execute(
            "UPDATE sqlite_master SET sql = 'CREATE INDEX other_name ON other (id + 90)' WHERE name = 'other_name'"
        )
        broken.commit()
    database = Database(f"sqlite:///{file}")
    with database.reading() as connection:
        found = damages(connection)
    database.close()
    assert found[:5] == [Damage("other", f"row {row} missing from index other_name") for row in range(1, 6)]
    assert found[5:] == [Damage("other", "and 3 more")]


def test_the_wal_keeps_nothing_and_says_when_it_is_being_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ncre.store.scrubbing.PATIENCE", 0.05)
    assert database.file is not None
    wal = Path(f"{database.file}-wal")
    with database.transaction() as connection:
        connection.execute(text("CREATE TABLE scratch (id INTEGER)"))
    with closing(sqlite3.connect(database.file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM scratch").fetchone()
        with database.transaction() as connection:
            connection.execute(text("INSERT INTO scratch VALUES (1)"))
        assert scrub(database, ["scratch"]) == "the WAL is being read"
        assert wal.stat().st_size > 0
        reader.rollback()
    assert scrub(database, ["scratch"]) == ""
    assert wal.stat().st_size == 0
