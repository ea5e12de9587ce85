"""The statistics of the current round, of all sites or of one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from flask import Response, request
from pydantic import BaseModel, ConfigDict, StringConstraints

from ncre.domain.integration.scopes import Scope
from ncre.services.statistics.statistics import Statistics
from ncre.web.api.access import me, require_site_of_caller
from ncre.web.api.answers import answer
from ncre.web.api.models import Answered
from ncre.web.api.spec import operation, pages
from ncre.web.shared.auth import container
from ncre.web.shared.rounds import current_round, current_site


class StatisticsAsked(BaseModel):
    """Without a site, of the whole round, which is for integrations of all sites."""

    model_config = ConfigDict(extra="forbid")

    site: Annotated[str, StringConstraints(pattern=r"^([0-9]{6})?$")] = ""


class CountedDayShape(Answered):
    day: date
    begun: int
    submitted: int


class CountedHourShape(Answered):
    at: datetime
    begun: int
    submitted: int


class CountedSiteShape(Answered):
    code: str
    people: int
    paid: int


class CountedSubjectShape(Answered):
    """Seats held, paid ones of them, their fees in fen, the quota and what is left of it."""

    code: str
    held: int
    paid: int
    fees: int
    quota: int
    left: int


class CountedMoneyShape(Answered):
    """Fen received on a day, and fen of them that went back or will."""

    day: date
    count: int
    received: int
    back: int


class StatisticsShape(Answered):
    """`reviews` by how long they took, not longer than the name says; the mean in seconds."""

    round: str
    site: str
    people: int
    statuses: dict[str, int]
    hours: list[CountedHourShape]
    days: list[CountedDayShape]
    sites: list[CountedSiteShape]
    subjects: list[CountedSubjectShape]
    reviews: dict[str, int]
    review_mean: float | None
    reasons: dict[str, int]
    photo_faults: dict[str, int]
    money: list[CountedMoneyShape]


@pages.get("/statistics")
@operation("getStatistics", StatisticsShape, Scope.STATISTICS, query=StatisticsAsked, tag="statistics")
def statistics() -> Response:
    """Statistics of the current round

    Everything from sums that are kept; nobody is named.
    """
    asked: StatisticsAsked = request.context.query  # type: ignore[attr-defined]
    require_site_of_caller(asked.site)
    round_ = current_round()
    if asked.site:
        current_site(asked.site)
    found = container().statistics.of(round_, asked.site)
    return answer(_counted(found, round_.code, asked.site))


def _counted(found: Statistics, round_: str, site: str) -> StatisticsShape:
    mine = me().sites
    return StatisticsShape(
        round=round_,
        site=site,
        people=found.people,
        statuses={status.value: count for status, count in found.statuses.items()},
        hours=[CountedHourShape(at=one.at, begun=one.begun, submitted=one.submitted) for one in found.hours],
        days=[
            CountedDayShape(day=one.at.date(), begun=one.begun, submitted=one.submitted) for one in found.days
        ],
        sites=[
            CountedSiteShape(code=code, people=people, paid=paid)
            for code, people, paid in found.sites
            if "*" in mine or code in mine
        ],
        subjects=[CountedSubjectShape(**vars(one)) for one in found.subjects],
        reviews=dict(found.reviews.spans),
        review_mean=found.reviews.mean,
        reasons=dict(found.reasons),
        photo_faults=dict(found.photos),
        money=[
            CountedMoneyShape(day=day, count=count, received=received, back=back)
            for day, count, received, back in found.money
        ],
    )
