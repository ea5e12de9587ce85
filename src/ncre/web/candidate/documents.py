"""打印: the registration form and the admission ticket, as PDF and as pages, to their owner; and reprints."""

from __future__ import annotations

from io import BytesIO
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound

from ncre.domain.registration.vocabulary import Role
from ncre.projections.audit.snapshots import At, parse_at
from ncre.projections.rows import RegistrationRow
from ncre.web.audit.registrations import PURPOSE
from ncre.web.candidate.paper_words import bilingual
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.disclosure import is_opened
from ncre.web.shared.registration_view import any_row, own, own_case

pages = Blueprint("documents", __name__)

FORM: Final = "registration-form"
TICKET: Final = "admission-ticket"


@pages.get("/registrations/<uuid:registration>/form")
@require_role(Role.CANDIDATE)
def form_page(registration: UUID) -> Answer:
    """The form as a page, for screen readers and for printing from the browser."""
    case = own_case(registration)
    return render_template(
        "candidate/registration_form.html", case=case, page=container().documents.form_page(registration)
    )


@pages.get("/registrations/<uuid:registration>/ticket")
@require_role(Role.CANDIDATE)
def ticket_page(registration: UUID) -> Answer:
    """网页版准考证."""
    case = own_case(registration)
    return render_template(
        "candidate/admission_ticket.html", case=case, page=container().documents.ticket_page(registration)
    )


@pages.get("/registrations/<uuid:registration>/form.pdf")
@require_role(Role.CANDIDATE)
def form(registration: UUID) -> Answer:
    """打印下载报名登记表, for who reads in English in both languages; a refusal says when it can be had."""
    row = own(registration)
    return _pdf(container().documents.form(registration, bilingual()).pdf, FORM, row["number"])


@pages.get("/registrations/<uuid:registration>/ticket.pdf")
@require_role(Role.CANDIDATE)
def ticket(registration: UUID) -> Answer:
    """打印下载准考证, in both languages as the form; a refusal says when it can be had."""
    row = own(registration)
    return _pdf(container().documents.ticket(registration, bilingual()).pdf, TICKET, row["number"])


@pages.get("/registrations/<uuid:registration>/proof.zip")
@require_role(Role.CANDIDATE)
def proof(registration: UUID) -> Answer:
    """证明文件: their own facts under the newest checkpoint, to be checked by anybody; a refusal before there is one."""
    row, out = own(registration), BytesIO()
    container().audit_bundles.proof(registration, out)
    name = f"ncre-proof-{row['number'] or registration}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue(), mimetype="application/zip", headers=headers)


@pages.get("/audit/<uuid:registration>/form.pdf")
@require_role(Role.AUDITOR, Role.OFFICE)
def form_then(registration: UUID) -> Answer:
    """The form as it was printed at a version or a moment; private details masked unless opened here."""
    row, at = _then(registration)
    container().audit_bundles.record_view(registration, account().actor, "papers")
    masked = not is_opened(row, PURPOSE)
    return _pdf(container().documents.form_then(registration, at, masked).pdf, FORM, row["number"])


@pages.get("/audit/<uuid:registration>/ticket.pdf")
@require_role(Role.AUDITOR, Role.OFFICE)
def ticket_then(registration: UUID) -> Answer:
    """The ticket as it was printed then, whether or not it may be printed today; masked unless opened here."""
    row, at = _then(registration)
    container().audit_bundles.record_view(registration, account().actor, "papers")
    masked = not is_opened(row, PURPOSE)
    return _pdf(container().documents.ticket_then(registration, at, masked).pdf, TICKET, row["number"])


def _then(registration: UUID) -> tuple[RegistrationRow, At]:
    row = any_row(registration)
    at = parse_at(request.args.get("at", f"v{row['version']}"))
    if at is None:
        raise NotFound
    return row, at


def _pdf(pdf: bytes, kind: str, number: str | None) -> Response:
    headers = {"Content-Disposition": f'inline; filename="ncre-{kind}-{number}.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)
