"""Every rule of a registration: facts, nothing (it is already so), or a refusal.

No clock, no database, no Flask: the moment and the rules that apply come in as a `DecisionContext`.
The order never changes: who asks, is there such a version, is it already so, what page were they looking at, is it the
turn, is the window open, and only then the rule of the step itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import Round, Site, require_open
from ncre.domain.payment.settlement import Unusable, prolonged, unusable, yuan
from ncre.domain.photo.verdict import may_appeal, refusing
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
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
from ncre.domain.students import OWN_STUDENTS, school_number
from ncre.events import registration as facts
from ncre.events.base import Fact

MOST_SUBJECTS: Final = 3
"""同一考生最多可报考3个科目 (manual, part 6); a site may allow fewer."""


@dataclass(frozen=True)
class DecisionContext:
    """What a decision may look at besides the registration: the moment and the rules in force.

    `site` is the site the command names, else the one the registration has chosen, else None. `photo_lost`
    is whether the photo that the command rests on cannot be read any more, `review_opened` whether staff opened the
    private details since review was requested, or judged the registration before.
    """

    now: datetime
    round: Round
    site: Site | None = None
    photo_lost: bool = False
    review_opened: bool = False


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
    return _of_these_rows(rows, _answer(registration, command, context))


class UndeclaredFact(Exception):
    """An error of ours: a decision returned a fact that no open row of its step declares."""


def _of_these_rows(rows: list[Transition], decided: list[Fact]) -> list[Fact]:
    """The facts, each of which a row that is open has in its column. Raises UndeclaredFact."""
    declared = {row.fact for row in rows}
    for fact in decided:
        if type(fact) not in declared:
            raise UndeclaredFact(f"{rows[0].step}: {type(fact).__name__} is in no row that is open")
    return decided


def _answer(registration: Registration, command: c.Command, context: DecisionContext) -> list[Fact]:
    """The rule of the step itself."""
    match command:
        case c.Agree():
            return _agree(registration, command, context)
        case c.FillInfo():
            return _fill_info(registration, command, context)
        case c.AmendInfo():
            return _amend_info(registration, command, context)
        case c.Submit():
            return _submit(registration, command, context)
        case c.ChangeSubjects():
            return _change_subjects(registration, command, context)
        case c.UploadPhoto():
            return _upload_photo(registration, command, context)
        case c.ReplacePhoto():
            return _replace_photo(registration, command, context)
        case c.RequestReview():
            return _request_review(registration, command, context)
        case c.TakeBack():
            return _take_back(registration, command, context)
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
            return _withdraw(registration, command, context)
        case c.Cancel():
            return _cancel(registration, command, context)
        case c.Move():
            return _move(registration, command, context)
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


def _agree(_: Registration, agree: c.Agree, context: DecisionContext) -> list[Fact]:
    if agree.agreement != context.round.plan.agreement:
        raise Refusal(RefusalCode.AGREEMENT_CHANGED)
    return [facts.AgreementAccepted(agree.round, agree.candidate, agree.ordinal, agree.agreement)]


def _fill_info(_: Registration, fill: c.FillInfo, context: DecisionContext) -> list[Fact]:
    _require_accepted(fill.details, context.round)
    return [facts.InfoFilled(fill.details, fill.person, fill.holder)]


def _amend_info(_: Registration, amend: c.AmendInfo, context: DecisionContext) -> list[Fact]:
    _require_accepted(amend.details, context.round)
    return [facts.InfoAmended(amend.details, amend.person, amend.holder)]


def _require_accepted(details: facts.Details, round_: Round) -> None:
    """Which kinds of documents count is data of the round."""
    if details.document_type not in round_.plan.documents:
        raise Refusal(RefusalCode.DOCUMENT_NOT_ACCEPTED)


def _submit(registration: Registration, submit: c.Submit, context: DecisionContext) -> list[Fact]:
    if not submit.declared:
        raise Refusal(RefusalCode.DECLARATION_MISSING)
    site, lines = _choice(submit, context, {})
    number = _number(registration, submit)
    student = _student(registration, submit, site)
    pay_by = _pay_by_from_submission(site, context)
    return [facts.Submitted(number, site.code, lines, submit.declaration, site.version, pay_by, student)]


def _change_subjects(
    registration: Registration, change: c.ChangeSubjects, context: DecisionContext
) -> list[Fact]:
    site, lines = _choice(change, context, _held(registration, change))
    number = _number(registration, change)
    same_site = registration.site == site.code
    pay_by = registration.pay_by if same_site else _pay_by_from_submission(site, context)
    student = _student(registration, change, site)
    return [facts.SubjectsChanged(number, site.code, lines, site.version, pay_by, student)]


def _student(registration: Registration, choice: c.Submit | c.ChangeSubjects, site: Site) -> str:
    """What a site for its own students asks for; what was said to the same site before still counts."""
    if site.plan.audience != OWN_STUDENTS:
        return ""
    student = school_number(choice.student) or (
        registration.student if registration.site == site.code else ""
    )
    if not student:
        raise Refusal(RefusalCode.STUDENT_UNNAMED)
    return student


def _number(registration: Registration, choice: c.Submit | c.ChangeSubjects) -> str:
    """The registration number carries the site's code, so it changes with the site and only then."""
    keeps = registration.number and registration.site == choice.site
    return registration.number if keeps else choice.number


