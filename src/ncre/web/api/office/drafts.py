"""Drafts of rounds: begun, edited part by part, looked at, published or discarded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import NotFound

from ncre.domain.exam.revision_wording import change_words, outcome_words
from ncre.domain.integration.scopes import Scope
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role, Status
from ncre.services.exam.draft import RoundDraft as KeptDraft
from ncre.services.exam.revision_commands import Revision
from ncre.web.api.access import command_id_of_key, me, seen_version
from ncre.web.api.answers import answer, versioned
from ncre.web.api.models import Answered
from ncre.web.api.office.draft_shapes import (
    CaughtUpShape,
    CellFaultShape,
    CellsAsked,
    DraftInListShape,
    DraftPartInListShape,
    DraftPartShape,
    DraftShape,
    DraftSiteAsked,
    DraftsShape,
    NextRoundAsked,
    PublishedShape,
    RoundChangeShape,
    RoundChangesShape,
    WhyAsked,
)
from ncre.web.api.spec import View, operation, pages
from ncre.web.office.draft_pages import SITE
from ncre.web.shared.auth import container
from ncre.web.shared.language import language


def drafts_operation(name: str, answers: type[Answered], **more: Any) -> Callable[[View], View]:
    """An operation upon drafts, for integrations of all sites."""
    return operation(name, answers, Scope.ROUNDS, everywhere=True, tag="rounds", **more)


@pages.get("/drafts")
@drafts_operation("listDrafts", DraftsShape)
def list_drafts() -> Response:
    """Drafts that are open

    The newest first.
    """
    return answer(
        DraftsShape(items=[DraftInListShape(**vars(row)) for row in container().round_drafts.listed()])
    )


@pages.post("/drafts")
@drafts_operation("beginRound", DraftShape, json=NextRoundAsked, command=True)
def begin_round() -> Response:
    """Begin a draft of a new round

    From the plan of another, its days moved.
    """
    asked: NextRoundAsked = request.context.json  # type: ignore[attr-defined]
    actor = me().acting_as(Role.OFFICE)
    drafts = container().round_drafts
    return _draft(drafts.begin_next(asked.source, asked.code, asked.begins, actor, command_id_of_key()))


@pages.post("/rounds/<code>/drafts")
@drafts_operation("beginRevision", DraftShape, command=True)
def begin_revision(code: str) -> Response:
    """Begin a draft of changes to a round

    That is open already; nothing changes until it is published.
    """
    return _draft(
        container().round_drafts.begin_revision(code, me().acting_as(Role.OFFICE), command_id_of_key())
    )


@pages.get("/drafts/<uuid:draft_id>")
@drafts_operation("getDraft", DraftShape)
def draft(draft_id: UUID) -> Response:
    """One draft

    With everything that is wrong with it.
    """
    return _draft(draft_id)


@pages.get("/drafts/<uuid:draft_id>/parts/<part>")
@drafts_operation("getDraftPart", DraftPartShape)
def draft_part(draft_id: UUID, part: str) -> Response:
    """A part of a draft

    With its cells: round, windows, policy, fees, subjects, batches, agreement, notices, or `site:` and a code.
    """
    return _part(draft_id, part)


@pages.post("/drafts/<uuid:draft_id>/parts/<part>")
@drafts_operation("saveDraftPart", DraftPartShape, json=CellsAsked, command=True, versioned=True)
def save_draft_part(draft_id: UUID, part: str) -> Response:
    """Change a part of a draft

    Kept right or wrong; `faults` says what is to be mended before it can be published.
    """
    asked: CellsAsked = request.context.json  # type: ignore[attr-defined]
    container().round_drafts.save(draft_id, part, asked.cells, seen_version(), me().acting_as(Role.OFFICE))
    return _part(draft_id, part)


@pages.post("/drafts/<uuid:draft_id>/sites")
@drafts_operation("addDraftSite", DraftPartShape, json=DraftSiteAsked, command=True)
def add_draft_site(draft_id: UUID) -> Response:
    """Add a site to a draft

    Its part is answered, to be filled in.
    """
    asked: DraftSiteAsked = request.context.json  # type: ignore[attr-defined]
    actor = me().acting_as(Role.OFFICE)
    return _part(draft_id, container().round_drafts.add_site(draft_id, asked.site, asked.like, actor))


@pages.post("/drafts/<uuid:draft_id>/sites/<code>/removal")
@drafts_operation("removeDraftSite", DraftPartShape, command=True, versioned=True)
def remove_site(draft_id: UUID, code: str) -> Response:
    """Take a site out of a draft

    Published, the site is closed for new registrations. `If-Match` is the version of its part.
    """
    return _taken_out(draft_id, code, removed=True)


@pages.post("/drafts/<uuid:draft_id>/sites/<code>/restoration")
@drafts_operation("restoreDraftSite", DraftPartShape, command=True, versioned=True)
def restore_site(draft_id: UUID, code: str) -> Response:
    """Put a site back into a draft

    That was taken out, or was closed. `If-Match` is the version of its part.
    """
    return _taken_out(draft_id, code, removed=False)


@pages.get("/drafts/<uuid:draft_id>/preview")
@drafts_operation("previewDraft", RoundChangesShape)
def preview_draft(draft_id: UUID) -> Response:
    """What publishing a draft would change

    And whom that touches. A draft with faults is refused.
    """
    found = container().round_drafts.find(draft_id)
    if not found.is_open:
        raise Refusal(RefusalCode.DRAFT_OVER)
    revision = container().round_drafts.preview(found)
    if revision is None:
        raise Refusal(RefusalCode.DRAFT_FAULTY, count=len(found.read.faults))
    return answer(_changes(found, revision))


@pages.post("/drafts/<uuid:draft_id>/publication")
@drafts_operation("publishDraft", PublishedShape, json=WhyAsked, command=True, versioned=True)
def publish_draft(draft_id: UUID) -> Response:
    """Publish a draft

    All of it becomes a revision of the round, with author and reason, or nothing. `If-Match` is the version of the draft.
    """
    asked: WhyAsked = request.context.json  # type: ignore[attr-defined]
    actor = me().acting_as(Role.OFFICE)
    made = container().round_drafts.publish(draft_id, seen_version(), asked.why, actor, command_id_of_key())
    number = container().revisions.number(made.round)
    return answer(PublishedShape(round=made.round, revision=number, changes=len(made.points)))


@pages.post("/drafts/<uuid:draft_id>/catch-up")
@drafts_operation("catchUpDraft", CaughtUpShape, command=True)
def catch_up_draft(draft_id: UUID) -> Response:
    """Take over what was published since

    What both sides changed stays as in the draft and is named.
    """
    both = container().round_drafts.catch_up(draft_id, me().acting_as(Role.OFFICE))
    return answer(CaughtUpShape(both=both, version=container().round_drafts.find(draft_id).version))


@pages.post("/drafts/<uuid:draft_id>/disposal")
@drafts_operation("discardDraft", DraftShape, command=True)
def discard_draft(draft_id: UUID) -> Response:
    """Discard a draft

    Nobody edits or publishes it any more.
    """
    if container().round_drafts.find(draft_id).row.state != "discarded":
        container().round_drafts.discard(draft_id, me().acting_as(Role.OFFICE))
    return _draft(draft_id)


def _taken_out(draft: UUID, code: str, *, removed: bool) -> Response:
    name = f"{SITE}{code}"
    container().round_drafts.take_out(draft, name, seen_version(), removed, me().acting_as(Role.OFFICE))
    return _part(draft, name)


def _draft(identity: UUID) -> Response:
    found = container().round_drafts.find(identity)
    read = found.read
    model = DraftShape(
        id=found.id,
        round=found.code,
        made_from=found.row.made_from,
        state=found.row.state,
        version=found.version,
        parts=[
            DraftPartInListShape(
                name=one.name, version=one.version, removed=one.removed, changed_at=one.changed_at
            )
            for _, one in sorted(found.parts.items())
        ],
        faults=[_fault(one.part, one.name, one.words.say(language())) for one in read.faults],
        cautions=[_fault(one.part, one.name, one.words.say(language())) for one in read.cautions],
    )
    return versioned(model, found.version)


def _part(identity: UUID, name: str) -> Response:
    found = container().round_drafts.find(identity)
    known = found.parts.get(name)
    if known is None:
        raise NotFound
    model = DraftPartShape(
        name=name,
        version=known.version,
        removed=known.removed,
        cells=dict(known.fields),
        faults=[_fault(name, one.name, one.words.say(language())) for one in found.faults_of(name)],
    )
    return versioned(model, known.version)


def _fault(part: str, name: str, says: str) -> CellFaultShape:
    return CellFaultShape(part=part, name=name, says=says)


def _changes(found: KeptDraft, revision: Revision) -> RoundChangesShape:
    items = []
    for point in revision.points:
        counts = {one.value: sum(who.status is one for who in point.people) for one in Status}
        items.append(
            RoundChangeShape(
                kind=point.change.kind.value,
                site=point.change.site,
                outcome=point.outcome.value,
                changes=change_words(point.change).say(language()),
                says=outcome_words(point.outcome, point.change.kind, point.touched).say(language()),
                touches=point.touched,
                statuses={name: count for name, count in counts.items() if count},
            )
        )
    outdated = revision.made_from != found.row.made_from
    return RoundChangesShape(round=found.code, made_from=found.row.made_from, outdated=outdated, items=items)
