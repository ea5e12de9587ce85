"""What is written is for its user alone, whatever the umask, and whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ncre.clients.mail import MailFolder
from ncre.identity import email_templates
from ncre.operational.private_files import make_folder, open_to_others, write
from ncre.photo.file_store import PhotoFolder
from ncre.services.documents.cache import DocumentCache
from ncre.stand_ins.alipay import keys_in
from ncre.store.database import Database


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    """The umask of a careless installer."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> set[str]:
    return {f"{path.stat().st_mode & 0o777:04o}" for path in folder.rglob("*")}


def test_every_place_of_the_house_is_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    MailFolder(tmp_path / "a" / "outbox", lambda: datetime(2027, 1, 5, tzinfo=UTC)).send(
        email_templates.unknown("nobody@example.com")
    )
    DocumentCache(tmp_path / "b" / "papers").put("ab" * 32, b"a paper")
    PhotoFolder(tmp_path / "c" / "photos").put(b"a photo")
    keys_in(tmp_path / "d" / "cashier", "merchant")
    assert modes(tmp_path) == {"0700", "0600"}


def test_a_database_its_wal_and_its_shared_memory_are_private(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ncre.sqlite'}")
    database.migrate()
    with database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM claims")
    assert len(list(tmp_path.iterdir())) == 3
    assert modes(tmp_path) == {"0600"}
    database.close()


def test_a_file_that_was_open_is_private_once_it_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "list.html"
    file.write_text("earlier")
    file.chmod(0o666)
    link = tmp_path / "link"
    link.symlink_to(file)
    write(link, b"now")
    assert link.is_symlink()
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"now", 0o600)
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_no_plain_file_is_written_to_as_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    write(Path("/dev/stdout"), b"said\n")
    assert capfd.readouterr().out == "said\n"
    write(Path("/dev/null"), b"said")


def test_a_folder_that_was_there_stays_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    make_folder(shared / "ours" / "inner")
    assert open_to_others([shared, shared / "ours", shared / "ours" / "inner"]) == [shared]
    file = tmp_path / "a file"
    file.touch()
    for wrong in (file, file / "inner"):
        with pytest.raises(NotADirectoryError):
            make_folder(wrong)
