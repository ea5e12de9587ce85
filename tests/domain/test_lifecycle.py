"""Every status and every step, under every policy: what the table says is what is decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest

from ncre.domain import commands as c
from ncre.domain.claims import held_by
from ncre.domain.decisions import Scene, decide
from ncre.domain.lifecycle import (
    LIFE,
    MACHINE,
    PAYMENT,
    Role,
    Status,
    Step,
    arrival,
    holds,
    open_rows,
    open_steps,
)
from ncre.domain.payment import order_of
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import Registration, evolve, replay
from ncre.events import registration as facts
from tests.people import (
    AGREED,
    AMOUNT,
    APPROVED,
    CANCELLED,
    CANDIDATE,
    CANDIDATE_ID,
    CONFIRMED,
    DECLARATION,
    FILLED,
    LAPSED,
    LIQIANG,
    NOW,
    OFFICE,
    OTHER_PHOTO,
    PAID,
    PERSON,
    PICTURED,
    REGISTRATION,
    REJECTED,
    REVIEWER,
    ROUND,
    SITE,
    SUBMITTED,
    WAITING,
    WITHDRAWN,
    scene,
)

HISTORIES = {
    Status.NEW: (),
    Status.AGREED: AGREED,
    Status.INFO_FILLED: FILLED,
    Status.SUBMITTED: SUBMITTED,
    Status.PHOTO_UPLOADED: PICTURED,
    Status.PENDING_REVIEW: WAITING,
    Status.APPROVED: APPROVED,
    Status.REJECTED: REJECTED,
    Status.PAID: PAID,
    Status.CONFIRMED: CONFIRMED,
    Status.LAPSED: LAPSED,
    Status.WITHDRAWN: WITHDRAWN,
    Status.CANCELLED: CANCELLED,
}
OVERDUE = NOW + timedelta(hours=30)


@dataclass(frozen=True)
class Policy:
    reviews: bool
    confirms: bool
    clock: str

    def __str__(self) -> str:
        return f"{'review' if self.reviews else 'open'}-{'confirm' if self.confirms else 'none'}-{self.clock}"


POLICIES = [
    Policy(reviews, confirms, clock)
    for reviews, confirms, clock in product((True, False), (True, False), ("approved", "submitted"))
]


def asked(step: Step, registration: Registration) -> c.Command:
    """The command of a step, so that no rule but the table's can refuse it, and that it changes something."""
    mine = {"registration": REGISTRATION, "actor": CANDIDATE}
    theirs = {"registration": REGISTRATION, "actor": REVIEWER}
    seat = facts.SeatAssigned("66", "6678420019000101", 1, "1", 1, 1, NOW, NOW)
    commands = {
        Step.AGREE: lambda: c.Agree(
            **mine, round=ROUND, candidate=CANDIDATE_ID, ordinal=1, agreement="2027-03"
        ),
        Step.FILL_INFO: lambda: c.FillInfo(**mine, details=LIQIANG, person=PERSON),
        Step.AMEND_INFO: lambda: c.AmendInfo(**mine, details=LIQIANG, person=PERSON),
        Step.SUBMIT: lambda: c.Submit(
            **mine, site=SITE, subjects=("35",), declared=True, declaration=DECLARATION, number="1"
        ),
        Step.CHANGE_SUBJECTS: lambda: c.ChangeSubjects(**mine, site=SITE, subjects=("35",), number="1"),
        Step.UPLOAD_PHOTO: lambda: c.UploadPhoto(**mine, photo=OTHER_PHOTO),
        Step.REPLACE_PHOTO: lambda: c.ReplacePhoto(**mine, photo=OTHER_PHOTO),
        Step.REQUEST_REVIEW: lambda: c.RequestReview(**mine),
        Step.APPROVE: lambda: c.Approve(**theirs),
        Step.REJECT: lambda: c.Reject(**theirs, reasons=("P01",)),
        Step.SETTLE: lambda: c.Settle(
            registration=REGISTRATION,
            actor=c.PAYMENT_ACTOR,
            order=order_of(registration),
            channel="till",
            trade="T2",
            amount=AMOUNT,
            paid_at=NOW,
        ),
        Step.RETURN_PAYMENT: lambda: c.ReturnPayment(
            registration=REGISTRATION,
            actor=c.PAYMENT_ACTOR,
            order="N",
            channel="till",
            trade="OWED",
            amount=1,
            reference="R",
        ),
        Step.LAPSE: lambda: c.Lapse(registration=REGISTRATION, actor=c.CLOCK_ACTOR),
        Step.CONFIRM: lambda: c.Confirm(**theirs),
        Step.SEAT: lambda: c.Seat(registration=REGISTRATION, actor=OFFICE, seats=(seat,)),
        Step.WITHDRAW: lambda: c.Withdraw(**mine),
        Step.CANCEL: lambda: c.Cancel(registration=REGISTRATION, actor=OFFICE, reason="考生书面申请"),
    }
    return commands[step]()


