"""Bulk review: many cases are selected, looked at once more on a preview, and decided one by one in a run that goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE, REVIEW_REASONS
from ncre.domain.registration.vocabulary import Role, Step
from ncre.projections.registration.queue_pages import QueueFilter
from ncre.projections.rows import RegistrationRow
from ncre.services.review.bulk import MOST, NO_ANSWER, BulkProgress, Chosen, ItemState, RunState
from ncre.web.candidate.task_list import GROUPS
from ncre.web.drafts.draft_form import DraftForm
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role, require_step
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import command_id, field_values, fresh_id, typed_field
from ncre.web.shared.registration_view import with_rules
from ncre.web.staff.case_forms import FIELD_OF, TEXTS
from ncre.web.staff.queue_filter import filter_of, queue_asked_for
from ncre.web.staff.queue_page import chosen_of_form
from ncre.web.staff.second_look import without_look

pages = Blueprint("bulk", __name__)

DRAFT: Final = DraftForm("bulk-rejection", ("reasons", "note"))

AT_ONCE: Final = 50
"""Cases that one request decides; the worker does the rest."""

LISTED: Final = 500
"""Items of a run that its page names one by one."""

PORTION: Final = 500


@pages.get("/staff/bulk")
@require_role(Role.REVIEWER, Role.OFFICE)
def runs() -> Answer:
    """My newest runs."""
    return render_template("staff/bulk_runs.html", runs=container().bulk_review.newest_of(account()))


@pages.post("/staff/bulk")
@require_step(Step.APPROVE, Step.REJECT)
def prepare() -> Answer:
    """A draft of what was ticked, or of everything that fits the filter of the address; nothing is decided yet."""
    step = {"approve": Step.APPROVE, "reject": Step.REJECT}.get(typed_field("step"))
    chosen = _all_that_fit() if typed_field("all") == "yes" else _ticked()
    if step is None:
        raise Refusal(RefusalCode.NOTHING_CHOSEN)
    run = container().bulk_review.prepare(command_id(), account(), step, chosen)
    return redirect(url_for("bulk.run", run=run.id), 303)


@pages.get("/staff/bulk/<uuid:run>")
@require_role(Role.REVIEWER, Role.OFFICE)
def run(run: UUID) -> Answer:
    return _page(container().bulk_review.of(account(), run))


@pages.post("/staff/bulk/<uuid:run>/start")
@require_step(Step.APPROVE, Step.REJECT)
@DRAFT.sent
def start(run: UUID) -> Answer:
    """From now on it is carried out, by this request as far as it gets, and by the worker."""
    reasons, note = field_values("reasons"), typed_field("note")
    try:
        container().bulk_review.start(account(), run, tuple(reasons), note)
    except Refusal as refusal:
        if refusal.code is RefusalCode.RUN_UNKNOWN:
            raise
        field = "note" if refusal.code in TEXTS else FIELD_OF.get(refusal.code, "reasons")
        faults = {field: refusal_text(refusal)}
        page = _page(container().bulk_review.of(account(), run), frozenset(reasons), note, faults)
        return page, int(STATUS[refusal.code])
    return _carry_on(run)


@pages.post("/staff/bulk/<uuid:run>/go-on")
@require_step(Step.APPROVE, Step.REJECT)
def go_on(run: UUID) -> Answer:
    """Another portion at once, without waiting for the worker."""
    container().bulk_review.of(account(), run)
    return _carry_on(run)


def _carry_on(run: UUID) -> Answer:
    """A portion; where the database or the photos give no answer just now, the run waits."""
    try:
        container().bulk_review.carry_on(run, AT_ONCE)
    except Refusal as refusal:
        if refusal.code not in NO_ANSWER:
            raise
    return redirect(url_for("bulk.run", run=run), 303)


def _page(
    progress: BulkProgress,
    ticked: frozenset[str] = frozenset(),
    note: str = "",
    faults: Mapping[str, str] | None = None,
) -> str:
    bulk, run = container().bulk_review, progress.run
    reasons = {group: [one for one in REVIEW_REASONS.values() if one.group == group] for group in GROUPS}
    opened = DRAFT.opened(run.id)
    if opened.draft is not None:
        ticked, note = frozenset(opened.fields.getlist("reasons")), opened.fields.get("note", "")
    return render_template(
        "staff/bulk_run.html",
        progress=progress,
        run=run,
        draft=run.state == RunState.DRAFT,
        done=run.state == RunState.DONE,
        counts={state.value: count for state, count in progress.counts.items()},
        refused=bulk.items(run.id, (ItemState.REFUSED,), LISTED),
        already=bulk.items(run.id, (ItemState.ALREADY,), LISTED),
        waiting=bulk.items(run.id, (ItemState.WAITING,), LISTED),
        finished=bulk.items(run.id, (ItemState.DONE,), LISTED),
        listed=LISTED,
        reasons=reasons,
        groups=GROUPS,
        opened=opened,
        ticked=ticked,
        note=note,
        longest_note=LONGEST_NOTE,
        faults=faults or {},
        command_id=fresh_id,
    )


def _ticked() -> list[Chosen]:
    """What the form names, as far as it is at the visitor's sites; the version is the one that the page showed."""
    ticked = dict(chosen_of_form(field_values("case")))
    rows = container().queries.cases.rows(list(ticked))
    mine = [row for row in rows if account().actor.covers(row["site"] or "")]
    return judged(without_look(mine), ticked, account().id)


def _all_that_fit() -> list[Chosen]:
    """Every case that fits the filter of the address, as it stands now. Raises Refusal where they are too many."""
    exams = container().queries.exams
    round_ = exams.current()
    code = round_.code if round_ else ""
    mine = [site.code for site in exams.sites(code) if account().actor.covers(site.code)]
    rows = without_look(_walked(filter_of(queue_asked_for(mine), code)))
    return judged(rows, {row["id"]: row["version"] for row in rows}, account().id)


def _walked(wanted: QueueFilter) -> list[RegistrationRow]:
    rows, after = list[RegistrationRow](), None
    while True:
        found = container().queries.cases.queue_page(wanted, after, PORTION)
        rows, after = rows + found.rows, found.next
        if len(rows) > MOST:
            raise Refusal(RefusalCode.TOO_MUCH_CHOSEN, most=MOST)
        if after is None:
            return rows


def judged(rows: list[RegistrationRow], seen: Mapping[UUID, int], who: UUID) -> list[Chosen]:
    """Each case with what forbids `who` to decide it already: then it is not even asked for."""
    claims = container().review_claims.of([row["id"] for row in rows])
    others = {case for case, claim in claims.items() if claim.account != who}
    return [
        Chosen(row["id"], seen[row["id"]], row["number"] or "", _hindrance(row, seen[row["id"]], others, who))
        for row in rows
    ]


def _hindrance(row: RegistrationRow, seen: int, others: set[UUID], who: UUID) -> Refusal | None:
    if row["account"] == who:
        return Refusal(RefusalCode.OWN_REGISTRATION)
    if row["version"] != seen:
        return Refusal(RefusalCode.OUT_OF_DATE, seen=seen, version=row["version"])
    case = with_rules(row)
    if Step.APPROVE not in case.steps:
        return Refusal(RefusalCode.NOT_WAITING)
    if row["id"] in others:
        return Refusal(RefusalCode.CASE_CLAIMED)
    return case.window_fault(Step.APPROVE, container().clock())
