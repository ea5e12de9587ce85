"""Every rule of a registration: facts, nothing (it is already so), or a refusal.

No clock, no database, no Flask: the moment and the rules that apply come in as a `DecisionContext`.
The order never changes: who asks, is there such a version, is it already so, what page were they looking at, is it the
turn, is the window open, and only then the rule of the step itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, assert_never

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import require_open
from ncre.domain.payment.settlement import Unusable, prolonged, unusable, yuan
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.candidate_decisions import (
    agree,
    amend_info,
    change_subjects,
    fill_info,
    replace_photo,
    request_review,
    submit,
    take_back,
    upload_photo,
    withdraw,
)
from ncre.domain.registration.decision_context import (
    DecisionContext,
    of_these_rows,
    require_not_banned,
    require_photo,
    site_of,
)
from ncre.domain.registration.lifecycle import LIFE, Transition, roles_of
from ncre.domain.registration.machine import open_rows
from ncre.domain.registration.rejection_reasons import (
    LEAST_EVIDENCE,
    LONGEST_EVIDENCE,
    LONGEST_NOTE,
    require_reasons,
    require_text,
)
from ncre.domain.registration.state import Registration
from ncre.domain.registration.vocabulary import Role, Status, Step
from ncre.events import registration as facts
from ncre.events.base import Fact

ASKS_FOR_BANS: Final = (
    c.FillInfo,
    c.AmendInfo,
    c.Submit,
    c.ChangeSubjects,
    c.RequestReview,
    c.Approve,
    c.Settle,
)
"""Commands that bring a registration nearer to the exam: who is banned is told so, and money of theirs goes back."""


def decide(registration: Registration, command: c.Command, context: DecisionContext) -> list[Fact]:
    """What happens when `command` meets `registration`: facts, [] if already so, or a Refusal."""
    _require_right(registration, command)
    if command.seen is not None and command.seen > registration.version:
        raise Refusal(RefusalCode.VERSION_UNKNOWN, seen=command.seen, version=registration.version)
    if _already_so(registration, command):
        return []
    if command.seen not in (None, registration.version):
        raise Refusal(RefusalCode.OUT_OF_DATE, seen=command.seen, version=registration.version)
    context = _for_its_photo(context, registration.photo)
    rows = [row for row in open_rows(registration.status, context.site) if row.step is command.step]
    if not rows:
        raise Refusal(RefusalCode.OUT_OF_TURN, step=command.step, status=registration.status)
    _require_window(rows, context)
    if isinstance(command, ASKS_FOR_BANS) and not isinstance(command, c.Settle):
        require_not_banned(context)
    return of_these_rows(rows, _answer(registration, command, context))


def _answer(registration: Registration, command: c.Command, context: DecisionContext) -> list[Fact]:
    """The rule of the step itself."""
    match command:
        case c.Agree():
            return agree(registration, command, context)
        case c.FillInfo():
            return fill_info(registration, command, context)
        case c.AmendInfo():
            return amend_info(registration, command, context)
        case c.Submit():
            return submit(registration, command, context)
        case c.ChangeSubjects():
            return change_subjects(registration, command, context)
        case c.UploadPhoto():
            return upload_photo(registration, command, context)
        case c.ReplacePhoto():
            return replace_photo(registration, command, context)
        case c.RequestReview():
            return request_review(registration, command, context)
        case c.TakeBack():
            return take_back(registration, command, context)
        case c.Approve():
            return _approve(registration, command, context)
        case c.Reject():
            return _reject(registration, command, context)
        case c.Settle():
            return _settle(registration, command, context)
        case c.ReturnPayment():
            return _return_payment(registration, command, context)
        case c.Lapse():
            return _lapse(registration, command, context)
        case c.Expire():
            return _expire(registration, command, context)
        case c.Confirm():
            return _confirm(registration, command, context)
        case c.Seat():
            return _seat(registration, command, context)
        case c.Withdraw():
            return withdraw(registration, command, context)
        case c.Cancel():
            return _cancel(registration, command, context)
        case c.Move():
            return _move(registration, command, context)
        case c.Postpone():
            return _postpone(registration, command, context)
        case c.Suspend():
            return _suspend(registration, command, context)
        case c.Resume():
            return _resume(registration, command, context)
        case _:
            assert_never(command)


def _for_its_photo(context: DecisionContext, photo: facts.Photo | None) -> DecisionContext:
    """The site as it is for this registration."""
    if context.site is None or photo is None:
        return context
    return replace(context, site=context.site.for_photo(photo.appealed, context.photo_lost))


def _require_right(registration: Registration, command: c.Command) -> None:
    """Candidates act on their own registration, staff on their sites' and never on their own."""
    actor = command.actor
    if actor.role not in roles_of(command.step):
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    owner = registration.candidate or getattr(command, "candidate", None)
    if actor.role is Role.CANDIDATE and str(owner) not in (actor.id, command.on_behalf_of):
        raise Refusal(RefusalCode.NOT_YOURS)
    if actor.role in (Role.REVIEWER, Role.OFFICE):
        if actor.id == str(owner):
            raise Refusal(RefusalCode.OWN_REGISTRATION)
        if not actor.covers(registration.site):
            raise Refusal(RefusalCode.NOT_YOUR_SITE)


