"""Registrations as they stand: listed by pages, one, its history, and its private details, each look recorded."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import NotFound

from ncre.domain.integration.scopes import Scope
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.disclosure import REASONS, reason_in_words
from ncre.domain.registration.vocabulary import Role
from ncre.web.api import bodies, models
from ncre.web.api.access import at_sites_of_caller, is_mine, me, visible
from ncre.web.api.answers import answer, registration, registration_answer
from ncre.web.api.spec import operation, pages
from ncre.web.shared.auth import container
from ncre.web.shared.pictures import photo_response
from ncre.web.staff.desk import wanted

PURPOSE = "api"


@pages.get("/registrations")
@operation("listRegistrations", models.RegistrationsShape, Scope.READ, query=bodies.ListAsked)
def listed() -> Response:
    """Registrations at the sites of the integration

    In pages; `next` is the cursor of the following one. With `candidate`, those of one of its own candidates.
    """
    asked: bodies.ListAsked = request.context.query  # type: ignore[attr-defined]
    cases = container().queries.cases
    if asked.candidate is not None:
        if not is_mine(asked.candidate):
            raise NotFound
        rows = cases.of_account(asked.candidate)
    else:
        sites = me().sites if asked.site is None else frozenset({asked.site})
        if asked.site is not None and not me().acting_as(Role.REVIEWER).covers(asked.site):
            raise Refusal(RefusalCode.NOT_YOUR_SITE)
        status = asked.status.value if asked.status else None
        rows = cases.listed(sites, status, asked.cursor, asked.limit + 1)
    more = asked.candidate is None and len(rows) > asked.limit
    shown = rows[: asked.limit] if more else rows
    items = [registration(row) for row in shown]
    return answer(models.RegistrationsShape(items=items, next=str(shown[-1]["id"]) if more else None))


@pages.post("/searches")
@operation("search", models.RegistrationsShape, Scope.READ, json=bodies.SearchAsked)
def search() -> Response:
    """Find registrations by a number

    At the sites of the integration; the numbers themselves are stored nowhere.
    """
    asked: bodies.SearchAsked = request.context.json  # type: ignore[attr-defined]
    text = wanted(asked.text)
    persons = container().people.persons(text)
    rows = container().queries.cases.search(text, persons, me().sites)
    return answer(models.RegistrationsShape(items=[registration(row) for row in rows], next=None))


@pages.get("/registrations/<uuid:registration_id>")
@operation("getRegistration", models.RegistrationShape, Scope.READ)
def one(registration_id: UUID) -> Response:
    """One registration

    Its ETag is its version: commands send it back as If-Match.
    """
    return registration_answer(visible(registration_id))


@pages.get("/registrations/<uuid:registration_id>/history")
@operation("getHistory", models.HistoryShape, Scope.READ)
def history(registration_id: UUID) -> Response:
    """What happened to a registration

    In sentences, the oldest first; nothing private is in them.
    """
    row = visible(registration_id)
    story = container().queries.cases.story(row["id"])
    items = [
        models.ToldShape.model_validate(
            {name: value for name, value in told.items() if name in models.ToldShape.model_fields}
        )
        for told in story
    ]
    return answer(models.HistoryShape(items=items))


@pages.post("/registrations/<uuid:registration_id>/details-views")
@operation("viewDetails", models.DetailsShape, Scope.PRIVATE, json=bodies.ViewAsked)
def details(registration_id: UUID) -> Response:
    """Open the private details

    That and why stands in the history of the registration before anything is shown.
    """
    asked: bodies.ViewAsked = request.context.json  # type: ignore[attr-defined]
    row = at_sites_of_caller(registration_id)
    why = asked.why if asked.why in REASONS else reason_in_words(asked.why)
    found = container().people.details(row["id"], row["details_version"])
    if found is None:
        raise NotFound
    container().registrations.open_details(row["id"], me().acting_as(Role.REVIEWER), PURPOSE, why)
    return answer(
        models.DetailsShape(**{name: getattr(found, name) for name in models.DetailsShape.model_fields})
    )


@pages.post("/registrations/<uuid:registration_id>/paper-views")
@operation("viewPaper", None, Scope.PRIVATE, json=bodies.PaperAsked)
def paper(registration_id: UUID) -> Response:
    """Open a paper

    The form, the ticket or the receipt as PDF. That it was opened stands in the history first.
    """
    asked: bodies.PaperAsked = request.context.json  # type: ignore[attr-defined]
    row = at_sites_of_caller(registration_id)
    container().registrations.open_paper(row["id"], me().acting_as(Role.REVIEWER), asked.kind)
    return Response(container().documents.for_staff(row, asked.kind), mimetype="application/pdf")


@pages.post("/registrations/<uuid:registration_id>/photo-views")
@operation("viewPhoto", None, Scope.PRIVATE, json=bodies.ViewAsked, media="image/jpeg")
def photo(registration_id: UUID) -> Response:
    """Open the photo

    As JPEG. That and why stands in the history first.
    """
    asked: bodies.ViewAsked = request.context.json  # type: ignore[attr-defined]
    row = at_sites_of_caller(registration_id)
    why = asked.why if asked.why in REASONS else reason_in_words(asked.why)
    if row["photo"] is None:
        raise NotFound
    container().registrations.open_details(row["id"], me().acting_as(Role.REVIEWER), PURPOSE, why)
    return photo_response(row, row["photo"]["digest"])
