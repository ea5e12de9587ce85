"""What goes out: a model as JSON, a registration with its version as ETag, and every refusal as a problem."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response
from pydantic import BaseModel
from werkzeug.exceptions import Unauthorized

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.projections.rows import RegistrationRow, known
from ncre.web.api import models
from ncre.web.api.access import KeyMissing, VersionMissing
from ncre.web.api.problems import problem
from ncre.web.api.spec import NotAsDescribed, pages
from ncre.web.refusal_statuses import RETRY_AFTER, STATUS
from ncre.web.shared.auth import container
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.language import gettext as _

OUTDATED = frozenset({RefusalCode.OUT_OF_DATE, RefusalCode.VERSION_UNKNOWN, RefusalCode.DRAFT_CHANGED})
"""Refusals of the version in If-Match."""


def answer(model: BaseModel, status: int = 200, **headers: str) -> Response:
    return Response(
        model.model_dump_json(exclude_none=False), status, headers=headers, mimetype="application/json"
    )


def registration(row: RegistrationRow) -> models.RegistrationShape:
    """As it stands; private details stay out."""
    case = container().queries.cases.with_rules(row)
    steps = case.steps if case else frozenset()
    same: dict[str, Any] = {name: value for name, value in row.items() if name in _SAME}
    return models.RegistrationShape(
        **same,
        candidate=row["account"],
        photo=row["photo"]["verdict"] if row["photo"] else None,
        steps=sorted(step.value for step in steps),
    )


_SAME = tuple(
    name for name in models.RegistrationShape.model_fields if name not in ("candidate", "photo", "steps")
)
"""Fields that are columns of the row under the same name."""


def versioned(model: BaseModel, version: int) -> Response:
    """With its version as ETag, which If-Match sends back."""
    return answer(model, ETag=f'"{version}"')


def registration_answer(row: RegistrationRow, status: int = 200) -> Response:
    """With its version as ETag, which If-Match sends back."""
    return answer(registration(row), status, ETag=f'"{row["version"]}"')


def as_it_stands(identity: UUID, status: int = 200) -> Response:
    """After a command: the registration as it stands now."""
    return registration_answer(known(container().queries.cases.row(identity)), status)


@pages.errorhandler(NotAsDescribed)
def _not_as_described(error: NotAsDescribed) -> Response:
    said = _("请按文档修改 faults 所列的内容，再发送一次。没有做任何改动。")
    return problem(422, "invalid", _("没有完成"), said, faults=error.faults)


@pages.errorhandler(KeyMissing)
def _key_missing(_error: KeyMissing) -> Response:
    said = _("请加上 Idempotency-Key：一到 128 个可见的 ASCII 字符，每次操作一个。没有做任何改动。")
    return problem(400, "idempotency-key-missing", _("没有完成"), said)


@pages.errorhandler(VersionMissing)
def _version_missing(_error: VersionMissing) -> Response:
    said = _("请加上 If-Match：先读取报名，再把它的 ETag 送回。没有做任何改动。")
    return problem(HTTPStatus.PRECONDITION_REQUIRED, "version-missing", _("没有完成"), said)


@pages.errorhandler(Unauthorized)
def _unauthorized(_error: Unauthorized) -> Response:
    said = _("请在 Authorization 中送来有效的密钥：Bearer ncre_…")
    refused = problem(401, "unauthorized", _("没有权限"), said)
    refused.headers["WWW-Authenticate"] = 'Bearer realm="ncre"'
    return refused


@pages.errorhandler(Refusal)
def _refused(refusal: Refusal) -> Response:
    """As pages say it; an outdated version is a failed precondition."""
    status = HTTPStatus.PRECONDITION_FAILED if refusal.code in OUTDATED else STATUS[refusal.code]
    refused = problem(status, refusal.code.value, _("没有完成"), refusal_text(refusal))
    if refusal.code in RETRY_AFTER:
        refused.headers["Retry-After"] = str(RETRY_AFTER[refusal.code])
    return refused


def photo_refused(said: str, offers: list[dict[str, str]]) -> Response:
    """A photo that is not taken: why, and what may be done with it."""
    code = RefusalCode.PHOTO_REFUSED.value
    return problem(422, code, _("没有完成"), said, faults={"photo": said}, offers=offers)