def _pay_by_from_submission(site: Site, context: DecisionContext) -> datetime | None:
    """When it lapses, where the clock starts at submission; a site without review has no other start."""
    windows = context.round.plan.windows
    if site.clock == "submitted":
        return site.hold_from(context.now, windows)
    return None if site.reviews else windows.payment.closes


def _held(registration: Registration, change: c.ChangeSubjects) -> dict[str, facts.Line]:
    """What the registration holds at the site already: the site's closing or another offer takes nothing from it."""
    if registration.site != change.site:
        return {}
    return {line.subject: line for line in registration.lines}


def _choice(
    choice: c.Submit | c.ChangeSubjects, context: DecisionContext, held: Mapping[str, facts.Line]
) -> tuple[Site, tuple[facts.Line, ...]]:
    """The site and the priced subjects, or the first rule they break."""
    site = context.site
    if site is None or site.code != choice.site:
        raise Refusal(RefusalCode.SITE_UNKNOWN, site=choice.site)
    if site.closed and not set(choice.subjects) <= held.keys():
        raise Refusal(RefusalCode.SITE_CLOSED, site=site.code)
    if not choice.subjects:
        raise Refusal(RefusalCode.NO_SUBJECT)
    if len(set(choice.subjects)) != len(choice.subjects):
        raise Refusal(RefusalCode.SUBJECT_TWICE)
    most = min(MOST_SUBJECTS, site.plan.most_subjects)
    if len(choice.subjects) > most:
        raise Refusal(RefusalCode.TOO_MANY_SUBJECTS, most=most)
    return site, tuple(_line(subject, site, context.round, held) for subject in sorted(choice.subjects))


def _line(subject: str, site: Site, round_: Round, held: Mapping[str, facts.Line]) -> facts.Line:
    """The subject with its fee; one that is not offered any more is kept as it was by whoever holds it."""
    if subject in site.offers and subject in round_.subjects:
        return facts.Line(subject, round_.fee(subject))
    if subject in held:
        return held[subject]
    raise Refusal(RefusalCode.SUBJECT_NOT_OFFERED, subject=subject)


def _upload_photo(_: Registration, upload: c.UploadPhoto, context: DecisionContext) -> list[Fact]:
    _require_photo(context)
    return [facts.PhotoUploaded(_acceptable(upload.photo))]


def _replace_photo(_: Registration, replaced: c.ReplacePhoto, __: DecisionContext) -> list[Fact]:
    return [facts.PhotoReplaced(_acceptable(replaced.photo))]


def _acceptable(photo: facts.Photo) -> facts.Photo:
    """A photo that was not refused; or one refused for what a person may see otherwise, sent to that person."""
    goes_to_a_person = photo.appealed and may_appeal(refusing(photo.measured, photo.codes))
    if photo.verdict == "reject" and not goes_to_a_person:
        raise Refusal(RefusalCode.PHOTO_REFUSED, codes=" ".join(photo.codes))
    return photo


def _require_photo(context: DecisionContext) -> None:
    """Nothing is decided about a face that nobody can see."""
    if context.photo_lost:
        raise Refusal(RefusalCode.PHOTO_LOST)


def _request_review(_: Registration, __: c.RequestReview, context: DecisionContext) -> list[Fact]:
    _require_photo(context)
    return [facts.ReviewRequested(_site(context).version)]


def _take_back(_: Registration, __: c.TakeBack, context: DecisionContext) -> list[Fact]:
    if context.review_opened:
        raise Refusal(RefusalCode.REVIEW_OPENED)
    return [facts.ReviewTakenBack()]


def _approve(_: Registration, __: c.Approve, context: DecisionContext) -> list[Fact]:
    _require_photo(context)
    site = _site(context)
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


def _confirm(_: Registration, __: c.Confirm, context: DecisionContext) -> list[Fact]:
    _require_photo(context)
    return [facts.ConfirmedOnSite()]


def _seat(registration: Registration, seat: c.Seat, _: DecisionContext) -> list[Fact]:
    """Seats for subjects of this registration that have none; nobody already seated is moved."""
    return [
        assigned
        for assigned in seat.seats
        if assigned.subject in registration.subjects and assigned.subject not in registration.seated
    ]


def _withdraw(_: Registration, __: c.Withdraw, ___: DecisionContext) -> list[Fact]:
    return [facts.Withdrawn()]


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


def _suspend(registration: Registration, suspend: c.Suspend, context: DecisionContext) -> list[Fact]:
    if not suspend.reason.strip():
        raise Refusal(RefusalCode.REASON_TEXT_MISSING)
    require_text(suspend.reason, LONGEST_NOTE)
    return [facts.Suspended(registration.status.value, context.now, suspend.reason.strip())]


def _resume(registration: Registration, _: c.Resume, context: DecisionContext) -> list[Fact]:
    """Back to where it was, or to where a payment brought it meanwhile; the time it was suspended does not count."""
    pay_by = prolonged(registration, context.now, context.round.plan.windows.payment.closes)
    return [facts.Resumed(registration.suspended_from.value, pay_by)]


def _site(context: DecisionContext) -> Site:
    if context.site is None:
        raise Refusal(RefusalCode.SITE_UNKNOWN, site="")
    return context.site
