"""What a revision of a round changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ncre.events.base import Fact


@dataclass(frozen=True, slots=True)
class RevisedPoint:
    """One change of a revision: its kind and outcome as codes, the site's code or "" for the round.

    `item` is what was changed (a subject, a room, a sitting by its name), `before` and `after` what was
    said of it. `touched` counts the registrations that it touched when it was made.
    """

    kind: str
    site: str
    item: str
    before: str
    after: str
    outcome: str
    touched: int


@dataclass(frozen=True)
class RoundRevisionMade(Fact):
    """A round, its sites and notices were opened or revised together, from the revision `made_from` (0: none).

    On a stream of its own for each round, so that its version is the number of the revision. The plans
    themselves follow on the streams of round, sites and notices, and name the revision as their cause.
    """

    TOPIC: ClassVar[str] = "exam.round_revision_made"
    round: str
    made_from: int
    why: str
    points: tuple[RevisedPoint, ...]
