"""Seating from the command line: look first, then draw the same; one site or all; the lists of its halls."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from ncre.bootstrap import Container
from ncre.domain.seating.sittings import sitting_name
from ncre.events.registration_values import Details
from ncre.projections.audit import timeline
from ncre.projections.seating import tickets
from tests.cli.conftest import Run
from tests.handlers.ground import revise
from tests.support.people import LIQIANG, ROUND, SITE, WENJING, Candidate, approved, bundled_round, somebody


def paid(container: Container, name: str = "wenjing", details: Details = WENJING) -> Candidate:
    candidate = somebody(container, name, details)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    return candidate


def seats(container: Container) -> set[str]:
    with container.database.reading() as connection:
        return {row["ticket"] for row in tickets.taken_at(connection, ROUND, SITE)}


@pytest.fixture
def waiting(container: Container) -> None:
    paid(container)
    paid(container, "liqiang", LIQIANG)


@pytest.mark.usefixtures("waiting")
def test_a_preview_counts_and_seats_nobody(ncre: Run, container: Container) -> None:
    said = ncre("seat", SITE, "--preview", "--as", "kaowu")
    assert said.code == 0
    assert "待编排 2 人 4 科次" in said.out
    assert len(re.findall(r"^    \d{4}  ", said.out, re.MULTILINE)) == 2, (
        "two batches, one room; no empty halls"
    )
    assert said.out.index("考场 halls") < said.out.index("第 "), "totals of the days come first"
    assert sum(map(int, re.findall(r"\+ *(\d+) /", said.out))) == 4
    assert seats(container) == set()


@pytest.mark.usefixtures("waiting")
def test_the_seed_of_the_preview_draws_what_it_showed(ncre: Run, container: Container) -> None:
    shown = ncre("seat", SITE, "--preview", "--as", "kaowu").out
    (seed,) = re.findall(r"种子 (\d+)", shown)
    assert ncre("seat", SITE, "--preview", "--seed", seed, "--as", "kaowu").out == shown
    assert "2 人 4 科次" in ncre("seat", SITE, "--seed", seed, "--yes", "--as", "kaowu").out
    taken = {f"{hall}" for hall in re.findall(r"^    (\d{4})    0 \+ +[1-9]", shown, re.MULTILINE)}
    assert {ticket[10:14] for ticket in seats(container)} == taken


@pytest.mark.usefixtures("waiting")
def test_a_shortage_is_shown_and_fails(ncre: Run, container: Container) -> None:
    batches = bundled_round()[1][SITE].plan.batches
    revise(container, SITE, rooms={"A": 1}, batches=batches[:2])
    for command in (("seat", SITE, "--preview"), ("seat", SITE)):
        said = ncre(*command, "--as", "kaowu")
        assert said.code == 2
        assert "还有 2 人次没有座位" in said.err
        assert "每个批次至少再增加 1 个座位" in said.err
    assert seats(container) == set()


@pytest.mark.usefixtures("waiting")
def test_all_sites_are_seated_and_one_that_cannot_be_does_not_keep_the_others_waiting(
    ncre: Run, container: Container
) -> None:
    assert ncre("seat", "all", "--yes", "--as", "kaowu").code == 0
    assert len(seats(container)) == 4
    paid(container, "late", replace(WENJING, document_number="E1234567", document_type="passport"))
    revise(container, SITE, rooms={})
    said = ncre("seat", "all", "--yes", "--as", "kaowu")
    assert said.code == 1
    assert f"{SITE}  考点 {SITE} 没有机房" in said.out
    assert "429901  考点 429901 没有需要编排的考生" in said.out


@pytest.mark.usefixtures("waiting")
def test_the_lists_of_a_site_are_two_files_a_sitting_and_a_recorded_look(
    ncre: Run, container: Container, tmp_path: Path
) -> None:
    batches = bundled_round()[1][SITE].plan.batches[:2]
    names = [sitting_name(batch.starts_at, batch.ends_at) for batch in batches]
    revise(container, SITE, rooms={"A": 9}, batches=batches)
    ncre("seat", SITE, "--yes", "--as", "kaowu")
    said = ncre("seat", "lists", "--site", SITE, "--out", str(tmp_path / "out"), "--as", "shenhe")
    assert said.code == 0
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        f"78-{SITE}-{name}-{kind}.pdf" for name in names for kind in ("doors", "seats")
    ]
    pdf = (tmp_path / "out" / f"78-{SITE}-{names[0]}-seats.pdf").read_bytes()
    read = "".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())
    assert WENJING.name in read
    assert LIQIANG.name in read
    with container.database.reading() as connection:
        (first, *_) = tickets.seats_in(connection, ROUND, SITE, batches[0].starts_at, batches[0].ends_at)
        story = timeline.story(connection, first["registration"])
    assert [told["topic"] for told in story].count("access.details_viewed") == 2, "once for each batch"


def test_lists_need_a_site_a_folder_seats_and_somebody_of_the_site(
    ncre: Run, container: Container, tmp_path: Path
) -> None:
    assert ncre("seat", "lists", "--site", SITE, "--as", "shenhe").code == 2
    wanted = ("seat", "lists", "--site", SITE, "--out", str(tmp_path / "out"), "--as")
    assert "还没有编排" in ncre(*wanted, "shenhe").err
    paid(container)
    ncre("seat", SITE, "--yes", "--as", "kaowu")
    assert ncre(*wanted, "shenji").code == 2
    assert ncre("seat", "lists", "--site", "429901", *wanted[4:], "shenhe").code == 2
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").touch()
    assert (
        "不能写入"
        in ncre("seat", "lists", "--site", SITE, "--out", str(tmp_path / "file"), "--as", "shenhe").err
    )


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("seed", ["x", "-1", "1000000000", "", str(2**70), "１"])
def test_a_seed_that_is_none_is_refused_in_words(ncre: Run, container: Container, seed: str) -> None:
    for more in ((), ("--preview",)):
        said = ncre("seat", SITE, f"--seed={seed}", *more, "--yes", "--as", "kaowu")
        assert said.code == 2
        assert "随机种子应为 0 至 999999999 的整数" in said.err
    assert seats(container) == set()


@pytest.mark.usefixtures("waiting")
def test_what_a_digest_stands_for_is_done_or_nothing(ncre: Run, container: Container) -> None:
    shown = ncre("seat", SITE, "--preview", "--seed", "7", "--as", "kaowu").out
    (digest,) = re.findall(r"digest  (\w{64})", shown)
    command = ("seat", SITE, "--seed", "7", "--digest", digest, "--as", "kaowu")
    assert ncre("seat", SITE, "--digest", digest, "--as", "kaowu").code == 2, "the seed is missing"
    paid(container, "late", replace(WENJING, document_number="E1234567", document_type="passport"))
    said = ncre(*command)
    assert said.code == 2
    assert "预览之后情况有变" in said.err
    assert seats(container) == set()
    shown = ncre("seat", SITE, "--preview", "--seed", "7", "--as", "kaowu").out
    (digest,) = re.findall(r"digest  (\w{64})", shown)
    assert ncre("seat", SITE, "--seed", "7", "--digest", digest, "--as", "kaowu").code == 0
    assert len(seats(container)) == 6


@pytest.mark.usefixtures("waiting")
def test_open_windows_and_people_not_confirmed_are_told_before_seating(ncre: Run) -> None:
    for more in (("--preview",), ()):
        said = ncre("seat", SITE, *more, "--yes", "--as", "kaowu").out
        assert "支付还没有结束（至" in said
        assert "有 2 人还没有现场确认" in said


@pytest.mark.usefixtures("waiting")
def test_chosen_batches_and_rooms_and_those_that_are_not_there(ncre: Run, container: Container) -> None:
    room = bundled_round()[1][SITE].plan.rooms[1].name
    assert ncre("seat", SITE, "--batch", "2", "4", "--room", "nowhere", "--yes", "--as", "kaowu").code == 2
    assert seats(container) == set()
    said = ncre("seat", SITE, "--batch", "2", "4", "--room", room, "--yes", "--as", "kaowu")
    assert said.code == 0
    with container.database.reading() as connection:
        found = {(row["batch"], row["room"]) for row in tickets.taken_at(connection, ROUND, SITE)}
    assert found == {(2, room), (4, room)}


def test_nobody_seated_is_no_success(ncre: Run) -> None:
    said = ncre("seat", SITE, "--yes", "--as", "kaowu")
    assert said.code == 2
    assert "没有需要编排的考生" in said.err
    assert ncre("seat", "all", "--yes", "--as", "kaowu").code == 1


@pytest.mark.usefixtures("waiting")
def test_nobody_is_seated_who_was_not_shown_and_confirmed(
    ncre: Run, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ncre("seat", SITE, "--as", "kaowu")
    assert (told.code, seats(container)) == (2, set()), "a script has nobody to ask"
    confirmed = re.search(r"--seed (\d+) --digest ([0-9a-f]{64})", told.err)
    assert confirmed is not None
    assert confirmed[2] in told.out
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)

    def answers(text: str) -> Callable[[str], str]:
        return lambda question: asked.append(question) or text

    for answer in ("", "n", "no"):
        monkeypatch.setattr("builtins.input", answers(answer))
        assert ncre("seat", SITE, "--as", "kaowu").code == 1
    assert (seats(container), len(asked)) == (set(), 3)
    monkeypatch.setattr("builtins.input", answers("y"))
    said = ncre("seat", SITE, "--as", "kaowu")
    assert said.code == 0
    (seed,) = re.findall(r"种子 (\d+)", said.out)
    with container.database.reading() as connection:
        drawn = connection.exec_driver_sql(
            "SELECT state FROM facts WHERE topic = 'exam.seats_drawn'"
        ).scalar()
    assert seed.encode() in bytes(drawn or b""), "drawn from the seed that was shown"


@pytest.mark.usefixtures("waiting")
def test_what_changes_between_look_and_answer_is_shown_anew(
    ncre: Run, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)

    def changes(_: str) -> str:
        revise(container, SITE, rooms={"A": 9})
        return "y"

    monkeypatch.setattr("builtins.input", changes)
    said = ncre("seat", SITE, "--as", "kaowu")
    assert (said.code, seats(container)) == (2, set())
