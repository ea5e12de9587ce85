"""Whatever a round's files hold, it is loaded or told: no value, key or byte makes the reading trip."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ncre.rounds.loader import RoundFileFaults, load_round
from tests.rounds.fault_table import TODAY, copied, faults_of, small

VALUES = (
    "true", "-1", "0", "1.5", "nan", "inf", "1e999999", "0x" + "f" * 6000, '""', '"x"', "[]", "[[]]", "{}", "{ a = 1 }",
    "2027-01-05", "09:00:00", "2027-01-05T09:00:00", "2027-01-05T09:00:00+08:00", "0001-01-01T00:00:00+14:00",
    '"\\u0000"', '"{0}"', '"%s"', '"today+99999d 08:00"', '"9999-12-31 23:59"', '"99999.99"', '"##"', "'''a\nb'''",
)  # fmt: skip
CELLS = (
    "",
    " ",
    "0",
    "-1",
    "1e5",
    "9" * 400,
    "NaN",
    "#REF!",
    "{0}",
    "%s",
    "\0",
    "\ufeff",
    "\ud7ff",
    "=1+1",
    "𠮷",
    "a\tb",
    "１",
    "²",
)
BYTES = (b"\xff", b"\x00", b"\xef\xbb\xbf", b"\r", b'"', b",", b"\n", b"[", b"=", b"'''", b"\x81")


def test_the_small_round_has_no_fault(tmp_path: Path) -> None:
    assert faults_of(small(tmp_path)) == []


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:24])
def test_no_value_of_a_key_makes_the_reading_trip(tmp_path: Path, value: str) -> None:
    text = (small(tmp_path) / "round.toml").read_text(encoding="utf-8")
    spans = [
        found.span(1)
        for found in re.finditer(r'(?m)(?:^\w+ = |opens = |closes = )("[^"\n]*"|[\d.]+|\{.*\})', text)
    ]
    assert len(spans) > 50
    for begins, ends in spans[::7]:
        (tmp_path / "round.toml").write_text(text[:begins] + value + text[ends:], encoding="utf-8")
        assert all(fault.say("zh") and fault.say("en") for fault in faults_of(tmp_path))


@pytest.mark.parametrize("file", ["subjects.csv", "sites.csv", "offers.csv", "rooms.csv", "policies.csv"])
def test_no_cell_makes_the_reading_trip(tmp_path: Path, file: str) -> None:
    lines = (small(tmp_path) / file).read_text(encoding="utf-8").splitlines()
    for column in range(len(lines[0].split(","))):
        for cell in CELLS:
            for line in (0, 2):
                cells = lines[line].split(",")
                cells[column] = cell
                (tmp_path / file).write_text(
                    "\n".join([*lines[:line], ",".join(cells), *lines[line + 1 :]]), "utf-8"
                )
                assert all(fault.say("zh").isprintable() for fault in faults_of(tmp_path))


@pytest.mark.parametrize("seed", range(6))
def test_no_byte_makes_the_reading_trip(tmp_path: Path, seed: int) -> None:
    drawn = Random(seed)
    for _ in range(12):
        copied(tmp_path)
        for _ in range(drawn.randint(1, 3)):
            path = drawn.choice(sorted(tmp_path.iterdir()))
            raw, at = path.read_bytes(), drawn.randrange(path.stat().st_size)
            path.write_bytes(raw[:at] + drawn.choice(BYTES) + raw[at + drawn.randint(0, 9) :])
        try:
            load_round(tmp_path, TODAY)
        except RoundFileFaults:
            continue


@pytest.mark.parametrize("deep", ["a = " + "[" * 5000, "a = " + "{ a = " * 3000, "a." * 5000 + "a = 1"])
def test_no_depth_makes_the_reading_trip(tmp_path: Path, deep: str) -> None:
    file = copied(tmp_path) / "round.toml"
    file.write_text(deep + "\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert faults_of(tmp_path)


@pytest.mark.parametrize("section", ["round", "windows", "policy", "agreement", "fees", "batches", "notices"])
@pytest.mark.parametrize(
    "left", ["[{}]", "[[{}]]", "{} = 5", "{} = []", "{} = [{{}}]", "{} = {{}}", '{} = "x"']
)
def test_a_section_that_is_empty_or_something_else_is_told(tmp_path: Path, section: str, left: str) -> None:
    file = copied(tmp_path) / "round.toml"
    book = tomllib.loads(file.read_text(encoding="utf-8"))
    del book[section]
    head, table = left.format(section) + "\n", ""
    if left.startswith("["):
        head, table = table, head
    file.write_text(head + written(book) + table, encoding="utf-8")
    told = faults_of(tmp_path)
    assert any(section in fault.words.en for fault in told)
    assert any(section in fault.words.zh for fault in told)


def written(book: dict[str, Any]) -> str:
    """TOML of these sections, every one as a value."""
    return "".join(f"{name} = {_value(value)}\n" for name, value in book.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        '[windows.review]\nopens = "today-1d 08:00"\ncloses = "tomorrow"\n',
        '[windows]\nreview.opens = "today-1d 08:00"\nreview.closes = "tomorrow"\n',
        '["windows"]\n"review" = { opens = "today-1d 08:00", closes = "tomorrow" }\n',
    ],
)
def test_a_fault_has_its_line_however_the_toml_is_written(tmp_path: Path, text: str) -> None:
    file = copied(tmp_path) / "round.toml"
    others = re.sub(r"(?s)\[windows\]\n.*?(?=# )", "", file.read_text(encoding="utf-8"))
    file.write_text(others + "\n" + text, encoding="utf-8")
    lines = file.read_text(encoding="utf-8").splitlines()
    expected = next(number for number, line in enumerate(lines, 1) if "tomorrow" in line)
    told = [fault for fault in faults_of(tmp_path) if "windows.review.closes" in fault.words.en]
    assert [fault.line for fault in told] == [expected]
