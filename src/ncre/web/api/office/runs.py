"""Many cases decided in one run: prepared, looked at, started, and carried on until every case has its answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field

from ncre.domain.integration.scopes import Scope
from ncre.domain.refusals import Refusal
from ncre.domain.registration.vocabulary import Role, Step
from ncre.services.review.bulk import MOST, NO_ANSWER, BulkProgress, ItemState
from ncre.web.api.access import command_id_of_key, me
from ncre.web.api.answers import answer
from ncre.web.api.bodies import Asked, Code, Note
from ncre.web.api.models import Answered
from ncre.web.api.spec import operation, pages
from ncre.web.shared.auth import container
from ncre.web.shared.language import language
from ncre.web.staff.bulk import AT_ONCE, judged

IDS: Final = 500
"""Cases that are looked up together."""


class CaseAsked(Asked):
    """A registration and its version as it was looked at."""

    id: Annotated[UUID, Field(strict=False)]
    version: Annotated[int, Field(ge=1, le=999_999_999)]


class RunAsked(Asked):
    """Those at other sites, and those that cannot be decided, are refused in the run, each with its reason."""

    step: Literal["approve", "reject"]
    cases: Annotated[list[CaseAsked], Field(min_length=1, max_length=MOST)]


class StartAsked(Asked):
    """`reasons` and `note` for a rejection."""

    reasons: Annotated[list[Code], Field(max_length=20)] = []
    note: Note = ""


class ItemsAsked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: Literal["waiting", "done", "already", "refused"] = "refused"
    limit: Annotated[int, Field(ge=1, le=MOST)] = 500


class ReviewRunShape(Answered):
    """`state`: draft, running or done. The rest are numbers of its cases; `already`: decided so before."""

    id: UUID
    step: str
    state: str
    made_at: datetime
    waiting: int
    done: int
    already: int
    refused: int


class ReviewRunsShape(Answered):
    items: list[ReviewRunShape]


class ReviewItemShape(Answered):
    """`code` and `says` are why it was refused, "" otherwise."""

    registration: UUID
    version: int
    number: str
    code: str
    says: str


class ReviewItemsShape(Answered):
    items: list[ReviewItemShape]


@pages.get("/review-runs")
@operation("listReviewRuns", ReviewRunsShape, Scope.REVIEW, tag="deciding")
def runs() -> Response:
    """Runs of the caller

    The newest first.
    """
    return answer(ReviewRunsShape(items=[_run(one) for one in container().bulk_review.newest_of(me())]))


@pages.post("/review-runs")
@operation("prepareReviewRun", ReviewRunShape, Scope.REVIEW, json=RunAsked, command=True, tag="deciding")
def prepare_run() -> Response:
    """Prepare a run over many cases

    A draft: nothing is decided until it is started.
    """
    asked: RunAsked = request.context.json  # type: ignore[attr-defined]
    versions = {one.id: one.version for one in asked.cases}
    actor, ids = me().acting_as(Role.REVIEWER), list(versions)
    rows = [
        row
        for begin in range(0, len(ids), IDS)
        for row in container().queries.cases.rows(ids[begin : begin + IDS])
        if actor.covers(row["site"] or "")
    ]
    made = container().bulk_review.prepare(
        command_id_of_key(), me(), Step(asked.step), judged(rows, versions, me().id)
    )
    return answer(_run(container().bulk_review.of(me(), made.id)))


@pages.get("/review-runs/<uuid:run_id>")
@operation("getReviewRun", ReviewRunShape, Scope.REVIEW, tag="deciding")
def run_(run_id: UUID) -> Response:
    """How far a run is

    Of the caller's own.
    """
    return answer(_run(container().bulk_review.of(me(), run_id)))


@pages.get("/review-runs/<uuid:run_id>/items")
@operation("listReviewItems", ReviewItemsShape, Scope.REVIEW, query=ItemsAsked, tag="deciding")
def items(run_id: UUID) -> Response:
    """The cases of a run

    In one state; those that were refused with the reason.
    """
    asked: ItemsAsked = request.context.query  # type: ignore[attr-defined]
    container().bulk_review.of(me(), run_id)
    found = container().bulk_review.items(run_id, (ItemState(asked.state),), asked.limit)
    return answer(
        ReviewItemsShape(
            items=[
                ReviewItemShape(
                    registration=one.registration,
                    version=one.seen,
                    number=one.number,
                    code=one.code,
                    says=one.en if language() == "en" else one.zh,
                )
                for one in found
            ]
        )
    )


@pages.post("/review-runs/<uuid:run_id>/start")
@operation("startReviewRun", ReviewRunShape, Scope.REVIEW, json=StartAsked, command=True, tag="deciding")
def start_run(run_id: UUID) -> Response:
    """Start a run

    Each case is a command of its own, from the version that was looked at. The worker carries on with the rest.
    """
    asked: StartAsked = request.context.json  # type: ignore[attr-defined]
    container().bulk_review.start(me(), run_id, tuple(sorted(set(asked.reasons))), asked.note)
    return _carried_on(run_id)


@pages.post("/review-runs/<uuid:run_id>/portions")
@operation("carryOnReviewRun", ReviewRunShape, Scope.REVIEW, command=True, tag="deciding")
def carry_on(run_id: UUID) -> Response:
    """Decide the next portion

    At once, without waiting for the worker.
    """
    return _carried_on(run_id)


def _carried_on(run: UUID) -> Response:
    bulk = container().bulk_review
    bulk.of(me(), run)
    try:
        bulk.carry_on(run, AT_ONCE)
    except Refusal as refusal:
        if refusal.code not in NO_ANSWER:
            raise
    return answer(_run(bulk.of(me(), run)))


def _run(progress: BulkProgress) -> ReviewRunShape:
    run = progress.run
    counts = {state.value: progress.counts.get(state, 0) for state in ItemState}
    return ReviewRunShape(id=run.id, step=run.step, state=run.state, made_at=run.made_at, **counts)
