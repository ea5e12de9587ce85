"""How long reviews took, why registrations were sent back, what photos were found: by site, as sums of rows.

One row a registration keeps what it adds to the sums, each under the site where it happened, so that a change of site
moves nothing that is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Column, Integer, String, Table, Uuid

from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.projections.base import Key, Projection, Row, changed
from ncre.projections.summaries import Summary
from ncre.store.columns import Moment
from ncre.store.schema import metadata

review_measures: Final = Table(
    "review_measures",
    metadata,
    Column("registration", Uuid, primary_key=True),
    Column("round", String(8), nullable=False),
    Column("site", String(6), nullable=False),
    Column("requested_at", Moment),
    Column("sums", JSON, nullable=False),
)
"""`sums` is {"site|kind|item": [how often, seconds]}; `requested_at` is when the review was asked for that is not over."""

review_counts: Final = Table(
    "review_counts",
    metadata,
    Column("round", String(8), primary_key=True),
    Column("site", String(6), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("item", String(40), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("seconds", BigInteger, nullable=False),
)

REVIEW: Final = "review"
REASON: Final = "reason"
PHOTO: Final = "photo"

WITHOUT_FAULT: Final = "none"
"""The item of a photo in which nothing was found."""

LONGEST_ITEM: Final = 40

SPANS: Final[tuple[tuple[str, timedelta], ...]] = (
    ("1h", timedelta(hours=1)),
    ("4h", timedelta(hours=4)),
    ("1d", timedelta(days=1)),
    ("2d", timedelta(days=2)),
    ("3d", timedelta(days=3)),
)
"""Within which time a review was over; "more" is what took longer."""

MORE: Final = "more"


class ReviewMeasures(Projection):
    table = review_measures
    listens = (
        facts.Submitted,
        facts.SubjectsChanged,
        facts.PhotoUploaded,
        facts.PhotoReplaced,
        facts.ReviewRequested,
        facts.ReviewTakenBack,
        facts.Approved,
        facts.Rejected,
    )
    by_stream = "registration"

    def key(self, fact: Fact) -> Key:
        return (fact.metadata.stream,)

    def step(self, fact: Fact, row: Row | None) -> Row | None:
        at = fact.metadata.recorded_at
        match fact:
            case facts.Submitted() | facts.SubjectsChanged():
                begun = row or _begun(fact)
                return changed(begun, round=fact.number[:2], site=fact.site)
            case facts.PhotoUploaded() | facts.PhotoReplaced():
                found = [(PHOTO, code, 0) for code in sorted(set(fact.photo.codes))] or [
                    (PHOTO, WITHOUT_FAULT, 0)
                ]
                return _added(row, found)
            case facts.ReviewRequested():
                return changed(row, requested_at=at) if row else None
            case facts.ReviewTakenBack():
                return changed(row, requested_at=None) if row else None
            case facts.Rejected():
                reasons = [(REASON, code, 0) for code in fact.reasons]
                return _over(_added(row, reasons), at)
            case _:
                return _over(row, at)


def _begun(fact: Fact) -> Row:
    return {"registration": fact.metadata.stream, "round": "", "site": "", "requested_at": None, "sums": {}}


def _over(row: Row | None, at: datetime) -> Row | None:
    """The row once the review that was asked for is over."""
    if row is None or row["requested_at"] is None:
        return row
    took = at - row["requested_at"]
    span = next((name for name, most in SPANS if took <= most), MORE)
    added = _added(row, [(REVIEW, span, int(took.total_seconds()))])
    return changed(added, requested_at=None)


def _added(row: Row | None, found: list[tuple[str, str, int]]) -> Row | None:
    if row is None:
        return None
    sums: dict[str, Any] = dict(row["sums"])
    for kind, item, seconds in found:
        name = f"{row['site']}|{kind}|{item[:LONGEST_ITEM]}"
        count, spent = sums.get(name, (0, 0))
        sums[name] = [count + 1, spent + seconds]
    return changed(row, sums=sums)


class ReviewCounts(Summary):
    table = review_counts
    of = review_measures
    reads = (review_measures.c.round, review_measures.c.sums)

    def parts(self, row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
        for name, (count, seconds) in row["sums"].items():
            site, kind, item = name.split("|", 2)
            yield (row["round"], site, kind, item), (count, seconds)
