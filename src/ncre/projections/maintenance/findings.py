"""What checking rows against the log can find, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import DBAPIError

from ncre.projections.base import Key
from ncre.projections.maintenance.claims_check import Holdings
from ncre.projections.maintenance.completeness import Gone
from ncre.store.integrity import Damage
from ncre.store.outages import Outage, failure_of

MOST: Final = 1000
"""Differences and faults that are kept to be told; more are counted."""


@dataclass(frozen=True)
class RowDifference:
    """A stored value that is not what the log leads to. `column` is "" where a whole row differs."""

    table: str
    key: str
    column: str
    stored: object
    folded: object


@dataclass
class Checked:
    """What was found. `differences` and `damages` hold at most MOST each; `differing` and `damaged` count all."""

    facts: int = 0
    differences: list[RowDifference] = field(default_factory=list)
    differing: int = 0
    damages: list[Damage] = field(default_factory=list)
    damaged: int = 0
    gone: list[Gone] = field(default_factory=list)
    trusted: list[str] = field(default_factory=list)
    suspect: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.differing or self.damaged or self.gone)

    def differs(self, difference: RowDifference) -> None:
        self.differing += 1
        if len(self.differences) < MOST:
            self.differences.append(difference)

    def is_damaged(self, table: str, what: str) -> None:
        self.damaged += 1
        if len(self.damages) < MOST:
            self.damages.append(Damage(table, what))
        if table not in self.suspect:
            self.suspect.append(table)


def unless_away(error: Exception) -> Exception:
    """The error, where it tells of damage; raised again where the database went away, or is busy."""
    if isinstance(error, DBAPIError):
        failure = failure_of(error, "")
        if failure is not None and failure.kind is not Outage.BROKEN:
            raise error
    return error


def brief(error: Exception) -> str:
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return f"{type(error).__name__}: {' '.join(said.split())[:200]}"


def key_in_words(key: Key) -> str:
    return "/".join(str(part) for part in key)


def holding_differences(stored: Holdings, told: Holdings) -> list[RowDifference]:
    """A quota is compared where a plan speaks of it; one that no plan names any more may stay.

    A number that was drawn further than the log knows does no harm; one that would be drawn again does.
    """
    behind = {key: last for key, last in told.drawn.items() if stored.drawn.get(key, 0) < last}
    return [
        *_unequal("counters", "taken", stored.taken, told.taken, 0),
        *_unequal("counters", "quota", {k: stored.quotas.get(k) for k in told.quotas}, told.quotas, None),
        *_unequal("serials", "last", {k: stored.drawn.get(k, 0) for k in behind}, behind, 0),
    ]


def _unequal(
    table: str, column: str, stored: Mapping[str, object], told: Mapping[str, object], absent: object
) -> Iterator[RowDifference]:
    for key in sorted(stored.keys() | told.keys()):
        was, should = stored.get(key, absent), told.get(key, absent)
        if was != should:
            yield RowDifference(table, key, column, was, should)
