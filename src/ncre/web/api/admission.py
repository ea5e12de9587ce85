"""At the door of an examination: what a ticket is worth, and who went in."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from ncre.domain.admission import ADMITS, Ruling, TicketVerdict
from ncre.domain.integration.scopes import Scope
from ncre.domain.registration.vocabulary import Role
from ncre.services.admission.verification import Verification
from ncre.web.api import bodies, models
from ncre.web.api.access import at_sites_of_caller, command_id_of_key, me
from ncre.web.api.answers import answer, as_it_stands
from ncre.web.api.spec import operation, pages
from ncre.web.shared.auth import container
from ncre.web.shared.language import language


@pages.post("/admissions")
@operation(
    "checkTicket", models.CheckShape, Scope.ADMISSION, json=bodies.CheckAsked, command=True, tag="admission"
)
def check() -> Response:
    """Check a ticket

    Whoever may enter is recorded as let in; the next check of the same ticket says when. The look is recorded too.
    """
    asked: bodies.CheckAsked = request.context.json  # type: ignore[attr-defined]
    actor = me().acting_as(Role.REVIEWER)
    finding, ruled, row = container().ticket_verifier.check(
        asked.code, actor, asked.room, command_id_of_key()
    )
    return _said(finding, ruled, row["id"] if row else None)


@pages.post("/registrations/<uuid:registration_id>/entries")
@operation("letIn", models.CheckShape, Scope.ADMISSION, json=bodies.EntryAsked, command=True, tag="admission")
def let_in(registration_id: UUID) -> Response:
    """Let somebody in

    Where the door leaves it to a person; what the door said is recorded with the entry.
    """
    asked: bodies.EntryAsked = request.context.json  # type: ignore[attr-defined]
    row, actor = at_sites_of_caller(registration_id), me().acting_as(Role.REVIEWER)
    verifier = container().ticket_verifier
    verifier.look(row["id"], actor)
    verdict = TicketVerdict.OUTDATED if asked.manner == "scanned" else TicketVerdict.TYPED
    finding = Verification(verdict, verifier.expected(row["id"]))
    ruled = verifier.let_in(finding, row["id"], actor, asked.room, command_id_of_key(), by_a_person=True)
    return _said(finding, ruled, row["id"])


@pages.post("/registrations/<uuid:registration_id>/entry-revocations")
@operation(
    "revokeEntry",
    models.RegistrationShape,
    Scope.ADMISSION,
    json=bodies.RevokeAsked,
    command=True,
    tag="admission",
)
def revoke(registration_id: UUID) -> Response:
    """Take an entry back

    The person did not go in after all.
    """
    asked: bodies.RevokeAsked = request.context.json  # type: ignore[attr-defined]
    row, actor = at_sites_of_caller(registration_id), me().acting_as(Role.REVIEWER)
    container().ticket_verifier.revoke(row["id"], asked.ticket, actor, command_id_of_key())
    return as_it_stands(row["id"])


def _said(finding: Verification, ruled: Ruling, registration: UUID | None) -> Response:
    expected = finding.expected
    return answer(
        models.CheckShape(
            verdict=ruled.verdict.value,
            says=ruled.say(language()),
            admits=ruled.verdict in ADMITS,
            by_a_person=ruled.may_be_let_in,
            registration=registration,
            ticket=ruled.ticket or None,
            hall=ruled.hall or None,
            name=expected.name if expected else None,
            document_masked=expected.document if expected else None,
        )
    )
