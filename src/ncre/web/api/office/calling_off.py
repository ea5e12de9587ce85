"""Sites that are called off as a whole: a look at whom that concerns, the run, and how far it has come."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, ConfigDict, StringConstraints

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import PaidFee
from ncre.domain.registration.vocabulary import Role
from ncre.services.exam.calling_off_request import CallOff
from ncre.web.api.access import command_id_of_key, me
from ncre.web.api.answers import answer
from ncre.web.api.bodies import Asked, Text
from ncre.web.api.models import Answered
from ncre.web.api.office.drafts import drafts_operation
from ncre.web.api.spec import pages
from ncre.web.shared.auth import container
from ncre.web.shared.language import language

ToRound = Annotated[str, StringConstraints(pattern=r"^([0-9]{2})?$")]


class CallOffPreviewAsked(BaseModel):
    """`to` is the round to which those who paid would be carried over, "" where all would be cancelled."""

    model_config = ConfigDict(extra="forbid")

    to: ToRound = ""


class CallOffAsked(Asked):
    """Cancelled with the fee returned or kept, or postponed `to` a round; `mark` is that of the preview."""

    way: Literal["refund", "keep", "postpone"]
    to: ToRound = ""
    why: Text
    mark: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,64}$")]


class CallOffPreviewShape(Answered):
    """Whom it would concern, by status; amounts are fen. `hindered`: what stands against carrying people over."""

    people: int
    statuses: dict[str, int]
    paid: int
    amount: int
    hindered: dict[str, int]
    mark: str


class CallOffRefusalShape(Answered):
    registration: UUID
    number: str
    says: str


class CallOffRunShape(Answered):
    """`refusals` are the first 500 of those that could not be dealt with."""

    id: UUID
    round: str
    site: str
    to: str
    total: int
    done: int
    waiting: int
    refused: int
    ended: bool
    refusals: list[CallOffRefusalShape]


@pages.get("/rounds/<code>/sites/<site>/call-off-preview")
@drafts_operation("previewCallOff", CallOffPreviewShape, query=CallOffPreviewAsked)
def preview_call_off(code: str, site: str) -> Response:
    """Whom calling a site off would concern

    Nothing is recorded. Its `mark` says what was seen.
    """
    asked: CallOffPreviewAsked = request.context.query  # type: ignore[attr-defined]
    shown = container().calling_off.preview(code, site, asked.to)
    return answer(
        CallOffPreviewShape(
            people=shown.people,
            statuses={status.value: count for status, count in shown.counts.items()},
            paid=shown.paid,
            amount=shown.amount,
            hindered={words.say(language()): count for words, count in shown.hindered.items()},
            mark=shown.mark,
        )
    )


@pages.post("/rounds/<code>/sites/<site>/call-offs")
@drafts_operation("callOffSite", CallOffRunShape, json=CallOffAsked, command=True)
def call_off(code: str, site: str) -> Response:
    """Call a site off

    It is closed at once; everybody there is dealt with one by one in the background.
    """
    asked: CallOffAsked = request.context.json  # type: ignore[attr-defined]
    if (asked.way == "postpone") != bool(asked.to):
        raise Refusal(RefusalCode.ROUND_TO_MISSING)
    run = container().calling_off.begin(
        CallOff(
            actor=me().acting_as(Role.OFFICE),
            round=code,
            site=site,
            to=asked.to,
            money={"refund": PaidFee.REFUND, "keep": PaidFee.KEEP}.get(asked.way),
            why=asked.why,
            seen=asked.mark,
            command_id=command_id_of_key(),
        )
    )
    return _run(run)


@pages.get("/call-offs/<uuid:run_id>")
@drafts_operation("getCallOff", CallOffRunShape)
def call_off_run(run_id: UUID) -> Response:
    """How far a site's calling off is

    And who was refused, and why.
    """
    return _run(run_id)


@pages.post("/call-offs/<uuid:run_id>/retry")
@drafts_operation("retryCallOff", CallOffRunShape, command=True)
def retry_call_off(run_id: UUID) -> Response:
    """Try those that were refused once more

    And deal with the next ones at once, without waiting for the worker.
    """
    container().calling_off.progress(run_id)
    container().calling_off.try_again(run_id, me().acting_as(Role.OFFICE))
    container().calling_off.go_on(run_id)
    return _run(run_id)


def _run(identity: UUID) -> Response:
    found = container().calling_off.progress(identity)
    return answer(
        CallOffRunShape(
            id=found.run.id,
            round=found.run.round,
            site=found.run.site,
            to=found.run.to_round,
            total=found.total,
            done=found.done,
            waiting=found.waiting,
            refused=found.refused,
            ended=found.run.ended_at is not None,
            refusals=[
                CallOffRefusalShape(
                    registration=one.registration, number=one.number, says=one.said.get(language(), "")
                )
                for one in found.refusals
            ],
        )
    )
