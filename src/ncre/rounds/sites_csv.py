"""The CSV files of a round: subjects, batches, and sites with what they offer, their rooms and their policies."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from ncre.events.exam import Batch, Offer, OnSite, Room, SitePlan, Subject
from ncre.rounds import checks, naming
from ncre.rounds.csv_tables import TableRow, read_table
from ncre.rounds.faults import FaultList, value_shown
from ncre.rounds.reading import held_to
from ncre.rounds.schema import (
    TABLES,
    BatchEntry,
    ConfirmationEntry,
    OfferRow,
    PolicyEntry,
    PolicyRow,
    RoomRow,
    RoundPart,
    SiteRow,
    SittingRow,
    SubjectRow,
)

P = TypeVar("P", bound=RoundPart)

BATCHES: Final = "batches.csv"
SITTINGS: Final = "sittings.csv"


class Catalogue:
    """The tables beside one round file; faults go to the list that the whole reading shares."""

    def __init__(self, folder: Path, today: date, faults: FaultList) -> None:
        self._folder = folder
        self._today = today
        self._faults = faults
        self._subject_codes: list[str] = []
        self._minutes: dict[str, int] = {}

    def subjects(self) -> list[tuple[TableRow, Subject]]:
        """Every subject with its row, so that what is wrong with it elsewhere can name the line."""
        rows = list(_once(self._table("subjects.csv"), "code"))
        found = [
            (row, _subject(entry)) for row in rows if (entry := self._held_to(SubjectRow, row)) is not None
        ]
        naming.names_once(rows)
        self._subject_codes = codes_of(rows, "code")
        self._minutes = {subject.code: subject.minutes for _, subject in found}
        checks.prerequisites_lead_up(found, self._subject_codes)
        return found

    def sittings(self) -> list[tuple[TableRow, SittingRow]]:
        """Those of sites' own; none where there is no such file."""
        if not self._exists(SITTINGS):
            return []
        rows = self._table(SITTINGS)
        return [(row, entry) for row in rows if (entry := self._held_to(SittingRow, row)) is not None]

    def batches(self) -> list[tuple[TableRow, BatchEntry]] | None:
        """None where there is no such file."""
        if not self._exists(BATCHES):
            return None
        rows = self._table(BATCHES)
        return [(row, entry) for row in rows if (entry := self._held_to(BatchEntry, row)) is not None]

    def sites(
        self,
        default: PolicyEntry | None,
        on_site: ConfirmationEntry,
        batches: tuple[Batch, ...],
        own_batches: Mapping[str, tuple[Batch, ...]] = MappingProxyType({}),
    ) -> tuple[SitePlan, ...]:
        """Every site with its plan; `default`, `on_site` and `batches` hold for sites that name no other."""
        rows = list(_once(self._table("sites.csv"), "code"))
        naming.names_once(rows)
        known = set(codes_of(rows, "code"))
        offers, rooms = self._offers(known), self._rooms(known)
        for row in self._table(SITTINGS) if self._exists(SITTINGS) else ():
            _known(row, "site", known)
        policies = self._policies(known)
        plans = []
        for row in rows:
            entry, code = self._held_to(SiteRow, row), row.cells.get("code", "")
            if entry is None or default is None:
                continue
            own = policies.get(code)
            rules = default.model_copy(
                update=own.model_dump(exclude_none=True, exclude={"site"}) if own else {}
            )
            sittings = own_batches.get(code, batches)
            plan = _site(entry, rules, on_site, offers.get(code, ()), rooms.get(code, ()), sittings)
            if code in own_batches:
                checks.offers_fit(row, plan, self._minutes)
            checks.confirmation_in_order(row, plan.confirmation)
            self._look_at(row, plan, bool(offers), bool(rooms))
            plans.append(plan)
        return tuple(plans)

    def _look_at(self, row: TableRow, plan: SitePlan, any_offers: bool, any_rooms: bool) -> None:
        """Where nothing at all could be read of another file, its own fault says so."""
        if any_rooms:
            checks.site_fits(row, plan)
        if any_offers and any_rooms:
            checks.site_is_sensible(row, plan)

    def _offers(self, sites: Collection[str]) -> dict[str, list[Offer]]:
        offers: dict[str, list[Offer]] = defaultdict(list)
        for row in _once(self._table("offers.csv"), "site", "subject"):
            _known(row, "site", sites)
            _known(row, "subject", self._subject_codes)
            entry = self._held_to(OfferRow, row)
            if entry is not None:
                offers[entry.site].append(Offer(entry.subject, entry.quota))
        return dict(offers)

    def _rooms(self, sites: Collection[str]) -> dict[str, list[Room]]:
        rooms: dict[str, list[Room]] = defaultdict(list)
        for row in _once(self._table("rooms.csv"), "site", "room"):
            _known(row, "site", sites)
            entry = self._held_to(RoomRow, row)
            if entry is not None:
                rooms[entry.site].append(Room(entry.room, entry.seats))
        return dict(rooms)

    def _policies(self, sites: Collection[str]) -> dict[str, PolicyRow]:
        policies = {}
        for row in _once(self._table("policies.csv"), "site"):
            _known(row, "site", sites)
            entry = self._held_to(PolicyRow, row)
            if entry is not None:
                policies[entry.site] = entry
        return policies

    def _exists(self, name: str) -> bool:
        return (self._folder / name).exists()

    def _table(self, name: str) -> list[TableRow]:
        assert name in TABLES, "every table is in the schema"
        return read_table(self._folder / name, self._faults)

    def _held_to(self, model: type[P], row: TableRow) -> P | None:
        return held_to(model, row.cells, self._today, row.file, lambda _: row.line, self._faults)


