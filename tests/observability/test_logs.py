"""The log: one record begins one line, whatever its message holds."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from io import StringIO

import pytest

from ncre.cli.logs import FORM, OneLineFormatter, escaped

FORGED = "2027-01-05T10:00:00.000Z INFO ncre.web somebody was let in"
RECORD = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ ncre\.\w+ ")


@pytest.fixture
def written() -> tuple[logging.Logger, StringIO]:
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(OneLineFormatter(FORM))
    log = logging.Logger("ncre.tried")
    log.addHandler(handler)
    return log, out


@pytest.mark.parametrize(
    "breaking", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\n\n    | \n"]
)
def test_a_message_makes_no_second_record(written: tuple[logging.Logger, StringIO], breaking: str) -> None:
    log, out = written
    log.warning("refused: %s", f"x{breaking}{FORGED}")
    (line,) = out.getvalue().splitlines()
    assert FORGED in line
    assert RECORD.match(line)


def test_an_exception_makes_no_second_record_either(written: tuple[logging.Logger, StringIO]) -> None:
    log, out = written
    try:
        raise ValueError(f"x\n{FORGED}\x1b[2J\r{FORGED}")
    except ValueError:
        log.error("unexpected", exc_info=True)
    lines = out.getvalue().splitlines()
    assert [line for line in lines if RECORD.match(line)] == lines[:1]
    assert any(line.startswith("    | ValueError: x") for line in lines)
    assert "\x1b" not in out.getvalue()


@pytest.mark.parametrize("control", ["\x00", "\x1b[31m", "\x9b31m", "\x7f", "\u202e", "\u200b", "\ud83d"])
def test_nothing_commands_the_terminal_of_whoever_reads_it(control: str) -> None:
    said = escaped(f"a{control}b")
    assert said.isprintable()
    assert said.encode()
    assert "\\" in said


def test_words_stay_as_they_are() -> None:
    assert escaped("没有权限 — denied ‘x’ 🙂") == "没有权限 — denied ‘x’ 🙂"


def test_times_are_utc(written: tuple[logging.Logger, StringIO]) -> None:
    log, out = written
    before = datetime.now(UTC).replace(microsecond=0)
    log.info("now")
    told = datetime.fromisoformat(out.getvalue().split()[0])
    assert before <= told <= datetime.now(UTC)
