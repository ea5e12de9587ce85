"""选考点科目: first the site, then its open subjects with what is left of them, then the declaration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from ncre.domain.exam.plan import Site
from ncre.domain.exam.subject_names import subject_words
from ncre.domain.payment.settlement import yuan
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.candidate_decisions import MOST_SUBJECTS
from ncre.domain.registration.machine import open_steps
from ncre.domain.registration.state import Registration
from ncre.domain.registration.vocabulary import Step
from ncre.domain.students import DECLARED, LONGEST_SCHOOL_NUMBER, OWN_STUDENTS, school_number
from ncre.events.exam import Subject
from ncre.web.candidate.sites import city_of, exam_days
from ncre.web.candidate.subject_filters import Filters
from ncre.web.candidate.task_list import Task, task_list
from ncre.web.drafts.draft_form import DraftForm
from ncre.web.refusal_statuses import NOT_THEIR_FAULT, STATUS
from ncre.web.shared.auth import Answer, container, require_step
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import field_values, fresh_id, has_field, require_asked, sent_form, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.registration_view import Case, case_request, own_case

pages = Blueprint("subjects", __name__)

DRAFT: Final = DraftForm("subjects", ("site", "subjects", "declared", "school_number", "own_student"))

FIELD_OF: Final = {
    RefusalCode.SITE_UNKNOWN: "site",
    RefusalCode.BANNED: "site",
    RefusalCode.SITE_FULL: "site",
    RefusalCode.SITE_CLOSED: "site",
    RefusalCode.NUMBERS_USED_UP: "site",
    RefusalCode.NO_SUBJECT: "subjects",
    RefusalCode.SUBJECT_TWICE: "subjects",
    RefusalCode.SUBJECT_NOT_OFFERED: "subjects",
    RefusalCode.SUBJECT_FULL: "subjects",
    RefusalCode.TOO_MANY_SUBJECTS: "subjects",
    RefusalCode.DECLARATION_MISSING: "declared",
    RefusalCode.STUDENT_UNNAMED: "school_number",
    RefusalCode.SCHOOL_NUMBER_INVALID: "school_number",
    RefusalCode.OUT_OF_DATE: "subjects",
    RefusalCode.SENT_BEFORE: "subjects",
    **dict.fromkeys(NOT_THEIR_FAULT, "subjects"),
}
"""Refusals that the form itself shows, at a field, with the choice kept."""


MOST_TICKED: Final = 20
"""Ticks that go into an address; more than this are not to be had anywhere."""


@dataclass(frozen=True)
class SubjectChoice:
    """One subject as the page offers it: what it costs (fen), what is left, whether it may be ticked."""

    subject: Subject
    fee: int
    left: int
    mine: bool
    chosen: bool
    needs: str

    @property
    def full(self) -> bool:
        return self.left == 0 and not self.mine


@pages.get("/registrations/<uuid:registration>/subjects")
@require_step(Step.SUBMIT, Step.CHANGE_SUBJECTS)
def form(registration: UUID) -> Answer:
    case = own_case(registration)
    case.require(Step.SUBMIT, Step.CHANGE_SUBJECTS)
    draft = DRAFT.opened(case.id).draft
    asked = request.args.get("site", _form().get("site") or case.row["site"] or "")
    changed = draft is not None and _holds_seats(case) and case.version > draft.seen
    return _page(case, asked, _chosen(case, from_draft=draft is not None), {}, beside=changed)


def _chosen(case: Case, *, from_draft: bool) -> set[str]:
    """What is ticked: as the address says, else as the form was left, else as it is recorded."""
    if "subjects" in request.args:
        return set(request.args.getlist("subjects")) - {""}
    return set(_form().getlist("subjects")) if from_draft else {line["subject"] for line in case.row["lines"]}


def _form() -> MultiDict[str, str]:
    """What was sent, or what stood in the form when it was left."""
    about = (request.view_args or {})["registration"]
    return sent_form() if request.method == "POST" else DRAFT.opened(about).fields


@pages.post("/registrations/<uuid:registration>/subjects")
@require_step(Step.SUBMIT, Step.CHANGE_SUBJECTS)
@DRAFT.sent
def save(registration: UUID) -> Answer:
    case = own_case(registration)
    step = case.require(Step.SUBMIT, Step.CHANGE_SUBJECTS)
    site, chosen = typed_field("site"), tuple(field_values("subjects"))
    if has_field("show"):
        return redirect(_shown(case, site, chosen))
    require_asked()
    at = _site(case, site)
    if at is None:
        return _page(
            case, site, set(chosen), {"site": refusal_text(Refusal(RefusalCode.SITE_UNKNOWN, site=site))}
        ), 422
    if typed_field("offered") != _offer_of(case, at):
        return _page(case, site, set(chosen), {"subjects": _another_offer()}), 409
    faults = _faults(case, step, chosen)
    if faults:
        return _page(case, site, set(chosen), faults), 422
    try:
        after = _carry_out(case, step, site, chosen)
    except Refusal as refusal:
        if refusal.code not in FIELD_OF:
            raise
        faults, case = {FIELD_OF[refusal.code]: refusal_text(refusal)}, own_case(registration)
        beside = refusal.code in (RefusalCode.SENT_BEFORE, RefusalCode.OUT_OF_DATE)
        return _page(case, site, set(chosen), faults, beside=beside), int(STATUS[refusal.code])
    return _next_path(case, after, at if after.site == at.code else _site(case, after.site))


def _shown(case: Case, site: str, chosen: tuple[str, ...]) -> str:
    """The address of the form with what was chosen so far, which can be come back to and refreshed."""
    ticked = list(chosen[:MOST_TICKED]) or [""]
    values: dict[str, Any] = {"site": site, "subjects": ticked, **Filters.of(sent_form()).arguments}
    return url_for("subjects.form", registration=case.id, **values)


def _site(case: Case, code: str) -> Site | None:
    return container().queries.exams.site(case.round.code, code)


def _offer_of(case: Case, site: Site | None) -> str:
    """Whose subjects, by which rules and fees, a page of the site shows now; "" for no site. The form sends it back."""
    return f"{site.code}.{site.version}.{case.round.version}" if site else ""


def _another_offer() -> str:
    return _(
        "报考信息没有提交：列表中的考点与页面上显示的科目不是同一考点，或者考点的安排刚有变动。"
        "下面是所选考点现在的科目，请核对后再提交。"
    )


def _recorded(case: Case, after: Registration, site: Site | None) -> dict[str, str]:
    """What is recorded of the choice, in words: it is said back after every submission."""
    subjects = [case.round.subject(code) for code in after.subjects]
    return {
        "number": after.number,
        "site": f"{site.code} {site.plan.name}" if site else "",
        "subjects": _("、").join(f"{one.code} {subject_words(one.name).say(language())}" for one in subjects),
        "fee": yuan(after.amount),
    }


def _next_path(case: Case, after: Registration, site: Site | None) -> Answer:
    """To the photo, where one is missing: the manual's reminder goes along. What was recorded is said back."""
    flash(
        _(
            "已记录您的报考信息。考点：%(site)s；科目：%(subjects)s；考试费：%(fee)s 元；报名号：%(number)s。",
            **_recorded(case, after, site),
        )
    )
    if Step.UPLOAD_PHOTO in open_steps(after.status, site):
        flash(_("请上传照片，否则报名无效。"))
        return redirect(url_for("photo.page", registration=case.id), 303)
    return redirect(url_for("registration.tasks", registration=case.id), 303)


