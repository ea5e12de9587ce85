"""A round at a glance: for each site how many registrations stand where, and what of its quotas is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from ncre.domain.claims import SeatClaim
from ncre.domain.exam.plan import WHOLE_SITE, Round, Site
from ncre.domain.registration.vocabulary import Status
from ncre.projections.exam.exams import ExamRepository
from ncre.projections.registration import registration_counts
from ncre.store.claims import ClaimStore

SITE_DIGITS: Final = 6
"""Of the code of a site."""


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
    """Every site of the round, by province, city and code; four questions, however many sites and people there are."""
    sites = exams.sites(connection, round_.code)
    counts = registration_counts.by_site(connection, round_.code)
    whole = claims.counted(connection, [_key(round_, site, WHOLE_SITE) for site in sites])
    sittings = _sittings(connection, claims, round_, sites)
    return [
        SiteOverview(
            site=site,
            counts={status: here[status] for status in Status if status in here},
            people=_use(whole.get(_key(round_, site, WHOLE_SITE), (0, 0))),
            sittings=sittings[site.code],
        )
        for site in sites
        for here in [counts.get(site.code, {})]
    ]


def _sittings(
    connection: Connection, claims: ClaimStore, round_: Round, sites: Sequence[Site]
) -> dict[str, QuotaUse]:
    """What is taken of the subjects that each site offers, added up in the database.

    The counter of a subject stays when the subject is taken out: sites with such are added up by what they offer.
    """
    summed = claims.summed(connection, SeatClaim.keys_of_round(round_.code), SITE_DIGITS, f":{WHOLE_SITE}")
    found = {code: QuotaUse(taken, quota) for code, (_many, quota, taken) in summed.items()}
    other = [site for site in sites if summed.get(site.code, (0, 0, 0))[0] != len(site.offers)]
    counted = claims.counted(connection, [_key(round_, site, one) for site in other for one in site.offers])
    for site in other:
        uses = [_use(counted.get(_key(round_, site, one), (0, 0))) for one in site.offers]
        found[site.code] = QuotaUse(sum(one.taken for one in uses), sum(one.quota for one in uses))
    return found


def _key(round_: Round, site: Site, subject: str) -> str:
    return SeatClaim(round_.code, site.code, subject).key


def _use(counted: tuple[int, int]) -> QuotaUse:
    quota, taken = counted
    return QuotaUse(taken, quota)
