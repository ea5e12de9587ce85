"""A whole registration, from the agreement on: what the caller's own candidates do, through their portal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from ncre.clients.payment_channel import ChannelRefused, ChannelUnavailable, Device
from ncre.domain.candidate import parse_details
from ncre.domain.candidate_fields import FORM_FIELDS
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.integration.scopes import Scope
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.state import registration_id as identity_of
from ncre.domain.registration.vocabulary import Role, Step
from ncre.events.registration import Photo
from ncre.photo.file_store import PhotoMissing
from ncre.projections.registration import registrations
from ncre.projections.rows import RegistrationRow
from ncre.services.photo.photos import Taken
from ncre.store.sealing import PersonErased
from ncre.web.api import bodies, models
from ncre.web.api.access import command_id, is_mine, me, mine, seen
from ncre.web.api.answers import answer, as_it_stands, photo_refused
from ncre.web.api.spec import NotAsDescribed, View, operation, pages
from ncre.web.candidate.photo_checks import sentences
from ncre.web.shared.auth import container
from ncre.web.shared.details_form import in_words
from ncre.web.shared.hosts import absolute
from ncre.web.shared.registration_view import with_rules
from ncre.web.shared.rounds import current_round


@pages.post("/candidates")
@operation(
    "bringCandidate", models.Candidate, Scope.APPLY, json=bodies.CandidateAsked, command=True, tag="applying"
)
def bring() -> Response:
    """A candidate of the caller

    By the caller's own reference: the same reference is the same candidate.
    """
    asked: bodies.CandidateAsked = request.context.json  # type: ignore[attr-defined]
    account, _new = container().represented.bring(me(), asked.reference)
    return answer(models.Candidate(id=account, reference=asked.reference))


@pages.post("/registrations")
@operation("agree", models.Registration, Scope.APPLY, json=bodies.AgreeAsked, command=True, tag="applying")
def agree() -> Response:
    """Accept the agreement

    It begins the registration of a candidate in the current round, or finds the one under way.
    """
    asked: bodies.AgreeAsked = request.context.json  # type: ignore[attr-defined]
    if not is_mine(asked.candidate):
        raise Refusal(RefusalCode.NOT_FOUND)
    round_ = current_round()
    with container().database.reading() as connection:
        newest = registrations.newest_of(connection, asked.candidate, round_.code)
        ordinal = registrations.next_ordinal(connection, asked.candidate, round_.code)
    if newest is not None and registrations.is_active(newest):
        return as_it_stands(newest["id"])
    begun = container().command_handler.handle(
        c.Agree(
            registration=identity_of(round_.code, asked.candidate, ordinal),
            actor=me().acting_as(Role.CANDIDATE),
            on_behalf_of=str(asked.candidate),
            command_id=command_id(),
            round=round_.code,
            candidate=asked.candidate,
            ordinal=ordinal,
            agreement=asked.agreement,
        )
    )
    return as_it_stands(begun.id)


def applying(name: str, **more: Any) -> Callable[[View], View]:
    """A step of the caller's own candidate."""
    return operation(
        name, models.Registration, Scope.APPLY, command=True, versioned=True, tag="applying", **more
    )


@pages.post("/registrations/<uuid:registration_id>/details")
@applying("saveDetails", json=bodies.DetailsAsked)
def save_details(registration_id: UUID) -> Response:
    """Fill in or amend the personal details

    All faults are told together, by field.
    """
    row, typed = mine(registration_id), request.context.json.model_dump()  # type: ignore[attr-defined]
    form = {one.name: typed.get(one.name, "") for one in FORM_FIELDS}
    parsed = parse_details(form, container().clock().astimezone(EXAM_TIME).date())
    if isinstance(parsed, list):
        raise NotAsDescribed(in_words(parsed))
    person = container().people.person(parsed.document_type, parsed.document_number)
    kind = c.FillInfo if row["details_version"] is None else c.AmendInfo
    return _carried_out(kind, row, details=parsed, person=person)


@pages.post("/registrations/<uuid:registration_id>/subjects")
@applying("chooseSubjects", json=bodies.SubjectsAsked)
def choose(registration_id: UUID) -> Response:
    """Choose site and subjects

    The first time with `declared`: the candidate declares that the details are true.
    """
    asked: bodies.SubjectsAsked = request.context.json  # type: ignore[attr-defined]
    row, chosen = (
        mine(registration_id),
        {"site": asked.site, "subjects": tuple(asked.subjects), "student": asked.student},
    )
    if Step.CHANGE_SUBJECTS in with_rules(row).steps:
        return _carried_out(c.ChangeSubjects, row, **chosen)
    return _carried_out(c.Submit, row, **chosen, declared=asked.declared)