def codes_of(rows: Iterable[TableRow], column: str) -> list[str]:
    return [row.cells[column] for row in rows if column in row.cells]


def _subject(entry: SubjectRow) -> Subject:
    return Subject(
        code=entry.code,
        name=entry.name,
        level=entry.level,
        minutes=entry.minutes,
        status=entry.status,
        prerequisite=entry.prerequisite_code,
    )


def _site(
    entry: SiteRow,
    rules: PolicyEntry,
    on_site: ConfirmationEntry,
    offers: Iterable[Offer],
    rooms: Iterable[Room],
    batches: tuple[Batch, ...],
) -> SitePlan:
    return SitePlan(
        code=entry.code,
        name=entry.name,
        province=entry.province,
        city=entry.city,
        address=entry.address,
        synthetic=entry.synthetic,
        reviews=rules.review,
        confirms=rules.confirmation,
        hold_hours=rules.hold_hours,
        clock=rules.clock,
        most_subjects=rules.most_subjects,
        audience=rules.audience,
        quota=rules.quota,
        offers=tuple(offers),
        rooms=tuple(rooms),
        batches=batches,
        phone=entry.phone,
        hours=entry.hours,
        hours_en=entry.hours_en,
        confirmation=OnSite(
            entry.confirm_opens or on_site.opens,
            entry.confirm_closes or on_site.closes,
            entry.confirm_place,
        )
        if rules.confirmation
        else OnSite(),
        notice=entry.notice,
        manages=entry.manages,
    )


def _known(row: TableRow, column: str, codes: Collection[str]) -> None:
    """Notes a code that does not exist; without any codes the fault is in their own file."""
    code = row.cells.get(column, "")
    if code and codes and code not in codes:
        name = value_shown(code)
        row.wrong(f"“{column}”{name} 不存在", f"the {column} '{name}' does not exist", column)


def _once(rows: Iterable[TableRow], *columns: str) -> Iterable[TableRow]:
    """The rows whose key was not there before; a repetition is a fault, also in other case or width."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        mark = tuple(unicodedata.normalize("NFKC", row.cells.get(one, "")).casefold() for one in columns)
        if all(mark) and mark in seen:
            row.wrong(f"与第 {seen[mark]} 行重复", f"repeats line {seen[mark]}", columns[-1])
            continue
        seen.setdefault(mark, row.line)
        yield row
