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
from ncre.domain.payment.settlement import Unusable, unusable
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
)
from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.lifecycle import LIFE, Transition, roles_of
from ncre.domain.registration.machine import open_rows
from ncre.domain.registration.staff_decisions import (
    _rejection,
    approve,
    cancel,
    confirm,
    move,
    postpone,
    reject,
    resume,
    seat,
    suspend,
)
from ncre.domain.registration.state import Registration
from ncre.domain.registration.vocabulary import Role, Status, Step
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.registration_values import Photo

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
            return approve(registration, command, context)
        case c.Reject():
            return reject(registration, command, context)
        case c.Settle():
            return _settle(registration, command, context)
        case c.ReturnPayment():
            return _return_payment(registration, command, context)
        case c.Lapse():
            return _lapse(registration, command, context)
        case c.Expire():
            return _expire(registration, command, context)
        case c.Confirm():
            return confirm(registration, command, context)
        case c.Seat():
            return seat(registration, command, context)
        case c.Withdraw():
            return withdraw(registration, command, context)
        case c.Cancel():
            return cancel(registration, command, context)
        case c.Move():
            return move(registration, command, context)
        case c.Postpone():
            return postpone(registration, command, context)
        case c.Suspend():
            return suspend(registration, command, context)
        case c.Resume():
            return resume(registration, command, context)
        case _:
            assert_never(command)


def _for_its_photo(context: DecisionContext, photo: Photo | None) -> DecisionContext:
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
            return registration.suspended_at is not None and status not in HOLDS
        case _:
            return status is _ENDS_IN.get(command.step)


_ENDS_IN: Final = {row.step: row.to for row in LIFE if isinstance(row.to, Status)}
"""Where a step leads; settling is left to the trade, for the same status may come of another payment."""


def _chosen(registration: Registration, command: c.Submit | c.ChangeSubjects) -> bool:
    same = registration.site == command.site and set(registration.subjects) == set(command.subjects)
    return same and command.student in ("", registration.student)


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
