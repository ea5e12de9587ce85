"""`ncre bans import`: a preview enters nothing, the import what is new, and what cannot be entered is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from ncre.bootstrap import Container
from tests.cli.conftest import Run
from tests.support.people import WENJING, somebody

BY = ("--as", "kaowu", "--why", "停考名单")
HEADER = "证件类型,证件号码,起始日期,截止日期,决定编号,理由"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """One that can be entered, the same again, and one without a first day; as a Chinese spreadsheet saves it."""
    good = f"身份证,{WENJING.document_number},2027-01-05,2029/1/4,31号,替考"
    bad = f"身份证,{WENJING.document_number},,2029/1/4,32号,替考"
    file = tmp_path / "bans.csv"
    file.write_bytes("\n".join([HEADER, good, good, bad, ""]).encode("gb18030"))
    return file


def entered(container: Container) -> list[str]:
    return [row["decision"] for row in container.bans.page(1)[0]]


def test_a_preview_tells_every_row_and_enters_nothing(ncre: Run, container: Container, file: Path) -> None:
    somebody(container).until_waiting()
    said = ncre("bans", "import", str(file), "--preview", *BY)
    assert said.code == 1
    assert "有 1 份报名，0 份已支付" in said.out
    assert "repeats a row above" in said.out
    assert "不能录入" in said.out
    assert "没有录入任何内容" in said.out
    assert WENJING.document_number not in said.out
    assert entered(container) == []


def test_what_is_new_is_entered_once(ncre: Run, container: Container, file: Path) -> None:
    said = ncre("bans", "import", str(file), *BY)
    assert (said.code, "录入 1 条停考" in said.out) == (1, True)
    assert entered(container) == ["31号"]
    assert "录入 0 条停考" in ncre("bans", "import", str(file), *BY).out
    assert entered(container) == ["31号"]


def test_a_file_without_faults_ends_well(ncre: Run, container: Container, file: Path) -> None:
    file.write_text(file.read_bytes().decode("gb18030").rpartition("身份证")[0], encoding="utf-8")
    assert ncre("bans", "import", str(file), *BY).code == 0


@pytest.mark.parametrize("options", [("--preview",), ()])
def test_nobody_but_the_office_does_either(ncre: Run, file: Path, options: tuple[str, ...]) -> None:
    said = ncre("bans", "import", str(file), *options, "--as", "shenhe", "--why", "停考名单")
    assert said.code == 2
    assert "row" not in said.out


def test_a_file_that_is_none_is_refused_with_words(ncre: Run, container: Container, file: Path) -> None:
    file.write_text("姓名,理由\n张三,替考\n", encoding="utf-8")
    said = ncre("bans", "import", str(file), *BY)
    assert (said.code, "缺少列" in said.err) == (2, True)
    assert entered(container) == []
