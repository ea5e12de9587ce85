"""The statistics of the current round, of all sites or of one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from flask import Response, request
from pydantic import BaseModel, ConfigDict, StringConstraints

from ncre.domain.integration.scopes import Scope
from ncre.services.statistics.statistics import Statistics as Found
from ncre.web.api.access import me, require_site
from ncre.web.api.answers import answer
from ncre.web.api.models import Answered
from ncre.web.api.spec import operation, pages
from ncre.web.shared.auth import container
from ncre.web.shared.rounds import current_round, current_site


class StatisticsAsked(BaseModel):
    """Without a site, of the whole round, which is for integrations of all sites."""

    model_config = ConfigDict(extra="forbid")

    site: Annotated[str, StringConstraints(pattern=r"^([0-9]{6})?$")] = ""


class CountedDay(Answered):
    day: date
    begun: int
    submitted: int


class CountedHour(Answered):
    at: datetime
    begun: int
    submitted: int


class CountedSite(Answered):
    code: str
    people: int
    paid: int


class CountedSubject(Answered):
    """Seats held, paid ones of them, their fees in fen, the quota and what is left of it."""

    code: str
    held: int
    paid: int
    fees: int
    quota: int
    left: int


class CountedMoney(Answered):
    """Fen received on a day, and fen of them that went back or will."""

    day: date
    count: int
    received: int
    back: int


class Statistics(Answered):
    """`reviews` by how long they took, not longer than the name says; the mean in seconds."""

    round: str
    site: str
    people: int
    statuses: dict[str, int]
    hours: list[CountedHour]
    days: list[CountedDay]
    sites: list[CountedSite]
    subjects: list[CountedSubject]
    reviews: dict[str, int]
    review_mean: float | None
    reasons: dict[str, int]
    photo_faults: dict[str, int]
    money: list[CountedMoney]


@pages.get("/statistics")
@operation("getStatistics", Statistics, Scope.STATISTICS, query=StatisticsAsked, tag="statistics")
def statistics() -> Response:
    """Statistics of the current round

    Everything from sums that are kept; nobody is named.
    """
    asked: StatisticsAsked = request.context.query  # type: ignore[attr-defined]
    require_site(asked.site)
    round_ = current_round()
    if asked.site:
        current_site(asked.site)
    found = container().statistics.of(round_, asked.site)
    return answer(_counted(found, round_.code, asked.site))


def _counted(found: Found, round_: str, site: str) -> Statistics:
    mine = me().sites
    return Statistics(
        round=round_,
        site=site,
        people=found.people,
        statuses={status.value: count for status, count in found.statuses.items()},
        hours=[CountedHour(at=one.at, begun=one.begun, submitted=one.submitted) for one in found.hours],
        days=[CountedDay(day=one.at.date(), begun=one.begun, submitted=one.submitted) for one in found.days],
        sites=[
            CountedSite(code=code, people=people, paid=paid)
            for code, people, paid in found.sites
            if "*" in mine or code in mine
        ],
        subjects=[CountedSubject(**vars(one)) for one in found.subjects],
        reviews=dict(found.reviews.spans),
        review_mean=found.reviews.mean,
        reasons=dict(found.reasons),
        photo_faults=dict(found.photos),
        money=[
            CountedMoney(day=day, count=count, received=received, back=back)
            for day, count, received, back in found.money
        ],
    )
