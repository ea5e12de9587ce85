"""photo: folders of pictures checked and mended by site staff, without any data folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ncre.cli.main import main
from tests.cli.conftest import Run, Said
from tests.photo.portraits import jpeg, portrait, whole


@pytest.fixture
def ncre(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command, where no data folder can be made."""
    monkeypatch.setenv("NCRE_DATA", "/dev/null/nowhere")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")

    def run(*arguments: object) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(one) for one in arguments])
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    (folder / "class one").mkdir(parents=True)
    (folder / "a good one.jpg").write_bytes(jpeg(portrait()))
    (folder / "class one" / "whole.JPG").write_bytes(jpeg(whole()))
    (folder / "warned.jpg").write_bytes(jpeg(portrait().convert("CMYK")))
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_the_worst_picture_decides_the_exit_code(ncre: Run, folder: Path) -> None:
    assert ncre("photo", "check", folder / "a good one.jpg").code == 0
    assert ncre("photo", "check", folder / "a good one.jpg", folder / "warned.jpg").code == 1
    assert ncre("photo", "check", folder / "warned.jpg", folder / "class one" / "whole.JPG").code == 2


def test_with_json_every_picture_is_one_object_a_line(ncre: Run, folder: Path) -> None:
    said = ncre("photo", "check", folder, "--json")
    told = {Path(one["file"]).name: one for one in map(json.loads, said.out.splitlines())}
    assert set(told) == {"a good one.jpg", "whole.JPG", "warned.jpg"}
    assert all(set(one) == {"file", "verdict", "codes", "measurements"} for one in told.values())
    assert (told["a good one.jpg"]["verdict"], told["a good one.jpg"]["codes"]) == ("accept", [])
    assert told["warned.jpg"]["codes"] == ["CMYK"]
    assert {"ASPECT", "HEAD"} & set(told["whole.JPG"]["codes"])
    assert told["a good one.jpg"]["measurements"]["head"] == pytest.approx(0.7, abs=0.05)


def test_a_folder_ends_with_its_summary_and_faults_are_told_in_words(ncre: Run, folder: Path) -> None:
    said = ncre("photo", "check", folder)
    assert "3 张 / pictures: accept 1, warn 1, reject 1" in said.out
    assert "[CMYK]" in said.out


def test_a_folder_is_mended_into_another_one(ncre: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "mended"
    said = ncre("photo", "fix", folder, out)
    mended = out / "class one" / "whole.JPG"
    assert mended.exists()
    assert ncre("photo", "check", mended).code == 0
    assert str(mended) in said.out


def test_what_cannot_be_mended_says_what_to_do_and_writes_nothing(
    ncre: Run, folder: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(jpeg(whole().crop((100, 20, 350, 300)).resize((750, 840))))
    out = tmp_path / "out.jpg"
    said = ncre("photo", "fix", cut, out)
    assert said.code == 2
    assert "[CROP_ABOVE]" in said.out
    assert not out.exists()


def test_files_that_are_not_there_are_told_in_words(ncre: Run, tmp_path: Path) -> None:
    missing = ncre("photo", "check", tmp_path / "none.jpg")
    assert (missing.code, "none.jpg 读不出" in missing.err) == (2, True)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "没有照片文件" in ncre("photo", "check", empty).err
