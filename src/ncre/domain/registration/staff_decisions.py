"""What staff decide about a registration: each function answers one command with facts, or refuses."""

from __future__ import annotations

from ncre.domain.payment.settlement import Unusable, prolonged, yuan
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.decision_context import (
    DecisionContext,
    require_photo,
    site_of,
)
from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.lifecycle import HOLD_FACTS
from ncre.domain.registration.rejection_reasons import (
    LEAST_EVIDENCE,
    LONGEST_EVIDENCE,
    LONGEST_NOTE,
    require_reasons,
    require_text,
)
from ncre.domain.registration.state import Registration
from ncre.events import registration as facts
from ncre.events.base import Fact


def approve(_: Registration, __: c.Approve, context: DecisionContext) -> list[Fact]:
    """The site finds it in order. Raises Refusal where the photo is lost."""
    require_photo(context)
    site = site_of(context)
    pay_by = site.hold_from(context.now, context.round.plan.windows)
    return [facts.Approved(pay_by, site.version)]


def reject(_: Registration, reject: c.Reject, __: DecisionContext) -> list[Fact]:
    """The site sends it back. Raises Refusal without a reason, or for one that is unknown."""
    require_reasons(reject.reasons, reject.note)
    require_text(reject.note, LONGEST_NOTE)
    return [_rejection(reject)]


def _rejection(reject: c.Reject) -> facts.Rejected:
    return facts.Rejected(tuple(sorted(set(reject.reasons))), reject.note.strip())


def confirm(_: Registration, confirm: c.Confirm, context: DecisionContext) -> list[Fact]:
    """The candidate was there in person. Raises Refusal where the photo is lost."""
    require_photo(context)
    return [facts.ConfirmedOnSite(confirm.done_at)]


def seat(registration: Registration, seat: c.Seat, _: DecisionContext) -> list[Fact]:
    """Seats for subjects of this registration that have none; nobody already seated is moved."""
    return [
        assigned
        for assigned in seat.seats
        if assigned.subject in registration.subjects and assigned.subject not in registration.seated
    ]


def cancel(registration: Registration, cancel: c.Cancel, _: DecisionContext) -> list[Fact]:
    """The fee of a paid registration is returned, or kept by the rule that a paid fee is not (domain facts 6.5)."""
    if not cancel.reason.strip():
        raise Refusal(RefusalCode.REASON_TEXT_MISSING)
    require_text(cancel.reason, LONGEST_NOTE)
    require_text(cancel.money_reason, LONGEST_NOTE)
    paid = registration.settled
    if paid is None or not paid.amount:
        return [facts.Cancelled(cancel.reason.strip())]
    if cancel.money is None:
        raise Refusal(RefusalCode.MONEY_UNDECIDED, paid=yuan(paid.amount))
    if not cancel.money_reason.strip():
        raise Refusal(RefusalCode.MONEY_REASON_MISSING)
    cancelled = facts.Cancelled(cancel.reason.strip(), cancel.money.value, cancel.money_reason.strip())
    if cancel.money is c.PaidFee.KEEP:
        return [cancelled]
    payment = (paid.order, paid.channel, paid.trade, paid.amount, paid.paid_at)
    return [cancelled, facts.PaymentUnusable(*payment, Unusable.CANCELLED.value)]


def move(registration: Registration, move: c.Move, _: DecisionContext) -> list[Fact]:
    """That the other account is there and free is asked where accounts are (`ncre.services.registration.transfer`)."""
    assert registration.candidate is not None
    if str(move.to) == move.actor.id:
        raise Refusal(RefusalCode.OWN_REGISTRATION)
    require_text(move.evidence, LONGEST_EVIDENCE)
    if len(move.evidence.strip()) < LEAST_EVIDENCE:
        raise Refusal(RefusalCode.EVIDENCE_MISSING)
    return [facts.Moved(registration.candidate, move.to, move.evidence.strip())]


def postpone(registration: Registration, postpone: c.Postpone, _: DecisionContext) -> list[Fact]:
    """Its seats of this round are given up; that the other round takes it is asked where rounds are."""
    if not postpone.reason.strip():
        raise Refusal(RefusalCode.REASON_TEXT_MISSING)
    require_text(postpone.reason, LONGEST_NOTE)
    released = [facts.SeatReleased(subject, *chair) for subject, chair in sorted(registration.chairs.items())]
    return [*released, facts.Postponed(registration.round, postpone.to, postpone.reason.strip())]


def suspend(registration: Registration, suspend: c.Suspend, context: DecisionContext) -> list[Fact]:
    """It waits for the end of an investigation. Raises Refusal without a reason."""
    if not suspend.reason.strip():
        raise Refusal(RefusalCode.REASON_TEXT_MISSING)
    require_text(suspend.reason, LONGEST_NOTE)
    (fact,) = (HOLD_FACTS[status] for status, hold in HOLDS.items() if hold.step is suspend.step)
    return [fact(registration.status.value, context.now, suspend.reason.strip())]


def resume(registration: Registration, _: c.Resume, context: DecisionContext) -> list[Fact]:
    """Back to where it was, or to where a payment brought it meanwhile; the time it was suspended does not count."""
    pay_by = prolonged(registration, context.now, context.round.plan.windows.payment.closes)
    return [facts.Resumed(registration.suspended_from.value, pay_by)]
