"""Every command of the command line goes through the door, and fails with one clear line."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from ncre.bootstrap import Container
from ncre.cli import projections
from ncre.rounds import bundled
from tests.cli.conftest import Run
from tests.support.people import SITE, WENJING, Clock, somebody

NUMBER = "78420019000001"


@pytest.fixture
def waiting(container: Container, ncre: Run) -> None:
    somebody(container).until_waiting()


@pytest.mark.usefixtures("waiting")
def test_a_reviewer_lists_shows_and_approves(ncre: Run) -> None:
    assert NUMBER in ncre("review", "list", "--as", "shenhe").out
    shown = ncre("review", "show", NUMBER, "--as", "shenhe")
    assert WENJING.name in shown.out
    assert "考生申请了信息审核" in shown.out
    approved = ncre("review", "approve", NUMBER, "--as", "shenhe")
    assert (approved.code, "审核通过" in approved.out) == (0, True)
    assert ncre("review", "list", "--as", "shenhe").out == ""


@pytest.mark.usefixtures("waiting")
def test_showing_a_case_is_recorded(ncre: Run) -> None:
    ncre("review", "show", NUMBER, "--as", "shenhe")
    assert "查看了考生的个人信息" in ncre("audit", "show", NUMBER).out


@pytest.mark.usefixtures("waiting")
def test_a_rejection_needs_its_reasons(ncre: Run) -> None:
    refused = ncre("review", "reject", NUMBER, "--as", "shenhe")
    assert (refused.code, refused.err) == (2, "ncre: 请至少选择一条不通过的原因。\n")
    rejected = ncre("review", "reject", NUMBER, "--as", "shenhe", "--reason", "P05", "--note", "请重拍")
    assert rejected.code == 0


@pytest.mark.usefixtures("waiting")
def test_a_refusal_is_one_line_in_the_language_asked_for(ncre: Run) -> None:
    said = ncre("--lang", "en", "review", "confirm", NUMBER, "--as", "shenhe")
    assert said.code == 2
    assert said.err.startswith("ncre: The registration is “Waiting for review”")
    assert said.err.count("\n") == 1


@pytest.mark.usefixtures("waiting")
def test_an_auditor_decides_nothing(ncre: Run) -> None:
    said = ncre("review", "approve", NUMBER, "--as", "shenji")
    assert said.code == 2


@pytest.mark.usefixtures("waiting")
def test_the_past_is_shown_masked_at_a_version_and_at_a_moment(ncre: Run) -> None:
    early = ncre("audit", "show", NUMBER, "--at", "v3")
    assert "已提交，待上传照片" in early.out
    assert WENJING.document_number not in early.out
    assert "考生申请了信息审核" in ncre("audit", "show", NUMBER, "--at", "2027-01-05 10:00").out
    told = json.loads(ncre("audit", "show", NUMBER, "--json").out)
    assert told["version"] == 5
    assert [fact["version"] for fact in told["history"]] == [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("at", ["yesterday", "v99", "2020-01-01 00:00"])
def test_a_past_that_is_not_there_is_explained(ncre: Run, at: str) -> None:
    said = ncre("audit", "show", NUMBER, "--at", at)
    assert said.code == 2
    assert said.err.startswith("ncre: ")


def test_an_unknown_registration_is_named_so(ncre: Run) -> None:
    assert ncre("audit", "show", "78420019999999").err == "ncre: 没有找到这份报名。请核对号码。\n"


def test_a_site_is_seated_for_those_who_paid(ncre: Run, container: Container) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    ncre("review", "approve", NUMBER, "--as", "shenhe")
    candidate.pays()
    assert ncre("seat", SITE, "--as", "shenhe").code == 2, "seats are the office's to draw"
    assert "1 人 2 科次" in ncre("seat", SITE, "--yes", "--as", "kaowu").out
    assert ncre("seat", SITE, "--yes", "--as", "kaowu").code == 2, "there is nothing left to seat"
    assert ncre("seat", "000000", "--yes", "--as", "kaowu").code == 2


def test_only_the_office_cancels(ncre: Run, container: Container) -> None:
    somebody(container).until_waiting()
    assert ncre("cancel", NUMBER, "--reason", "书面申请", "--as", "shenhe").code == 2
    assert ncre("cancel", NUMBER, "--reason", "书面申请", "--as", "kaowu").code == 0


def test_only_the_office_moves_a_registration_and_with_evidence(ncre: Run, container: Container) -> None:
    somebody(container).until_waiting()
    second = somebody(container, "second").account
    args = ("move", NUMBER, "--to", "second")
    assert ncre(*args, "--evidence", "核对身份证原件", "--as", "shenhe").code == 2
    assert ncre(*args, "--evidence", " ", "--as", "kaowu").code == 2
    assert ncre(*args, "--evidence", "x", "--as", "kaowu").code == 2, "one letter is no evidence"
    assert ncre("move", NUMBER, "--to", "nobody", "--evidence", "x", "--as", "kaowu").code == 2
    assert ncre(*args, "--evidence", "核对身份证原件", "--as", "kaowu").out.endswith("second\n")
    assert "转到了考生本人的另一账号" in ncre("audit", "show", NUMBER).out
    assert "转到了本账号" in ncre("user", "history", "second", "--as", "shenji").out
    assert container.accounts.find(second.id) is not None


def test_the_worker_does_one_round(ncre: Run, container: Container, clock: Clock) -> None:
    somebody(container).until_waiting()
    ncre("review", "approve", NUMBER, "--as", "shenhe")
    clock.advance(hours=25)
    assert ncre("worker", "--once").code == 0
    assert "未支付，报名失效" in ncre("audit", "show", NUMBER).out


def test_a_round_is_loaded_and_shown(ncre: Run) -> None:
    loaded = ncre("round", "load", str(bundled()), "--date", "2027-01-05", "--as", "kaowu", "--why", "开考")
    assert (loaded.code, "26 个考点" in loaded.out) == (0, True)
    assert "合成 synthetic" in ncre("round", "show").out
    assert len(json.loads(ncre("round", "show", "--json").out)["sites"]) == 26
    assert ncre("round", "show", "99").code == 2


def test_every_fault_of_a_round_is_listed_with_its_line_and_nothing_is_loaded(
    ncre: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "round"
    folder.mkdir()
    for file in bundled().parent.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    offers = folder / "offers.csv"
    offers.write_text(offers.read_text(encoding="utf-8") + "420019,99,0\n429901,24,x\n", encoding="utf-8")
    lines = len(offers.read_text(encoding="utf-8").splitlines())
    said = ncre("round", "load", str(folder / "round.toml"), "--as", "kaowu", "--why", "修订")
    assert said.code == 2
    assert f"offers.csv:{lines - 1}: " in said.err
    assert f"offers.csv:{lines}: " in said.err
    assert "v1" in ncre("round", "show").out.splitlines()[0]


def test_a_notice_is_posted_from_files(ncre: Run, tmp_path: Path) -> None:
    file = tmp_path / "notice.txt"
    file.write_text("考点今日关闭。", encoding="utf-8")
    by = ("--as", "kaowu", "--why", "当日关闭")
    posting = (*by, "--title", "通知", "--title-en", "Notice", "--file", str(file), "--file-en", str(file))
    assert ncre("round", "notice", "announcement", *posting).code == 0
    missing = (
        *by,
        "--title",
        "x",
        "--title-en",
        "x",
        "--file",
        str(tmp_path / "none"),
        "--file-en",
        str(file),
    )
    assert ncre("round", "notice", "guide", *missing).code == 2


def test_an_account_is_made_with_a_password_of_its_own(
    ncre: Run, container: Container, tmp_path: Path
) -> None:
    made = ncre("user", "add", "lisi", "--role", "candidate")
    name, role, password = made.out.split()
    assert (name, role) == ("lisi", "candidate")
    assert container.accounts.check("lisi", password) is not None
    file = tmp_path / "password"
    file.write_text("another long password\n")
    assert ncre("user", "password", "lisi", "--password-file", str(file)).code == 0
    assert container.accounts.check("lisi", "another long password") is not None
    assert ncre("user", "add", "lisi", "--role", "candidate").code == 2
    assert ncre("user", "add", "wangwu", "--role", "reviewer").code == 2
    assert ncre("user", "password", "nobody", "--password-file", str(file)).code == 2


def test_rows_are_checked_and_made_anew(ncre: Run, container: Container) -> None:
    somebody(container).until_waiting()
    assert ncre("projections", "check").out.endswith(" facts, 0 differences\n")
    with container.database.transaction() as connection:
        connection.execute(text("UPDATE registrations SET status = 'paid'"))
        connection.execute(text("UPDATE counters SET taken = taken + 1 WHERE key = 'seat:78:420019:66'"))
    wrong = ncre("projections", "check")
    assert wrong.code == 1
    assert "registrations.status" in wrong.out
    assert "counters.taken seat:78:420019:66: stored 2, the log says 1" in wrong.out
    assert ncre("projections", "rebuild").code == 0
    assert ncre("projections", "check").code == 0


def test_processes_share_a_rebuild(ncre: Run, container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small slices, so that there are some for each."""
    somebody(container).until_waiting()
    monkeypatch.setattr(projections, "rebuild_rows", partial(projections.rebuild_rows, size=3))
    with container.database.transaction() as connection:
        for table in ("timeline", "registrations", "claims", "review_index", "counters"):
            connection.execute(text(f"DELETE FROM {table}"))
    assert ncre("projections", "check").code == 1
    facts = container.command_handler.store.newest()
    said = ncre("projections", "rebuild", "--processes", "2")
    assert (said.code, said.out.split(",")[0]) == (0, f"{facts} facts")
    assert ncre("projections", "check").out.endswith(" facts, 0 differences\n")