def _require_window(rows: list[Transition], context: DecisionContext) -> None:
    require_open(context.round.window(rows[0].window), context.now, rows[0].window)
    closed = context.round.window(rows[0].after)
    if closed is not None and context.now < closed.closes:
        raise Refusal(RefusalCode.NOT_DUE)


def _already_so(registration: Registration, command: c.Command) -> bool:
    """Whether what is asked for holds already, so that asking again changes nothing."""
    status = registration.status
    match command:
        case c.Agree():
            return registration.version > 0
        case c.FillInfo() | c.AmendInfo():
            return registration.details == command.details
        case c.Submit():
            return status is Status.SUBMITTED and _chosen(registration, command)
        case c.ChangeSubjects():
            return _chosen(registration, command)
        case c.UploadPhoto():
            return status is Status.PHOTO_UPLOADED and registration.photo == command.photo
        case c.ReplacePhoto():
            return registration.photo == command.photo
        case c.Settle():
            known = {registration.settled_trade, *registration.owed, *registration.returned}
            return command.trade in known
        case c.ReturnPayment():
            return command.trade in registration.returned
        case c.Reject():
            return status is Status.REJECTED and registration.rejected == _rejection(command)
        case c.Move():
            return registration.candidate == command.to
        case c.Postpone():
            return registration.round == command.to
        case c.Seat():
            return {seat.subject for seat in command.seats} <= registration.seated
        case c.Resume():
            return registration.suspended_at is not None and status is not Status.SUSPENDED
        case _:
            return status is _ENDS_IN.get(command.step)


_ENDS_IN: Final = {row.step: row.to for row in LIFE if isinstance(row.to, Status)}
"""Where a step leads; settling is left to the trade, for the same status may come of another payment."""


def _chosen(registration: Registration, command: c.Submit | c.ChangeSubjects) -> bool:
    same = registration.site == command.site and set(registration.subjects) == set(command.subjects)
    return same and command.student in ("", registration.student)


def _approve(_: Registration, __: c.Approve, context: DecisionContext) -> list[Fact]:
    require_photo(context)
    site = site_of(context)
    pay_by = site.hold_from(context.now, context.round.plan.windows)
    return [facts.Approved(pay_by, site.version)]


def _reject(_: Registration, reject: c.Reject, __: DecisionContext) -> list[Fact]:
    require_reasons(reject.reasons, reject.note)
    require_text(reject.note, LONGEST_NOTE)
    return [_rejection(reject)]


def _rejection(reject: c.Reject) -> facts.Rejected:
    return facts.Rejected(tuple(sorted(set(reject.reasons))), reject.note.strip())


