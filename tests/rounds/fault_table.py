"""Faults of round files: what was done to the bundled round, and what is said about it.

`docs/round-files.md` lists the rows; each is a test.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ncre.rounds import bundled
from ncre.rounds.faults import RoundFault
from ncre.rounds.loader import RoundFileFaults, load_round

TODAY = date(2026, 11, 23)
LONG = "长" * 5000
A_HUNDRED_BATCHES = "".join(
    f'[[batches]]\nopens = "today+{20 + n // 2}d {8 + 2 * (n % 2):02}:00"\n'
    f'closes = "today+{20 + n // 2}d {10 + 2 * (n % 2):02}:00"\n'
    for n in range(100)
)


@dataclass(frozen=True)
class Row:
    """`pattern` in `file` becomes `new`; then `told` is said of the nth line that begins with `at` ("": of the file).

    `more`: further faults follow from it. `told_in` names the file that is told of, where it is another one.
    """

    what: str
    file: str
    pattern: str
    new: str
    at: str
    told: str
    nth: int = 1
    more: bool = False
    every: bool = False
    told_in: str = ""

    def spoil(self, folder: Path) -> None:
        path = folder / self.file
        before = path.read_text(encoding="utf-8")
        after = re.sub(self.pattern, self.new, before, count=0 if self.every else 1)
        assert after != before, "the row changes nothing"
        path.write_text(after, encoding="utf-8")

    def line(self, folder: Path) -> int:
        if not self.at:
            return 0
        lines = (folder / (self.told_in or self.file)).read_text(encoding="utf-8").split("\n")
        found = [number for number, line in enumerate(lines, 1) if line.strip().startswith(self.at)]
        return found[self.nth - 1]


def copied(folder: Path) -> Path:
    """A copy of the bundled round to spoil."""
    for file in bundled().parent.iterdir():
        shutil.copyfile(file, folder / file.name)
    return folder


def small(folder: Path) -> Path:
    """The same with its first three sites, which is read in a third of the time."""
    copied(folder)
    sites = (folder / "sites.csv").read_text(encoding="utf-8").splitlines()[1:4]
    kept = tuple(f"{site.partition(',')[0]}," for site in sites)
    for name in ("sites.csv", "offers.csv", "rooms.csv", "policies.csv"):
        head, *rows = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join([head, *(row for row in rows if row.startswith(kept))]), "utf-8")
    return folder


def faults_of(folder: Path) -> list[RoundFault]:
    try:
        load_round(folder, TODAY)
    except RoundFileFaults as refused:
        return refused.faults
    return []


ROWS = (
    Row("the file is empty", "round.toml", r"(?s).*", "", "", "is empty"),
    Row(
        "no TOML",
        "round.toml",
        r"\[policy\]",
        "[policy",
        "[policy",
        "is not valid TOML (Expected ']' at the end of a table declaration)",
    ),
    Row(
        "a key twice in one part",
        "round.toml",
        r'code = "78"',
        'code = "78"\ncode = "79"',
        'code = "79"',
        "is not valid TOML (Cannot overwrite a value)",
    ),
    Row(
        "a part is missing",
        "round.toml",
        r"\[agreement\]",
        "[agreements]",
        "",
        "the section [agreement] is missing",
        more=True,
    ),
    Row(
        "a part that does not exist",
        "round.toml",
        r"\[windows\]",
        "[extra]\na = 1\n\n[windows]",
        "[extra]",
        "there is no key 'extra'; known are round, windows, policy, office, confirmation, fees, batches, agreement, notices",
    ),
    Row(
        "an unknown key",
        "round.toml",
        r"quota = 1200",
        "quota = 1200\nqouta = 1200",
        "qouta = 1200",
        "there is no key 'policy.qouta'; is 'quota' meant?",
    ),
    Row(
        "an unknown key with nothing near",
        "round.toml",
        r"quota = 1200",
        "quota = 1200\nxyz = 1",
        "xyz = 1",
        "there is no key 'policy.xyz'; known are review, confirmation, hold_hours, clock, most_subjects, audience, quota",
    ),
    Row(
        "an unknown window",
        "round.toml",
        r"\[windows\]",
        '[windows]\nprint = { opens = "today 08:00", closes = "today 09:00" }',
        'print = { opens = "today',
        "there is no key 'windows.print'; is 'printing' meant?",
    ),
    Row(
        "an unknown key in a window",
        "round.toml",
        r"(?m)^review = .*$",
        'review = { opens = "today-1d 08:00", close = "today 08:00", closes = "today+12d 17:00" }',
        'review = { opens = "toda',
        "there is no key 'windows.review.close'; is 'closes' meant?",
    ),
    Row(
        "a missing key",
        "round.toml",
        r"hold_hours = 24\n",
        "",
        "[policy]",
        "'policy.hold_hours' is missing; it must be a whole number from 1 to 1440",
    ),
    Row(
        "round code 00",
        "round.toml",
        r'code = "78"',
        'code = "00"',
        'code = "00"',
        "'round.code' must be two digits, 01 to 99, not '00'",
    ),
    Row(
        "round code in full width",
        "round.toml",
        r'code = "78"',
        'code = "７８"',
        'code = "７８"',
        "'round.code' must be two digits, 01 to 99, not '７８'; is '78' meant?",
    ),
    Row(
        "round code of three digits",
        "round.toml",
        r'code = "78"',
        'code = "178"',
        'code = "178"',
        "'round.code' must be two digits, 01 to 99, not '178'",
    ),
    Row(
        "round code without its zero",
        "round.toml",
        r'code = "78"',
        "code = 7",
        "code = 7",
        "'round.code' must be two digits, 01 to 99, not '7'; is '07' meant?",
    ),
    Row(
        "a title of 5 000 characters",
        "round.toml",
        r'title = ".year.*"',
        f'title = "{LONG}"',
        'title = "长长长长长长长长长长长长长长长',
        "'round.title' must be a text of 1 to 40 characters that can be seen, not '长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长…（5000）'",
    ),
    Row(
        "a title that is a number",
        "round.toml",
        r"title_en = .*",
        "title_en = 2027",
        "title_en = 2027",
        "'round.title_en' must be a text of 1 to 120 characters that can be seen, not '2027'",
    ),
    Row(
        "a title with a mark that cannot be seen",
        "round.toml",
        r'title = ".year.',
        'title = "20\\\\u202E27',
        'title = "20\\u202E27年{month}月全国',
        "'round.title' must be a text of 1 to 40 characters that can be seen, not '20\\u202e27年{month}月全国计算机等级考试'",
    ),
    Row(
        "an edition that is blank",
        "round.toml",
        r"edition = .*",
        'edition = "  "',
        'edition = "  "',
        "'agreement.edition' must be a text of 1 to 40 characters that can be seen, not '  '",
    ),
    Row(
        "a text of the agreement that is too long",
        "round.toml",
        r'(?s)text = """.*?"""',
        f'text = "{LONG * 5}"',
        'text = "长长长长长长长长长长长长长长长长',
        "'agreement.text' must be a text of 1 to 20000 characters, line breaks included, not '长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长…（25000）'",
    ),
    Row(
        "a day that does not exist",
        "round.toml",
        r"(?m)^review = .*$",
        'review = { opens = "2027-02-30 08:00", closes = "today+12d 17:00" }',
        'review = { opens = "2027',
        "'windows.review.opens' must be a time like '2027-01-05 09:00' or 'today+9d 17:00', not '2027-02-30 08:00'",
    ),
    Row(
        "an hour that does not exist",
        "round.toml",
        r"(?m)^review = .*$",
        'review = { opens = "today-1d 25:00", closes = "today+12d 17:00" }',
        'review = { opens = "toda',
        "'windows.review.opens' must be a time like '2027-01-05 09:00' or 'today+9d 17:00', not 'today-1d 25:00'",
    ),
    Row(
        "a day without a time",
        "round.toml",
        r"(?m)^review = .*$",
        'review = { opens = "today-1d", closes = "today+12d 17:00" }',
        'review = { opens = "toda',
        "'windows.review.opens' must be a time like '2027-01-05 09:00' or 'today+9d 17:00', not 'today-1d'",
    ),
    Row(
        "a day that may be two days",
        "round.toml",
        r"(?m)^review = .*$",
        'review = { opens = "1/5/2027 9:00", closes = "today+12d 17:00" }',
        'review = { opens = "1/5/',
        "'windows.review.opens' must be a time like '2027-01-05 09:00' or 'today+9d 17:00', not '1/5/2027 9:00'",
    ),
    Row(
        "a window that ends before it begins",
        "round.toml",
        r"(?m)^printing = .*$",
        'printing = { opens = "today+9d 08:00", closes = "today+9d 08:00" }',
        'printing = { opens = "to',
        "'printing' ends (2026-12-02 08:00) no later than it begins (2026-12-02 08:00)",
    ),
    Row(
        "review opens before registration",
        "round.toml",
        r"(?m)^review = .*$",
        'review = { opens = "today-2d 08:00", closes = "today+12d 17:00" }',
        'review = { opens = "toda',
        "'review.opens' (2026-11-21 08:00) is before 'register.opens' (2026-11-22 08:00): nobody has registered yet",
    ),
    Row(
        "payment opens before registration",
        "round.toml",
        r"(?m)^payment = .*$",
        'payment = { opens = "today-2d 08:00", closes = "today+13d 17:00" }',
        'payment = { opens = "tod',
        "'payment.opens' (2026-11-21 08:00) is before 'register.opens' (2026-11-22 08:00): nobody has registered yet",
    ),
    Row(
        "printing opens before registration",
        "round.toml",
        r"(?m)^printing = .*$",
        'printing = { opens = "today-2d 08:00", closes = "today+23d 17:00" }',
        'printing = { opens = "to',
        "'printing.opens' (2026-11-21 08:00) is before 'register.opens' (2026-11-22 08:00): nobody has registered yet",
    ),
    Row(
        "review closes before registration",
        "round.toml",
        r"(?m)^review = .*$",
        'review = { opens = "today-1d 08:00", closes = "today+9d 16:59" }',
        'review = { opens = "toda',
        "'review.closes' (2026-12-02 16:59) is before 'register.closes' (2026-12-02 17:00): whoever registers last is not reviewed",
    ),
    Row(
        "payment closes before review",
        "round.toml",
        r"(?m)^payment = .*$",
        'payment = { opens = "today-1d 08:00", closes = "today+11d 17:00" }',
        'payment = { opens = "tod',
        "'payment.closes' (2026-12-04 17:00) is before 'review.closes' (2026-12-05 17:00): whoever is approved last cannot pay",
    ),
    Row(
        "printing closes before payment",
        "round.toml",
        r"(?m)^printing = .*$",
        'printing = { opens = "today-1d 08:00", closes = "today+12d 17:00" }',
        'printing = { opens = "to',
        "'printing.closes' (2026-12-05 17:00) is before 'payment.closes' (2026-12-06 17:00): whoever pays last cannot print a ticket",
    ),
    Row(
        "printing opens after the last batch",
        "round.toml",
        r"(?m)^printing = .*$",
        'printing = { opens = "today+30d 08:00", closes = "today+31d 17:00" }',
        'printing = { opens = "to',
        "'printing.opens' (2026-12-23 08:00) is not before the first batch begins (2026-12-13 08:00): nobody can print a ticket in time",
    ),
    Row(
        "printing opens when the first batch begins",
        "round.toml",
        r"(?m)^printing = .*$",
        'printing = { opens = "today+20d 08:00", closes = "today+31d 17:00" }',
        'printing = { opens = "to',
        "'printing.opens' (2026-12-13 08:00) is not before the first batch begins (2026-12-13 08:00): nobody can print a ticket in time",
    ),
    Row(
        "a wrong year",
        "round.toml",
        r"(?m)^printing = .*$",
        'printing = { opens = "today-1d 08:00", closes = "2028-12-05 17:00" }',
        'printing = { opens = "to',
        "'printing' ends (2028-12-05 17:00) more than a year from the start of registration (2026-11-22 08:00): check the year",
    ),
    Row(
        "a batch before payment is over",
        "round.toml",
        r"today\+20d 08:00\"\ncloses = \"today\+20d 10:00",
        'today+13d 08:00"\ncloses = "today+13d 10:00',
        "[[batches]]",
        "'batches 1' begins (2026-12-06 08:00) before 'payment' ends (2026-12-06 17:00)",
    ),
    Row(
        "a year of two digits",
        "round.toml",
        r"(?m)^review = .*$",
        'review = { opens = "27-01-05 09:00", closes = "today+12d 17:00" }',
        'review = { opens = "27-0',
        "'windows.review.opens' must be a time like '2027-01-05 09:00' or 'today+9d 17:00', not '27-01-05 09:00'",
    ),
    Row(
        "a time with seconds",
        "round.toml",
        r"(?m)^review = .*$",
        'review = { opens = "2027-01-05 09:00:30", closes = "today+12d 17:00" }',
        'review = { opens = "2027',
        "'windows.review.opens' must be a time like '2027-01-05 09:00' or 'today+9d 17:00', not '2027-01-05 09:00:30'",
    ),
    Row(
        "more batches than have numbers",
        "round.toml",
        r"(?s)\[\[batches\]\].*?(?=\[agreement\])",
        A_HUNDRED_BATCHES,
        "[[batches]]",
        "there may be 99 batches at the most, not 100",
        nth=100,
    ),
    Row(
        "batches that overlap",
        "round.toml",
        r"today\+20d 10:20",
        "today+20d 09:59",
        "[[batches]]",
        "'batches 2' begins (2026-12-13 09:59) before 'batches 1' ends (2026-12-13 10:00)",
        nth=2,
    ),
    Row(
        "a batch over night",
        "round.toml",
        r"today\+20d 10:00",
        "today+21d 07:00",
        "[[batches]]",
        "'batches 1' must begin and end on the same day, not 2026-12-13 08:00 to 2026-12-14 07:00",
        more=True,
    ),
    Row(
        "a batch shorter than every subject",
        "round.toml",
        r"today\+20d 10:00",
        "today+20d 08:45",
        "[[batches]]",
        "'batches 1' has 45 minutes, and the shortest subject takes 90",
    ),
    Row(
        "a batch that ends before it begins",
        "round.toml",
        r"today\+20d 10:00",
        "today+20d 07:00",
        "[[batches]]",
        "'batches 1' ends (2026-12-13 07:00) no later than it begins (2026-12-13 08:00)",
    ),
    Row(
        "no batches",
        "round.toml",
        r"(?s)\[\[batches\]\]\nopens.*?(?=\[agreement\])",
        "",
        "",
        "there is no [[batches]]",
    ),
    Row(
        "a fee of 80.001",
        "round.toml",
        r"yuan = 80.00",
        "yuan = 80.001",
        "yuan = 80.001",
        "'fees 1.yuan' must be yuan from 0.01 to 99999.99 with two decimals at the most, not '80.001'",
    ),
    Row(
        "a fee of nothing",
        "round.toml",
        r"yuan = 80.00",
        "yuan = 0",
        "yuan = 0",
        "'fees 1.yuan' must be yuan from 0.01 to 99999.99 with two decimals at the most, not '0'",
    ),
    Row(
        "a fee below nothing",
        "round.toml",
        r"yuan = 80.00",
        "yuan = -80",
        "yuan = -80",
        "'fees 1.yuan' must be yuan from 0.01 to 99999.99 with two decimals at the most, not '-80'",
    ),
    Row(
        "a fee that is no number",
        "round.toml",
        r"yuan = 80.00",
        "yuan = nan",
        "yuan = nan",
        "'fees 1.yuan' must be yuan from 0.01 to 99999.99 with two decimals at the most, not 'NaN'",
    ),
    Row(
        "a fee that is yes or no",
        "round.toml",
        r"yuan = 80.00",
        "yuan = true",
        "yuan = true",
        "'fees 1.yuan' must be yuan from 0.01 to 99999.99 with two decimals at the most, not 'True'",
    ),
    Row(
        "a fee in words",
        "round.toml",
        r"yuan = 80.00",
        'yuan = "80元"',
        'yuan = "80元"',
        "'fees 1.yuan' must be yuan from 0.01 to 99999.99 with two decimals at the most, not '80元'",
    ),
    Row(
        "a fee twice",
        "round.toml",
        r"\[\[fees\]\]\nlevel = 2",
        "[[fees]]\nlevel = 1\nyuan = 80.00\n\n[[fees]]\nlevel = 2",
        "[[fees]]",
        "the fee of level 1 is repeated",
        nth=2,
    ),
    Row(
        "a fee of a level that does not exist",
        "round.toml",
        r"level = 1",
        "level = 5",
        "level = 5",
        "'fees 1.level' must be a whole number from 1 to 4, not '5'",
    ),
    Row(
        "a basis of 5 000 characters",
        "round.toml",
        r'basis = ".*"',
        f'basis = "{LONG}"',
        'basis = "长长长长长长长长长长长长长长长',
        "'fees 1.basis' must be a text of 1 to 200 characters that can be seen, not '长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长…（5000）'",
    ),
    Row(
        "hours that are too many",
        "round.toml",
        r"hold_hours = 24",
        "hold_hours = 100000",
        "hold_hours = 100000",
        "'policy.hold_hours' must be a whole number from 1 to 1440, not '100000'",
    ),
    Row(
        "hours with a fraction",
        "round.toml",
        r"hold_hours = 24",
        "hold_hours = 24.5",
        "hold_hours = 24.5",
        "'policy.hold_hours' must be a whole number from 1 to 1440, not '24.5'",
    ),
    Row(
        "a word that is not among those known",
        "round.toml",
        r'audience = "all"',
        'audience = "socail"',
        'audience = "socail"',
        "'policy.audience' must be one of all/own_students/social, not 'socail'; is 'social' meant?",
    ),
    Row(
        "a notice of an unknown kind",
        "round.toml",
        r'kind = "guide"',
        'kind = "guides"',
        'kind = "guides"',
        "'notices 2.kind' must be one of announcement/guide, not 'guides'; is 'guide' meant?",
    ),
    Row(
        "a notice twice",
        "round.toml",
        r'kind = "guide"',
        'kind = "announcement"',
        "[[notices]]",
        "the notice 'announcement' is repeated",
        nth=2,
    ),
    Row("an empty table", "offers.csv", r"(?s).*", "\n\n", "", "is empty"),
    Row("a table with a header only", "subjects.csv", r"(?s)\n.*", "\n", "", "has a header and no rows"),
    Row("a table with a header only", "sites.csv", r"(?s)\n.*", "\n", "", "has a header and no rows"),
    Row("a table with a header only", "offers.csv", r"(?s)\n.*", "\n", "", "has a header and no rows"),
    Row("a table with a header only", "rooms.csv", r"(?s)\n.*", "\n", "", "has a header and no rows"),
    Row("a column is missing", "rooms.csv", r"seats", "", "site,room,", "the column 'seats' is missing"),
    Row(
        "an unknown column",
        "policies.csv",
        r"quota",
        "qouta",
        "site,review,confirmation",
        "there is no column 'qouta'; is 'quota' meant?",
    ),
    Row(
        "a column twice",
        "rooms.csv",
        r"(?s).*",
        "site,room,seats,seats\n420019,第1机房,45,45\n",
        "site,room,seats,seats",
        "the column 'seats' is repeated",
    ),
    Row(
        "a line with a cell too few",
        "rooms.csv",
        r"420019,第1机房,45",
        "420019,第1机房",
        "420019,第1机房",
        "has 2 columns instead of 3",
    ),
    Row(
        "a quotation mark that is not closed",
        "rooms.csv",
        r"第1机房",
        '"第1机房',
        '420019,"第1机房,45',
        "is not valid CSV (unexpected end of data)",
    ),
    Row(
        "a line twice",
        "rooms.csv",
        r"420019,第2机房",
        "420019,第1机房",
        "420019,第1机房,45",
        "repeats line 2",
        nth=2,
    ),
    Row(
        "a line twice in another width",
        "rooms.csv",
        r"420019,第2机房",
        "420019,第１机房",
        "420019,第１机房,45",
        "repeats line 2",
    ),
    Row(
        "a cell is empty",
        "rooms.csv",
        r"420019,第1机房,45",
        "420019,第1机房,",
        "420019,第1机房,",
        "'seats' is missing; it must be a whole number from 1 to 99",
    ),
    Row(
        "no seats",
        "rooms.csv",
        r"420019,第1机房,45",
        "420019,第1机房,0",
        "420019,第1机房,0",
        "'seats' must be a whole number from 1 to 99, not '0'",
    ),
    Row(
        "seats with a fraction",
        "rooms.csv",
        r"420019,第1机房,45",
        "420019,第1机房,45.5",
        "420019,第1机房,45.5",
        "'seats' must be a whole number from 1 to 99, not '45.5'",
    ),
    Row(
        "more seats than a hall has numbers",
        "rooms.csv",
        r"420019,第1机房,45",
        "420019,第1机房,100",
        "420019,第1机房,100",
        "'seats' must be a whole number from 1 to 99, not '100'",
    ),
    Row(
        "a room of 21 characters",
        "rooms.csv",
        r"420019,第1机房,45",
        "420019,xxxxxxxxxxxxxxxxxxxxx,45",
        "420019,xxxxxxxxxxxxxxxxx",
        "'room' must be a text of 1 to 20 characters that can be seen, not 'xxxxxxxxxxxxxxxxxxxxx'",
    ),
    Row(
        "a site that does not exist",
        "rooms.csv",
        r"420019,第1机房,45",
        "420018,第1机房,45",
        "420018,第1机房,45",
        "the site '420018' does not exist",
    ),
    Row(
        "a formula that failed",
        "sites.csv",
        r"武汉软件工程职业学院",
        "#N/A",
        "420019,#N/A,湖北,武汉,武汉市江夏区",
        "'name' must be a text of 1 to 60 characters that can be seen, not '#N/A'",
    ),
    Row(
        "a site of 5 000 characters",
        "sites.csv",
        r"武汉软件工程职业学院",
        f"{LONG}",
        "420019,长长长长长长长长长长长长长长长长长",
        "'name' must be a text of 1 to 60 characters that can be seen, not '长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长…（5000）'",
    ),
    Row(
        "site code 000000",
        "sites.csv",
        r"(?m)$(?![\s\S])",
        "000000,某校,湖北,武汉,,yes,,,,\n",
        "000000,某校,湖北,武汉,,yes,,,,",
        "'code' must be six digits that are not all 0, not '000000'",
    ),
    Row(
        "a site code of five digits",
        "sites.csv",
        r"(?m)$(?![\s\S])",
        "42999,某校,湖北,武汉,,yes,,,,\n",
        "42999,某校,湖北,武汉,,yes,,,,",
        "'code' must be six digits that are not all 0, not '42999'; is '042999' meant?",
    ),
    Row(
        "a site without rooms",
        "rooms.csv",
        r"(?m)^420019,.*\n",
        "",
        "420019,武汉软件工程职业学院,湖北,武汉,",
        "offers subjects but has no room (rooms.csv)",
        every=True,
        told_in="sites.csv",
    ),
    Row(
        "an address with a control character",
        "sites.csv",
        r"光谷大道",
        "光谷\x07大道",
        "420019,武汉软件工程职业学院,湖北,武汉,",
        "'address' must be a text of 1 to 100 characters that can be seen, not '武汉市江夏区(东湖高新)光谷\\x07大道117号'",
    ),
    Row(
        "neither yes nor no",
        "sites.csv",
        r"117号,no",
        "117号,maybe",
        "420019,武汉软件工程职业学院,湖北,武汉,",
        "'synthetic' must be one of yes/no (or TRUE/FALSE, 是/否), not 'maybe'",
    ),
    Row(
        "a subject of three digits",
        "subjects.csv",
        r"(?m)$(?![\s\S])",
        "1,115,某科目,90,listed,\n",
        "1,115,某科目,90,listed,",
        "'code' must be two digits, 01 to 99, not '115'",
    ),
    Row(
        "subject code 00",
        "subjects.csv",
        r"(?m)$(?![\s\S])",
        "1,00,某科目,90,listed,\n",
        "1,00,某科目,90,listed,",
        "'code' must be two digits, 01 to 99, not '00'",
    ),
    Row(
        "a subject without its zero",
        "subjects.csv",
        r"(?m)$(?![\s\S])",
        "1,7,某科目,90,listed,\n",
        "1,7,某科目,90,listed,",
        "'code' must be two digits, 01 to 99, not '7'; is '07' meant?",
    ),
    Row(
        "a subject of 5 000 characters",
        "subjects.csv",
        r"C语言程序设计",
        f"{LONG}",
        "2,24,长长长长长长长长长长长长长长长长长长长",
        "'name' must be a text of 1 to 40 characters that can be seen, not '长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长…（5000）'",
    ),
    Row(
        "a level that does not exist",
        "subjects.csv",
        r"1,18,",
        "5,18,",
        "5,18,人工智能与大模型基础,90,liste",
        "'level' must be a whole number from 1 to 4, not '5'",
    ),
    Row(
        "a subject longer than every batch",
        "subjects.csv",
        r"C语言程序设计,120",
        "C语言程序设计,150",
        "2,24,C语言程序设计,150,listed,",
        "subject 24 takes 150 minutes, and the longest batch has 120",
    ),
    Row(
        "a prerequisite that does not exist",
        "subjects.csv",
        r"listed,35",
        "listed,99",
        "4,41,网络工程师,90,listed,99",
        "the prerequisite 99 is not in the catalogue",
    ),
    Row(
        "a prerequisite that is no lower level",
        "subjects.csv",
        r"listed,35",
        "listed,41",
        "4,41,网络工程师,90,listed,41",
        "the prerequisite 41 must be of a level below 4, not 4",
    ),
    Row(
        "a level without a fee",
        "round.toml",
        r"(?s)\[\[fees\]\]\nlevel = 4.*?\n\n",
        "",
        "4,41,网络工程师,90,listed,35",
        "there is no fee for level 4",
        more=True,
        told_in="subjects.csv",
    ),
    Row(
        "a quota of nothing",
        "offers.csv",
        r"420019,14,80",
        "420019,14,0",
        "420019,14,0",
        "'quota' must be a whole number from 1 to 1000000, not '0'",
    ),
    Row("an offer twice", "offers.csv", r"420019,15,50", "420019,14,50", "420019,14,50", "repeats line 2"),
    Row(
        "an offer of an unknown subject",
        "offers.csv",
        r"420019,15,50",
        "420019,51,50",
        "420019,51,50",
        "the subject '51' does not exist",
    ),
    Row(
        "a policy that is out of bounds",
        "policies.csv",
        r"420019,yes,yes,24",
        "420019,yes,yes,2400",
        "420019,yes,yes,2400,appr",
        "'hold_hours' must be a whole number from 1 to 1440, not '2400'",
    ),
    Row(
        "a policy of an unknown word",
        "policies.csv",
        r"24,approved,3,all,1500",
        "24,aproved,3,all,1500",
        "420019,yes,yes,24,aprove",
        "'clock' must be one of approved/submitted, not 'aproved'; is 'approved' meant?",
    ),
    Row(
        "a confirmation on site with a beginning and no end",
        "round.toml",
        r'closes = "today.14d 17:00"\n',
        "",
        "420019,武汉软件工程职业学院",
        "the confirmation on site needs both times (confirm_opens, confirm_closes, or [confirmation])",
        more=True,
        told_in="sites.csv",
    ),
)
