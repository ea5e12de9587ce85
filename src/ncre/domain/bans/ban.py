"""A ban: the days for which it holds, and what is asked of one that is to be imposed (domain facts §6.6).

It is checked when a candidate writes who they are, chooses subjects and asks for review, when a site approves, and when
money comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid5

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import Round
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE, require_text
from ncre.domain.registration.state import NAMESPACE

LONGEST_DECISION: Final = 60
"""Characters of a decision's number."""

MOST_YEARS: Final = 10
"""Years of a ban; three are the most that the rules know (§6.6), the rest is for what comes before a court."""

RETENTION: Final = timedelta(days=365)
"""How long a ban is kept after its last day, or after it was lifted: for appeals, and for registrations of that time."""

EARLIEST: Final = date(2000, 1, 1)

GATE: Final = uuid5(NAMESPACE, "bans")
"""Whoever asks for bans within a command shares this lock until the command is done; a ban takes it alone."""


@dataclass(frozen=True)
class Ban:
    """A ban in force, as a refusal tells of it."""

    id: UUID
    decision: str
    ends: date


def ban_id(person: str, decision: str) -> UUID:
    """One decision bans a person once."""
    return uuid5(GATE, f"{person}\0{decision}")


def require_terms(starts: date, ends: date, decision: str, reason: str) -> None:
    """Raises Refusal where one of them is missing, too long, or no such ban can be meant."""
    if not decision:
        raise Refusal(RefusalCode.BAN_DECISION_MISSING)
    if len(decision) > LONGEST_DECISION:
        raise Refusal(RefusalCode.TEXT_TOO_LONG, most=LONGEST_DECISION, count=len(decision))
    require_text(decision, LONGEST_DECISION)
    if not EARLIEST <= starts <= ends or ends.year > starts.year + MOST_YEARS:
        raise Refusal(RefusalCode.BAN_DAYS_UNFIT, most=MOST_YEARS)
    if not reason.strip():
        raise Refusal(RefusalCode.REASON_TEXT_MISSING)
    require_text(reason, LONGEST_NOTE)


def refusal_of(ban: Ban, round_: Round | None) -> Refusal:
    """What a banned candidate is told: until when, by which decision, and whom to ask."""
    phone = round_.plan.office.phone if round_ is not None else ""
    whom = Bilingual("考务办公室", "the exam office")
    if phone:
        whom = Bilingual(f"考务办公室（电话 {phone}）", f"the exam office (telephone {phone})")
    return Refusal(RefusalCode.BANNED, until=ban.ends.isoformat(), decision=ban.decision, whom=whom)
