"""Bans: imposed one by one or many at once after a look, lifted, and what becomes of who has paid already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Response, request

from ncre.domain.integration.scopes import Scope
from ncre.domain.refusal_wording import in_both_languages
from ncre.domain.refusals import Refusal
from ncre.services.bans.ban_file import BanRow, new_ban
from ncre.services.bans.bans import BanOutcome, RowOutcome
from ncre.web.api.answers import answer, as_it_stands
from ncre.web.api.models import Answered, RegistrationShape
from ncre.web.api.office.acting import office_act, office_look, office_request
from ncre.web.api.office.ban_shapes import (
    BanAsked,
    BanListAsked,
    BannedOutcomeAsked,
    BannedRegistrationShape,
    BannedRegistrationsShape,
    BanOutcomeShape,
    BanOutcomesShape,
    BanReasonShape,
    BansAsked,
    BanSearchAsked,
    BanShape,
    BansImportedShape,
    BansShape,
)
from ncre.web.api.office.draft_shapes import WhyAsked
from ncre.web.api.spec import View, operation, pages
from ncre.web.shared.auth import container
from ncre.web.shared.language import language


def bans_operation(name: str, answers: type[Answered], **more: Any) -> Callable[[View], View]:
    """An operation upon bans, for integrations of all sites."""
    return operation(name, answers, Scope.BANS, everywhere=True, tag="bans", **more)


@pages.get("/bans")
@bans_operation("listBans", BansShape, query=BanListAsked)
def list_bans() -> Response:
    """Bans

    The newest first, in pages of fifty.
    """
    asked: BanListAsked = request.context.query  # type: ignore[attr-defined]
    rows, more = container().bans.page(asked.page)
    return answer(BansShape(items=[_ban(row) for row in rows], more=more))


@pages.post("/bans")
@bans_operation("imposeBan", BanShape, json=BanAsked, command=True)
def impose_ban() -> Response:
    """Impose a ban

    The same ban again changes nothing.
    """
    asked: BanAsked = request.context.json  # type: ignore[attr-defined]
    return _one(container().bans.impose(office_act(), new_ban(**_typed(asked))))


@pages.post("/ban-searches")
@bans_operation("searchBans", BansShape, json=BanSearchAsked)
def search_bans() -> Response:
    """Find bans by a document number

    The number is stored nowhere.
    """
    asked: BanSearchAsked = request.context.json  # type: ignore[attr-defined]
    return answer(
        BansShape(items=[_ban(row) for row in container().bans.search(asked.document_number)], more=False)
    )


@pages.get("/bans/<uuid:ban_id>")
@bans_operation("getBan", BanShape)
def ban(ban_id: UUID) -> Response:
    """One ban

    Without its reason, which is private.
    """
    return _one(ban_id)


@pages.post("/bans/<uuid:ban_id>/reason-views")
@bans_operation("viewBanReason", BanReasonShape)
def view_reason(ban_id: UUID) -> Response:
    """Read why a ban was imposed

    That it was read is recorded first.
    """
    act = office_look()
    return answer(BanReasonShape(reason=container().bans.reason(act, ban_id)))


@pages.post("/bans/<uuid:ban_id>/lifting")
@bans_operation("liftBan", BanShape, json=WhyAsked, command=True)
def lift_ban(ban_id: UUID) -> Response:
    """Lift a ban

    It holds no more.
    """
    asked: WhyAsked = request.context.json  # type: ignore[attr-defined]
    container().bans.lift(office_act(), ban_id, asked.why)
    return _one(ban_id)


@pages.post("/ban-previews")
@bans_operation("previewBans", BanOutcomesShape, json=BansAsked)
def preview_bans() -> Response:
    """What imposing many bans would come to

    Entry by entry; nothing is recorded.
    """
    asked: BansAsked = request.context.json  # type: ignore[attr-defined]
    return answer(BanOutcomesShape(items=_outcomes(container().bans.preview(_rows(asked.bans)))))


@pages.post("/ban-imports")
@bans_operation("importBans", BansImportedShape, json=BansAsked, command=True)
def import_bans() -> Response:
    """Impose many bans

    All that is new at once, or nothing; what is faulty is told and left out.
    """
    asked: BansAsked = request.context.json  # type: ignore[attr-defined]
    rows = _rows(asked.bans)
    count = container().bans.import_rows(office_act(), rows)
    return answer(BansImportedShape(imposed=count, items=_outcomes(container().bans.preview(rows))))


@pages.get("/banned-registrations")
@bans_operation("listBannedRegistrations", BannedRegistrationsShape)
def banned() -> Response:
    """Paid registrations of banned people

    That wait for what becomes of them, the oldest ban first.
    """
    rows = container().bans.waiting()
    names = BannedRegistrationShape.model_fields
    return answer(
        BannedRegistrationsShape(
            items=[BannedRegistrationShape(**{name: row[name] for name in names}) for row in rows]
        )
    )


@pages.post("/bans/<uuid:ban_id>/registrations/<uuid:registration_id>/outcome")
@operation(
    "resolveBannedRegistration",
    RegistrationShape,
    Scope.BANS,
    json=BannedOutcomeAsked,
    command=True,
    versioned=True,
    everywhere=True,
    tag="bans",
)
def resolve_banned(ban_id: UUID, registration_id: UUID) -> Response:
    """Say what becomes of a paid registration

    Of somebody banned.
    """
    asked: BannedOutcomeAsked = request.context.json  # type: ignore[attr-defined]
    decision = office_request(registration_id)
    container().bans.resolve(decision, ban_id, BanOutcome(asked.outcome), asked.why)
    return as_it_stands(registration_id)


def _typed(asked: BanAsked) -> dict[str, str]:
    return {
        "kind": asked.document_type,
        "number": asked.document_number,
        "starts": asked.starts.isoformat(),
        "ends": asked.ends.isoformat(),
        "decision": asked.decision,
        "reason": asked.reason,
    }


def _rows(bans: Sequence[BanAsked]) -> list[BanRow]:
    rows = []
    for place, asked in enumerate(bans):
        try:
            rows.append(BanRow(place, new_ban(**_typed(asked))))
        except Refusal as refusal:
            rows.append(BanRow(place, None, in_both_languages(refusal)))
    return rows


def _outcomes(found: Sequence[RowOutcome]) -> list[BanOutcomeShape]:
    return [
        BanOutcomeShape(
            place=one.line,
            state=one.state.value,
            document_masked=one.document,
            says=one.fault.say(language()) if one.fault else "",
            registered=one.registered,
            paid=one.paid,
        )
        for one in found
    ]


def _one(identity: UUID) -> Response:
    row, _, _ = container().bans.one(identity)
    return answer(_ban(row))


def _ban(row: dict[str, Any]) -> BanShape:
    same = {name: row[name] for name in BanShape.model_fields if name != "in_force"}
    return BanShape(**same, in_force=container().bans.is_in_force(row))
