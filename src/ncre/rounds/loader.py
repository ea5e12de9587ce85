"""Reads a round: the whole plan with its sites and notices, or every fault and nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from ncre.domain.exam.plan import exam_time_in_words
from ncre.events.exam import Batch, Contact, Fee, RoundPlan, SitePlan, Window, Windows
from ncre.rounds import checks, naming
from ncre.rounds.checks import TimeSpan
from ncre.rounds.faults import FaultList, RoundFault, RoundFileFaults
from ncre.rounds.schema import (
    LONGEST_TEXT,
    NOTICE_KINDS,
    WINDOWS,
    AgreementEntry,
    BatchEntry,
    ConfirmationEntry,
    FeeEntry,
    NoticeEntry,
    OfficeEntry,
    PolicyEntry,
    RoundHead,
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
    catalogue = Catalogue(file if file.is_dir() else file.parent, today, faults)
    loaded = RoundReading(toml, catalogue, today, faults).read() if toml else None
    faults.raise_any()
    assert loaded is not None, "a round without faults was read"
    return loaded


class RoundReading:
    """One reading of a round's files; what has faults is None, and no further fault follows from it."""

    def __init__(self, toml: TomlFile, catalogue: Catalogue, today: date, faults: FaultList) -> None:
        self._toml = toml
        self._today = today
        self._faults = faults
        self._catalogue = catalogue

    def read(self) -> LoadedRound | None:
        toml = self._toml
        toml.unknown_sections()
        head, agreement = toml.part("round", RoundHead), toml.part("agreement", AgreementEntry)
        policy, fees = toml.part("policy", PolicyEntry), self._fees()
        office, on_site = self._office(), toml.optional_part("confirmation", ConfirmationEntry)
        subjects = self._catalogue.subjects()
        windows, spans = self._windows(), self._batches()
        notices = self._notices(spans)
        self._times_agree(windows, spans)
        checks.subjects_fit(subjects, fees or (), spans, self._faults)
        sites = self._catalogue.sites(policy, on_site, naming.numbered(spans), self._own_batches(windows))
        if bool(agreement and agreement.declaration) != bool(agreement and agreement.declaration_en):
            self._toml.wrong(
                self._toml.lines.key("agreement", "declaration"),
                "考生声明须同时有中文和英文，或都不填写",
                "the declaration is in both languages, or in none",
                "agreement.declaration_en",
            )
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
            declaration=agreement.declaration,
            declaration_en=agreement.declaration_en,
        )
        return LoadedRound(plan, sites, notices, tuple(sorted(set(self._faults.cautions))))

    def _office(self) -> Contact:
        return Contact(**self._toml.optional_part("office", OfficeEntry).model_dump())

    def _titles(self, head: RoundHead, batches: list[TimeSpan]) -> tuple[str, str]:
        """The titles, {year}, {month} and {month_name} filled in; a month that no batch is in is a caution."""
        for key, title in (("title", head.title), ("title_en", head.title_en)):
            title_agrees(title, batches, self._toml.name, self._toml.lines.key("round", key), self._faults)
        return with_month(head.title, batches), with_month(head.title_en, batches)

    def _times_agree(self, windows: dict[str, TimeSpan], batches: list[TimeSpan]) -> None:
        checks.windows_in_order(windows, self._faults)
        checks.batches_in_order(windows, batches, self._faults)
        checks.tickets_in_time(windows, batches, self._faults)
        checks.within_a_year(windows, batches, self._faults)
        checks.not_over(windows, self._today, self._faults)

    def _windows(self) -> dict[str, TimeSpan]:
        """Those that can be read."""
        section, spans = self._toml.section("windows"), {}
        if section is None:
            return {}
        for name in section.keys() - set(WINDOWS):
            self._toml.unknown_key("windows", name, WINDOWS)
        for name in WINDOWS:
            line, entry = self._toml.inner(section, "windows", name, WindowEntry)
            span = self._span(name, self._toml.name, line, entry, f"windows.{name}")
            if span is not None:
                spans[name] = span
        return spans

    def _own_batches(self, windows: dict[str, TimeSpan]) -> dict[str, tuple[Batch, ...]]:
        """The sittings of sites that have some of their own, by site; each list is held to what holds for the round's."""
        own: dict[str, list[TimeSpan]] = {}
        for row, entry in self._catalogue.sittings():
            mine = own.setdefault(entry.site, [])
            named = BatchEntry(opens=entry.opens, closes=entry.closes)
            span = self._span(f"{entry.site} {len(mine) + 1}", row.file, row.line, named)
            if span is not None:
                mine.append(span)
        for spans in own.values():
            checks.batches_in_order(windows, spans, self._faults)
            checks.tickets_in_time(windows, spans, self._faults)
            checks.within_a_year(windows, spans, self._faults)
        return {site: naming.numbered(spans) for site, spans in own.items()}

    def _batches(self) -> list[TimeSpan]:
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
            self._span(f"batches {n}", name, line, entry, f"batches {n}")
            for n, (line, entry) in enumerate(found, start=1)
        ]
        return [span for span in spans if span is not None]

    def _span(
        self, name: str, file: str, line: int, entry: WindowEntry | BatchEntry | None, key: str = ""
    ) -> TimeSpan | None:
        if entry is None:
            return None
        if entry.opens >= entry.closes:
            opens, closes = exam_time_in_words(entry.opens), exam_time_in_words(entry.closes)
            self._faults.add(
                file,
                line,
                f"“{name}”的结束（{closes}）不晚于开始（{opens}）",
                f"'{name}' ends ({closes}) no later than it begins ({opens})",
                f"{key}.closes" if key else "closes",
            )
            return None
        return TimeSpan(name, file, line, Window(entry.opens, entry.closes), key)

    def _fees(self) -> tuple[Fee, ...] | None:
        """None where one cannot be read: a subject without a fee would only follow from that."""
        fees: dict[tuple[int, str], Fee] = {}
        entries = self._toml.entries("fees", FeeEntry)
        for number, (line, entry) in enumerate(entries, start=1):
            if entry is None:
                return None
            whose = entry.level, entry.province
            if whose in fees:
                of = f"{entry.level} {entry.province}".strip()
                key = f"fees {number}.level"
                self._toml.wrong(line, f"级别 {of} 的考试费重复", f"the fee of level {of} is repeated", key)
            fees.setdefault(whose, Fee(entry.level, entry.yuan, entry.basis, entry.province))
        return tuple(fees.values())

    def _notices(self, batches: list[TimeSpan]) -> tuple[NoticeText, ...]:
        notices: dict[str, NoticeText] = {}
        if not self._toml.has("notices"):
            self._toml.caution(
                0, "没有公告：登录前的页面不显示本次考试的公告", "no notices: nothing is told before sign-in"
            )
            return ()
        for number, (line, entry) in enumerate(self._toml.entries("notices", NoticeEntry), start=1):
            if entry is None:
                continue
            if entry.kind in notices:
                key = f"notices {number}.kind"
                self._toml.wrong(
                    line, f"公告“{entry.kind}”重复", f"the notice '{entry.kind}' is repeated", key
                )
            notices[entry.kind] = NoticeText(
                **entry.model_dump()
                | {"title": with_month(entry.title, batches), "title_en": with_month(entry.title_en, batches)}
            )
        return tuple(notices.values())
