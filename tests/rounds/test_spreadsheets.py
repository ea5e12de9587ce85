"""Round tables as spreadsheets save them: their encodings, their delimiters, their yes and their times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import to_excel

from ncre.rounds.encodings import encoding_of
from ncre.rounds.loader import LoadedRound, load_round
from ncre.rounds.times import moment
from tests.rounds.fault_table import TODAY, copied, faults_of

TABLES = ("subjects.csv", "sites.csv", "offers.csv", "rooms.csv", "policies.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copied(tmp_path)


def rewrite(folder: Path, change: Callable[[str], bytes], *names: str) -> None:
    for name in names or TABLES:
        path = folder / name
        path.write_bytes(change(path.read_text(encoding="utf-8")))


def tabs(text: str) -> str:
    return text.replace(",", "\t").replace("\n", "\r\n")


def loaded(folder: Path) -> LoadedRound:
    return load_round(folder, TODAY)


SAVED: dict[str, Callable[[str], bytes]] = {
    "CSV of a Chinese system (GBK)": lambda text: text.replace("\n", "\r\n").encode("gbk"),
    "GB 18030": lambda text: text.encode("gb18030"),
    "CSV UTF-8 with its mark": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    "Unicode text: UTF-16 with its mark, tabs": lambda text: b"\xff\xfe" + tabs(text).encode("utf-16-le"),
    "UTF-16, the other order": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-16 without its mark": lambda text: text.encode("utf-16-le"),
    "UTF-16 without its mark, the other order": lambda text: text.encode("utf-16-be"),
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "semicolons that a line before names": lambda text: b"sep=;\r\n" + text.replace(",", ";").encode(),
    "line ends of an old Macintosh": lambda text: text.replace("\n", "\r").encode(),
    "empty cells at the end": lambda text: text.replace("\n", ",,\n").encode(),
    "empty lines at the end": lambda text: (text + ",,,\n\n,\n").encode(),
    "a header in capitals": lambda text: (
        text.split("\n", 1)[0].upper() + "\n" + text.split("\n", 1)[1]
    ).encode(),
}


@pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED)
def test_a_table_is_read_as_it_was_saved(folder: Path, saved: Callable[[str], bytes]) -> None:
    before = loaded(folder)
    rewrite(folder, saved)
    assert loaded(folder) == before


@pytest.mark.parametrize("name", ["sites.csv", "subjects.csv", "rooms.csv", "round.toml"])
def test_damaged_utf_8_is_not_taken_for_gb_18030(folder: Path, name: str) -> None:
    raw = (folder / name).read_bytes()
    begins = [place for place, byte in enumerate(raw) if byte > 0xE0]
    for place in begins[:: max(1, len(begins) // 100)]:
        assert encoding_of(raw[: place + 1] + raw[place + 2 :]) == "utf-8"


@pytest.mark.parametrize(
    "word", ["武汉", "太原工业学院", "第1机房", "黄冈师范学院", "计算机基础及WPS Office应用"]
)
def test_a_few_characters_are_enough_to_know_gbk(word: str) -> None:
    assert encoding_of(f"a,{word}\n".encode("gbk")) == "gb18030"
    assert encoding_of(f"a,{word}\n".encode()) == "utf-8"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig"])
def test_the_toml_file_may_be_saved_by_an_editor_of_a_chinese_system(folder: Path, encoding: str) -> None:
    before = loaded(folder)
    rewrite(folder, lambda text: text.encode(encoding), "round.toml")
    assert loaded(folder) == before


def test_the_line_of_a_fault_is_right_in_every_encoding(folder: Path) -> None:
    for encoding in ("gbk", "utf-16"):
        text = (
            (copied(folder) / "rooms.csv").read_text(encoding="utf-8").replace("第2机房,45", "第2机房,450", 1)
        )
        (folder / "rooms.csv").write_bytes(text.encode(encoding))
        assert [fault.line for fault in faults_of(folder)] == [3]


@pytest.mark.parametrize("yes", ["YES", "TRUE", "True", "是", "1", "ＹＥＳ", " yes "])
@pytest.mark.parametrize("no", ["NO", "FALSE", "否", "0"])
def test_yes_and_no_are_what_spreadsheets_make_of_them(folder: Path, yes: str, no: str) -> None:
    before = loaded(folder)

    def written(text: str) -> bytes:
        return re.sub(r"\bno\b", no, re.sub(r"\byes\b", yes, text)).encode()

    rewrite(folder, written, "sites.csv", "policies.csv")
    assert loaded(folder) == before


@pytest.mark.parametrize("seats", ["45.0", "45.00", "４５", '"45 "', "4.5E+01"])
def test_whole_numbers_are_what_spreadsheets_make_of_them(folder: Path, seats: str) -> None:
    before = loaded(folder)
    rewrite(folder, lambda text: text.replace("第1机房,45", f"第1机房,{seats}", 1).encode(), "rooms.csv")
    assert loaded(folder) == before


def test_thousands_may_be_set_apart(folder: Path) -> None:
    before = loaded(folder)
    rewrite(folder, lambda text: text.replace(",1500", ',"1,500"').encode(), "policies.csv")
    assert loaded(folder) == before


NINE = datetime(2027, 1, 5, 1, 0, tzinfo=UTC)
EVENING = datetime(2027, 1, 5, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2027/1/5 9:00", NINE),
        ("2027/01/05 09:00:00", NINE),
        ("2027-1-5 9:00", NINE),
        ("2027.1.5 9:00", NINE),
        ("2027年1月5日 9:00", NINE),
        ("2027年1月5日9:00", NINE),
        ("2027-01-05T09:00:00", NINE),
        ("2027/1/5 上午9:00", NINE),
        ("2027/1/5 9:00 AM", NINE),
        ("２０２７／１／５　９：００", NINE),
        ("2027/1/5  9:00", NINE),
        ("46392.375", NINE),
        ("2027/1/5 下午5:30", EVENING),
        ("2027/1/5 5:30 PM", EVENING),
        ("46392.7291666667", EVENING),
        ("2027/1/5 12:30 AM", datetime(2027, 1, 4, 16, 30, tzinfo=UTC)),
        ("2027/1/5 下午12:30", datetime(2027, 1, 5, 4, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_what_spreadsheets_make_of_it(text: str, utc: datetime) -> None:
    assert moment(text, TODAY) == utc


@pytest.mark.parametrize(
    "text",
    [
        "1/5/2027 9:00",
        "5-1-27 9:00",
        "2027/1/5",
        "9:00",
        "2027/13/5 9:00",
        "2027/1/5 13:00 PM",
        "2027/1/5 0:30 AM",
    ]
    + ["2027/1/5 上午9:00 AM", "2027/1/5 9:00:30", "########", "99999.5", "0.375", "4639", "46392.375.1"],
)
def test_what_may_be_two_times_is_none(text: str) -> None:
    assert moment(text, TODAY) is None


def test_serial_numbers_are_those_of_a_spreadsheet_library() -> None:
    for day in range(0, 20_000, 97):
        wall = datetime(2020 + day % 70, 1 + day % 12, 1 + day % 28, day % 24, day % 60)  # noqa: DTZ001
        found = moment(f"{to_excel(wall):.10f}", TODAY)
        assert found == moment(wall.strftime("%Y-%m-%d %H:%M"), TODAY)


def test_batches_may_stand_in_a_table_with_times_of_a_spreadsheet(folder: Path) -> None:
    without = re.sub(
        r"(?s)\[\[batches\]\]\nopens.*?(?=\[agreement\])", "", (folder / "round.toml").read_text("utf-8")
    )
    (folder / "round.toml").write_text(without, encoding="utf-8")
    rows = ["2026/12/13 8:00,2026/12/13 10:00", "46369.4305555556,2026年12月13日 12:20"]
    (folder / "batches.csv").write_bytes("\r\n".join(["opens,closes", *rows]).encode("gbk"))
    batches = loaded(folder).sites[0].batches
    assert [batch.starts_at for batch in batches] == [
        datetime(2026, 12, 13, 0, 0, tzinfo=UTC),
        datetime(2026, 12, 13, 2, 20, tzinfo=UTC),
    ]
    (folder / "batches.csv").write_bytes(
        b"opens,closes\n2026/12/13 8:00,2026/12/13 10:00\n2026/12/13 9:00,tomorrow\n"
    )
    assert [(fault.file, fault.line) for fault in faults_of(folder)] == [("batches.csv", 3)]


def test_batches_stand_in_one_place_only(folder: Path) -> None:
    (folder / "batches.csv").write_text("opens,closes\n2026/12/13 8:00,2026/12/13 10:00\n", encoding="utf-8")
    assert [fault.words.en for fault in faults_of(folder)] == [
        "there are [[batches]] and batches.csv: keep one"
    ]


def test_a_code_that_a_spreadsheet_took_for_a_number_is_told_with_the_one_that_is_meant(folder: Path) -> None:
    rewrite(folder, lambda text: text.replace("420019,", "420019.0,", 1).encode(), "sites.csv")
    told = [fault.words.en for fault in faults_of(folder)]
    assert "'code' must be six digits that are not all 0, not '420019.0'; is '420019' meant?" in told


def test_a_workbook_is_told_to_be_none_of_these_files(folder: Path) -> None:
    Workbook().save(folder / "rooms.csv")
    assert [fault.say("en") for fault in faults_of(folder)] == [
        "rooms.csv: is a workbook; save it as CSV UTF-8"
    ]
    (folder / "rooms.csv").rename(folder / "rooms.xlsx")
    assert [fault.say("en") for fault in faults_of(folder)] == [
        "rooms.csv: cannot be found; save 'rooms.xlsx' as CSV UTF-8"
    ]


def test_a_table_under_a_mistyped_name_is_told_with_it(folder: Path) -> None:
    (folder / "rooms.csv").rename(folder / "room.csv")
    assert [fault.say("en") for fault in faults_of(folder)] == [
        "rooms.csv: cannot be found; is 'room.csv' meant?"
    ]
