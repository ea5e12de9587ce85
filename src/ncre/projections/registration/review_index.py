"""The index of the review queue: for each case that waits, one row for it alone and one for each of its subjects.

What the queue is filtered by stands in `traits`, so that a page of any filter is read from as many short ranges of an
index as traits fit it, each in the order of the page. A case that is decided has no row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from sqlalchemy import Column, Index, Integer, String, Table, Uuid

from ncre.domain.registration.vocabulary import Status
from ncre.projections.base import Key, Row
from ncre.projections.registration.registrations import registrations
from ncre.projections.summaries import Summary
from ncre.store.columns import Moment
from ncre.store.schema import metadata

review_index: Final = Table(
    "review_index",
    metadata,
    Column("round", String(8), primary_key=True),
    Column("site", String(6), primary_key=True),
    Column("subject", String(8), primary_key=True),
    Column("traits", Integer, primary_key=True, autoincrement=False),
    Column("requested_at", Moment, primary_key=True),
    Column("registration", Uuid, primary_key=True),
    Column("number", String(14), primary_key=True),
    Column("cases", Integer, nullable=False),
    Index("review_index_numbers", "round", "site", "subject", "traits", "number"),
    Index("review_index_of_round", "round", "subject", "traits", "requested_at", "registration"),
    Index("review_index_round_numbers", "round", "subject", "traits", "number"),
)
"""`subject` is "" in the row of the case alone; `traits` as `Traits.code` says; `cases` is 1."""

VERDICTS: Final = ("accept", "warn", "reject")
"""What measuring found of a photo, in the order of their numbers."""


@dataclass(frozen=True)
class Traits:
    """What a waiting case is filtered by, besides its site, its subjects and how long it waits."""

    verdict: str
    appealed: bool
    rejected: bool

    @property
    def code(self) -> int:
        return 4 * VERDICTS.index(self.verdict) + 2 * self.appealed + self.rejected


def traits_of(row: Row) -> Traits:
    """The traits of the row of a registration."""
    photo = row["photo"] or {}
    verdict = photo.get("verdict", "accept")
    known = verdict if verdict in VERDICTS else "accept"
    return Traits(known, bool(photo.get("appealed")), row["rejections"] > 0)


def codes(verdict: str = "", appealed: bool | None = None, rejected: bool | None = None) -> list[int]:
    """The codes of all traits that fit; "" and None ask for nothing."""
    every = (Traits(*one) for one in product(VERDICTS, (False, True), (False, True)))
    return sorted(
        one.code
        for one in every
        if verdict in ("", one.verdict)
        and appealed in (None, one.appealed)
        and rejected in (None, one.rejected)
    )


class ReviewIndex(Summary):
    table = review_index
    of = registrations
    sparse = True
    of_one = "registration"
    reads = tuple(
        registrations.c[name]
        for name in (
            "id",
            "round",
            "site",
            "status",
            "lines",
            "photo",
            "rejections",
            "requested_at",
            "number",
        )
    )

    def parts(self, row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
        if row["status"] != Status.PENDING_REVIEW or row["site"] is None or row["requested_at"] is None:
            return
        code = traits_of(row).code
        subjects: list[Any] = sorted({line["subject"] for line in row["lines"]})
        for subject in ("", *subjects):
            key = (
                row["round"],
                row["site"],
                subject,
                code,
                row["requested_at"],
                row["id"],
                row["number"] or "",
            )
            yield key, (1,)
