"""Loading a round: the whole of it, or every fault with its file and line, and nothing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ncre.rounds import bundled
from ncre.rounds.loader import RoundFileFaults, load_round
from ncre.rounds.times import moment

TODAY = date(2026, 11, 23)

Edit = Callable[[str], str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled round to spoil."""
    for file in bundled().parent.iterdir():
        shutil.copyfile(file, tmp_path / file.name)
    return tmp_path


def spoil(folder: Path, file: str, edit: Edit) -> None:
    path = folder / file
    before = path.read_text(encoding="utf-8")
    after = edit(before)
    assert after != before, "the edit changed nothing"
    path.write_text(after, encoding="utf-8")


def line_of(folder: Path, file: str, start: str, nth: int = 1) -> int:
    """The line on which the nth line that begins so stands."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, 1) if line.startswith(start)][nth - 1]


def told(folder: Path) -> list[str]:
    with pytest.raises(RoundFileFaults) as refused:
        load_round(folder / "round.toml", TODAY)
    assert all(fault.say("zh") != fault.say("en") for fault in refused.value.faults)
    return [fault.say("en") for fault in refused.value.faults]


def replaced(old: str, new: str) -> Edit:
    return lambda text: text.replace(old, new, 1)


def window(name: str, opens: str, closes: str) -> Edit:
    new = f'{name} = {{ opens = "{opens}", closes = "{closes}" }}'
    return lambda text: re.sub(rf"(?m)^{name} = {{.*$", new, text)


def test_faults_of_every_file_are_told_together(folder: Path) -> None:
    spoil(folder, "round.toml", replaced('code = "78"', 'code = "seventy-eight"'))
    spoil(folder, "round.toml", window("review", "today", "today+12d 17:00"))
    spoil(folder, "subjects.csv", replaced(",90,listed,35", ",90,listed,99"))
    spoil(folder, "offers.csv", lambda text: text + "429999,14,10\n420019,99,0\n")
    spoil(folder, "rooms.csv", replaced("420019,第1机房,45", "420019,第1机房,100"))
    spoil(folder, "policies.csv", replaced("429906,yes", "429906,perhaps"))
    end = len((folder / "offers.csv").read_text(encoding="utf-8").splitlines())
    site, review = line_of(folder, "policies.csv", "429906"), line_of(folder, "round.toml", "review = {")
    assert told(folder) == [
        f"offers.csv:{end - 1}: the site '429999' does not exist",
        f"offers.csv:{end}: 'quota' must be a whole number from 1 to 1000000, not '0'",
        f"offers.csv:{end}: the subject '99' does not exist",
        f"policies.csv:{site}: 'review' must be one of yes/no (or TRUE/FALSE, 是/否), not 'perhaps'",
        "rooms.csv:2: 'seats' must be a whole number from 1 to 99, not '100'",
        f"round.toml:{line_of(folder, 'round.toml', 'code')}: 'round.code' must be two digits, 01 to 99, not 'seventy-eight'",
        f"round.toml:{review}: 'windows.review.opens' must be a time like '2027-01-05 09:00' or 'today+9d 17:00', not 'today'",
        f"subjects.csv:{line_of(folder, 'subjects.csv', '4,41')}: the prerequisite 99 is not in the catalogue",
    ]


def test_the_line_of_a_batch_is_its_own_and_not_that_of_the_first(folder: Path) -> None:
    fifth = line_of(folder, "round.toml", "[[batches]]", 5)
    spoil(folder, "round.toml", replaced("today+21d 08:00", "tomorrow 08:00"))
    assert [fault.split(": ")[0] for fault in told(folder)] == [f"round.toml:{fifth + 1}"]


def test_batches_that_overlap_are_refused_at_the_later_one(folder: Path) -> None:
    second = line_of(folder, "round.toml", "[[batches]]", 2)
    spoil(folder, "round.toml", replaced("today+20d 10:20", "today+20d 09:59"))
    assert [fault.split(": ")[0] for fault in told(folder)] == [f"round.toml:{second}"]


def test_nobody_sits_before_paying_ends(folder: Path) -> None:
    spoil(folder, "round.toml", window("payment", "today-1d 08:00", "today+20d 09:00"))
    first = line_of(folder, "round.toml", "[[batches]]")
    begins = "begins (2026-12-13 08:00) before 'payment' ends (2026-12-13 09:00)"
    assert told(folder) == [f"round.toml:{first}: 'batches 1' {begins}"]


def test_a_window_that_is_missing_is_told_at_its_section(folder: Path) -> None:
    spoil(folder, "round.toml", lambda text: re.sub(r"(?m)^printing = .*\n", "", text))
    section = line_of(folder, "round.toml", "[windows]")
    assert told(folder) == [f"round.toml:{section}: 'windows.printing' is missing"]


def test_a_level_without_its_fee_is_told_at_each_of_its_subjects(folder: Path) -> None:
    spoil(folder, "round.toml", replaced("level = 4\n", "level = 3\n"))
    faults = told(folder)
    assert faults[0] == (
        f"round.toml:{line_of(folder, 'round.toml', '[[fees]]', 4)}: the fee of level 3 is repeated"
    )
    fourth = line_of(folder, "subjects.csv", "4,41")
    assert faults[1:] == [f"subjects.csv:{fourth + n}: there is no fee for level 4" for n in range(5)]


@pytest.mark.parametrize("section", ["round", "windows", "policy", "agreement"])
def test_a_missing_section_is_told_once_as_such(folder: Path, section: str) -> None:
    spoil(folder, "round.toml", replaced(f"[{section}]\n", f"[{section}-other]\n"))
    assert f"round.toml: the section [{section}] is missing" in told(folder)


@pytest.mark.parametrize("name", ["fees", "batches", "notices"])
def test_a_list_of_something_else_is_told_and_not_tripped_over(folder: Path, name: str) -> None:
    spoil(
        folder,
        "round.toml",
        lambda text: f"{name} = [1]\n" + text.replace(f"[[{name}]]", f"[[other-{name}]]"),
    )
    assert f"round.toml:1: there is no [[{name}]]" in told(folder)


def test_a_round_may_be_without_notices_and_is_cautioned(folder: Path) -> None:
    spoil(folder, "round.toml", lambda text: re.sub(r"(?s)\[\[notices\]\].*?(?=\n\[|\Z)", "", text))
    loaded = load_round(folder, TODAY)
    assert loaded.notices == ()
    assert "no notices: nothing is told before sign-in" in [one.words.en for one in loaded.cautions]


def test_a_notice_of_a_kind_that_was_there_is_told(folder: Path) -> None:
    spoil(folder, "round.toml", replaced('kind = "guide"', 'kind = "announcement"'))
    line = line_of(folder, "round.toml", "[[notices]]", 2)
    assert told(folder) == [f"round.toml:{line}: the notice 'announcement' is repeated"]


@pytest.mark.parametrize("file", ["subjects.csv", "sites.csv", "offers.csv", "rooms.csv", "policies.csv"])
def test_a_line_repeated_is_told_with_the_first(folder: Path, file: str) -> None:
    spoil(folder, file, lambda text: text + text.splitlines()[1] + "\n")
    last = len((folder / file).read_text(encoding="utf-8").splitlines())
    assert told(folder) == [f"{file}:{last}: repeats line 2"]


def test_a_site_that_offers_subjects_needs_a_room(folder: Path) -> None:
    spoil(folder, "rooms.csv", lambda text: re.sub(r"(?m)^420019,.*\n", "", text))
    assert told(folder) == ["sites.csv:2: offers subjects but has no room (rooms.csv)"]


@pytest.mark.parametrize("file", ["subjects.csv", "sites.csv", "offers.csv", "rooms.csv", "policies.csv"])
def test_a_damaged_file_is_told_without_the_faults_that_follow_from_it(folder: Path, file: str) -> None:
    lines = (folder / file).read_bytes().split(b"\n")
    (folder / file).write_bytes(b"\n".join([lines[0], "武汉".encode() * 9 + b"\xff", *lines[1:]]))
    assert told(folder) == [f"{file}:2: holds bytes that are no text: ff0a; save it as UTF-8"]


@pytest.mark.parametrize("file", ["round.toml", "offers.csv"])
def test_a_file_that_is_missing_is_told(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert told(folder) == [f"{file}: cannot be found"]


def test_a_missing_column_and_a_ragged_line_are_told(folder: Path) -> None:
    spoil(folder, "rooms.csv", replaced("seats", "chairs"))
    spoil(folder, "sites.csv", replaced("140027,太原工业学院,山西", "140027,太原工业学院"))
    faults = told(folder)
    assert "rooms.csv:1: the column 'seats' is missing" in faults
    assert "sites.csv:3: has 9 columns instead of 10" in faults


@pytest.mark.parametrize(
    ("cell", "fault"),
    [("\0", "'province' must be a text"), ("x" * 200_000, "is not valid CSV"), ('"x', "is not valid CSV")],
)
def test_no_cell_makes_the_reading_trip(folder: Path, cell: str, fault: str) -> None:
    spoil(folder, "sites.csv", replaced("湖北", cell))
    assert told(folder)[0].startswith(f"sites.csv:2: {fault}")


def test_what_is_no_toml_is_told_with_its_line(folder: Path) -> None:
    spoil(folder, "round.toml", replaced("[policy]", "[policy"))
    assert told(folder)[0].startswith(
        f"round.toml:{line_of(folder, 'round.toml', '[policy')}: is not valid TOML"
    )


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2027-01-05 09:00", datetime(2027, 1, 5, 1, tzinfo=UTC)),
        ("today 08:00", datetime(2026, 11, 23, 0, tzinfo=UTC)),
        ("today-1d 07:00", datetime(2026, 11, 21, 23, tzinfo=UTC)),
        ("today+9d 17:00", datetime(2026, 12, 2, 9, tzinfo=UTC)),
    ],
)
def test_wall_time_becomes_utc(text: str, utc: datetime) -> None:
    found = moment(text, TODAY)
    assert found == utc
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "today", "tomorrow 08:00", "2027-02-30 08:00", "2027-01-05 24:00", "today+9999999999d 08:00"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment(text, TODAY) is None


@pytest.mark.parametrize(
    ("file", "old", "new", "told_of"),
    [
        ("subjects.csv", ",66,", ",101,", "'code' must be two digits, 01 to 99, not '101'"),
        ("subjects.csv", ",66,", ",6,", "'code' must be two digits, 01 to 99, not '6'"),
        ("subjects.csv", ",66,", ",６６,", "'code' must be two digits, 01 to 99, not '６６'"),
        (
            "round.toml",
            'code = "78"',
            'code = "00"',
            "'round.code' must be two digits, 01 to 99, not '00'",
        ),
        (
            "round.toml",
            'code = "78"',
            'code = "７８"',
            "'round.code' must be two digits, 01 to 99, not '７８'",
        ),
        ("sites.csv", "420019,", "42001,", "'code' must be six digits that are not all 0, not '42001'"),
        (
            "rooms.csv",
            "420019,第1机房,45",
            "420019,第1机房,100",
            "'seats' must be a whole number from 1 to 99",
        ),
        (
            "rooms.csv",
            "420019,第1机房,45",
            f"420019,第1机房,{'9' * 5000}",
            "'seats' must be a whole number from 1",
        ),
        (
            "rooms.csv",
            "420019,第1机房,45",
            f"420019,{'x' * 81},45",
            "'room' must be a text of 1 to 20 characters",
        ),
    ],
)
def test_what_numbers_on_paper_are_made_of_is_held_to_its_form(
    folder: Path, file: str, old: str, new: str, told_of: str
) -> None:
    line = next(
        number
        for number, text in enumerate((folder / file).read_text(encoding="utf-8").splitlines(), 1)
        if old in text
    )
    spoil(folder, file, replaced(old, new))
    assert any(said.startswith(f"{file}:{line}: {told_of}") for said in told(folder))


def test_more_halls_than_have_numbers_are_told(folder: Path) -> None:
    rooms = "".join(f"420019,机房{number},9\n" for number in range(10_000))
    spoil(folder, "rooms.csv", lambda text: text + rooms)
    line = line_of(folder, "sites.csv", "420019")
    assert any(
        said.startswith(f"sites.csv:{line}: the halls of a site (rooms x sittings)") for said in told(folder)
    )


def test_a_round_names_the_kinds_of_documents_that_it_accepts(folder: Path) -> None:
    written = re.compile(r"(?ms)^documents = \[.*?^\]\n")
    spoil(folder, "round.toml", lambda text: written.sub('documents = ["resident_id", "passport"]\n', text))
    loaded = load_round(folder / "round.toml", TODAY)
    assert loaded.plan.documents == ("resident_id", "passport")
    spoil(folder, "round.toml", lambda text: re.sub(r"(?m)^documents = .*\n", "", text))
    assert "permanent_residence" in load_round(folder / "round.toml", TODAY).plan.documents


@pytest.mark.parametrize(
    "given", ["[]", '["officer_card"]', '["passport", "passport"]', '"passport"', "[[]]"]
)
def test_a_kind_of_document_that_is_unknown_is_told_with_its_line(folder: Path, given: str) -> None:
    written = re.compile(r"(?ms)^documents = \[.*?^\]\n")
    spoil(folder, "round.toml", lambda text: written.sub(f"documents = {given}\n", text))
    line = line_of(folder, "round.toml", "documents")
    (fault,) = told(folder)
    assert fault.startswith(f"round.toml:{line}") or f"{line}" in fault
    assert "permanent_residence" in fault
