"""A backup from before an erasure does not bring anybody back, and nothing is served before that is certain."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from ncre.backups import making, restoring
from ncre.bootstrap import Container
from ncre.operational.tombstones import Tombstones, TombstonesDamaged
from ncre.outside import kept_photos
from ncre.projections.registration import registrations
from ncre.services.erasure.reapplying import ErasuresMissing
from tests.services.erasure.test_erasing import checked, erase
from tests.services.erasure.traces import Traced, found
from tests.support.containers import container_on
from tests.support.databases import _execute, named
from tests.support.people import LIQIANG, NOW, Clock, somebody


@pytest.fixture
def empty_url(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A place for a restoration: no file, or a database without a table."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'ncre.sqlite'}"
        return
    server = request.getfixturevalue("postgres_server")
    _execute(server, "CREATE DATABASE put_back")
    yield named(server, "put_back")
    _execute(server, "DROP DATABASE put_back WITH (FORCE)")


def backed_up(container: Container, folder: Path) -> None:
    settings = container.settings
    store = kept_photos(settings)
    source = making.BackupSource(
        container.database, settings.database_url, store, container.photo_inspection.digests, "test"
    )
    making.back_up(source, folder, NOW)


def put_back(folder: Path, url: str, data: Path, clock: Clock) -> Container:
    """Another installation with the database and the photos of the backup; nothing was served yet."""
    manifest = restoring.verified(folder)
    restoring.put_database_back(folder, manifest, url)
    restored = container_on(url, data, clock)
    restored.command_handler.photos = restored.photos
    restoring.put_photos_back(folder, manifest, kept_photos(restored.settings))
    return restored


def test_a_backup_from_before_does_not_bring_the_person_back(
    container: Container, traced: Traced, empty_url: str, tmp_path: Path, clock: Clock
) -> None:
    other = somebody(container, "liqiang", LIQIANG)
    other.until_waiting()
    backed_up(container, tmp_path / "backup")
    erase(container, traced)
    restored = put_back(tmp_path / "backup", empty_url, tmp_path / "restored", clock)
    assert found(restored, traced.photo) != []
    restored.assert_ready()  # it has no list yet
    shutil.copy(container.settings.tombstones, restored.settings.tombstones)
    with pytest.raises(ErasuresMissing, match="ncre person reapply"):
        restored.assert_ready()
    assert restored.erasures.reapplying.apply() == 1
    restored.assert_ready()
    assert found(restored, traced.photo) == []
    assert checked(restored) == 0
    assert restored.photo_inspection.inspect(clock()).lost == []
    assert restored.erasures.reapplying.apply() == 0
    assert restored.accounts.named("liqiang") is not None
    with restored.database.reading() as connection:
        assert not restored.command_handler.store.is_erased(connection, other.account.id)
    restored.close()


def test_a_person_of_after_the_backup_stays_erased(
    container: Container, empty_url: str, tmp_path: Path, clock: Clock
) -> None:
    """The backup does not know them, and nobody can seal anything for them in what is restored either."""
    backed_up(container, tmp_path / "backup")
    gone = somebody(container)
    gone.until_waiting()
    erase(container, gone)
    restored = put_back(tmp_path / "backup", empty_url, tmp_path / "restored", clock)
    restored.erasures.reapplying.take_over(container.settings.tombstones)
    assert restored.erasures.reapplying.apply() == 1
    with restored.database.reading() as connection:
        assert restored.command_handler.store.is_erased(connection, gone.account.id)
    restored.close()


def test_what_was_open_and_unpaid_in_the_backup_gives_its_seats_back(
    container: Container, traced: Traced, empty_url: str, tmp_path: Path, clock: Clock
) -> None:
    backed_up(container, tmp_path / "backup")
    erase(container, traced)
    restored = put_back(tmp_path / "backup", empty_url, tmp_path / "restored", clock)
    restored.erasures.reapplying.take_over(container.settings.tombstones)
    restored.erasures.reapplying.apply()
    assert checked(restored) == 0
    with restored.database.reading() as connection:
        row = registrations.one(connection, traced.id)
    assert row is not None
    assert row["status"] == "cancelled"
    restored.close()


def test_a_list_is_read_past_a_half_line_and_never_past_a_forged_one(tmp_path: Path) -> None:
    tombstones = Tombstones(tmp_path / "list", b"pepper")
    first, second = UUID(int=1), UUID(int=2)
    tombstones.add([first], NOW)
    with tombstones.file.open("ab") as file:
        file.write(b"00000000-0000-0000-0000-0000000")
    assert [one.person for one in tombstones.all()] == [first]
    tombstones.add([second], NOW)
    assert (
        [one.person for one in tombstones.all()]
        == [first, second]
        == [one.person for one in tombstones.newest()]
    )
    assert tombstones.file.stat().st_mode & 0o077 == 0
    tombstones.file.write_text(tombstones.file.read_text().replace("0002 ", "0003 "))
    with pytest.raises(TombstonesDamaged, match="list:2"):
        list(tombstones.all())
    with pytest.raises(TombstonesDamaged):
        list(Tombstones(tombstones.file, b"another").all())