def test_a_dropped_table_is_named_by_check_and_migrate_and_made_by_rebuild(
    ncre: Run, container: Container
) -> None:
    somebody(container).until_waiting()
    with container.database.transaction() as connection:
        connection.execute(text("DROP TABLE tickets"))
        connection.execute(text("DROP TABLE sessions"))
    for command in (("projections", "check"), ("migrate",)):
        said = ncre(*command)
        assert said.code == 1
        assert "missing: the table of tickets; make it anew: ncre projections rebuild" in said.out
        assert "missing: the table of sessions; it does not follow from facts" in said.out
    assert ncre("projections", "rebuild").code == 0
    assert "tickets" not in ncre("migrate").out


def test_a_damaged_database_is_never_said_to_be_without_differences(ncre: Run, container: Container) -> None:
    somebody(container).until_waiting()
    with container.database.transaction() as connection:
        connection.execute(text("DROP TRIGGER facts_never_updated"))
        connection.execute(text("UPDATE facts SET state = x'7b' WHERE version = 2"))
    said = ncre("projections", "check")
    assert said.code == 1
    assert "damaged: facts: stream" in said.out
    assert "Not to be trusted: facts." in said.out
    assert not said.out.endswith("0 differences\n")


def test_the_life_is_drawn(ncre: Run, tmp_path: Path) -> None:
    assert ncre("diagram").out.startswith("# The life of a registration")
    assert ncre("diagram", "--out", str(tmp_path / "life.md")).code == 0
    assert (tmp_path / "life.md").read_text(encoding="utf-8") == ncre("diagram").out