@pages.post("/registrations/<uuid:registration_id>/photo")
@applying("sendPhoto", binary="image/jpeg")
def send_photo(registration_id: UUID) -> Response:
    """Send the photo

    A JPEG as the body. One that is refused is answered with what may be done with it.
    """
    row = mine(registration_id)
    seen()
    if request.mimetype != "image/jpeg":
        raise UnsupportedMediaType
    try:
        taken = container().photos.take_in(row["sealed_for"], request.get_data())
    except PersonErased:
        raise Refusal(RefusalCode.PERSON_ERASED) from None
    if taken.photo.verdict == "reject":
        return _photo_refused(taken)
    return _with_photo(row, taken.photo)


@pages.post("/registrations/<uuid:registration_id>/photo-adoptions")
@applying("adoptPhoto", json=bodies.AdoptAsked)
def adopt_photo(registration_id: UUID) -> Response:
    """Take an offered photo

    The turned or cropped picture, or the refused one for a person to decide (`appeal`).
    """
    asked: bodies.AdoptAsked = request.context.json  # type: ignore[attr-defined]
    row = mine(registration_id)
    seen()
    try:
        photo = container().photos.adopt(row["sealed_for"], asked.draft, asked.kind)
    except PhotoMissing:
        raise Refusal(RefusalCode.NOT_FOUND) from None
    except PersonErased:
        raise Refusal(RefusalCode.PERSON_ERASED) from None
    if photo.verdict == "reject" and not photo.appealed:
        return _photo_refused(Taken(photo))
    return _with_photo(row, photo)


@pages.post("/registrations/<uuid:registration_id>/review-request")
@applying("requestReview")
def request_review(registration_id: UUID) -> Response:
    """Request review

    The site decides; nothing can be changed until it has.
    """
    return _carried_out(c.RequestReview, mine(registration_id))


@pages.post("/registrations/<uuid:registration_id>/review-request-taken-back")
@applying("takeBackReviewRequest")
def take_back(registration_id: UUID) -> Response:
    """Take the request for review back

    While nobody has decided; then everything may be changed again.
    """
    return _carried_out(c.TakeBack, mine(registration_id))


@pages.post("/registrations/<uuid:registration_id>/withdrawal")
@applying("withdraw")
def withdraw(registration_id: UUID) -> Response:
    """Give the registration up

    Its seats are free for others. A paid one cannot be given up.
    """
    return _carried_out(c.Withdraw, mine(registration_id))


@pages.post("/registrations/<uuid:registration_id>/orders")
@operation(
    "openOrder",
    models.Order,
    Scope.APPLY,
    json=bodies.OrderAsked,
    command=True,
    versioned=True,
    tag="applying",
)
def open_order(registration_id: UUID) -> Response:
    """Open the order to pay

    Where the candidate pays. The channel's own notice settles it; nothing that is said here does.
    """
    asked: bodies.OrderAsked = request.context.json  # type: ignore[attr-defined]
    row, version = mine(registration_id), seen()
    if version != row["version"]:
        raise Refusal(RefusalCode.OUT_OF_DATE, seen=version, version=row["version"])
    ways = container().checkout.ways(row)
    channel = asked.channel or (ways[0] if ways else "")
    order = container().checkout.open(row["id"], channel)
    address = code = ""
    if order.amount:
        try:
            back = absolute("payment.paid", registration=row["id"])
            place = container().checkout.checkout(order.number, Device.DESKTOP, back)
            address, code = place.address, place.code
        except (ChannelUnavailable, ChannelRefused):
            raise Refusal(RefusalCode.CHANNEL_SILENT) from None
    return answer(
        models.Order(
            number=order.number,
            channel=channel,
            amount=order.amount,
            address=address or None,
            qr=code or None,
        )
    )


def _carried_out(kind: type[c.Command], row: RegistrationRow, **particulars: Any) -> Response:
    command = kind(
        registration=row["id"],
        actor=me().acting_as(Role.CANDIDATE),
        on_behalf_of=str(row["account"]),
        seen=seen(),
        command_id=command_id(),
        **particulars,
    )
    if isinstance(command, c.Submit | c.ChangeSubjects | c.Withdraw):
        container().changes.carry_out(command)
    else:
        container().command_handler.handle(command)
    return as_it_stands(row["id"])


def _with_photo(row: RegistrationRow, photo: Photo) -> Response:
    kind = c.UploadPhoto if row["photo"] is None else c.ReplacePhoto
    return _carried_out(kind, row, photo=photo)


def _photo_refused(taken: Taken) -> Response:
    offers = [{"kind": offer.kind, "draft": offer.draft} for offer in taken.offers]
    words = sentences(taken.photo.measured, taken.photo.codes)
    return photo_refused(" ".join(words), offers)
