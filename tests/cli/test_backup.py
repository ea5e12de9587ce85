"""`ncre backup` and `ncre restore` as an operator gives them."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from ncre.bootstrap import Container
from ncre.outside import kept_photos
from tests.cli.conftest import Run
from tests.support.people import SECRET, Candidate, Clock, rejected, somebody


@pytest.fixture
def lived(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def elsewhere(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("NCRE_DATA", str(folder))
    monkeypatch.setenv("NCRE_DATABASE_URL", f"sqlite:///{folder / 'ncre.sqlite'}")
    monkeypatch.delenv("NCRE_SECRET")


@pytest.mark.usefixtures("lived")
def test_an_installation_is_backed_up_and_restored_elsewhere(
    ncre: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    backup, escrow = tmp_path / "backup", tmp_path / "escrow.key"
    made = ncre("backup", "--out", str(backup), "--escrow", str(escrow), "--as", "kaowu", "--why", "nightly")
    assert made.code == 0, made
    assert escrow.read_text().strip() == SECRET.hex()
    before = ncre("database", "digests").out
    noted = ncre("audit", "commands", "--as", "shenji").out
    assert "kaowu  执行了 ncre backup" in noted
    assert "nightly" in noted
    elsewhere(monkeypatch, tmp_path / "restored")
    assert "--escrow" in ncre("restore", str(backup)).err
    assert not (tmp_path / "restored").exists()
    assert ncre("restore", str(backup), "--escrow", str(escrow), "--check").code == 0
    assert not (tmp_path / "restored").exists()
    assert ncre("restore", str(backup), "--escrow", str(escrow), "--why", "drill").code == 0
    assert ncre("database", "digests").out == before
    assert ncre("projections", "check").code == 0
    assert ncre("photos", "verify").code == 0
    assert "drill" in (tmp_path / "restored" / "restored.txt").read_text()
    again = ncre("restore", str(backup), "--escrow", str(escrow))
    assert (again.code, again.err.count("\n")) == (2, 1)


def test_only_the_office_is_named_for_a_backup_and_nothing_is_written_otherwise(
    ncre: Run, tmp_path: Path
) -> None:
    for name in ("shenhe", "nobody"):
        assert ncre("backup", "--out", str(tmp_path / "backup"), "--as", name).code == 2
    assert ncre("backup", "--out", str(tmp_path / "mistyped" / "backup")).code == 2
    assert ncre("backup", "--out", str(tmp_path / "b"), "--escrow", str(tmp_path / "b" / "key")).code == 2
    assert not list(tmp_path.glob("b*"))
    assert not (tmp_path / "mistyped").exists()


@pytest.mark.usefixtures("lived")
def test_a_database_is_copied_and_refused_over_rows(ncre: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'copy.sqlite'}"
    assert ncre("database", "copy", "--to", url, "--as", "kaowu", "--why", "move").code == 0
    again = ncre("--lang", "en", "database", "copy", "--to", url)
    assert (again.code, again.err.count("\n")) == (2, 1)
    assert "rows already" in again.err


@pytest.mark.usefixtures("lived")
def test_a_database_restored_without_its_photos_is_told_when_it_is_served(
    container: Container, capsys: pytest.CaptureFixture[str]
) -> None:
    from ncre.cli.processes.installing import warn_of_lost_photos

    warn_of_lost_photos(container.photo_inspection)
    assert capsys.readouterr().err == ""
    shutil.rmtree(container.settings.photos)
    warn_of_lost_photos(container.photo_inspection)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "1 of the newest 1 photos are missing" in said


def test_worker_and_several_processes_tell_of_it_too(
    ncre: Run,
    container: Container,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lived: object,
) -> None:
    from ncre.cli.processes import serve

    assert "photos are missing" not in ncre("--lang", "en", "worker", "--once").err
    shutil.rmtree(container.settings.photos)
    assert "1 of the newest 1 photos are missing" in ncre("--lang", "en", "worker", "--once").err
    serve._assert_ready(container.settings)
    assert "1 of the newest 1 photos are missing" in capsys.readouterr().err


def test_photos_newer_than_every_fact_are_kept_for_the_database_may_be_an_older_one(
    ncre: Run, container: Container, clock: Clock
) -> None:
    digest = kept_photos(container.settings).put(b"of a registration that this database does not know")
    file = container.settings.photos / digest[:2] / digest[2:4] / digest
    clock.advance(days=30)
    later = (clock() - timedelta(days=2)).timestamp()
    os.utime(file, (later, later))
    said = ncre("--lang", "en", "photos", "verify")
    assert said.code == 1
    assert "the database may be of an older backup" in said.out
    assert file.exists()


@pytest.mark.usefixtures("lived")
def test_rows_that_were_wrong_before_are_told_when_they_are_restored(
    ncre: Run, container: Container, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A backup is equal to its source, whatever that held."""
    with container.database.transaction() as connection:
        connection.execute(text("UPDATE registrations SET amount = amount + 1"))
    backup, escrow = tmp_path / "backup", tmp_path / "escrow.key"
    assert ncre("backup", "--out", str(backup), "--escrow", str(escrow)).code == 0
    elsewhere(monkeypatch, tmp_path / "restored")
    said = ncre("--lang", "en", "restore", str(backup), "--escrow", str(escrow))
    assert said.code == 1
    assert "rows checked against the log: 1 differences" in said.out


def test_an_older_log_than_this_machine_saw_is_told_when_it_is_restored(
    ncre: Run,
    container: Container,
    lived: Candidate,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    container.sealer.catch_up()
    backup, escrow = tmp_path / "backup", tmp_path / "escrow.key"
    assert ncre("backup", "--out", str(backup), "--escrow", str(escrow)).code == 0
    rejected(container, lived)
    clock.advance(minutes=5)
    assert container.sealer.catch_up() is not None
    elsewhere(monkeypatch, tmp_path / "restored")
    monkeypatch.setenv("NCRE_LEDGER_ANCHOR", str(container.settings.ledger_anchor))
    said = ncre("--lang", "en", "restore", str(backup), "--escrow", str(escrow))
    assert said.code == 1
    assert "0 differences" in said.out
    assert "older backup" in said.out