def case_of(status: Status, step: Step) -> Registration:
    registration = replay(REGISTRATION, HISTORIES[status])
    if step is Step.RETURN_PAYMENT and registration.version:
        owed = facts.PaymentUnusable("N", "till", "OWED", 1, NOW, "late")
        return evolve(registration, owed)
    if step is Step.LAPSE and registration.pay_by is None and registration.lines:
        chosen = facts.SubjectsChanged(registration.number, SITE, registration.lines, 1, NOW)
        return evolve(registration, chosen)
    return registration


def moment_of(step: Step) -> dict[str, object]:
    return {"now": OVERDUE} if step is Step.LAPSE else {}


def test_each_history_leads_to_its_status() -> None:
    for status, history in HISTORIES.items():
        assert replay(REGISTRATION, history).status is status


@pytest.mark.parametrize("policy", POLICIES, ids=str)
@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("status", Status)
def test_a_step_is_taken_exactly_where_a_row_says_so(status: Status, step: Step, policy: Policy) -> None:
    registration = case_of(status, step)
    at = scene(reviews=policy.reviews, confirms=policy.confirms, clock=policy.clock, **moment_of(step))
    rows = [row for row in open_rows(status, policy) if row.step is step]
    command = asked(step, registration)
    if not rows:
        _is_refused_or_already_so(registration, command, at)
        return
    decided = decide(registration, command, at)
    assert decided, "something happens"
    for fact in decided:
        row = next(row for row in rows if row.fact is type(fact))
        after = evolve(registration, fact)
        assert after.status is (row.to or status)
        assert after.version == registration.version + 1


def _is_refused_or_already_so(registration: Registration, command: c.Command, at: Scene) -> None:
    assert _answer(registration, command, at) in (
        "already so",
        RefusalCode.OUT_OF_TURN,
        RefusalCode.NOT_YOURS,
        RefusalCode.NOT_YOUR_SITE,
    )


def _answer(registration: Registration, command: c.Command, at: Scene) -> str:
    try:
        return "something happened" if decide(registration, command, at) else "already so"
    except Refusal as refusal:
        return refusal.code


@pytest.mark.parametrize("policy", POLICIES, ids=str)
@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("status", Status)
def test_asking_again_yields_nothing(status: Status, step: Step, policy: Policy) -> None:
    registration = case_of(status, step)
    at = scene(reviews=policy.reviews, confirms=policy.confirms, clock=policy.clock, **moment_of(step))
    if step not in open_steps(status, policy):
        return
    command = asked(step, registration)
    after = registration
    for fact in decide(registration, command, at):
        after = evolve(after, fact)
    assert decide(after, command, at) == []


def test_the_machine_knows_the_transitions_of_the_table_and_no_others() -> None:
    told = {
        (row.step.value, source.value, row.to.value if row.to else source.value)
        for row in LIFE
        for source in row.sources
    }
    built = {
        (event.name, transition.source, transition.dest)
        for event in MACHINE.events.values()
        for transitions in event.transitions.values()
        for transition in transitions
    }
    assert built == told


def test_the_nine_statuses_of_the_manual_keep_their_names() -> None:
    assert {status.value for status in Status} >= {
        "agreed",
        "info-filled",
        "submitted",
        "photo-uploaded",
        "pending-review",
        "approved",
        "rejected",
        "paid",
        "confirmed",
    }


def test_every_row_has_its_reason_and_somebody_who_may() -> None:
    for row in LIFE:
        assert row.reason.zh.endswith("。")
        assert row.reason.en.endswith(".")
        assert row.by
        assert row.sources


def test_a_fact_leads_to_one_status_wherever_it_was_recorded() -> None:
    leads: dict[type, set[Status]] = {}
    for row in LIFE:
        if row.to is not None:
            leads.setdefault(row.fact, set()).add(row.to)
    assert all(len(targets) == 1 for targets in leads.values())
    for fact, targets in leads.items():
        assert {arrival(status, fact) for status in Status} == targets


def test_auditors_may_do_nothing_to_a_registration() -> None:
    assert all(Role.AUDITOR not in row.by for row in LIFE)


def test_money_may_arrive_in_every_status_but_new() -> None:
    for status in Status:
        opened = {row.step for row in open_rows(status, POLICIES[0]) if row.by == PAYMENT}
        assert (Step.SETTLE in opened) is (status is not Status.NEW)


def test_without_a_site_only_unconditional_rows_count() -> None:
    for row in LIFE:
        assert holds(row.when, None) is (row.when == "always")


def test_seats_are_held_from_submission_until_a_side_exit() -> None:
    holding = {
        status
        for status, history in HISTORIES.items()
        if any("seat:" in claim.key for claim in held_by(replay(REGISTRATION, history)))
    }
    assert holding == {
        Status.SUBMITTED,
        Status.PHOTO_UPLOADED,
        Status.PENDING_REVIEW,
        Status.APPROVED,
        Status.REJECTED,
        Status.PAID,
        Status.CONFIRMED,
    }
