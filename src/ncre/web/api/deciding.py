"""What staff decide: review, confirmation on site, cancellation, cash at the counter; at the caller's sites alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request

from ncre.domain.integration.scopes import Scope
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from ncre.projections.payment import ledger
from ncre.projections.registration import registrations
from ncre.services.payment.counter_payments import COUNTER, CashTaken
from ncre.web.api import bodies, models
from ncre.web.api.access import at_my_sites, command_id, me, seen
from ncre.web.api.answers import answer, as_it_stands, registration
from ncre.web.api.spec import View, operation, pages
from ncre.web.shared.auth import container


def deciding(name: str, scope: Scope, **more: Any) -> Callable[[View], View]:
    """A step of staff."""
    return operation(name, models.Registration, scope, command=True, versioned=True, tag="deciding", **more)


@pages.post("/registrations/<uuid:registration_id>/approval")
@deciding("approve", Scope.REVIEW)
def approve(registration_id: UUID) -> Response:
    """Approve

    The candidate may pay from now on, where paying is open.
    """
    return _handled(c.Approve(**_asked(registration_id, Role.REVIEWER)))


@pages.post("/registrations/<uuid:registration_id>/rejection")
@deciding("reject", Scope.REVIEW, json=bodies.RejectAsked)
def reject(registration_id: UUID) -> Response:
    """Reject

    With the codes of the reasons; `other` needs a note.
    """
    asked: bodies.RejectAsked = request.context.json  # type: ignore[attr-defined]
    reasons = tuple(sorted(set(asked.reasons)))
    return _handled(c.Reject(**_asked(registration_id, Role.REVIEWER), reasons=reasons, note=asked.note))


@pages.post("/registrations/<uuid:registration_id>/confirmation")
@deciding("confirm", Scope.REVIEW)
def confirm(registration_id: UUID) -> Response:
    """Confirm on site

    The candidate was there in person, with the document.
    """
    return _handled(c.Confirm(**_asked(registration_id, Role.REVIEWER)))


@pages.post("/registrations/<uuid:registration_id>/cancellation")
@deciding("cancel", Scope.OFFICE, json=bodies.CancelAsked)
def cancel(registration_id: UUID) -> Response:
    """Cancel

    What becomes of a paid fee is said with it.
    """
    asked: bodies.CancelAsked = request.context.json  # type: ignore[attr-defined]
    money = c.PaidFee(asked.money) if asked.money else None
    particulars: dict[str, Any] = {"reason": asked.reason, "money": money, "money_reason": asked.money_reason}
    container().changes.carry_out(c.Cancel(**_asked(registration_id, Role.OFFICE), **particulars))
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/transfer")
@deciding("transfer", Scope.OFFICE, json=bodies.TransferAsked)
def transfer(registration_id: UUID) -> Response:
    """Move it to another account

    Of the same person, upon evidence; both accounts are told.
    """
    asked: bodies.TransferAsked = request.context.json  # type: ignore[attr-defined]
    who, transfers = _asked(registration_id, Role.OFFICE), container().transfer
    transfers.move(c.Move(**who, to=transfers.target(asked.account.strip()).id, evidence=asked.evidence))
    return as_it_stands(registration_id)


@pages.post("/registrations/<uuid:registration_id>/counter-payments")
@operation(
    "takeCash",
    models.Cash,
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
    who = _asked(registration_id, Role.REVIEWER)
    unusable = container().counter_payments.take(CashTaken(**who, receipt=asked.receipt, amount=asked.amount))
    return answer(models.Cash(unusable=unusable, registration=registration(_row(registration_id))))


@pages.post("/registrations/<uuid:registration_id>/counter-refunds")
@deciding("handCashBack", Scope.COUNTER, json=bodies.HandedBackAsked)
def hand_back(registration_id: UUID) -> Response:
    """Record cash handed back

    Money that could not be used, by the number of its receipt.
    """
    asked: bodies.HandedBackAsked = request.context.json  # type: ignore[attr-defined]
    row, version = at_my_sites(registration_id), seen()
    trade = f"{row['site']}-{asked.receipt}"
    with container().database.reading() as connection:
        paid = ledger.one(connection, COUNTER, trade)
    if paid is None or paid["registration"] != row["id"]:
        raise Refusal(RefusalCode.NOTHING_OWED)
    if paid["returned_at"] is None:
        if version != row["version"]:
            raise Refusal(RefusalCode.OUT_OF_DATE, seen=version, version=row["version"])
        container().counter_payments.hand_back(trade, me().acting_as(Role.REVIEWER), command_id())
    return as_it_stands(registration_id)


def _asked(registration_id: UUID, role: Role) -> dict[str, Any]:
    return {
        "registration": at_my_sites(registration_id)["id"],
        "actor": me().acting_as(role),
        "seen": seen(),
        "command_id": command_id(),
    }


def _handled(command: c.Command) -> Response:
    container().command_handler.handle(command)
    return as_it_stands(command.registration)


def _row(registration_id: UUID) -> Any:
    with container().database.reading() as connection:
        return registrations.one(connection, registration_id)
