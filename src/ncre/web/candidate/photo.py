"""上传照片: the rules in words and as a drawing, the upload, and the picture as it was kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role, Step
from ncre.events.registration_values import Photo
from ncre.photo.file_store import PhotoMissing
from ncre.services.photo.photos import UploadResult
from ncre.store.sealing import PersonKeyDestroyed
from ncre.web.candidate.photo_checks import advice, lines, sentences
from ncre.web.candidate.task_list import Task, TaskEntry, task_list, to_mend
from ncre.web.refusal_statuses import NOT_THEIR_FAULT, STATUS
from ncre.web.shared.auth import Answer, container, require_role, require_step
from ncre.web.shared.errors import PASSING, refusal_text, too_large
from ncre.web.shared.forms import fresh_id, require_asked, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.pictures import jpeg_answer, photo_response
from ncre.web.shared.registration_view import Case, case_request, own_case
from ncre.web.shared.traffic import PHOTO, largest_body

pages = Blueprint("photo", __name__)

SHOWN_HERE: Final = NOT_THEIR_FAULT | {RefusalCode.OUT_OF_DATE, RefusalCode.SENT_BEFORE}
"""Refusals after which the page shows the photo that is saved, and the form to send another."""


@pages.url_value_preprocessor
def _let_a_phone_photo_in(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before the form is parsed: only sending a photo may be larger than other requests."""
    if endpoint == "photo.send":
        request.max_content_length = largest_body(request.method, request.path)


@pages.after_request
def _told_to_the_script(answer: Response) -> Response:
    """The script that uploads shows the way on itself: what was said with it would be gone if it followed."""
    if request.headers.get("X-Upload") and answer.status_code == HTTPStatus.SEE_OTHER:
        return jsonify(location=answer.headers["Location"])
    return answer


@pages.errorhandler(RequestEntityTooLarge)
def _larger_than_that(error: RequestEntityTooLarge) -> Answer:
    """A photo that is not even read is answered where photos are sent, with the limit that it met."""
    if request.endpoint != "photo.send":
        return too_large()
    try:
        return _page_for_too_large(**(request.view_args or {}))
    except (HTTPException, Refusal):
        return too_large()


