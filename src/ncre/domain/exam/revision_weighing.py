"""What a change means for the people of a round, by the rule of its kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ncre.domain.exam.revision import Change, ChangeKind
from ncre.domain.exam.revision_rules import RULES, RevisionOutcome
from ncre.domain.exam.revision_touches import (
    Holder,
    Levels,
)


@dataclass(frozen=True)
class Weighed:
    """A change with what comes of it and the registrations that it touches.

    `excess` is by how much a lowered quota is exceeded; it is that number which counts there.
    """

    change: Change
    outcome: RevisionOutcome
    people: tuple[Holder, ...]
    excess: int = 0

    @property
    def touched(self) -> int:
        """How many people or seats the change touches."""
        return self.excess or len(self.people)


def needs_people(changes: Iterable[Change]) -> bool:
    """Whether what comes of them depends on who is under way."""
    return any(RULES[change.kind].touches_somebody for change in changes)


def weighed(change: Change, people: Iterable[Holder], levels: Levels) -> Weighed:
    """What comes of a change, given everybody under way in the round."""
    rule = RULES[change.kind]
    mine = (one for one in people if not change.site or one.site == change.site)
    touched = tuple(one for one in mine if rule.touches(change, one, levels))
    if change.kind is ChangeKind.QUOTA_LOWERED:
        excess = max(0, len(touched) - int(change.after))
        return Weighed(
            change, rule.outcome if excess else RevisionOutcome.ALLOWED, touched if excess else (), excess
        )
    return Weighed(change, rule.outcome if touched else RevisionOutcome.ALLOWED, touched)
