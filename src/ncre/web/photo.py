"""上传照片: the rules in words and as a drawing, the upload, and the picture as it was kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from ncre.domain.commands import ReplacePhoto, UploadPhoto
from ncre.domain.lifecycle import Role, Step
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.registration import Photo
from ncre.events.sealing import PersonErased
from ncre.gateways.photo_store import PhotoMissing
from ncre.services.photos import APPEAL, Taken
from ncre.web.asking import command_id, fresh_id, seen
from ncre.web.cases import Case, own_case
from ncre.web.errors import NOT_THEIR_FAULT, STATUS, said
from ncre.web.photo_checks import advice, lines, sentences
from ncre.web.tasks import Task, task_list
from ncre.web.who import Answer, account, house, need

pages = Blueprint("photo", __name__)

COMMANDS: Final = {Step.UPLOAD_PHOTO: UploadPhoto, Step.REPLACE_PHOTO: ReplacePhoto}

SHOWN_HERE: Final = NOT_THEIR_FAULT | {RefusalCode.OUT_OF_DATE, RefusalCode.SENT_BEFORE}
"""Refusals after which the page shows the photo that is saved, and the form to send another."""

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
    """Measure and judge what was sent; keep it, or say every fault with what can be done about it."""
    case = own_case(registration)
    step = case.require(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
    file = request.files.get("photo")
    uploaded = file.read() if file else b""
    if not uploaded:
        return _page(case, [_("请先选择一张照片。")]), 422
    with _erased_is_refused():
        taken = house().photos.take_in(case.row["sealed_for"], uploaded)
    if taken.photo.verdict == "reject":
        return _page(case, sentences(taken.photo.measured, taken.photo.codes), taken), 422
    return _carried_out(case, step, taken.photo)


@pages.post("/registrations/<uuid:registration>/photo/adopt")
@need(Role.CANDIDATE)
def adopt(registration: UUID) -> Answer:
    """Take the turned or cropped picture, or send the refused one to the reviewer."""
    case = own_case(registration)
    step = case.require(Step.UPLOAD_PHOTO, Step.REPLACE_PHOTO)
    try:
        with _erased_is_refused():
            photo = house().photos.adopt(
                case.row["sealed_for"], request.form.get("draft", ""), request.form.get("kind", "")
            )
    except PhotoMissing:
        return _page(case, [_("这张照片已不在服务器上，请重新上传。")]), 422
    if photo.verdict == "reject" and not photo.appealed:
        return _page(case, sentences(photo.measured, photo.codes)), 422
    return _carried_out(case, step, photo)


@pages.get("/registrations/<uuid:registration>/photo/draft/<digest>.jpg")
@need(Role.CANDIDATE)
def draft(registration: UUID, digest: str) -> Answer:
    """A mended picture before the candidate has accepted it, to its owner alone."""
    case = own_case(registration)
    try:
        return _jpeg(house().photos.draft(case.row["sealed_for"], digest))
    except (PhotoMissing, PersonErased):
        raise NotFound from None


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
    row = own_case(registration).row
    if not row["photo"]:
        raise NotFound
    try:
        return _jpeg(house().photos.show(row["sealed_for"], row["photo"]["digest"]))
    except (PhotoMissing, PersonErased):
        raise NotFound from None


def _jpeg(data: bytes) -> Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return Response(data, mimetype="image/jpeg", headers=headers)


@contextmanager
def _erased_is_refused() -> Iterator[None]:
    try:
        yield
    except PersonErased:
        raise Refusal(RefusalCode.PERSON_ERASED) from None


def _carried_out(case: Case, step: Step, photo: Photo) -> Answer:
    """The photo is on the registration now; what a candidate should know of it is said on the next page."""
    try:
        _carry_out(case, step, photo)
    except Refusal as refusal:
        if refusal.code not in SHOWN_HERE:
            raise
        return _page(own_case(case.id), [said(refusal)]), int(STATUS[refusal.code])
    flash(_("照片已保存，请查看预览。"))
    if photo.appealed:
        flash(_("这张照片将由考点审核员判断。"), "warn")
    else:
        for warning in sentences(photo.measured, photo.codes):
            flash(warning, "warn")
    return redirect(url_for("photo.page", registration=case.id), 303)


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


def _page(case: Case, faults: list[str], taken: Taken | None = None) -> str:
    kept = case.row["photo"]
    offers = [one for one in taken.offers if one.kind != APPEAL or _somebody_asks(case)] if taken else []
    return render_template(
        "photo.html",
        case=case,
        entries=task_list(case, house().clock()),
        here=Task.PHOTO,
        first=Step.UPLOAD_PHOTO in case.steps,
        faults=faults,
        refused=lines(taken.photo.measured, taken.photo.codes) if taken else [],
        offers=offers,
        advice=advice(taken.advice) if taken else [],
        final=bool(taken) and not _somebody_asks(case),
        kept=lines(kept["measured"], kept["codes"]) if kept else [],
        command_id=fresh_id(),
    )


def _somebody_asks(case: Case) -> bool:
    """Whether the site has somebody who decides about a photo that the machine refused."""
    return case.site is not None and case.site.reviews