def test_tables_of_another_release_are_refused(
    ncre: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NCRE_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite'}")
    said = ncre("review", "list", "--as", "shenhe")
    assert said.code == 2
    assert "ncre migrate" in said.err
    assert ncre("migrate").code == 0
    assert ncre("round", "show").code == 2


@pytest.mark.usefixtures("waiting")
def test_the_history_at_the_shell_has_names_roles_and_what_was_opened(ncre: Run) -> None:
    ncre("review", "show", NUMBER, "--as", "shenhe")
    ncre("review", "approve", NUMBER, "--as", "shenhe")
    shown = ncre("audit", "show", NUMBER)
    assert shown.err == ""
    out = shown.out
    assert "考点审核员 shenhe  工作人员查看了考生的个人信息：报名页面（原因：信息审核）。" in out
    assert "考点审核员 shenhe  考点审核通过" in out
    told = json.loads(ncre("audit", "show", NUMBER, "--json").out)
    assert {fact["name"] for fact in told["history"]} == {"", "shenhe"}


@pytest.mark.usefixtures("waiting")
def test_a_second_reviewer_is_told_at_the_shell_whose_decision_it_was(ncre: Run) -> None:
    ncre("review", "approve", NUMBER, "--as", "shenhe")
    assert "作出同样的决定" not in ncre("review", "approve", NUMBER, "--as", "shenhe").out
    assert (
        "shenhe 已在 2027-01-05 10:00 作出同样的决定"
        in ncre("review", "approve", NUMBER, "--as", "kaowu").out
    )
