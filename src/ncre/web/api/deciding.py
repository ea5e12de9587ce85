"""What staff decide: review, confirmation on site, cancellation, cash at the counter; at the caller's sites alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request

from ncre.domain.integration.scopes import Scope
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from ncre.projections.rows import known
from ncre.services.registration.case_request import CaseRequest
from ncre.web.api import bodies, models
from ncre.web.api.access import at_sites_of_caller, command_id_of_key, me, seen_version
from ncre.web.api.answers import answer, as_it_stands, registration
from ncre.web.api.spec import View, operation, pages
from ncre.web.shared.auth import container


def deciding(name: str, scope: Scope, **more: Any) -> Callable[[View], View]:
    """A step of staff."""
    return operation(
        name, models.RegistrationShape, scope, command=True, versioned=True, tag="deciding", **more
    )


@pages.post("/registrations/<uuid:registration_id>/approval")
@deciding("approve", Scope.REVIEW)
def approve(registration_id: UUID) -> Response:
    """Approve

    The candidate may pay from now on, where paying is open.
    """
    container().registrations.approve(_request(registration_id, Role.REVIEWER))
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/rejection")
@deciding("reject", Scope.REVIEW, json=bodies.RejectAsked)
def reject(registration_id: UUID) -> Response:
    """Reject

    With the codes of the reasons; `other` needs a note.
    """
    asked: bodies.RejectAsked = request.context.json  # type: ignore[attr-defined]
    decision = _request(registration_id, Role.REVIEWER)
    container().registrations.reject(decision, tuple(set(asked.reasons)), asked.note)
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/confirmation")
@deciding("confirm", Scope.REVIEW)
def confirm(registration_id: UUID) -> Response:
    """Confirm on site

    The candidate was there in person, with the document.
    """
    container().registrations.confirm(_request(registration_id, Role.REVIEWER))
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/suspension")
@deciding("suspend", Scope.REVIEW, json=bodies.SuspendAsked)
def suspend(registration_id: UUID) -> Response:
    """Suspend

    While something is looked into: place and seats are kept, and nothing lapses.
    """
    asked: bodies.SuspendAsked = request.context.json  # type: ignore[attr-defined]
    container().registrations.suspend(_request(registration_id, Role.REVIEWER), asked.reason)
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/resumption")
@deciding("resume", Scope.OFFICE)
def resume(registration_id: UUID) -> Response:
    """Resume

    Back to where it was before it was suspended, with the time to pay prolonged by as much.
    """
    container().registrations.resume(_request(registration_id, Role.OFFICE))
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/cancellation")
@deciding("cancel", Scope.OFFICE, json=bodies.CancelAsked)
def cancel(registration_id: UUID) -> Response:
    """Cancel

    What becomes of a paid fee is said with it.
    """
    asked: bodies.CancelAsked = request.context.json  # type: ignore[attr-defined]
    money = c.PaidFee(asked.money) if asked.money else None
    container().registrations.cancel(
        _request(registration_id, Role.OFFICE), asked.reason, money, asked.money_reason
    )
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/transfer")
@deciding("transfer", Scope.OFFICE, json=bodies.TransferAsked)
def transfer(registration_id: UUID) -> Response:
    """Move it to another account

    Of the same person, upon evidence; both accounts are told.
    """
    asked: bodies.TransferAsked = request.context.json  # type: ignore[attr-defined]
    move = _request(registration_id, Role.OFFICE)
    container().registrations.move(move, asked.account.strip(), asked.evidence)
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/counter-payments")
@operation(
    "takeCash",
    models.CashShape,
    Scope.COUNTER,
    json=bodies.CashAsked,
    command=True,
    versioned=True,
    tag="deciding",
)
def take_cash(registration_id: UUID) -> Response:
    """Record cash taken on site

    Under the number of its receipt; `unusable` says why it must be handed back.
    """
    asked: bodies.CashAsked = request.context.json  # type: ignore[attr-defined]
    taken = _request(registration_id, Role.REVIEWER)
    unusable = container().registrations.take_counter_payment(taken, asked.receipt, asked.amount)
    row = known(container().queries.cases.row(registration_id))
    return answer(models.CashShape(unusable=unusable, registration=registration(row)))


@pages.post("/registrations/<uuid:registration_id>/counter-refunds")
@deciding("handCashBack", Scope.COUNTER, json=bodies.HandedBackAsked)
def hand_back(registration_id: UUID) -> Response:
    """Record cash handed back

    Money that could not be used, by the number of its receipt.
    """
    asked: bodies.HandedBackAsked = request.context.json  # type: ignore[attr-defined]
    handed = _request(registration_id, Role.REVIEWER)
    trade = f"{at_sites_of_caller(registration_id)['site']}-{asked.receipt}"
    if not container().counter_payments.is_handed_back(trade, registration_id):
        container().registrations.hand_back_counter_payment(handed, trade)
    return as_it_stands(registration_id)


def _request(registration_id: UUID, role: Role) -> CaseRequest:
    return CaseRequest(
        registration=at_sites_of_caller(registration_id)["id"],
        actor=me().acting_as(role),
        seen=seen_version(),
        command_id=command_id_of_key(),
    )
