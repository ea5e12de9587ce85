"""打印: the registration form and the admission ticket, as PDF, to their owner."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response

from ncre.domain.lifecycle import Role
from ncre.web.cases import own
from ncre.web.who import Answer, house, need

pages = Blueprint("papers", __name__)

FORM: Final = "registration-form"
TICKET: Final = "admission-ticket"


@pages.get("/registrations/<uuid:registration>/form.pdf")
@need(Role.CANDIDATE)
def form(registration: UUID) -> Answer:
    """打印下载报名登记表; a refusal says when it can be had."""
    row = own(registration)
    return _pdf(house().papers.form(registration).pdf, FORM, row["number"])


@pages.get("/registrations/<uuid:registration>/ticket.pdf")
@need(Role.CANDIDATE)
def ticket(registration: UUID) -> Answer:
    """打印下载准考证; a refusal says when it can be had."""
    row = own(registration)
    return _pdf(house().papers.ticket(registration).pdf, TICKET, row["number"])


def _pdf(pdf: bytes, kind: str, number: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="ncre-{kind}-{number}.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)
