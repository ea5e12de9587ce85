"""What a decision may look at besides the registration, and what it must be able to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ncre.domain.bans.ban import Ban, refusal_of
from ncre.domain.exam.plan import Round, Site
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.lifecycle import Transition
from ncre.events.base import Fact


@dataclass(frozen=True)
class DecisionContext:
    """What a decision may look at besides the registration: the moment and the rules in force.

    `site` is the site the command names, else the one the registration has chosen, else None. `photo_lost`
    is whether the photo that the command rests on cannot be read any more, `review_opened` whether staff opened the
    private details since review was requested, or judged the registration before. `ban` is a ban in force of the person
    that the command or the registration names.
    """

    now: datetime
    round: Round
    site: Site | None = None
    photo_lost: bool = False
    review_opened: bool = False
    ban: Ban | None = None


def require_photo(context: DecisionContext) -> None:
    """Nothing is decided about a face that nobody can see."""
    if context.photo_lost:
        raise Refusal(RefusalCode.PHOTO_LOST)


def require_not_banned(context: DecisionContext) -> None:
    """Raises Refusal for somebody who may not take the exam."""
    if context.ban is not None:
        raise refusal_of(context.ban, context.round)


def site_of(context: DecisionContext) -> Site:
    """The site that was chosen. Raises Refusal where there is none."""
    if context.site is None:
        raise Refusal(RefusalCode.SITE_UNKNOWN, site="")
    return context.site


class UndeclaredFact(Exception):
    """An error of ours: a decision returned a fact that no open row of its step declares."""


def of_these_rows(rows: list[Transition], decided: list[Fact]) -> list[Fact]:
    """The facts, each of which a row that is open has in its column. Raises UndeclaredFact."""
    declared = {row.fact for row in rows}
    for fact in decided:
        if type(fact) not in declared:
            raise UndeclaredFact(f"{rows[0].step}: {type(fact).__name__} is in no row that is open")
    return decided
