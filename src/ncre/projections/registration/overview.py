"""A round at a glance: for each site how many registrations stand where, and what of its quotas is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ncre.domain.claims import SeatClaim
from ncre.domain.exam.plan import WHOLE_SITE, Round, Site
from ncre.domain.registration.vocabulary import Status
from ncre.projections.exam.exams import ExamRepository
from ncre.projections.registration import registration_counts
from ncre.store.claims import ClaimStore


@dataclass(frozen=True)
class QuotaUse:
    """`taken` of `quota`; a quota that was lowered may be less than what is taken."""

    taken: int
    quota: int


@dataclass(frozen=True)
class SiteOverview:
    """`counts` by status, in the order of the life; `people` and `sittings` against the quotas."""

    site: Site
    counts: Mapping[Status, int]
    people: QuotaUse
    sittings: QuotaUse

    @property
    def is_over(self) -> bool:
        """Whether more is taken than the quotas of today allow."""
        return self.people.taken > self.people.quota or self.sittings.taken > self.sittings.quota


@dataclass(frozen=True)
class Total:
    """The sums over sites: `counts` by status, in the order of the life."""

    counts: Mapping[Status, int]
    people: QuotaUse
    sittings: QuotaUse


def total(sites: Sequence[SiteOverview]) -> Total:
    """Every number of these sites added up."""
    counts = {status: sum(site.counts.get(status, 0) for site in sites) for status in Status}
    return Total(
        {status: count for status, count in counts.items() if count},
        QuotaUse(sum(site.people.taken for site in sites), sum(site.people.quota for site in sites)),
        QuotaUse(sum(site.sittings.taken for site in sites), sum(site.sittings.quota for site in sites)),
    )


def overview(
    connection: Connection, exams: ExamRepository, claims: ClaimStore, round_: Round
) -> list[SiteOverview]:
    """Every site of the round, by province, city and code; two questions, however many registered."""
    sites = exams.sites(connection, round_.code)
    counts = registration_counts.by_site(connection, round_.code)
    keys = [
        prefix + subject
        for site in sites
        for prefix in [_prefix(round_, site)]
        for subject in _counters(site)
    ]
    counted = claims.counted(connection, keys)
    return [_site_now(_prefix(round_, site), site, counts.get(site.code, {}), counted) for site in sites]


def _prefix(round_: Round, site: Site) -> str:
    """What the keys of all counters of a site begin with."""
    return SeatClaim(round_.code, site.code, "").key


def _counters(site: Site) -> tuple[str, ...]:
    return (*site.offers, WHOLE_SITE)


def _site_now(
    prefix: str, site: Site, counts: Mapping[Status, int], counted: Mapping[str, tuple[int, int]]
) -> SiteOverview:
    nothing = (0, 0)
    whole = counted.get(prefix + WHOLE_SITE, nothing)
    subjects = [counted.get(prefix + subject, nothing) for subject in site.offers]
    return SiteOverview(
        site=site,
        counts={status: counts[status] for status in Status if status in counts},
        people=QuotaUse(whole[1], whole[0]),
        sittings=QuotaUse(sum(used for _, used in subjects), sum(quota for quota, _ in subjects)),
    )