def _settle(registration: Registration, settle: c.Settle, context: DecisionContext) -> list[Fact]:
    """Money is never refused: it settles the registration, or it is recorded as owed back."""
    closes = context.round.plan.windows.payment.closes
    why = unusable(registration, context.site, settle.order, settle.amount, settle.paid_at, closes)
    if why is None and context.ban is not None:
        why = Unusable.BANNED
    if why is None and settle.seats_gone:
        why = Unusable.SEAT_GONE
    paid = (settle.order, settle.channel, settle.trade, settle.amount, settle.paid_at)
    return [facts.PaymentUnusable(*paid, str(why)) if why else facts.PaymentSettled(*paid)]


_NOTHING_OWED: Final = Bilingual("没有待退的款项。", "Nothing is owed back.")


def _return_payment(registration: Registration, back: c.ReturnPayment, __: DecisionContext) -> list[Fact]:
    if back.trade not in registration.owed:
        raise Refusal(RefusalCode.NO_PAYMENT_DUE, why=_NOTHING_OWED)
    return [facts.PaymentReturned(back.order, back.channel, back.trade, back.amount, back.reference)]


def _lapse(registration: Registration, _: c.Lapse, context: DecisionContext) -> list[Fact]:
    if registration.pay_by is None or context.now <= registration.pay_by:
        raise Refusal(RefusalCode.NOT_DUE)
    return [facts.PaymentLapsed(registration.pay_by)]


def _expire(registration: Registration, _: c.Expire, context: DecisionContext) -> list[Fact]:
    (row,) = (row for row in open_rows(registration.status, context.site) if row.step is Step.EXPIRE)
    window = context.round.window(row.after)
    assert window is not None
    return [facts.WindowLapsed(row.after.value, window.closes)]


def _confirm(_: Registration, confirm: c.Confirm, context: DecisionContext) -> list[Fact]:
    require_photo(context)
    return [facts.ConfirmedOnSite(confirm.done_at)]


def _seat(registration: Registration, seat: c.Seat, _: DecisionContext) -> list[Fact]:
    """Seats for subjects of this registration that have none; nobody already seated is moved."""
    return [
        assigned
        for assigned in seat.seats
        if assigned.subject in registration.subjects and assigned.subject not in registration.seated
    ]


def _cancel(registration: Registration, cancel: c.Cancel, _: DecisionContext) -> list[Fact]:
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


def _move(registration: Registration, move: c.Move, _: DecisionContext) -> list[Fact]:
    """That the other account is there and free is asked where accounts are (`ncre.services.registration.transfer`)."""
    assert registration.candidate is not None
    if str(move.to) == move.actor.id:
        raise Refusal(RefusalCode.OWN_REGISTRATION)
    require_text(move.evidence, LONGEST_EVIDENCE)
    if len(move.evidence.strip()) < LEAST_EVIDENCE:
        raise Refusal(RefusalCode.EVIDENCE_MISSING)
    return [facts.Moved(registration.candidate, move.to, move.evidence.strip())]


def _postpone(registration: Registration, postpone: c.Postpone, _: DecisionContext) -> list[Fact]:
    """Its seats of this round are given up; that the other round takes it is asked where rounds are."""
    if not postpone.reason.strip():
        raise Refusal(RefusalCode.REASON_TEXT_MISSING)
    require_text(postpone.reason, LONGEST_NOTE)
    released = [facts.SeatReleased(subject, *chair) for subject, chair in sorted(registration.chairs.items())]
    return [*released, facts.Postponed(registration.round, postpone.to, postpone.reason.strip())]


def _suspend(registration: Registration, suspend: c.Suspend, context: DecisionContext) -> list[Fact]:
    if not suspend.reason.strip():
        raise Refusal(RefusalCode.REASON_TEXT_MISSING)
    require_text(suspend.reason, LONGEST_NOTE)
    return [facts.Suspended(registration.status.value, context.now, suspend.reason.strip())]


def _resume(registration: Registration, _: c.Resume, context: DecisionContext) -> list[Fact]:
    """Back to where it was, or to where a payment brought it meanwhile; the time it was suspended does not count."""
    pay_by = prolonged(registration, context.now, context.round.plan.windows.payment.closes)
    return [facts.Resumed(registration.suspended_from.value, pay_by)]