@require_step(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
def _page_for_too_large(registration: UUID) -> Answer:
    case = own_case(registration)
    case.require(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
    return _page(case, sentences({"bytes": float(request.content_length or PHOTO)}, ())), 413


@pages.get("/registrations/<uuid:registration>/photo")
@require_step(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
def page(registration: UUID) -> Answer:
    case = own_case(registration)
    case.require(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
    return _page(case, [])


@pages.post("/registrations/<uuid:registration>/photo")
@require_step(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
def send(registration: UUID) -> Answer:
    """Measure and judge what was sent; keep it, or say every fault with what can be done about it."""
    case = own_case(registration)
    require_asked()
    step = case.require(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
    uploaded = next((data for file in request.files.getlist("photo") if (data := file.read())), b"")
    if not uploaded:
        return _page(case, [_("请先选择一张照片。")]), 422
    try:
        with _erased_is_refused():
            taken = container().photos.take_in(case.row["sealed_for"], uploaded)
    except Refusal as refusal:
        return _try_again(case, refusal)
    if taken.photo.verdict == "reject":
        return _page(case, [] if taken.mended else _told(taken.photo), taken), 422
    return _carried_out(case, step, taken.photo)


@pages.post("/registrations/<uuid:registration>/photo/adopt")
@require_step(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
def adopt(registration: UUID) -> Answer:
    """Take the turned or cropped picture, or send the refused one to the reviewer."""
    case = own_case(registration)
    require_asked()
    step = case.require(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
    try:
        with _erased_is_refused():
            photo = container().photos.adopt(
                case.row["sealed_for"], typed_field("draft"), typed_field("kind")
            )
    except PhotoMissing:
        return _page(case, [_("这张照片已不再保存，请重新上传。")]), 422
    except Refusal as refusal:
        return _try_again(case, refusal)
    if photo.verdict == "reject" and not photo.appealed:
        return _page(case, _told(photo)), 422
    return _carried_out(case, step, photo)


@pages.get("/registrations/<uuid:registration>/photo/draft/<digest>.jpg")
@require_role(Role.CANDIDATE)
def draft(registration: UUID, digest: str) -> Answer:
    """A mended picture before the candidate has accepted it, to its owner alone."""
    case = own_case(registration)
    try:
        return jpeg_answer(container().photos.draft(case.row["sealed_for"], digest))
    except (PhotoMissing, PersonKeyDestroyed):
        raise NotFound from None


@pages.post("/registrations/<uuid:registration>/photo/again")
@require_step(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
def again(registration: UUID) -> Answer:
    """沿用上次照片: a registration that lapsed and was submitted again keeps its photo."""
    case = own_case(registration)
    step = case.require(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
    if not case.row["photo"]:
        raise Refusal(RefusalCode.NO_EARLIER_PHOTO)
    _carry_out(case, step, Photo(**{**case.row["photo"], "codes": tuple(case.row["photo"]["codes"])}))
    return redirect(url_for("registration.tasks", registration=case.id), 303)


@pages.get("/registrations/<uuid:registration>/photo.jpg")
@require_role(Role.CANDIDATE)
def picture(registration: UUID) -> Answer:
    """The photo as it was kept, to its owner alone."""
    row = own_case(registration).row
    if not row["photo"]:
        raise NotFound
    return photo_response(row, row["photo"]["digest"])


@contextmanager
def _erased_is_refused() -> Iterator[None]:
    try:
        yield
    except PersonKeyDestroyed:
        raise Refusal(RefusalCode.PERSON_ERASED) from None


def _carried_out(case: Case, step: Step, photo: Photo) -> Answer:
    """The photo is on the registration now; what a candidate should know of it is said on the next page."""
    try:
        _carry_out(case, step, photo)
    except Refusal as refusal:
        return _try_again(case, refusal)
    flash(_("照片已保存，请查看预览。"))
    if photo.appealed:
        flash(_("这张照片将由考点审核员判断。"), "warn")
    else:
        for warning in _told(photo):
            flash(warning, "warn")
    return redirect(url_for("photo.page", registration=case.id), 303)


def _carry_out(case: Case, step: Step, photo: Photo) -> None:
    registrations = container().registrations
    save = registrations.upload_photo if step is Step.UPLOAD_PHOTO else registrations.replace_photo
    save(case_request(case.id), photo)


def _page(case: Case, faults: list[str], taken: UploadResult | None = None) -> str:
    kept = case.row["photo"]
    story = container().queries.cases.story(case.id)
    entries = task_list(case, container().clock(), story)
    return render_template(
        "candidate/photo.html",
        case=case,
        entries=entries,
        here=Task.PHOTO,
        following=_following(case, entries),
        sent_back=Task.PHOTO in to_mend(case, story),
        first=Step.UPLOAD_PHOTO in case.steps,
        faults=faults,
        refused=lines(taken.photo.measured, taken.photo.codes) if taken else [],
        mended=bool(taken and taken.mended),
        offers=taken.offers if taken else (),
        advice=advice(taken.advice) if taken else [],
        lost=case.photo_lost,
        kept=lines(kept["measured"], kept["codes"]) if kept else [],
        command_id=fresh_id(),
    )


def _following(case: Case, entries: list[TaskEntry]) -> str:
    """Where a photo that is right leads: to the check, else to the payment, as far as either is open."""
    opened = {entry.task: entry.page for entry in entries if entry.page}
    page = opened.get(Task.CHECK) or opened.get(Task.PAYMENT) or "registration.tasks"
    return url_for(page, registration=case.id)


def _try_again(case: Case, refusal: Refusal) -> Answer:
    """The page as things stand now, where the photo may be sent again; any other refusal goes its way."""
    if STATUS[refusal.code] not in PASSING and refusal.code not in SHOWN_HERE:
        raise refusal
    return _page(own_case(case.id), [refusal_text(refusal)]), int(STATUS[refusal.code])


def _told(photo: Photo) -> list[str]:
    return sentences(photo.measured, photo.codes)
