"""Revising a round from the command line: look first, then load with a reason; what happened is read as history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ncre.bootstrap import Container
from ncre.rounds import bundled
from tests.cli.conftest import Run
from tests.support.people import ROUND, SITE, WENJING, somebody

DATE = ("--date", "2027-01-05")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The bundled round without one of its sites."""
    folder = tmp_path / "round"
    folder.mkdir()
    for file in bundled().parent.iterdir():
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / file.name).write_text(
            "".join(line for line in lines if not line.startswith(f"{SITE},")), encoding="utf-8"
        )
    return folder


def test_a_look_says_what_would_change_and_whom_and_changes_nothing(
    ncre: Run, container: Container, files: Path
) -> None:
    somebody(container).until_waiting()
    before = container.command_handler.store.newest()
    for looking in (
        ("round", "diff", str(files), *DATE, "--names"),
        ("round", "load", str(files), *DATE, "--preview", "--names", "--as", "kaowu"),
    ):
        said = ncre(*looking)
        assert said.code == 0, said.err
        assert f"{SITE} 考点停止报名" in said.out
        assert "可以修改，须跟进（1 份报名" in said.out
        assert "78420019000001" in said.out
        assert WENJING.name not in said.out
    assert container.command_handler.store.newest() == before


def test_loading_needs_an_account_of_the_office_and_a_reason(ncre: Run, files: Path) -> None:
    loading = ("round", "load", str(files), *DATE)
    assert ncre(*loading, "--why", "检修").code == 2
    assert "--why" in ncre(*loading, "--as", "kaowu").err
    assert ncre(*loading, "--why", "检修", "--as", "shenhe").code == 2
    assert ncre(*loading, "--why", "检修", "--as", "nobody").code == 2
    assert ncre("round", "show").out.count("停止报名") == 0


def test_what_was_loaded_is_read_as_history_with_author_reason_and_changes(ncre: Run, files: Path) -> None:
    said = ncre(
        "round", "load", str(files / "round.toml"), *DATE, "--why", "机房检修", "--as", "kaowu", "--from", "1"
    )
    assert said.code == 0, said.err
    told = ncre("round", "history").out
    assert "kaowu" in told
    assert "机房检修" in told
    assert f"{SITE} 考点停止报名" in told
    assert "停止报名 closed" in ncre("round", "show").out
    one = ncre("round", "history", "--site", SITE).out
    assert f"考点 {SITE} 停止报名。" in one
    assert ncre("round", "history", "--site", "000000").code == 2
    *_, newest = json.loads(ncre("round", "history", ROUND, "--json").out)["revisions"]
    assert (newest["number"], newest["by"], newest["why"], newest["made_from"]) == (2, "kaowu", "机房检修", 1)
    again = ncre("round", "load", str(files), *DATE, "--why", "x", "--as", "kaowu", "--from", "1")
    assert again.code == 2
    assert "按第 1 次修订制作" in again.err
    assert "没有变动" in ncre("round", "diff", str(files), *DATE).out


def test_what_would_be_refused_ends_with_1_and_is_refused_when_loaded(
    ncre: Run, container: Container, files: Path
) -> None:
    somebody(container).until_waiting()
    text = (bundled().parent / "round.toml").read_text(encoding="utf-8")
    for file in bundled().parent.iterdir():
        (files / file.name).write_bytes(file.read_bytes())
    assert "edition = " in text
    start = text.index("[agreement]")
    changed = text[:start] + text[start:].replace("我", "本人", 1).replace("考生", "报考者", 1)
    (files / "round.toml").write_text(changed, encoding="utf-8")
    shown = ncre("round", "diff", str(files), *DATE)
    assert (shown.code, "不能修改" in shown.out) == (1, True), shown.out
    said = ncre("round", "load", str(files), *DATE, "--why", "x", "--as", "kaowu")
    assert said.code == 2
    assert "请改用新的版本号" in said.err
