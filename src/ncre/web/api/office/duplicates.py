"""People registered in two provinces: the exchange file out, others' files in, and what becomes of each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from flask import Response, request
from pydantic import StringConstraints
from werkzeug.exceptions import UnsupportedMediaType

from ncre.domain.duplicates.exchange_file import ExchangeUnreadable
from ncre.domain.integration.scopes import Scope
from ncre.services.duplicates.duplicates import DuplicateOutcome
from ncre.web.api.answers import answer, as_it_stands
from ncre.web.api.bodies import Asked, Text
from ncre.web.api.models import Answered, RegistrationShape
from ncre.web.api.office.acting import office_act, office_request
from ncre.web.api.spec import NotAsDescribed, operation, pages
from ncre.web.shared.auth import container
from ncre.web.shared.language import language


class ProvinceAsked(Asked):
    """The first two digits of its sites."""

    province: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]


class DuplicateOutcomeAsked(Asked):
    outcome: Literal["kept", "cancelled-refund", "cancelled-keep-fee", "other-person"]
    why: Text


class DuplicateShape(Answered):
    """A registration of ours whose person is registered in another province too."""

    registration: UUID
    version: int
    province: str
    found_at: datetime
    number: str | None
    status: str
    site: str | None
    name_masked: str | None
    amount: int


class DuplicatesShape(Answered):
    """Those without an outcome, the oldest first. `takes_part`: whether a key of the exchange is set."""

    takes_part: bool
    provinces: list[str]
    items: list[DuplicateShape]


class ExchangeImportedShape(Answered):
    province: str
    people: int
    found: int


@pages.get("/duplicates")
@operation("listDuplicates", DuplicatesShape, Scope.DUPLICATES, everywhere=True, tag="duplicates")
def list_duplicates() -> Response:
    """Duplicates that wait for an outcome

    And the provinces of our own sites.
    """
    known = container().duplicates
    provinces = known.provinces() if container().queries.exams.current() else []
    items = [
        DuplicateShape(**{name: row[name] for name in DuplicateShape.model_fields}) for row in known.waiting()
    ]
    return answer(DuplicatesShape(takes_part=known.takes_part, provinces=provinces, items=items))


@pages.post("/duplicates/exports")
@operation(
    "exportDuplicates",
    None,
    Scope.DUPLICATES,
    json=ProvinceAsked,
    command=True,
    media="application/octet-stream",
    everywhere=True,
    tag="duplicates",
)
def export_duplicates() -> Response:
    """Take the exchange file of a province out

    Recorded before it is handed out.
    """
    asked: ProvinceAsked = request.context.json  # type: ignore[attr-defined]
    data = container().duplicates.export(office_act(), asked.province)
    return Response(data, content_type="application/octet-stream")


@pages.post("/duplicates/imports")
@operation(
    "importDuplicates",
    ExchangeImportedShape,
    Scope.DUPLICATES,
    binary="application/octet-stream",
    command=True,
    everywhere=True,
    tag="duplicates",
)
def import_duplicates() -> Response:
    """Bring the exchange file of another province in

    As the body. It takes the place of the one of the same province before it.
    """
    if request.mimetype != "application/octet-stream":
        raise UnsupportedMediaType
    try:
        file, found = container().duplicates.import_file(office_act(), request.get_data())
    except ExchangeUnreadable as unreadable:
        raise NotAsDescribed({"body": unreadable.words.say(language())}) from None
    return answer(ExchangeImportedShape(province=file.province, people=len(file.people), found=found))


@pages.post("/duplicates/<uuid:registration_id>/<province>/outcome")
@operation(
    "resolveDuplicate",
    RegistrationShape,
    Scope.DUPLICATES,
    json=DuplicateOutcomeAsked,
    command=True,
    versioned=True,
    everywhere=True,
    tag="duplicates",
)
def resolve_duplicate(registration_id: UUID, province: str) -> Response:
    """Say what becomes of a duplicate

    Kept, cancelled with the fee returned or kept, or another person.
    """
    asked: DuplicateOutcomeAsked = request.context.json  # type: ignore[attr-defined]
    decision = office_request(registration_id)
    container().duplicates.resolve(decision, province, DuplicateOutcome(asked.outcome), asked.why)
    return as_it_stands(registration_id)
