"""The photo of a registration as a picture of a page; whoever calls has asked already who may see it."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import NotFound

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.photo.file_store import PhotoDamaged, PhotoMissing, PhotoStoreUnavailable
from ncre.projections.rows import RegistrationRow
from ncre.store.sealing import PersonKeyDestroyed
from ncre.web.shared.auth import container


def photo_response(row: RegistrationRow, digest: str) -> Response:
    """The JPEG under this digest; 404 where it is lost, damaged or erased: the page beside it says so in words."""
    try:
        jpeg = container().photos.show(row["sealed_for"], digest)
    except (PhotoMissing, PhotoDamaged, PersonKeyDestroyed):
        raise NotFound from None
    except PhotoStoreUnavailable:
        raise Refusal(RefusalCode.PHOTOS_SILENT) from None
    return jpeg_answer(jpeg)


def jpeg_answer(data: bytes) -> Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return Response(data, mimetype="image/jpeg", headers=headers)
