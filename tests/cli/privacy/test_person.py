"""`ncre person` and `ncre keys` as an operator gives them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ncre.bootstrap import Container
from tests.cli.conftest import Run
from tests.services.erasure.traces import ACCOUNT_EMAIL, SAID, Traced, found
from tests.support.people import ROUND, Clock

WHY = ("--why", "来信 2027-15", "--as", "kaowu")


@pytest.fixture
def traced(container: Container) -> Traced:
    container.command_handler.photos = container.photos
    container.migrate()
    traced = Traced(container)
    traced.leaves_traces()
    return traced


def number_of(container: Container, traced: Traced) -> str:
    return container.erasures.erasure.of_account(traced.account.id).registrations[0]["number"]


def test_a_preview_changes_nothing_and_then_the_person_is_erased(
    ncre: Run, container: Container, traced: Traced
) -> None:
    number, newest = number_of(container, traced), container.command_handler.store.newest()
    previewed = ncre("person", "erase", number, "--preview")
    assert previewed.code == 0, previewed
    assert "照片 / photos 1, 草稿 / drafts 1, 材料 / papers 1, 通知 / letters 1" in previewed.out
    assert f"未缴费，将取消 / unpaid, will be cancelled: {number}" in previewed.out
    assert not [word for word in (SAID.name, SAID.document_number, ACCOUNT_EMAIL) if word in previewed.out]
    assert container.command_handler.store.newest() == newest
    erased = ncre("person", "erase", number, *WHY)
    assert (erased.code, erased.out) == (
        0,
        "已删除 / erased: 1 个账号 / accounts, 1 份报名 / registrations\n",
    )
    assert found(container, traced.photo) == []
    assert ncre("projections", "check").code == 0
    assert ncre("photos", "verify").code == 0
    again = ncre("person", "erase", number, *WHY)
    assert (again.code, again.out.startswith("此前已删除")) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((ACCOUNT_EMAIL, "--why", "来信"), "--as"),
        ((ACCOUNT_EMAIL, "--why", "来信", "--as", "shenhe"), "没有这项权限"),
        ((ACCOUNT_EMAIL, "--as", "kaowu"), "请写明原因"),
        ((ACCOUNT_EMAIL, "--why", f"{SAID.name}来信", "--as", "kaowu"), "原因会永久保存"),
        (("nobody@example.org", *WHY), "没有"),
        (("shenji", *WHY), "工作人员"),
    ],
)
def test_what_is_refused_is_one_line_and_erases_nobody(
    ncre: Run, container: Container, traced: Traced, arguments: tuple[str, ...], said: str
) -> None:
    refused = ncre("person", "erase", *arguments)
    assert refused.code == 2
    assert said in refused.err
    assert len(refused.err.splitlines()) == 1
    assert container.accounts.named(ACCOUNT_EMAIL) is not None


def test_who_paid_is_refused_with_the_date(ncre: Run, container: Container, traced: Traced) -> None:
    assert ncre("round", "retention", ROUND, "--keep-days", "180", *WHY).code == 0
    traced.pays()
    refused = ncre("person", "erase", ACCOUNT_EMAIL, *WHY)
    possible = container.erasures.erasure.possible_from(
        container.erasures.erasure.of_account(traced.account.id)
    )
    assert refused.code == 2
    assert possible is not None
    assert f"{possible.year}-{possible.month:02}" in refused.err
    assert "之后可以删除" in refused.err


def test_a_restored_backup_serves_nothing_until_erasures_are_done_again(
    ncre: Run, container: Container, traced: Traced, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert ncre("backup", "--out", str(tmp_path / "backup")).code == 0
    assert ncre("person", "erase", ACCOUNT_EMAIL, *WHY).code == 0
    elsewhere = tmp_path / "restored"
    monkeypatch.setenv("NCRE_DATA", str(elsewhere))
    monkeypatch.setenv("NCRE_DATABASE_URL", f"sqlite:///{elsewhere / 'ncre.sqlite'}")
    warned = ncre("restore", str(tmp_path / "backup"))
    assert warned.code == 0, warned
    assert "没有已删除人员的名单" in warned.out
    listed = container.settings.tombstones
    monkeypatch.setenv("NCRE_TOMBSTONES", str(listed))
    refused = ncre("projections", "check")
    assert refused.code == 2
    assert "ncre person reapply" in refused.err
    assert ncre("person", "reapply").code == 0
    assert ncre("projections", "check").code == 0
    files = [file for file in elsewhere.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if ACCOUNT_EMAIL.encode() in file.read_bytes()]


def test_a_restoration_with_the_list_does_erasures_again_by_itself(
    ncre: Run, container: Container, traced: Traced, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert ncre("backup", "--out", str(tmp_path / "backup")).code == 0
    assert ncre("person", "erase", ACCOUNT_EMAIL, *WHY).code == 0
    elsewhere = tmp_path / "restored"
    monkeypatch.setenv("NCRE_DATA", str(elsewhere))
    monkeypatch.setenv("NCRE_DATABASE_URL", f"sqlite:///{elsewhere / 'ncre.sqlite'}")
    done = ncre("restore", str(tmp_path / "backup"), "--erased", str(container.settings.tombstones))
    assert done.code == 0, done
    assert "重新删除 1 人" in done.out
    assert ncre("projections", "check").code == 0
    assert not [
        file
        for file in elsewhere.rglob("*")
        if file.is_file() and ACCOUNT_EMAIL.encode() in file.read_bytes()
    ]


def test_keys_are_rotated_checked_and_retired(
    ncre: Run, container: Container, traced: Traced, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NCRE_MASTER_KEYS", str(tmp_path / "keys" / "master.keys"))
    assert "1: 1" in ncre("keys", "check").out
    for number in (2, 3):
        rotated = ncre("keys", "rotate", "--why", "每年更换")
        assert rotated.code == 0, rotated
        assert f"主密钥 {number}" in rotated.out
        assert "1 把密钥已改由新主密钥保护" in rotated.out
    assert (tmp_path / "keys" / "master.keys").stat().st_mode & 0o077 == 0
    checked = ncre("keys", "check")
    assert (checked.code, "3: 1" in checked.out) == (0, True)
    assert ncre("keys", "retire", "3").code == 2
    assert ncre("keys", "retire", "2").code == 0
    assert ncre("projections", "check").code == 0
    monkeypatch.setenv("NCRE_MASTER_KEYS", str(tmp_path / "nowhere"))
    lost = ncre("projections", "check")
    assert lost.code == 2
    assert "缺少主密钥 3" in lost.err


def test_an_address_of_a_candidate_does_not_get_into_the_log_of_commands(
    ncre: Run, container: Container, traced: Traced, tmp_path: Path
) -> None:
    (tmp_path / "new").write_text("another long password\n")
    changed = ncre("user", "password", ACCOUNT_EMAIL, "--password-file", str(tmp_path / "new"), *WHY)
    assert changed.code == 0, changed
    told = ncre("audit", "commands", "--as", "shenji").out
    assert str(traced.account.id) in told
    assert ACCOUNT_EMAIL not in told


def test_what_a_schedule_would_do_is_shown_and_done(
    ncre: Run, container: Container, traced: Traced, clock: Clock
) -> None:
    traced.pays()
    days = ("--keep-days", "180", "--erase-days", "365", *WHY)
    assert ncre("round", "retention", ROUND, *days).code == 0
    assert ncre("round", "retention", ROUND, "--keep-days", "180", "--erase-days", "30", *WHY).code == 2
    assert "起删除 1 人" in ncre("person", "due").out
    clock.advance(days=600)
    assert "将删除 1 人" in ncre("person", "due", "--round", ROUND).out
    assert "已删除 1 人" in ncre("person", "due", "--run").out
    assert found(container, traced.photo) == []
    assert "到期删除：已删除 1 人" in "".join(_timeline(container))


def _timeline(container: Container) -> list[str]:
    from ncre.domain.exam.plan import round_id
    from ncre.events.erasure import retention_of
    from ncre.projections.audit import timeline

    with container.database.reading() as connection:
        return [told["zh"] for told in timeline.story(connection, retention_of(round_id(ROUND)))]
