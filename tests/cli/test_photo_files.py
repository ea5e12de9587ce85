"""photos verify: what is lost is found and put back where it can be; what nobody names goes after a day."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from ncre.bootstrap import Container
from ncre.domain.registration.commands import ReplacePhoto
from tests.cli.conftest import Run
from tests.support.people import LIQIANG, Candidate, Clock, portrait, rejected, somebody
from tests.web.visitor import row_of


@pytest.fixture
def pictured(container: Container) -> list[Candidate]:
    people = [somebody(container), somebody(container, "liqiang", LIQIANG)]
    for one in people:
        one.until_waiting()
    return people


def file_of(container: Container, candidate: Candidate) -> Path:
    digest = row_of(container, candidate.id)["photo"]["digest"]
    return container.settings.photos / digest[:2] / digest[2:4] / digest


def aged(file: Path, clock: Clock, **age: float) -> None:
    at = (clock() - timedelta(**age)).timestamp()
    os.utime(file, (at, at))


def test_a_sound_folder_is_whole(ncre: Run, pictured: list[Candidate]) -> None:
    said = ncre("photos", "verify")
    assert said.code == 0
    assert "完好 / whole 2" in said.out


def test_missing_and_damaged_photos_are_named_by_their_registration(
    ncre: Run, container: Container, pictured: list[Candidate]
) -> None:
    first, second = pictured
    file_of(container, first).unlink()
    file_of(container, second).write_bytes(b"half")
    said = ncre("photos", "verify")
    assert said.code == 1
    assert f"丢失 / missing: {row_of(container, first.id)['number']}" in said.out
    assert f"损坏 / damaged: {row_of(container, second.id)['number']}" in said.out
    assert "考生登录后会被请重新上传" in said.out


def test_a_photo_that_was_replaced_is_named_as_one_of_the_history(
    ncre: Run, container: Container, pictured: list[Candidate]
) -> None:
    first, _ = pictured
    before = file_of(container, first)
    rejected(container, first)
    first.does(ReplacePhoto, photo=container.photos.take_in(first.account.id, portrait()).photo)
    assert file_of(container, first) != before
    before.unlink()
    said = ncre("photos", "verify")
    assert "丢失 / missing 1" in said.out
    assert f"{before.name[:12]} (以前的照片，只影响历史" in said.out
    assert "考生登录后会被请重新上传" not in said.out


def test_a_box_of_somebody_else_under_a_right_name_is_damage(
    ncre: Run, container: Container, pictured: list[Candidate]
) -> None:
    first, second = (file_of(container, one) for one in pictured)
    shutil.copyfile(second, first)
    assert "损坏 / damaged 1" in ncre("photos", "verify").out


def test_a_file_that_lies_elsewhere_and_one_of_a_backup_are_put_back(
    ncre: Run, container: Container, pictured: list[Candidate], tmp_path: Path
) -> None:
    first, second = (file_of(container, one) for one in pictured)
    backup = tmp_path / "backup"
    shutil.copytree(container.settings.photos, backup)
    shutil.move(first, container.settings.photos / "tmpabc")
    second.write_bytes(b"half")
    said = ncre("photos", "verify", "--from", str(backup))
    assert (said.code, "已修复 / put back 2" in said.out) == (0, True)
    for one in pictured:
        assert container.photos.show(one.account.id, row_of(container, one.id)["photo"]["digest"])


def test_a_damaged_backup_puts_nothing_back(
    ncre: Run, container: Container, pictured: list[Candidate], tmp_path: Path
) -> None:
    file_of(container, pictured[0]).write_bytes(b"half")
    shutil.copytree(container.settings.photos, tmp_path / "backup")
    assert ncre("photos", "verify", "--from", str(tmp_path / "backup")).code == 1


def test_a_file_that_no_fact_names_goes_after_a_day_and_not_before(
    ncre: Run, container: Container, clock: Clock, pictured: list[Candidate]
) -> None:
    orphan = container.settings.photos / "ab" / "cd" / ("abcd" + "0" * 60)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"an upload whose command was refused")
    for candidate in pictured:
        aged(file_of(container, candidate), clock, days=30)
    aged(orphan, clock, hours=23)
    assert "一天内的孤立文件 / orphans of less than a day 1" in ncre("photos", "verify").out
    aged(orphan, clock, hours=25)
    assert "孤立文件 / orphan: " in ncre("photos", "verify", "--keep").out
    assert orphan.exists()
    assert "已删除孤立文件 / orphan removed: " in ncre("photos", "verify").out
    assert not orphan.exists()
    assert ncre("photos", "verify").code == 0


def test_a_store_that_is_not_there_is_told_and_nothing_is_called_lost(
    ncre: Run, container: Container, pictured: list[Candidate]
) -> None:
    container.settings.photos.rename(container.settings.data / "unmounted")
    said = ncre("photos", "verify")
    assert said.code == 2
    assert "照片存储不能使用" in said.err
