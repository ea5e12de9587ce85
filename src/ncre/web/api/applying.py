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
from ncre.domain.registration.vocabulary import Role, Step
from ncre.events.registration_values import Photo
from ncre.photo.file_store import PhotoMissing
from ncre.projections.registration.registrations import is_active
from ncre.projections.rows import RegistrationRow
from ncre.services.photo.photos import UploadResult
from ncre.services.registration.case_request import CaseRequest
from ncre.store.sealing import PersonKeyDestroyed
from ncre.web.api import bodies, models
from ncre.web.api.access import command_id_of_key, is_mine, me, mine, seen_version
from ncre.web.api.answers import answer, as_it_stands, photo_refused
from ncre.web.api.spec import NotAsDescribed, View, operation, pages
from ncre.web.candidate.photo_checks import sentences
from ncre.web.shared.auth import container
from ncre.web.shared.details_form import faults_in_words
from ncre.web.shared.hosts import absolute
from ncre.web.shared.registration_view import with_rules
from ncre.web.shared.rounds import current_round


@pages.post("/candidates")
@operation(
    "bringCandidate",
    models.CandidateShape,
    Scope.APPLY,
    json=bodies.CandidateAsked,
    command=True,
    tag="applying",
)
def bring() -> Response:
    """A candidate of the caller

    By the caller's own reference: the same reference is the same candidate.
    """
    asked: bodies.CandidateAsked = request.context.json  # type: ignore[attr-defined]
    account, _new = container().represented.bring(me(), asked.reference)
    return answer(models.CandidateShape(id=account, reference=asked.reference))


@pages.post("/registrations")
@operation(
    "agree", models.RegistrationShape, Scope.APPLY, json=bodies.AgreeAsked, command=True, tag="applying"
)
def agree() -> Response:
    """Accept the agreement

    It begins the registration of a candidate in the current round, or finds the one under way.
    """
    asked: bodies.AgreeAsked = request.context.json  # type: ignore[attr-defined]
    if not is_mine(asked.candidate):
        raise Refusal(RefusalCode.NOT_FOUND)
    round_ = current_round()
    newest = container().queries.cases.newest_of(asked.candidate, round_.code)
    if newest is not None and is_active(newest):
        return as_it_stands(newest["id"])
    begun = container().registrations.agree(
        asked.candidate,
        me().acting_as(Role.CANDIDATE),
        round_.code,
        asked.agreement,
        command_id_of_key(),
        on_behalf_of=str(asked.candidate),
    )
    return as_it_stands(begun.id)


def applying(name: str, **more: Any) -> Callable[[View], View]:
    """A step of the caller's own candidate."""
    return operation(
        name, models.RegistrationShape, Scope.APPLY, command=True, versioned=True, tag="applying", **more
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
        raise NotAsDescribed(faults_in_words(parsed))
    registrations = container().registrations
    save = registrations.fill_info if row["details_version"] is None else registrations.amend_info
    save(_request(row), parsed)
    return as_it_stands(row["id"])


@pages.post("/registrations/<uuid:registration_id>/subjects")
@applying("chooseSubjects", json=bodies.SubjectsAsked)
def choose(registration_id: UUID) -> Response:
    """Choose site and subjects

    The first time with `declared`: the candidate declares that the details are true.
    """
    asked: bodies.SubjectsAsked = request.context.json  # type: ignore[attr-defined]
    row, registrations = mine(registration_id), container().registrations
    chosen = (asked.site, tuple(asked.subjects))
    if Step.CHANGE_SUBJECTS in with_rules(row).steps:
        registrations.change_subjects(_request(row), *chosen, asked.student)
    else:
        registrations.submit(_request(row), *chosen, declared=asked.declared, student=asked.student)
    return as_it_stands(row["id"])


@pages.post("/registrations/<uuid:registration_id>/photo")
@applying("sendPhoto", binary="image/jpeg")
def send_photo(registration_id: UUID) -> Response:
    """Send the photo

    A JPEG as the body. One that is refused is answered with what may be done with it.
    """
    row = mine(registration_id)
    seen_version()
    if request.mimetype != "image/jpeg":
        raise UnsupportedMediaType
    try:
        taken = container().photos.take_in(row["sealed_for"], request.get_data())
    except PersonKeyDestroyed:
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
    seen_version()
    try:
        photo = container().photos.adopt(row["sealed_for"], asked.draft, asked.kind)
    except PhotoMissing:
        raise Refusal(RefusalCode.NOT_FOUND) from None
    except PersonKeyDestroyed:
        raise Refusal(RefusalCode.PERSON_ERASED) from None
    if photo.verdict == "reject" and not photo.appealed:
        return _photo_refused(UploadResult(photo))
    return _with_photo(row, photo)


@pages.post("/registrations/<uuid:registration_id>/review-request")
@applying("requestReview")
def request_review(registration_id: UUID) -> Response:
    """Request review

    The site decides; nothing can be changed until it has.
    """
    container().registrations.request_review(_request(mine(registration_id)))
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/review-request-taken-back")
@applying("takeBackReviewRequest")
def take_back(registration_id: UUID) -> Response:
    """Take the request for review back

    While nobody has decided; then everything may be changed again.
    """
    container().registrations.take_back(_request(mine(registration_id)))
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/withdrawal")
@applying("withdraw")
def withdraw(registration_id: UUID) -> Response:
    """Give the registration up

    Its seats are free for others. A paid one cannot be given up.
    """
    container().registrations.withdraw(_request(mine(registration_id)))
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/orders")
@operation(
    "openOrder",
    models.OrderShape,
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
    row, version = mine(registration_id), seen_version()
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
        models.OrderShape(
            number=order.number,
            channel=channel,
            amount=order.amount,
            address=address or None,
            qr=code or None,
        )
    )


def _request(row: RegistrationRow) -> CaseRequest:
    """The caller acts for the candidate, from the version that it saw."""
    return CaseRequest(
        registration=row["id"],
        actor=me().acting_as(Role.CANDIDATE),
        on_behalf_of=str(row["account"]),
        seen=seen_version(),
        command_id=command_id_of_key(),
    )


def _with_photo(row: RegistrationRow, photo: Photo) -> Response:
    registrations = container().registrations
    save = registrations.upload_photo if row["photo"] is None else registrations.replace_photo
    save(_request(row), photo)
    return as_it_stands(row["id"])


def _photo_refused(taken: UploadResult) -> Response:
    offers = [{"kind": offer.kind, "draft": offer.draft} for offer in taken.offers]
    words = sentences(taken.photo.measured, taken.photo.codes)
    return photo_refused(" ".join(words), offers)
