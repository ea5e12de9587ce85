"""A change of a revision as it is recorded, and back."""

from __future__ import annotations

from ncre.domain.exam.revision import Change, ChangeKind
from ncre.domain.exam.revision_weighing import Weighed
from ncre.events.exam_revision import RevisedPoint


def point_of(weighed: Weighed) -> RevisedPoint:
    """The change with what came of it, and how many it touches."""
    change = weighed.change
    return RevisedPoint(
        change.kind.value,
        change.site,
        change.item,
        change.before,
        change.after,
        weighed.outcome.value,
        weighed.touched,
        change.holds,
    )


def change_of(point: RevisedPoint) -> Change:
    """The change that was recorded."""
    return Change(ChangeKind(point.kind), point.site, point.item, point.before, point.after, point.holds)
