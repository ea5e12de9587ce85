"""上传照片: the rules in words and as a drawing, the upload, and the picture as it was kept."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from ncre.domain.commands import ReplacePhoto, UploadPhoto
from ncre.domain.faults import FAULT_WORDS, FaultCode
from ncre.domain.lifecycle import Role, Step
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.registration import Photo
from ncre.events.sealing import PersonErased
from ncre.gateways.photo_store import PhotoMissing
from ncre.web.asking import command_id, fresh_id, seen
from ncre.web.cases import Case, own_case
from ncre.web.language import language
from ncre.web.tasks import Task, task_list
from ncre.web.who import Answer, account, house, need

pages = Blueprint("photo", __name__)

COMMANDS: Final = {Step.UPLOAD_PHOTO: UploadPhoto, Step.REPLACE_PHOTO: ReplacePhoto}

LARGEST_UPLOAD: Final = 12_000_000
"""Bytes. A phone's own photo is let in whole, so that the page can say what to do about its size."""


@pages.url_value_preprocessor
def _let_a_phone_photo_in(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before the form is parsed: only sending a photo may be larger than other requests."""
    if endpoint == "photo.send":
        request.max_content_length = LARGEST_UPLOAD


@pages.get("/registrations/<uuid:registration>/photo")
@need(Role.CANDIDATE)
def page(registration: UUID) -> Answer:
    case = own_case(registration)
    case.require(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
    return _page(case, [])


@pages.post("/registrations/<uuid:registration>/photo")
@need(Role.CANDIDATE)
def send(registration: UUID) -> Answer:
    """Measure and judge what was sent; keep it, or say every fault with what to do about it."""
    case = own_case(registration)
    step = case.require(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
    file = request.files.get("photo")
    uploaded = file.read() if file else b""
    if not uploaded:
        return _page(case, [_("请先选择一张照片。")]), 422
    photo = _taken_in(uploaded)
    if photo.verdict == "reject":
        return _page(case, sentences(photo, len(uploaded))), 422
    _carry_out(case, step, photo)
    flash(_("照片已保存，请查看预览。"))
    for warning in sentences(photo, len(uploaded)):
        flash(warning, "warn")
    return redirect(url_for("photo.page", registration=case.id), 303)


@pages.post("/registrations/<uuid:registration>/photo/again")
@need(Role.CANDIDATE)
def again(registration: UUID) -> Answer:
    """沿用上次照片: a registration that lapsed and was submitted again keeps its photo."""
    case = own_case(registration)
    step = case.require(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
    if not case.row["photo"]:
        raise Refusal(RefusalCode.NO_EARLIER_PHOTO)
    _carry_out(case, step, Photo(**{**case.row["photo"], "codes": tuple(case.row["photo"]["codes"])}))
    return redirect(url_for("candidate.tasks", registration=case.id), 303)


@pages.get("/registrations/<uuid:registration>/photo.jpg")
@need(Role.CANDIDATE)
def picture(registration: UUID) -> Answer:
    """The photo as it was kept, to its owner alone."""
    kept = own_case(registration).row["photo"]
    if not kept:
        raise NotFound
    try:
        jpeg = house().photos.show(account().id, kept["digest"])
    except (PhotoMissing, PersonErased):
        raise NotFound from None
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return Response(jpeg, mimetype="image/jpeg", headers=headers)


def sentences(photo: Photo, uploaded: int) -> list[str]:
    """What was found in words that say what to do; `uploaded` is the size sent, in bytes.

    Codes without words are hints for staff and are not said here (photo facts §8).
    """
    ratio = f"{photo.height / photo.width:.2f}" if photo.width else "?"
    particulars = {
        **photo.measured,
        "bytes": uploaded,
        "height": photo.height,
        "width": photo.width,
        "ratio": ratio,
    }
    codes = [code for code in FaultCode if code.value in photo.codes]
    return [FAULT_WORDS[code].say(language(), **particulars) for code in codes]


def _taken_in(uploaded: bytes) -> Photo:
    try:
        return house().photos.take_in(account().id, uploaded)
    except PersonErased:
        raise Refusal(RefusalCode.PERSON_ERASED) from None


def _carry_out(case: Case, step: Step, photo: Photo) -> None:
    house().application.handle(
        COMMANDS[step](
            registration=case.id,
            actor=account().actor,
            seen=seen(),
            command_id=command_id(),
            photo=photo,
        )
    )


def _page(case: Case, faults: list[str]) -> str:
    return render_template(
        "photo.html",
        case=case,
        entries=task_list(case, house().clock()),
        here=Task.PHOTO,
        first=Step.UPLOAD_PHOTO in case.steps,
        faults=faults,
        command_id=fresh_id(),
    )
