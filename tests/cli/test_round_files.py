"""`ncre round check`: every fault of a round's files, without settings, tables or a change to anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ncre.cli.main import main
from tests.cli.conftest import Run
from tests.rounds.fault_table import copied


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int | str | None, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["--lang", "en", "round", "check", *arguments])
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


@pytest.fixture(autouse=True)
def no_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that no command could be run with."""
    monkeypatch.setenv("NCRE_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("NCRE_SECRET", "wrong")


def test_a_round_without_faults_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = checked(capsys, str(copied(tmp_path)))
    assert (code, err) == (0, "")
    assert re.match("78 20\\d\\d年\\d+月全国计算机等级考试：25 个科目，26 个考点，没有错误", out)
    assert not (tmp_path / "nowhere").exists()


def test_every_fault_is_a_line_with_its_place_and_the_end_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rooms = copied(tmp_path) / "rooms.csv"
    rooms.write_text(rooms.read_text("utf-8").replace(",45\n", ",450\n", 2), encoding="utf-8")
    code, out, _ = checked(capsys, str(tmp_path / "round.toml"))
    assert code == 1
    assert out.splitlines() == [
        "rooms.csv:2: 'seats' must be a whole number from 1 to 99, not '450'",
        "rooms.csv:3: 'seats' must be a whole number from 1 to 99, not '450'",
        "2 处错误，没有载入 / 2 faults; nothing was loaded",
    ]


def test_cautions_are_said_and_are_no_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    offers = copied(tmp_path) / "offers.csv"
    lines = [line for line in offers.read_text("utf-8").splitlines() if not line.startswith("140027")]
    offers.write_text("\n".join(lines).replace("420019,14,80", "420019,14,8000"), encoding="utf-8")
    code, _, err = checked(capsys, str(tmp_path))
    assert code == 0
    assert err.splitlines() == [
        "Caution: sites.csv:2: takes 4500 sittings and has 2492 seats in all its batches",
        "Caution: sites.csv:3: offers no subject (offers.csv): nobody can register here",
    ]


def test_sites_that_nobody_can_tell_apart_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sites = copied(tmp_path) / "sites.csv"
    sites.write_text(
        sites.read_text("utf-8").replace("太原工业学院", "武汉软件工程职业学院"), encoding="utf-8"
    )
    code, _, err = checked(capsys, str(tmp_path))
    assert (code, err) == (0, "Caution: sites.csv:3: has the same name as line 2\n")


def test_a_round_that_is_over_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = copied(tmp_path) / "round.toml"
    file.write_text(file.read_text("utf-8").replace("today-1d 08", "2026-11-22 08"), encoding="utf-8")
    text = file.read_text("utf-8").replace('closes = "today+9d 17:00"', 'closes = "2026-11-25 17:00"')
    file.write_text(text, encoding="utf-8")
    code, _, err = checked(capsys, str(tmp_path), "--date", "2026-11-26")
    assert code == 0
    assert "registration was over on 2026-11-25 17:00 already" in err


def test_a_folder_that_is_not_there_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = checked(capsys, "/nowhere/at/all")
    assert code == 2
    assert err.startswith("ncre: there is no /nowhere/at/all")


def test_a_folder_without_a_round_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(capsys, str(tmp_path))[:2] == (
        1,
        "round.toml: cannot be found\n1 处错误，没有载入 / 1 faults; nothing was loaded\n",
    )


def test_loading_takes_a_folder_and_says_the_same_faults(tmp_path: Path, ncre: Run) -> None:
    rooms = copied(tmp_path) / "rooms.csv"
    rooms.write_text(rooms.read_text("utf-8").replace(",45\n", ",0\n", 1), encoding="utf-8")
    said = ncre("--lang", "en", "round", "load", str(tmp_path), "--as", "kaowu", "--why", "a first version")
    assert (said.code, said.err) == (
        2,
        "ncre: rooms.csv:2: 'seats' must be a whole number from 1 to 99, not '0'\n",
    )
