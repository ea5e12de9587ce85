"""What a revision of a round changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ncre.events.base import Fact


@dataclass(frozen=True, slots=True)
class HoldTerms:
    """How long a place is held for somebody who has not paid: hours, and `SitePlan.clock`, from which they count."""

    hours: int
    clock: str


@dataclass(frozen=True, slots=True)
class RevisedPoint:
    """One change of a revision: its kind and outcome as codes, the site's code or "" for the round.

    `item` is what was changed (a subject, a room, a sitting by its name), `before` and `after` what was
    said of it. `touched` counts the registrations that it touched when it was made. `holds` stands with a
    change of a hold alone: what it was, what it is.
    """

    kind: str
    site: str
    item: str
    before: str
    after: str
    outcome: str
    touched: int
    holds: tuple[HoldTerms, ...] = ()


@dataclass(frozen=True)
class RoundRevisionMade(Fact):
    """A round, its sites and notices were opened or revised together, from the revision `made_from` (0: none).

    On a stream of its own for each round, so that its version is the number of the revision. The plans
    themselves follow on the streams of round, sites and notices, and name the revision as their cause.
    """

    TOPIC: ClassVar[str] = "exam.round_revision_made"
    class_version: ClassVar[int] = 2
    round: str
    made_from: int
    why: str
    points: tuple[RevisedPoint, ...]

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """The first version had the terms of a hold in print alone: "24 h, approved"."""
        for point in state["points"]:
            if point["kind"] == "hold":
                point["holds"] = [_printed_terms(point[side]) for side in ("before", "after")]


def _printed_terms(printed: str) -> dict[str, Any]:
    hours, _, clock = printed.partition(" h, ")
    return {"hours": int(hours), "clock": clock}
