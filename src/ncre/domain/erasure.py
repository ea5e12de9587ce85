"""When a person may be erased: what holds them back, until when, and what a reason must not say.

A registration that was paid is kept while its round runs, and for as long afterwards as the law wants (storage facts §5:
PIPL article 47). What was never paid, or was given up, holds nobody back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import Round, Site, exam_time_in_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.lifecycle import PAID
from ncre.domain.registration.vocabulary import Status

LONGEST_WHY: Final = 500
MOST_DAYS: Final = 36_500
"""A hundred years: more is a typing error."""

LEAST_TRACE: Final = 2
"""Characters from which on a private value is looked for in a reason; a name has at least two."""


class ErasureWay(StrEnum):
    """How it came to an erasure."""

    OFFICE = "office"
    SCHEDULE = "schedule"
    RESTORED = "restored"


class HeldBy(StrEnum):
    """Why a person cannot be erased yet."""

    RUNNING = "running"
    RETENTION = "retention"


HELD_BY: Final = {
    HeldBy.RUNNING: Bilingual("已缴费的考次还没有结束", "its round is still running and paid for"),
    HeldBy.RETENTION: Bilingual("法定保存期还没有届满", "the law wants it kept"),
}


@dataclass(frozen=True)
class Retention:
    """The days of a round, counted from the end of its last exam. `erase_days` None: nothing is erased by itself."""

    keep_days: int = 0
    erase_days: int | None = None

    def kept_until(self, ends: datetime) -> datetime:
        """Until when a person of a round that `ends` then is kept."""
        return ends + timedelta(days=self.keep_days)

    def erased_from(self, ends: datetime) -> datetime | None:
        """From when on they are erased by schedule; None without a schedule."""
        return None if self.erase_days is None else ends + timedelta(days=self.erase_days)


@dataclass(frozen=True)
class Hold:
    """A registration for whose sake a person is kept until a moment."""

    registration: UUID
    number: str
    by: HeldBy
    until: datetime


def ends_of(round_: Round, sites: Iterable[Site]) -> datetime:
    """When a round is over: its last exam was sat, and nothing of it is printed any more."""
    sat = [batch.ends_at for site in sites for batch in site.plan.batches]
    return max([round_.plan.windows.printing.closes, *sat])


def hold(
    registration: UUID, number: str, status: Status, ends: datetime, retention: Retention, now: datetime
) -> Hold | None:
    """What holds a registration back; None where nothing does."""
    if status not in PAID:
        return None
    if now <= ends:
        return Hold(registration, number, HeldBy.RUNNING, retention.kept_until(ends))
    if now <= (until := retention.kept_until(ends)):
        return Hold(registration, number, HeldBy.RETENTION, until)
    return None


def require_free(holds: Iterable[Hold]) -> None:
    """Raises Refusal with the date from which it is possible."""
    longest = max(holds, key=lambda one: one.until, default=None)
    if longest is not None:
        raise Refusal(
            RefusalCode.ERASURE_HELD,
            number=longest.number or longest.registration,
            by=HELD_BY[longest.by],
            possible=exam_time_in_words(longest.until),
        )


def require_reason(why: str, private: Iterable[str] = ()) -> str:
    """The reason, which stays for ever and so must not say what is erased. Raises Refusal."""
    why = why.strip()
    if not why:
        raise Refusal(RefusalCode.WHY_MISSING)
    if len(why) > LONGEST_WHY:
        raise Refusal(RefusalCode.TEXT_TOO_LONG, most=LONGEST_WHY, count=len(why))
    folded = _folded(why)
    if any(len(value) >= LEAST_TRACE and _folded(value) in folded for value in private):
        raise Refusal(RefusalCode.ERASURE_WHY_PRIVATE)
    return why


def require_days(keep_days: int, erase_days: int | None) -> None:
    """Raises Refusal for days that cannot be meant, or an erasure before the law allows it."""
    given = [keep_days, *([] if erase_days is None else [erase_days])]
    if any(not 0 <= days <= MOST_DAYS for days in given):
        raise Refusal(RefusalCode.RETENTION_UNFIT, most=MOST_DAYS)
    if erase_days is not None and erase_days < keep_days:
        raise Refusal(RefusalCode.RETENTION_TOO_SHORT, keep=keep_days, erase=erase_days)


def _folded(text: str) -> str:
    return "".join(text.casefold().split())
