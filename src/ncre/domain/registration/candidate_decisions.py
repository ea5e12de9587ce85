"""The rules of what candidates ask: agreement, details, site and subjects, photo, review, giving up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ncre.domain.exam.plan import Round, Site
from ncre.domain.photo.verdict import may_appeal, refusing
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.decision_context import DecisionContext, require_photo, site_of
from ncre.domain.registration.state import Registration
from ncre.domain.students import OWN_STUDENTS, school_number
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.registration_values import Details, Photo, SubjectFee

MOST_SUBJECTS: Final = 3
"""同一考生最多可报考3个科目 (manual, part 6); a site may allow fewer."""


def agree(_: Registration, agree: c.Agree, context: DecisionContext) -> list[Fact]:
    """Raises Refusal where another edition of the agreement is in force."""
    if agree.agreement != context.round.plan.agreement:
        raise Refusal(RefusalCode.AGREEMENT_CHANGED)
    return [facts.AgreementAccepted(agree.round, agree.candidate, agree.ordinal, agree.agreement)]


def fill_info(_: Registration, fill: c.FillInfo, context: DecisionContext) -> list[Fact]:
    """Raises Refusal for a kind of document that the round does not take."""
    _require_accepted(fill.details, context.round)
    return [facts.InfoFilled(fill.details, fill.person, fill.holder)]


def amend_info(_: Registration, amend: c.AmendInfo, context: DecisionContext) -> list[Fact]:
    """Raises Refusal for a kind of document that the round does not take."""
    _require_accepted(amend.details, context.round)
    return [facts.InfoAmended(amend.details, amend.person, amend.holder)]


def _require_accepted(details: Details, round_: Round) -> None:
    """Which kinds of documents count is data of the round."""
    if details.document_type not in round_.plan.documents:
        raise Refusal(RefusalCode.DOCUMENT_NOT_ACCEPTED)


def submit(registration: Registration, submit: c.Submit, context: DecisionContext) -> list[Fact]:
    """Raises Refusal where the declaration is missing, or site and subjects cannot be chosen."""
    if not submit.declared:
        words = context.round.declaration
        raise Refusal(RefusalCode.DECLARATION_MISSING, declaration=words.zh, declaration_en=words.en)
    site, lines = _choice(submit, context, {})
    number = _number(registration, submit)
    student = _student(registration, submit, site)
    pay_by = _pay_by_from_submission(site, context)
    declared = submit.declaration or context.round.declaration.zh
    return [facts.Submitted(number, site.code, lines, declared, site.version, pay_by, student)]


def change_subjects(
    registration: Registration, change: c.ChangeSubjects, context: DecisionContext
) -> list[Fact]:
    """Raises Refusal where site and subjects cannot be chosen; the time to pay goes on at the same site."""
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


def _held(registration: Registration, change: c.ChangeSubjects) -> dict[str, SubjectFee]:
    """What the registration holds at the site already: the site's closing or another offer takes nothing from it."""
    if registration.site != change.site:
        return {}
    return {line.subject: line for line in registration.lines}


def _choice(
    choice: c.Submit | c.ChangeSubjects,
    context: DecisionContext,
    held: Mapping[str, SubjectFee],
) -> tuple[Site, tuple[SubjectFee, ...]]:
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


def _line(subject: str, site: Site, round_: Round, held: Mapping[str, SubjectFee]) -> SubjectFee:
    """The subject with its fee; one that is not offered any more is kept as it was by whoever holds it."""
    if subject in site.offers and subject in round_.subjects:
        return SubjectFee(subject, round_.fee(subject, site.plan.province))
    if subject in held:
        return held[subject]
    raise Refusal(RefusalCode.SUBJECT_NOT_OFFERED, subject=subject)


def upload_photo(_: Registration, upload: c.UploadPhoto, context: DecisionContext) -> list[Fact]:
    """Raises Refusal where the photo is refused or lost."""
    require_photo(context)
    return [facts.PhotoUploaded(_acceptable(upload.photo))]


def replace_photo(_: Registration, replaced: c.ReplacePhoto, __: DecisionContext) -> list[Fact]:
    """Raises Refusal where the photo is refused."""
    return [facts.PhotoReplaced(_acceptable(replaced.photo))]


def _acceptable(photo: Photo) -> Photo:
    """A photo that was not refused; or one refused for what a person may see otherwise, sent to that person."""
    goes_to_a_person = photo.appealed and may_appeal(refusing(photo.measured, photo.codes))
    if photo.verdict == "reject" and not goes_to_a_person:
        raise Refusal(RefusalCode.PHOTO_REFUSED, codes=" ".join(photo.codes))
    return photo


def request_review(_: Registration, __: c.RequestReview, context: DecisionContext) -> list[Fact]:
    """Raises Refusal where the photo is lost."""
    require_photo(context)
    return [facts.ReviewRequested(site_of(context).version)]


def take_back(_: Registration, __: c.TakeBack, context: DecisionContext) -> list[Fact]:
    """Raises Refusal once the site has opened the request."""
    if context.review_opened:
        raise Refusal(RefusalCode.REVIEW_OPENED)
    return [facts.ReviewTakenBack()]


def withdraw(_: Registration, __: c.Withdraw, ___: DecisionContext) -> list[Fact]:
    """The candidate gives it up."""
    return [facts.Withdrawn()]
