"""A site called off: what is asked, what a preview shows, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import Round, Site
from ncre.domain.refusal_wording import in_both_languages
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor, PaidFee
from ncre.domain.registration.lifecycle import PAID
from ncre.domain.registration.vocabulary import Status
from ncre.operational.site_runs import RunCase, SiteRun
from ncre.projections.rows import HoldingRow, RegistrationRow


@dataclass(frozen=True, kw_only=True)
class CallOff:
    """What is asked for: `to` is the round to which those who paid are carried over, "" where all are cancelled."""

    actor: Actor
    round: str
    site: str
    to: str = ""
    money: PaidFee | None = None
    why: str = ""
    seen: str = ""
    command_id: UUID


@dataclass(frozen=True)
class CallOffPreview:
    """Whom it would concern: by status, how many have paid and how much, and what stands against carrying them over.

    `mark` is that of what was seen; what is begun is what was seen, or nothing.
    """

    counts: Mapping[Status, int]
    paid: int
    amount: int
    to: Round | None
    hindered: Mapping[Bilingual, int]
    mark: str

    @property
    def people(self) -> int:
        """How many it would concern."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class CallingOffProgress:
    """How far a run is."""

    run: SiteRun
    done: int
    waiting: int
    refused: int
    refusals: tuple[RunCase, ...] = ()

    @property
    def total(self) -> int:
        """How many it concerns."""
        return self.done + self.waiting + self.refused


def hindrance(row: HoldingRow | RegistrationRow, there: Site | None, to: str) -> Refusal | None:
    """Why the site of the next round cannot take a registration; seats are counted when it is carried over."""
    if there is None or there.closed:
        return Refusal(RefusalCode.ROUND_TO_LACKS_SITE, to=to, site=row["site"] or "")
    for line in row["lines"]:
        if line["subject"] not in there.offers:
            return Refusal(RefusalCode.ROUND_TO_LACKS_SUBJECT, to=to, subject=line["subject"])
    return None


def hindrances(rows: Iterable[HoldingRow], there: Site | None, to: str) -> dict[Bilingual, int]:
    """What stands against carrying over those who have paid, and for how many."""
    found: dict[Bilingual, int] = {}
    for row in rows:
        if Status(row["status"]) in PAID and (refusal := hindrance(row, there, to)) is not None:
            why = in_both_languages(refusal)
            found[why] = found.get(why, 0) + 1
    return found


def mark_of(asked: str, rows: Iterable[HoldingRow]) -> str:
    """The mark of a preview: another one as soon as somebody comes, goes or stands elsewhere."""
    return uuid5(UUID(int=0), f"{asked} {[(str(row['id']), row['status']) for row in rows]}").hex
