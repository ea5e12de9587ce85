"""A plan as the cells of its files: what stands in most places is a default, what differs at a site stands there.

The cells of a round come in parts, one for each page that edits them; `name` of a cell within its part is that of the
file's key: `windows.register.opens`, `fees.0.yuan`, `rooms.1.seats`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar

from ncre.domain.exam.plan import exam_time_in_words
from ncre.events.exam import Batch, OnSite, RoundPlan, SitePlan
from ncre.rounds.kinds import FEN
from ncre.rounds.loader import LoadedRound, NoticeText
from ncre.rounds.schema import NOTICE_KINDS, WINDOWS

Cells = dict[str, str]
T = TypeVar("T")

SITE: Final = "site:"
"""Before the code of a site: the part of that site."""

POLICY: Final = {
    "review": "reviews",
    "confirmation": "confirms",
    "hold_hours": "hold_hours",
    "clock": "clock",
    "most_subjects": "most_subjects",
    "audience": "audience",
    "quota": "quota",
}
"""The columns of policies.csv and the fields of the plan."""

SITE_FIELDS: Final = ("name", "province", "city", "address", "phone", "hours", "hours_en", "notice")


def parts_of(loaded: LoadedRound) -> dict[str, Cells]:
    """Every part of a round. `read_cells` of them gives the same round."""
    plan, sites = loaded.plan, loaded.sites
    policy = {
        column: _most([_cell(getattr(one, field)) for one in sites]) for column, field in POLICY.items()
    }
    batches, on_site = _most([one.batches for one in sites]) or (), _usual_confirmation(sites)
    parts = {
        "round": _head(plan),
        "windows": _windows(plan, on_site),
        "policy": {f"policy.{column}": value or "" for column, value in policy.items()},
        "fees": _rows(
            "fees",
            (
                {
                    "level": str(one.level),
                    "province": one.province,
                    "yuan": f"{Decimal(one.amount) / FEN:.2f}",
                    "basis": one.basis,
                }
                for one in plan.fees
            ),
        ),
        "subjects": _rows(
            "subjects",
            (
                {
                    "level": str(one.level),
                    "code": one.code,
                    "name": one.name,
                    "minutes": str(one.minutes),
                    "status": one.status,
                    "prerequisite_code": one.prerequisite,
                }
                for one in plan.subjects
            ),
        ),
        "batches": _rows("batches", _times(batches)),
        "agreement": {
            "agreement.edition": plan.agreement,
            "agreement.text": plan.agreement_text,
            "agreement.text_en": plan.agreement_text_en,
            "agreement.declaration": plan.declaration,
            "agreement.declaration_en": plan.declaration_en,
        },
        "notices": _notices(loaded.notices),
    }
    return parts | {f"{SITE}{one.code}": site_cells(one, policy, on_site, batches) for one in sites}


def site_cells(
    site: SitePlan,
    policy: Mapping[str, str | None],
    on_site: OnSite = OnSite(),  # noqa: B008 (immutable)
    batches: tuple[Batch, ...] = (),
) -> Cells:
    """The part of a site; what is as the defaults say is left empty."""
    own = {column: _cell(getattr(site, field)) for column, field in POLICY.items()}
    there = site.confirmation
    return {
        **{f"site.{name}": getattr(site, name) for name in SITE_FIELDS},
        "site.synthetic": _cell(site.synthetic),
        "site.manages": " ".join(site.manages),
        "site.confirm_opens": _moment(there.opens) if there.opens != on_site.opens else "",
        "site.confirm_closes": _moment(there.closes) if there.closes != on_site.closes else "",
        "site.confirm_place": there.place,
        **{f"policies.{name}": cell if cell != policy.get(name) else "" for name, cell in own.items()},
        **{f"offers.{one.subject}": str(one.quota) for one in site.offers},
        **_rows("rooms", ({"room": one.name, "seats": str(one.seats)} for one in site.rooms)),
        **(_rows("sittings", _times(site.batches)) if site.batches != batches else {}),
    }


def _head(plan: RoundPlan) -> Cells:
    office = plan.office
    return {
        "round.title": plan.title,
        "round.title_en": plan.title_en,
        "round.documents": " ".join(plan.documents),
        "office.phone": office.phone,
        "office.hours": office.hours,
        "office.hours_en": office.hours_en,
        "office.address": office.address,
    }


def _windows(plan: RoundPlan, on_site: OnSite) -> Cells:
    cells = {}
    for name in WINDOWS:
        window = getattr(plan.windows, name)
        cells[f"windows.{name}.opens"] = _moment(window.opens)
        cells[f"windows.{name}.closes"] = _moment(window.closes)
    return cells | {
        "confirmation.opens": _moment(on_site.opens),
        "confirmation.closes": _moment(on_site.closes),
        "confirmation.papers": plan.papers,
        "confirmation.papers_en": plan.papers_en,
    }


def _notices(notices: Iterable[NoticeText]) -> Cells:
    by_kind = {one.kind: one for one in notices}
    cells = {}
    for kind in NOTICE_KINDS:
        one = by_kind.get(kind)
        for name in ("title", "title_en", "body", "body_en"):
            cells[f"notices.{kind}.{name}"] = getattr(one, name) if one else ""
    return cells


def _usual_confirmation(sites: Iterable[SitePlan]) -> OnSite:
    """The time that most sites confirm at; none where some site confirms at no time, for it would take this one."""
    times = [(one.confirmation.opens, one.confirmation.closes) for one in sites if one.confirms]
    if any(opens is None or closes is None for opens, closes in times):
        return OnSite()
    usual = _most(times)
    return OnSite(*usual) if usual else OnSite()


def _rows(table: str, rows: Iterable[Mapping[str, str]]) -> Cells:
    return {f"{table}.{number}.{name}": cell for number, row in enumerate(rows) for name, cell in row.items()}


def _times(batches: Iterable[Batch]) -> Iterable[Mapping[str, str]]:
    return ({"opens": _moment(one.starts_at), "closes": _moment(one.ends_at)} for one in batches)


def _most(values: list[T]) -> T | None:
    """What stands most often, the first of equals; None for nothing."""
    counted = Counter(values).most_common(1)
    return counted[0][0] if counted else None


def _moment(moment: datetime | None) -> str:
    return exam_time_in_words(moment) if moment else ""


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