def _faults(case: Case, step: Step, chosen: tuple[str, ...]) -> dict[str, str]:
    """What is missing from the form; told together, before anything is asked of the rules."""
    faults = {}
    if not chosen:
        faults["subjects"] = refusal_text(Refusal(RefusalCode.NO_SUBJECT))
    if step is Step.SUBMIT and not typed_field("declared"):
        words = case.round.declaration
        missing = Refusal(RefusalCode.DECLARATION_MISSING, declaration=words.zh, declaration_en=words.en)
        faults["declared"] = refusal_text(missing)
    return faults


def _carry_out(case: Case, step: Step, site: str, chosen: tuple[str, ...]) -> Registration:
    request_, student = case_request(case.id), _student_sent()
    registrations = container().registrations
    if step is Step.CHANGE_SUBJECTS:
        return registrations.change_subjects(request_, site, chosen, student)
    declared = bool(typed_field("declared"))
    return registrations.submit(request_, site, chosen, declared=declared, student=student)


def _student_sent() -> str:
    """The school number of the form, or the declaration of who has none. Raises Refusal."""
    number = school_number(typed_field("school_number"))
    return number or (DECLARED if typed_field("own_student") else "")


def _student_typed(case: Case, site: Site | None) -> str:
    """What stands in the form: what was sent, else what was said to this site before."""
    if form := _form():
        return form.get("school_number", "") or (DECLARED if form.get("own_student") else "")
    if site is None or site.plan.audience != OWN_STUDENTS or case.row["site"] != site.code:
        return ""
    return container().people.student(case.id)


