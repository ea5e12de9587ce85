"""The CSV files of a round: subjects, and sites with what they offer, their rooms and their policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from ncre.domain import printed_numbers
from ncre.domain.seating.halls import LAST_HALL, MOST_IN_A_HALL
from ncre.events.exam import Batch, Offer, Room, SitePlan, Subject
from ncre.rounds.csv_tables import TableRow, read_table
from ncre.rounds.faults import FaultList

T = TypeVar("T")

POLICY_COLUMNS: Final = (
    "review",
    "confirmation",
    "hold_hours",
    "clock",
    "most_subjects",
    "audience",
    "quota",
)
CLOCKS: Final = ("approved", "submitted")
AUDIENCES: Final = ("all", "own_students", "social")


class Catalogue:
    """The tables beside one round file; faults go to the list that the whole reading shares."""

    def __init__(self, folder: Path, faults: FaultList) -> None:
        self._folder = folder
        self._faults = faults

    def subjects(self) -> list[tuple[TableRow, Subject]]:
        """Every subject with its row, so that what is wrong with it elsewhere can name the line."""
        columns = ("level", "code", "name", "minutes", "status", "prerequisite_code")
        rows = _once(self._table("subjects.csv", columns), lambda row: row.cells["code"])
        found = [(row, _subject(row)) for row in rows]
        codes = {subject.code for _, subject in found}
        for row, subject in found:
            _fits(row, printed_numbers.SUBJECT, subject.code)
        for row, subject in found:
            needed = subject.prerequisite
            if needed and needed not in codes:
                row.wrong(
                    f"前置科目 {needed} 不在目录中", f"the prerequisite {needed} is not in the catalogue"
                )
        return found

    def sites(
        self, subjects: Iterable[Subject], default: TableRow, batches: tuple[Batch, ...]
    ) -> tuple[SitePlan, ...]:
        """Every site with its plan; `default` holds the policy of sites that name no other."""
        columns = ("code", "name", "province", "city", "address", "synthetic")
        rows = list(_once(self._table("sites.csv", columns), lambda row: row.cells["code"]))
        codes = {row.cells["code"] for row in rows}
        offers = self._offers(codes, {subject.code for subject in subjects})
        rooms = self._rooms(codes)
        policies = self._policies(codes, default)
        for row in rows:
            code = row.cells["code"]
            _fits(row, printed_numbers.SITE, code)
            number = len(rooms.get(code, [])) * len(batches)
            if number > LAST_HALL:
                row.wrong(*printed_numbers.HALLS.fault(number))
            if rooms and code in offers and code not in rooms:
                row.wrong(
                    "开考科目的考点没有考场（rooms.csv）", "offers subjects but has no room (rooms.csv)"
                )
        return tuple(
            _site(
                row,
                policies.get(row.cells["code"], default),
                offers.get(row.cells["code"], []),
                rooms.get(row.cells["code"], []),
                batches,
            )
            for row in rows
        )

    def _offers(self, sites: set[str], subjects: set[str]) -> dict[str, list[Offer]]:
        offers: dict[str, list[Offer]] = defaultdict(list)
        rows = self._table("offers.csv", ("site", "subject", "quota"))
        for row in _once(rows, lambda row: (row.cells["site"], row.cells["subject"])):
            _known(row, "site", sites)
            _known(row, "subject", subjects)
            offers[row.cells["site"]].append(Offer(row.cells["subject"], row.count("quota", 1, 1_000_000)))
        return dict(offers)

    def _rooms(self, sites: set[str]) -> dict[str, list[Room]]:
        rooms: dict[str, list[Room]] = defaultdict(list)
        rows = self._table("rooms.csv", ("site", "room", "seats"))
        for row in _once(rows, lambda row: (row.cells["site"], row.cells["room"])):
            _known(row, "site", sites)
            _fits(row, printed_numbers.ROOM, row.cells["room"])
            rooms[row.cells["site"]].append(
                Room(row.text("room", longest=80), row.count("seats", 1, MOST_IN_A_HALL))
            )
        return dict(rooms)

    def _policies(self, sites: set[str], default: TableRow) -> dict[str, TableRow]:
        """The policy of each site that has its own: the default's cells, with the site's put over them."""
        policies = {}
        for row in _once(
            self._table("policies.csv", ("site", *POLICY_COLUMNS)), lambda row: row.cells["site"]
        ):
            _known(row, "site", sites)
            own = {column: cell for column, cell in row.cells.items() if cell}
            policies[row.cells["site"]] = TableRow(row.file, row.line, {**default.cells, **own}, self._faults)
        return policies

    def _table(self, name: str, columns: tuple[str, ...]) -> list[TableRow]:
        return read_table(self._folder / name, columns, self._faults)


def _subject(row: TableRow) -> Subject:
    return Subject(
        code=row.text("code", longest=8),
        name=row.text("name"),
        level=row.count("level", 1, 4),
        minutes=row.count("minutes", 1, 600),
        status=row.choice("status", ("listed", "unconfirmed")),
        prerequisite=row.text("prerequisite_code", required=False),
    )


def _site(
    row: TableRow, rules: TableRow, offers: list[Offer], rooms: list[Room], batches: tuple[Batch, ...]
) -> SitePlan:
    return SitePlan(
        code=row.text("code"),
        name=row.text("name"),
        province=row.text("province", longest=40),
        city=row.text("city", longest=40),
        address=row.text("address", required=False, longest=200),
        synthetic=row.yes("synthetic"),
        reviews=rules.yes("review"),
        confirms=rules.yes("confirmation"),
        hold_hours=rules.count("hold_hours", 1, 24 * 60),
        clock=rules.choice("clock", CLOCKS),
        most_subjects=rules.count("most_subjects", 1, 3),
        audience=rules.choice("audience", AUDIENCES),
        quota=rules.count("quota", 1, 1_000_000),
        offers=tuple(offers),
        rooms=tuple(rooms),
        batches=batches,
    )


def _fits(row: TableRow, part: printed_numbers.Part, value: str) -> None:
    """Notes a value that does not fit into the numbers on paper; an empty one is noted where it is read."""
    if value and not part.fits(value):
        row.wrong(*part.fault(value))


def _known(row: TableRow, column: str, codes: set[str]) -> None:
    """Notes a code that does not exist; without any codes the fault is in their own file."""
    code = row.cells[column]
    if codes and code not in codes:
        row.wrong(f"“{column}”{code} 不存在", f"the {column} {code!r} does not exist")


def _once(rows: Iterable[TableRow], key: Callable[[TableRow], T]) -> Iterable[TableRow]:
    """The rows whose key was not there before; a repetition is a fault."""
    seen: dict[T, int] = {}
    for row in rows:
        mark = key(row)
        if mark in seen:
            row.wrong(f"与第 {seen[mark]} 行重复", f"repeats line {seen[mark]}")
            continue
        seen[mark] = row.line
        yield row
