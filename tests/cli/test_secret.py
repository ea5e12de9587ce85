"""Another secret, or none, stops every command in one clear sentence, and changes nothing."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from ncre.bootstrap import Container
from ncre.cli.processes import installing
from ncre.store.keys import LABELS
from tests.cli.conftest import Run
from tests.support.people import Candidate, somebody
from tests.support.ports import free_port

COMMANDS = (
    ("migrate",),
    ("serve",),
    ("worker", "--once"),
    ("round", "show"),
    ("seat", "all", "--yes", "--as", "kaowu"),
    ("review", "list", "--as", "shenhe"),
    ("cancel", "1", "--reason", "x", "--as", "kaowu"),
    ("move", "1", "--to", "x", "--evidence", "x", "--as", "kaowu"),
    ("ticket", "key"),
    ("payments", "reconcile", "--as", "kaowu"),
    ("audit", "show", "1"),
    ("user", "add", "somebody", "--role", "candidate"),
    ("user", "history", "shenhe", "--as", "shenji"),
    ("projections", "check"),
    ("projections", "rebuild"),
)


@pytest.fixture(autouse=True)
def lived(container: Container, ncre: Run, monkeypatch: pytest.MonkeyPatch) -> Candidate:
    monkeypatch.setenv("NCRE_PORT", str(free_port()))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def rows(container: Container) -> tuple[int, ...]:
    with container.database.reading() as connection:
        tables = ("facts", "person_keys", "key_checks", "accounts")
        return tuple(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_another_secret_stops_every_command(
    command: tuple[str, ...], container: Container, ncre: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(container)
    monkeypatch.setenv("NCRE_SECRET", "ab" * 32)
    said = ncre(*command)
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1, said.err
    assert "the secret is not the one of this database" in said.err
    assert rows(container) == before


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_lost_secret_stops_every_command_and_none_is_made(
    command: tuple[str, ...], container: Container, ncre: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NCRE_SECRET")
    monkeypatch.setenv("NCRE_SECRET_FILE", str(tmp_path / "lost" / "secret.key"))
    said = ncre(*command)
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1, said.err
    assert "put their own secret back" in said.err
    assert not (tmp_path / "lost").exists()


def test_a_check_names_whose_keys_were_written_under_another_secret(container: Container, ncre: Run) -> None:
    """What an unnoticed change of the secret left behind in an earlier release."""
    with container.database.transaction() as connection:
        person = connection.execute(text("SELECT subject FROM person_keys LIMIT 1")).scalar_one()
        connection.execute(
            text("UPDATE person_keys SET wrapped = zeroblob(60) WHERE subject = :person"), {"person": person}
        )
    said = ncre("projections", "check")
    assert said.code == 1
    assert "0 differences in what could be read; 1 damages" in said.out
    assert "1 keys" in said.out
    assert "written under another secret" in said.out


def test_a_mistyped_place_makes_nothing(ncre: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NCRE_DATABASE_URL", f"sqlite:///{tmp_path / 'mistyped.sqlite'}")
    assert "is the path right" in ncre("projections", "check").err
    monkeypatch.setenv("NCRE_DATA", str(tmp_path / "mistyped"))
    assert "Is the path right" in ncre("review", "list", "--as", "shenhe").err
    assert not list(tmp_path.glob("mistyped*"))


def test_a_new_installation_begins_with_its_own_secret(
    ncre: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("NCRE_SECRET", "NCRE_DATABASE_URL"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("NCRE_DATA", str(tmp_path / "new"))
    assert ncre("migrate").code == 0
    first = (tmp_path / "new" / "secret.key").read_bytes()
    assert ncre("migrate").code == 0
    assert (tmp_path / "new" / "secret.key").read_bytes() == first
    assert ncre("projections", "check").out == "0 facts, 0 differences\n"
    open_to_others = [path for path in (tmp_path / "new").rglob("*") if path.stat().st_mode & 0o077]
    assert open_to_others == []
    with sqlite3.connect(tmp_path / "new" / "ncre.sqlite") as file:
        assert file.execute("SELECT count(*) FROM key_checks").fetchone() == (len(LABELS) + 1,)


def test_a_secret_in_a_closed_folder_leaves_the_key_of_the_log_to_whoever_gave_it(
    ncre: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in a container, whose secrets are given and read-only; any other trouble stops the command."""
    given = tmp_path / "given"
    given.mkdir()
    (given / "secret.key").write_text("7" * 64 + "\n")
    (given / "secret.key").chmod(0o600)
    for name in ("NCRE_SECRET", "NCRE_DATABASE_URL"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("NCRE_SECRET_FILE", str(given / "secret.key"))
    monkeypatch.setenv("NCRE_DATA", str(tmp_path / "new"))
    trouble = errno.ENOSPC

    def closed(file: Path) -> None:
        raise OSError(trouble, os.strerror(trouble), str(file))

    monkeypatch.setattr(installing, "make_secret", closed)
    assert ncre("migrate").code == 2
    trouble = errno.EROFS
    said = ncre("migrate")
    assert said.code == 0
    assert "NCRE_LEDGER_KEY_FILE" in said.err
    assert ncre("projections", "check").out == "0 facts, 0 differences\n"


def test_settings_are_shown_without_secrets_and_refusals_after_them(
    ncre: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ncre("settings")
    assert said.code == 0
    assert "NCRE_SECRET=***  (set)" in said.out
    assert "NCRE_CAPTCHA=always  (default)" in said.out
    monkeypatch.setenv("NCRE_PRODUCTION", "true")
    monkeypatch.setenv("NCRE_PROXIES", "x")
    refused = ncre("settings")
    assert refused.code == 2
    assert "NCRE_PRODUCTION=true  (set)" in refused.out
    assert {"NCRE_PROXIES:", "NCRE_PUBLIC_URL:", "NCRE_SMTP_HOST:"} <= set(refused.err.split())


def test_what_a_command_prints_for_a_site_is_for_its_user_alone(
    lived: Candidate, ncre: Run, tmp_path: Path
) -> None:
    assert ncre("review", "approve", "78420019000001", "--as", "shenhe").code == 0
    lived.pays()
    assert ncre("seat", "420019", "--yes", "--as", "kaowu").code == 0
    out = tmp_path / "door.html"
    out.write_text("an earlier list")
    out.chmod(0o644)
    assert ncre("ticket", "list", "--site", "420019", "--out", str(out), "--as", "kaowu").code == 0
    assert "earlier" not in out.read_text(encoding="utf-8")
    folder = tmp_path / "tickets"
    assert ncre("ticket", "batch", "--site", "420019", "--out", str(folder), "--as", "kaowu").code == 0
    assert [path.stat().st_mode & 0o777 for path in (out, folder)] == [0o600, 0o700]


def test_an_open_folder_is_told_at_start(container: Container, ncre: Run) -> None:
    container.settings.data.chmod(0o755)
    said = ncre("worker", "--once")
    assert said.code == 0
    assert f"chmod -R go-rwx {container.settings.data}" in said.err
    container.settings.data.chmod(0o700)
    assert "chmod" not in ncre("worker", "--once").err
