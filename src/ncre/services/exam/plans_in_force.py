"""The plans of a round and a site as they were in force at a moment: what was made under them keeps its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.exam.plan import Round, Site, round_id, site_id
from ncre.events import exam as facts
from ncre.store.fact_store import FactStore

PLANS = (facts.RoundOpened, facts.RoundRevised, facts.SiteOpened, facts.SiteRevised)


@dataclass(frozen=True)
class Dated:
    """A plan, its version, and from when it was in force."""

    since: datetime
    version: int
    plan: facts.RoundPlan | facts.SitePlan


@dataclass(frozen=True)
class Rules:
    """A round and a site as they were in force together."""

    round: Round
    site: Site


class PlansInForce:
    """Plans by moment. A stream is read once for each of its versions, in this process."""

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._known: dict[UUID, tuple[int, tuple[Dated, ...]]] = {}

    def at(self, connection: Connection, now: Rules, moment: datetime) -> Rules:
        """The plans that were in force at a moment; the first ones before there were any.

        Subjects that only other versions have are known in the round all the same.
        """
        rounds = self._dated(connection, round_id(now.round.code), now.round.version)
        sites = self._dated(connection, site_id(now.round.code, now.site.code), now.site.version)
        return Rules(_round_at(now.round, rounds, moment), _site_at(now.site, sites, moment))

    def revised_since(self, connection: Connection, now: Rules, moment: datetime) -> bool:
        """Whether other plans were in force at that moment."""
        then = self.at(connection, now, moment)
        return (then.round.version, then.site.version) != (now.round.version, now.site.version)

    def _dated(self, connection: Connection, stream: UUID, version: int) -> tuple[Dated, ...]:
        known = self._known.get(stream)
        if known is None or known[0] != version:
            found = tuple(
                Dated(fact.metadata.recorded_at, fact.metadata.version, fact.plan)
                for fact in self._store.history(connection, stream)
                if isinstance(fact, PLANS)
            )
            known = self._known[stream] = (version, found)
        return known[1]


def _in_force(dated: tuple[Dated, ...], moment: datetime) -> Dated:
    return next((one for one in reversed(dated) if one.since <= moment), dated[0])


def _round_at(now: Round, dated: tuple[Dated, ...], moment: datetime) -> Round:
    then = _in_force(dated, moment)
    if then.version == now.version or not isinstance(then.plan, facts.RoundPlan):
        return now
    return Round(then.plan, then.version, (*now.retired, *now.plan.subjects))


def _site_at(now: Site, dated: tuple[Dated, ...], moment: datetime) -> Site:
    then = _in_force(dated, moment)
    if then.plan == now.plan or not isinstance(then.plan, facts.SitePlan):
        return now
    return Site(then.plan, then.version)
