"""The table of the life as a state machine of `transitions`: which rows are open, and where a fact leads.

Built once, at import; no registration is ever attached to it. A row is open where the machine has an edge of it
whose conditions, called with the policy of the site, hold. `docs/state-diagram.md` is drawn from its markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple, assert_never

from transitions import EventData
from transitions import Transition as MachineTransition
from transitions.extensions.markup import MarkupMachine

from ncre.domain.registration.lifecycle import LIFE, Transition
from ncre.domain.registration.vocabulary import Back, SitePolicy, Status, Step, When
from ncre.events.base import Fact


def holds(when: When, policy: SitePolicy | None) -> bool:
    """Whether a row's condition is met; without a site chosen only ALWAYS is."""
    if when is When.ALWAYS:
        return True
    if policy is None:
        return False
    match when:
        case When.SITE_REVIEWS:
            return policy.reviews
        case When.SITE_DOES_NOT_REVIEW:
            return not policy.reviews
        case When.SITE_CONFIRMS:
            return policy.confirms
        case When.CLOCK_AT_SUBMISSION:
            return policy.clock == "submitted" or not policy.reviews
        case When.PHOTO_LOST:
            return policy.photo_lost
        case _:
            assert_never(when)


@dataclass(frozen=True)
class Condition:
    """A condition of the table as the machine calls it; its name is what the markup shows."""

    when: When

    def __call__(self, policy: SitePolicy | None) -> bool:
        """Whether the condition of the row holds under the site's policy."""
        return holds(self.when, policy)

    @property
    def __name__(self) -> str:
        return self.when.value


class LifeEdge(MachineTransition):
    """One source and destination of a row."""

    def __init__(self, *ends: Any, row: Transition) -> None:
        super().__init__(*ends)
        self.row = row


class LifeMachine(MarkupMachine):
    """The machine of `transitions` over the table of the life."""

    transition_cls = LifeEdge


def _machine() -> LifeMachine:
    """A trigger for each step, an edge for each source; "back" has one for each status it can lead back to."""
    machine = LifeMachine(
        model=None,
        states=[status.value for status in Status],
        initial=Status.NEW.value,
        auto_transitions=False,
    )
    for row in LIFE:
        for to in _targets(row):
            for source in row.sources:
                machine.add_transition(row.step.value, source.value, to, [Condition(row.when)], row=row)
    return machine


def _targets(row: Transition) -> list[str]:
    """Where a row leads, as the machine writes it: "=" stays where it is."""
    if row.to is None:
        return ["="]
    if not isinstance(row.to, Back):
        return [row.to.value]
    left = {source: None for one in LIFE if one.to in row.sources for source in one.sources}
    return [source.value for source in left]


MACHINE: Final = _machine()


@cache
def _edges(machine: LifeMachine, status: Status) -> tuple[LifeEdge, ...]:
    """The edges that leave a status, one of each row, in the order of the table."""
    found: dict[int, LifeEdge] = {}
    for edge in machine.get_transitions(source=status.value):
        assert isinstance(edge, LifeEdge)
        found.setdefault(LIFE.index(edge.row), edge)
    return tuple(edge for _, edge in sorted(found.items(), key=lambda one: one[0]))


def rows_of(step: Step, status: Status) -> tuple[Transition, ...]:
    """The rows by which `step` can leave `status` under one policy or another, in the order of the table."""
    return tuple(edge.row for edge in _edges(MACHINE, status) if edge.row.step is step)


def open_rows(status: Status, policy: SitePolicy | None) -> list[Transition]:
    """The rows that count in this status under this policy, in the order of the table."""
    return list(_open(MACHINE, status, _conditions(policy)))


def open_steps(status: Status, policy: SitePolicy | None) -> frozenset[Step]:
    """The steps that may be asked for; buttons on pages and the guard of decisions read this."""
    return _open_steps(MACHINE, status, _conditions(policy))


class Conditions(NamedTuple):
    """What `holds` reads of a site's policy: sites that agree in it have the same rows open, which are found once."""

    reviews: bool
    confirms: bool
    clock: str
    photo_lost: bool


def _conditions(policy: SitePolicy | None) -> Conditions | None:
    if policy is None:
        return None
    return Conditions(policy.reviews, policy.confirms, policy.clock, policy.photo_lost)


@cache
def _open(machine: LifeMachine, status: Status, policy: Conditions | None) -> tuple[Transition, ...]:
    asked = EventData(None, None, machine, None, (policy,), {})
    return tuple(
        edge.row
        for edge in _edges(machine, status)
        if all(condition.check(asked) for condition in edge.conditions)
    )


@cache
def _open_steps(machine: LifeMachine, status: Status, policy: Conditions | None) -> frozenset[Step]:
    return frozenset(row.step for row in _open(machine, status, policy))


def arrival(status: Status, fact: Fact) -> Status:
    """The status after `fact`. It asks no leave: what happened, happened, from wherever it did."""
    kind = type(fact)
    to = _ARRIVALS.get((status, kind), _ANYWHERE.get(kind))
    if isinstance(to, Back):
        return Status(getattr(fact, to.value))
    return status if to is None else to


_ARRIVALS: Final = {(source, row.fact): row.to for row in LIFE for source in row.sources}
_ANYWHERE: Final = {row.fact: row.to for row in reversed(LIFE) if row.to is not None}
