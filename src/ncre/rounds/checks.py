"""What must agree across the parts of a round: times in their order, subjects with batches and fees, rooms with quotas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from ncre.domain import printed_numbers
from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import EXAM_TIME, exam_time_in_words
from ncre.domain.seating.halls import LAST_HALL
from ncre.events.exam import Fee, OnSite, SitePlan, Subject, Window
from ncre.rounds.csv_tables import TableRow
from ncre.rounds.faults import FaultList

LONGEST_ROUND: Final = timedelta(days=366)
"""From the first window to the last batch; a round that takes longer has a wrong year."""

MOST_BATCHES: Final = 99


@dataclass(frozen=True)
class TimeSpan:
    """A window or a batch, with the line that says it."""

    name: str
    file: str
    line: int
    window: Window
    key: str = ""


@dataclass(frozen=True)
class WindowOrder:
    """`later` comes no earlier than `earlier`; each is a window and one of its ends."""

    later: tuple[str, str]
    earlier: tuple[str, str]
    why: Bilingual


ORDER: Final = (
    WindowOrder(
        ("review", "opens"),
        ("register", "opens"),
        Bilingual("审核不会早于报名开始", "nobody has registered yet"),
    ),
    WindowOrder(
        ("payment", "opens"),
        ("register", "opens"),
        Bilingual("缴费不会早于报名开始", "nobody has registered yet"),
    ),
    WindowOrder(
        ("printing", "opens"),
        ("register", "opens"),
        Bilingual("打印不会早于报名开始", "nobody has registered yet"),
    ),
    WindowOrder(
        ("review", "closes"),
        ("register", "closes"),
        Bilingual("最后报名的考生等不到审核", "whoever registers last is not reviewed"),
    ),
    WindowOrder(
        ("payment", "closes"),
        ("register", "closes"),
        Bilingual("最后报名的考生来不及缴费", "whoever registers last cannot pay"),
    ),
    WindowOrder(
        ("payment", "closes"),
        ("review", "closes"),
        Bilingual("最后通过审核的考生来不及缴费", "whoever is approved last cannot pay"),
    ),
    WindowOrder(
        ("printing", "closes"),
        ("payment", "closes"),
        Bilingual("最后缴费的考生打印不了准考证", "whoever pays last cannot print a ticket"),
    ),
)


def windows_in_order(windows: Mapping[str, TimeSpan], faults: FaultList) -> None:
    for rule in ORDER:
        later, earlier = windows.get(rule.later[0]), windows.get(rule.earlier[0])
        if later is None or earlier is None:
            continue
        late, early = getattr(later.window, rule.later[1]), getattr(earlier.window, rule.earlier[1])
        if late < early:
            names = (
                ".".join(rule.later),
                exam_time_in_words(late),
                ".".join(rule.earlier),
                exam_time_in_words(early),
            )
            zh = "“{}”（{}）早于“{}”（{}）：".format(*names) + rule.why.zh
            en = "'{}' ({}) is before '{}' ({}): ".format(*names) + rule.why.en
            faults.add(later.file, later.line, zh, en, f"{later.key}.{rule.later[1]}")


def batches_in_order(windows: Mapping[str, TimeSpan], batches: Sequence[TimeSpan], faults: FaultList) -> None:
    """One after the other, each on one day, after paying and with time to print a ticket before."""
    for batch in batches:
        _on_one_day(batch, faults)
    before = [windows["payment"]] if "payment" in windows else []
    for earlier, later in pairwise([*before, *batches]):
        if later.window.opens < earlier.window.closes:
            begins, ends = exam_time_in_words(later.window.opens), exam_time_in_words(earlier.window.closes)
            zh = f"“{later.name}”开始（{begins}）早于“{earlier.name}”结束（{ends}）"
            faults.add(
                later.file,
                later.line,
                zh,
                f"'{later.name}' begins ({begins}) before '{earlier.name}' ends ({ends})",
                f"{later.key}.opens",
            )
    if len(batches) > MOST_BATCHES:
        last = batches[MOST_BATCHES]
        zh = f"批次最多 {MOST_BATCHES} 个，现在是 {len(batches)} 个"
        faults.add(
            last.file,
            last.line,
            zh,
            f"there may be {MOST_BATCHES} batches at the most, not {len(batches)}",
            f"{last.key}.opens",
        )


def tickets_in_time(windows: Mapping[str, TimeSpan], batches: Sequence[TimeSpan], faults: FaultList) -> None:
    """Printing opens before the first batch begins."""
    printing = windows.get("printing")
    if printing is None or not batches:
        return
    first = min(batch.window.opens for batch in batches)
    opens, begins = exam_time_in_words(printing.window.opens), exam_time_in_words(first)
    if printing.window.opens >= first:
        faults.add(
            printing.file,
            printing.line,
            f"“printing.opens”（{opens}）不早于第一批次开始（{begins}）：考生来不及打印准考证",
            f"'printing.opens' ({opens}) is not before the first batch begins ({begins}): nobody can print a "
            "ticket in time",
            f"{printing.key}.opens",
        )


def within_a_year(windows: Mapping[str, TimeSpan], batches: Sequence[TimeSpan], faults: FaultList) -> None:
    """A year too late or too early makes a window or batch lie far from registration."""
    register = windows.get("register")
    if register is None:
        return
    begins = register.window.opens
    for span in (*windows.values(), *batches):
        if abs(span.window.closes - begins) > LONGEST_ROUND:
            opens, closes = exam_time_in_words(begins), exam_time_in_words(span.window.closes)
            zh = f"“{span.name}”结束（{closes}）与报名开始（{opens}）相差一年以上：请核对年份"
            en = f"'{span.name}' ends ({closes}) more than a year from the start of registration ({opens}): check the year"
            faults.add(span.file, span.line, zh, en, f"{span.key}.closes")


def not_over(windows: Mapping[str, TimeSpan], today: date, faults: FaultList) -> None:
    register = windows.get("register")
    if register and register.window.closes.astimezone(EXAM_TIME).date() < today:
        closes = exam_time_in_words(register.window.closes)
        faults.caution(
            register.file,
            register.line,
            f"报名已于 {closes} 结束",
            f"registration was over on {closes} already",
            f"{register.key}.closes",
        )


def _on_one_day(batch: TimeSpan, faults: FaultList) -> None:
    opens, closes = (exam_time_in_words(one) for one in (batch.window.opens, batch.window.closes))
    if opens[:10] != closes[:10]:
        zh = f"“{batch.name}”应在同一天开始和结束，现在是 {opens} 至 {closes}"
        faults.add(
            batch.file,
            batch.line,
            zh,
            f"'{batch.name}' must begin and end on the same day, not {opens} to {closes}",
            f"{batch.key}.closes",
        )


def subjects_fit(
    subjects: Sequence[tuple[TableRow, Subject]],
    fees: Sequence[Fee],
    batches: Sequence[TimeSpan],
    faults: FaultList,
) -> None:
    """Every subject has a fee and a batch that is long enough, every batch a subject that is short enough."""
    lengths = [_minutes(batch) for batch in batches]
    for row, subject in subjects:
        if fees and subject.level not in {fee.level for fee in fees if not fee.province}:
            row.wrong(
                f"级别 {subject.level} 没有规定考试费", f"there is no fee for level {subject.level}", "level"
            )
        if lengths and subject.minutes > max(lengths):
            row.wrong(
                f"科目 {subject.code} 要 {subject.minutes} 分钟，最长的批次只有 {max(lengths)} 分钟",
                f"subject {subject.code} takes {subject.minutes} minutes, and the longest batch has {max(lengths)}",
                "minutes",
            )
    shortest = min((subject.minutes for _, subject in subjects), default=0)
    for batch, minutes in zip(batches, lengths, strict=True):
        if minutes < shortest:
            zh = f"“{batch.name}”只有 {minutes} 分钟，最短的科目也要 {shortest} 分钟"
            en = f"'{batch.name}' has {minutes} minutes, and the shortest subject takes {shortest}"
            faults.add(batch.file, batch.line, zh, en, f"{batch.key}.closes")


def prerequisites_lead_up(subjects: Sequence[tuple[TableRow, Subject]], codes: Iterable[str]) -> None:
    """A prerequisite is another subject of the catalogue, of a lower level. `codes` are those of every row."""
    known, levels = set(codes), {subject.code: subject.level for _, subject in subjects}
    for row, subject in subjects:
        needed = subject.prerequisite
        if not needed:
            continue
        if needed not in known:
            row.wrong(
                f"前置科目 {needed} 不在目录中",
                f"the prerequisite {needed} is not in the catalogue",
                "prerequisite_code",
            )
        elif levels.get(needed, 0) >= subject.level:
            row.wrong(
                f"前置科目 {needed} 的级别应低于 {subject.level} 级，现在是 {levels[needed]} 级",
                f"the prerequisite {needed} must be of a level below {subject.level}, not {levels[needed]}",
                "prerequisite_code",
            )


def site_fits(row: TableRow, site: SitePlan) -> None:
    """Rooms for what a site offers, and numbers for its halls."""
    count = len(site.rooms) * len(site.batches)
    if count > LAST_HALL:
        row.wrong(*printed_numbers.HALLS.fault(count))
    if site.offers and not site.rooms:
        row.wrong("开考科目的考点没有考场（rooms.csv）", "offers subjects but has no room (rooms.csv)")


def offers_fit(row: TableRow, site: SitePlan, minutes: Mapping[str, int]) -> None:
    """What a site with sittings of its own offers fits into the longest of them."""
    longest = max(
        (int((one.ends_at - one.starts_at) / timedelta(minutes=1)) for one in site.batches), default=0
    )
    for offer in site.offers:
        needs = minutes.get(offer.subject, 0)
        if needs > longest:
            row.wrong(
                f"科目 {offer.subject} 要 {needs} 分钟，本考点最长的批次只有 {longest} 分钟",
                f"subject {offer.subject} takes {needs} minutes, and the site's longest sitting has {longest}",
            )


def site_is_sensible(row: TableRow, site: SitePlan) -> None:
    """Cautions: a site where nobody can register, or that takes more people than it can seat."""
    if not site.offers:
        row.caution(
            "没有开考科目（offers.csv）：考生不能在这里报名",
            "offers no subject (offers.csv): nobody can register here",
        )
    seats = sum(room.seats for room in site.rooms) * len(site.batches)
    sittings = min(site.quota * site.most_subjects, sum(offer.quota for offer in site.offers))
    if site.rooms and site.batches and sittings > seats:
        row.caution(
            f"可报 {sittings} 科次，全部批次只有 {seats} 个座位",
            f"takes {sittings} sittings and has {seats} seats in all its batches",
        )


def confirmation_in_order(row: TableRow, on_site: OnSite) -> None:
    """A confirmation ends after it begins, and has both moments or none."""
    opens, closes = on_site.opens, on_site.closes
    if (opens is None) != (closes is None):
        row.wrong(
            "现场确认的开始和结束时间须同时填写（confirm_opens、confirm_closes 或 [confirmation]）",
            "the confirmation on site needs both times (confirm_opens, confirm_closes, or [confirmation])",
        )
    elif opens is not None and closes is not None and opens >= closes:
        row.wrong(
            f"现场确认的结束（{exam_time_in_words(closes)}）不晚于开始（{exam_time_in_words(opens)}）",
            f"the confirmation on site ends ({exam_time_in_words(closes)}) no later than it begins ({exam_time_in_words(opens)})",
        )


def _minutes(span: TimeSpan) -> int:
    return int((span.window.closes - span.window.opens) / timedelta(minutes=1))
