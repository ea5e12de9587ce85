"""Reads a round: the whole plan with its sites and notices, or every fault and nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from ncre.domain.exam.plan import in_words
from ncre.events.exam import Contact, Fee, RoundPlan, SitePlan, Window, Windows
from ncre.rounds import checks
from ncre.rounds.checks import Span
from ncre.rounds.faults import FaultList, RoundFault, RoundFileFaults
from ncre.rounds.schema import (
    LONGEST_TEXT,
    NOTICE_KINDS,
    WINDOWS,
    AgreementEntry,
    BatchEntry,
    ConfirmationEntry,
    FeeEntry,
    Head,
    NoticeEntry,
    OfficeEntry,
    PolicyEntry,
    WindowEntry,
)
from ncre.rounds.sites_csv import BATCHES, Catalogue
from ncre.rounds.titles import title_agrees, with_month
from ncre.rounds.toml_file import TomlFile, read_toml

__all__ = [
    "LONGEST_TEXT",
    "NOTICE_KINDS",
    "LoadedRound",
    "NoticeText",
    "RoundFault",
    "RoundFileFaults",
    "load_round",
]

ROUND_FILE: Final = "round.toml"


@dataclass(frozen=True)
class NoticeText:
    kind: str
    title: str
    title_en: str
    body: str
    body_en: str


@dataclass(frozen=True)
class LoadedRound:
    """`cautions` are what can be loaded and hardly can be meant."""

    plan: RoundPlan
    sites: tuple[SitePlan, ...]
    notices: tuple[NoticeText, ...]
    cautions: tuple[RoundFault, ...] = ()


def load_round(file: Path, today: date) -> LoadedRound:
    """The round described by a TOML file, or by the one in a folder; `today` is what "today" in it means.

    Raises RoundFileFaults with every fault of every file.
    """
    faults = FaultList()
    toml = read_toml(file / ROUND_FILE if file.is_dir() else file, today, faults)
    loaded = _Reading(toml, file if file.is_dir() else file.parent, today, faults).read() if toml else None
    faults.raise_any()
    assert loaded is not None, "a round without faults was read"
    return loaded


class _Reading:
    """One reading of a round's files; what has faults is None, and no further fault follows from it."""

    def __init__(self, toml: TomlFile, folder: Path, today: date, faults: FaultList) -> None:
        self._toml = toml
        self._today = today
        self._faults = faults
        self._catalogue = Catalogue(folder, today, faults)

    def read(self) -> LoadedRound | None:
        toml = self._toml
        toml.unknown_sections()
        head, agreement = toml.part("round", Head), toml.part("agreement", AgreementEntry)
        policy, fees = toml.part("policy", PolicyEntry), self._fees()
        office, on_site = self._office(), toml.optional_part("confirmation", ConfirmationEntry)
        subjects = self._catalogue.subjects()
        windows, spans = self._windows(), self._batches()
        notices = self._notices(spans)
        self._times_agree(windows, spans)
        checks.subjects_fit(subjects, fees or (), spans, self._faults)
        sites = self._catalogue.sites(policy, on_site, checks.numbered(spans))
        if head is None or agreement is None or fees is None or len(windows) < len(WINDOWS):
            return None
        titles = self._titles(head, spans)
        plan = RoundPlan(
            code=head.code,
            title=titles[0],
            title_en=titles[1],
            windows=Windows(**{name: span.window for name, span in windows.items()}),
            subjects=tuple(subject for _, subject in subjects),
            fees=fees,
            agreement=agreement.edition,
            agreement_text=agreement.text,
            agreement_text_en=agreement.text_en,
            documents=head.documents,
            office=office,
            papers=on_site.papers,
            papers_en=on_site.papers_en,
        )
        return LoadedRound(plan, sites, notices, tuple(sorted(set(self._faults.cautions))))

    def _office(self) -> Contact:
        return Contact(**self._toml.optional_part("office", OfficeEntry).model_dump())

    def _titles(self, head: Head, batches: list[Span]) -> tuple[str, str]:
        """The titles, {year}, {month} and {month_name} filled in; a month that no batch is in is a caution."""
        for key, title in (("title", head.title), ("title_en", head.title_en)):
            title_agrees(title, batches, self._toml.name, self._toml.lines.key("round", key), self._faults)
        return with_month(head.title, batches), with_month(head.title_en, batches)

    def _times_agree(self, windows: dict[str, Span], batches: list[Span]) -> None:
        checks.windows_in_order(windows, self._faults)
        checks.batches_in_order(windows, batches, self._faults)
        checks.tickets_in_time(windows, batches, self._faults)
        checks.within_a_year(windows, batches, self._faults)
        checks.not_over(windows, self._today, self._faults)

    def _windows(self) -> dict[str, Span]:
        """Those that can be read."""
        section, spans = self._toml.section("windows"), {}
        if section is None:
            return {}
        for name in section.keys() - set(WINDOWS):
            self._toml.unknown_key("windows", name, WINDOWS)
        for name in WINDOWS:
            line, entry = self._toml.inner(section, "windows", name, WindowEntry)
            span = self._span(name, self._toml.name, line, entry)
            if span is not None:
                spans[name] = span
        return spans

    def _batches(self) -> list[Span]:
        """Those that can be read, from the TOML file or from a table of their own."""
        table = self._catalogue.batches()
        if table is None:
            name, found = self._toml.name, self._toml.entries("batches", BatchEntry)
        else:
            name, found = BATCHES, [(row.line, entry) for row, entry in table]
            if self._toml.has("batches"):
                line = self._toml.lines.table("batches")
                self._toml.wrong(
                    line,
                    f"[[batches]] 与 {BATCHES} 只能有一个",
                    f"there are [[batches]] and {BATCHES}: keep one",
                )
        spans = [
            self._span(f"batches {n}", name, line, entry) for n, (line, entry) in enumerate(found, start=1)
        ]
        return [span for span in spans if span is not None]

    def _span(self, name: str, file: str, line: int, entry: WindowEntry | BatchEntry | None) -> Span | None:
        if entry is None:
            return None
        if entry.opens >= entry.closes:
            opens, closes = in_words(entry.opens), in_words(entry.closes)
            self._faults.add(
                file,
                line,
                f"“{name}”的结束（{closes}）不晚于开始（{opens}）",
                f"'{name}' ends ({closes}) no later than it begins ({opens})",
            )
            return None
        return Span(name, file, line, Window(entry.opens, entry.closes))

    def _fees(self) -> tuple[Fee, ...] | None:
        """None where one cannot be read: a subject without a fee would only follow from that."""
        fees: dict[int, Fee] = {}
        entries = self._toml.entries("fees", FeeEntry)
        for line, entry in entries:
            if entry is None:
                return None
            if entry.level in fees:
                level = entry.level
                self._toml.wrong(line, f"级别 {level} 的考试费重复", f"the fee of level {level} is repeated")
            fees.setdefault(entry.level, Fee(entry.level, entry.yuan, entry.basis))
        return tuple(fees.values())

    def _notices(self, batches: list[Span]) -> tuple[NoticeText, ...]:
        notices: dict[str, NoticeText] = {}
        for line, entry in self._toml.entries("notices", NoticeEntry):
            if entry is None:
                continue
            if entry.kind in notices:
                self._toml.wrong(line, f"公告“{entry.kind}”重复", f"the notice '{entry.kind}' is repeated")
            notices[entry.kind] = NoticeText(
                **entry.model_dump()
                | {"title": with_month(entry.title, batches), "title_en": with_month(entry.title_en, batches)}
            )
        return tuple(notices.values())