def _page(case: Case, asked: str, chosen: set[str], faults: dict[str, str], *, beside: bool = False) -> str:
    """`beside`: what is saved stands beside what was ticked."""
    exams = container().queries.exams
    every = exams.sites(case.round.code)
    sites = [one for one in every if not one.closed or one.code == case.row["site"]]
    full = exams.full_sites(case.round.code, sites)
    filters = Filters.of(sent_form() if request.method == "POST" else request.args)
    listed = [one for one in sites if one.code == asked or filters.takes_site(one, case.round)]
    offers = _choices(case, site, chosen) if (site := _of(sites, asked)) else []
    return render_template(
        "candidate/subjects.html",
        case=case,
        entries=task_list(case, container().clock()),
        here=Task.SUBJECTS,
        cities=_by_city(listed),
        every_city=sorted({city_of(one) for one in sites}),
        days=exam_days(sites),
        listed=len(listed),
        filters=filters,
        levels=sorted({one.subject.level for one in offers}),
        site=site,
        site_days=exam_days([site]) if site else [],
        offered=_offer_of(case, site),
        full=full - ({case.row["site"]} if _holds_seats(case) else set()),
        choices=[one for one in offers if one.chosen or filters.takes_subject(one.subject, one.left)],
        offers=len(offers),
        most=min(MOST_SUBJECTS, site.plan.most_subjects) if site else MOST_SUBJECTS,
        first=Step.SUBMIT in case.steps,
        declared=bool(_form().get("declared")),
        opened=DRAFT.opened(case.id),
        student=_student_typed(case, site),
        declares=DECLARED,
        longest=LONGEST_SCHOOL_NUMBER,
        faults=faults,
        saved=case.subjects if beside else [],
        basis=case.round.bases(site.plan.province if site else ""),
        declaration=case.round.declaration.say(language()),
        command_id=fresh_id(),
    )


def _of(sites: Iterable[Site], code: str) -> Site | None:
    return next((one for one in sites if one.code == code), None)


def _by_city(sites: Iterable[Site]) -> list[tuple[str, list[Site]]]:
    """The sites under "province city", in the order of the list."""
    grouped = groupby(sites, key=lambda site: f"{site.plan.province} {site.plan.city}")
    return [(city, list(some)) for city, some in grouped]


def _choices(case: Case, site: Site, chosen: set[str]) -> list[SubjectChoice]:
    inside = _holds_seats(case) and case.row["site"] == site.code
    held = {line["subject"] for line in case.row["lines"]} if inside else set()
    seats = container().queries.exams.seats_left(case.round.code, site, inside=inside)
    offered = [] if site.closed else [code for code in site.offers if code in case.round.subjects]
    listed = [case.round.subject(code) for code in dict.fromkeys((*offered, *sorted(held)))]
    fees = {line["subject"]: line["fee"] for line in case.row["lines"]}
    return [
        SubjectChoice(
            subject=subject,
            fee=case.round.fee(subject.code, site.plan.province)
            if subject.code in offered
            else fees[subject.code],
            left=seats[subject.code].left if subject.code in seats else 0,
            mine=subject.code in held,
            chosen=subject.code in chosen,
            needs=subject.prerequisite,
        )
        for subject in sorted(listed, key=lambda subject: (subject.level, subject.code))
    ]


def _holds_seats(case: Case) -> bool:
    """Whether the present choice holds its seats: only then it can be changed rather than submitted."""
    return Step.CHANGE_SUBJECTS in case.steps
