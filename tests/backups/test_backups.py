"""A backup made while somebody writes, restored into an empty place, is the same installation; half ones are told."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ncre.backups import copying, dump, making, restoring, tables
from ncre.backups.manifest import NAME, UNFINISHED, Manifest, photo_file
from ncre.backups.problems import BackupUnusable
from ncre.bootstrap import Container
from ncre.outside import kept_photos
from ncre.store.database import Database
from tests.support.containers import container_on, open_round
from tests.support.databases import _execute, named
from tests.support.people import NOW, SECRET, somebody

pytest_plugins = ["tests.support.databases"]


@pytest.fixture
def lived(database_url: str, tmp_path: Path) -> Iterator[Container]:
    """An installation with a round, three people and their photos."""
    container = container_on(database_url, tmp_path / "data")
    open_round(container)
    container.key_checks.record()
    for name in ("wenjing", "second", "third"):
        somebody(container, name).agrees()
    container.accounts.add("kaowu", "long enough for everybody", *_office())
    yield container
    container.close()


def _office() -> tuple[object, ...]:
    from ncre.domain.registration.vocabulary import Role

    return (Role.OFFICE,)


def source(container: Container, photos: Callable[[], list[str]] = list) -> making.BackupSource:
    settings = container.settings
    return making.BackupSource(
        container.database, settings.database_url, kept_photos(settings), photos, "test"
    )


def digests(url: str) -> dict[str, str]:
    database = Database(url)
    try:
        with database.snapshot() as connection:
            return tables.digests(connection)
    finally:
        database.close()


@pytest.fixture
def empty_url(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A place for a restoration: no file, or a database without a table."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'ncre.sqlite'}"
        return
    server = request.getfixturevalue("postgres_server")
    _execute(server, "CREATE DATABASE restored")
    yield named(server, "restored")
    _execute(server, "DROP DATABASE restored WITH (FORCE)")


def kept(container: Container, *photos: bytes) -> list[str]:
    store = kept_photos(container.settings)
    return [store.put(photo) for photo in photos]


def test_what_is_restored_equals_what_was_backed_up(lived: Container, empty_url: str, tmp_path: Path) -> None:
    named_ = kept(lived, b"one", b"two")
    folder = tmp_path / "backup"
    made = making.back_up(source(lived, lambda: named_), folder, NOW)
    assert made.database.tables == digests(lived.settings.database_url)
    assert made.database.facts > 0
    verified = restoring.verified(folder)
    assert verified == made
    restoring.assert_key_opens(verified, SECRET)
    restoring.put_database_back(folder, verified, empty_url)
    assert digests(empty_url) == made.database.tables
    restored = container_on(empty_url, tmp_path / "restored")
    restored.assert_ready()
    dump.assert_as_dumped(restored.database, made.database)
    restoring.put_photos_back(folder, verified, kept_photos(restored.settings))
    assert {kept_photos(restored.settings).get(digest) for digest in named_} == {b"one", b"two"}
    somebody(restored, "fourth").agrees()
    with restored.database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM facts")) > made.database.facts
    restored.close()
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.rglob("*"))


def test_a_backup_is_one_state_although_others_write(
    lived: Container, empty_url: str, tmp_path: Path
) -> None:
    stop, wrote = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            wrote.append(somebody(lived, f"writer {len(wrote)}").agrees())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            folder = tmp_path / f"backup {number}"
            made = making.back_up(source(lived), folder, NOW)
            _assert_one_state(made)
    finally:
        stop.set()
        writer.join()
    assert wrote
    restoring.put_database_back(folder, made, empty_url)
    assert digests(empty_url) == made.database.tables
    restored = container_on(empty_url, tmp_path / "restored")
    from ncre.projections.maintenance.checking import check_against_log

    found = check_against_log(
        restored.database, restored.command_handler.store, restored.command_handler.listeners
    )
    restored.close()
    assert found.sound
    assert found.facts == made.database.facts


def _assert_one_state(made: Manifest) -> None:
    """Each registration stands in all of its tables: nothing was dumped before its fact or after it."""
    rows = {name: int(digest.split(":")[0]) for name, digest in made.database.tables.items()}
    assert rows["facts"] == made.database.facts
    assert rows["timeline"] == rows["facts"]


def test_an_interrupted_backup_goes_on_with_its_own_database(
    lived: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named_ = kept(lived, b"one", b"two", b"three")
    folder = tmp_path / "backup"
    copied = making._copied
    monkeypatch.setattr(making, "_copied", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        making.back_up(source(lived, lambda: named_), folder, NOW)
    with pytest.raises(BackupUnusable, match="not finished"):
        restoring.verified(folder)
    before = (folder / UNFINISHED).read_bytes()
    monkeypatch.setattr(making, "_copied", copied)
    somebody(lived, "afterwards").agrees()
    made = making.back_up(source(lived, lambda: named_), folder, NOW)
    assert made.database.sha256 in before.decode()
    assert not (folder / UNFINISHED).exists()
    assert restoring.verified(folder) == made
    with pytest.raises(BackupUnusable, match="finished backup already"):
        making.back_up(source(lived, lambda: named_), folder, NOW)


@pytest.fixture
def finished(lived: Container, tmp_path: Path) -> Path:
    named_ = kept(lived, b"one", b"two")
    making.back_up(source(lived, lambda: named_), tmp_path / "backup", NOW)
    return tmp_path / "backup"


def _no_photos(folder: Path) -> None:
    shutil.rmtree(folder / "photos")


def _one_photo_damaged(folder: Path) -> None:
    next(path for path in (folder / "photos").rglob("*") if path.is_file()).write_bytes(b"other")


def _no_database(folder: Path) -> None:
    next(folder.glob("ncre.*")).unlink()


def _older_database(folder: Path) -> None:
    next(folder.glob("ncre.*")).write_bytes(b"an older one")


def _no_manifest(folder: Path) -> None:
    (folder / NAME).unlink()


@pytest.mark.parametrize(
    ("halved", "words"),
    [
        (_no_photos, "lacks 2 of 2 photos"),
        (_one_photo_damaged, "1 photos of the backup are damaged"),
        (_no_database, "lacks its database"),
        (_older_database, "perhaps older"),
        (_no_manifest, "manifest.json is missing"),
    ],
)
def test_half_a_backup_is_told_by_name(finished: Path, halved: Callable[[Path], None], words: str) -> None:
    halved(finished)
    with pytest.raises(BackupUnusable, match=words):
        restoring.verified(finished)


def test_another_secret_is_told_before_anything_is_written(finished: Path) -> None:
    with pytest.raises(BackupUnusable, match="secret is not the one"):
        restoring.assert_key_opens(restoring.verified(finished), b"x" * 32)


def test_a_lost_photo_is_named_and_the_rest_is_kept(lived: Container, tmp_path: Path) -> None:
    (whole,) = kept(lived, b"one")
    made = making.back_up(source(lived, lambda: [whole, "ab" * 32]), tmp_path / "backup", NOW)
    assert (made.photos, made.lost) == ([whole], ["ab" * 32])
    assert photo_file(tmp_path / "backup", whole).read_bytes() == b"one"


def test_nothing_is_restored_over_data(finished: Path, lived: Container) -> None:
    before = digests(lived.settings.database_url)
    with pytest.raises(BackupUnusable, match="already"):
        restoring.put_database_back(finished, restoring.verified(finished), lived.settings.database_url)
    assert digests(lived.settings.database_url) == before


@pytest.mark.parametrize("way", ["sqlite to postgresql", "postgresql to sqlite"])
def test_every_row_goes_to_the_other_kind_of_database_and_back(
    way: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    sqlite, postgres = request.getfixturevalue("sqlite_url"), request.getfixturevalue("postgres_url")
    first, second = (sqlite, postgres) if way.startswith("sqlite") else (postgres, sqlite)
    container = container_on(first, tmp_path / "data")
    open_round(container)
    container.key_checks.record()
    somebody(container).until_waiting()
    other = Database(second)
    held = copying.copy(container.database, other)
    assert held == digests(first) == digests(second)
    moved = container_on(second, tmp_path / "data")
    moved.assert_ready()
    somebody(moved, "afterwards").agrees()
    third = Database(f"sqlite:///{tmp_path / 'third.sqlite'}")
    assert copying.copy(moved.database, third) == digests(second)
    with pytest.raises(BackupUnusable, match="rows already"):
        copying.copy(container.database, other)
    for one in (third, other):
        one.close()
    for one in (moved, container):
        one.close()
