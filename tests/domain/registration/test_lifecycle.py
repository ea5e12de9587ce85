"""The table of the life against everything read from it: every status, every step, under every policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Any, Final

import pytest

from ncre import diagram
from ncre.domain.payment.settlement import order_of
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration import machine
from ncre.domain.registration.decision_context import DecisionContext
from ncre.domain.registration.decisions import decide
from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.lifecycle import LIFE, Transition
from ncre.domain.registration.machine import MACHINE, arrival, open_steps
from ncre.domain.registration.state import Registration, evolve, replay
from ncre.domain.registration.vocabulary import Back, Role, Status, Step, When
from ncre.events import registration as facts
from ncre.events.base import CLOSED, Fact
from ncre.handlers.command_handler import READS_PRIVATE_FIELDS
from tests.domain.commands import agree, asks, expire, lapse, settle, submit
from tests.support import people

OVERDUE: Final = people.PAY_BY + timedelta(hours=6)
ALL_OVER: Final = people.NOW + timedelta(days=300)
SEAT: Final = facts.SeatAssigned("66", "6678420019000101", 1, "机房", 1, 1, people.NOW, people.NOW)


@dataclass(frozen=True)
class Policy:
    reviews: bool
    confirms: bool
    clock: str
    photo_lost: bool = False

    def __str__(self) -> str:
        return f"{'review' if self.reviews else 'open'}-{'confirm' if self.confirms else 'none'}-{self.clock}"

    @property
    def context(self) -> DecisionContext:
        """Past the deadline and within every window, so that nothing but the turn can be wrong."""
        context = people.context(now=OVERDUE, reviews=self.reviews, confirms=self.confirms, clock=self.clock)
        return replace(context, photo_lost=self.photo_lost)

    def scene_for(self, step: Step) -> DecisionContext:
        """What closed windows cause is asked for when all of them are over."""
        return replace(self.context, now=ALL_OVER) if step is Step.EXPIRE else self.context


POLICIES: Final = [
    Policy(*parts) for parts in product((True, False), (True, False), ("approved", "submitted"))
]
MET: Final[dict[When, Callable[[Policy], bool]]] = {
    When.ALWAYS: lambda _: True,
    When.SITE_REVIEWS: lambda policy: policy.reviews,
    When.SITE_DOES_NOT_REVIEW: lambda policy: not policy.reviews,
    When.SITE_CONFIRMS: lambda policy: policy.confirms,
    When.CLOCK_AT_SUBMISSION: lambda policy: policy.clock == "submitted" or not policy.reviews,
    When.PHOTO_LOST: lambda policy: policy.photo_lost,
}
"""Said here once more, so that the code under test is not asked what it should answer."""

OTHERWISE: Final = {Step.FILL_INFO, Step.SUBMIT, Step.UPLOAD_PHOTO, Step.REJECT, Step.POSTPONE}
"""Steps that ask for other details, another choice, photo, round or reasons: standing where they lead is not enough."""


def row_for(step: Step, status: Status, policy: Policy) -> Transition | None:
    """The first row of the table that allows the step."""
    return next(
        (row for row in LIFE if row.step is step and status in row.sources and MET[row.when](policy)), None
    )


def led_to(row: Transition | None, status: Status) -> Status:
    """Where the row leads from there; `standing_at` has what is suspended come from APPROVED."""
    if row is None or row.to is None:
        return status
    return Status.APPROVED if isinstance(row.to, Back) else row.to


def already_so(step: Step, status: Status) -> bool:
    if step is Step.AGREE:
        return status is not Status.NEW
    return any(row.to is status for row in LIFE if row.step is step and step not in {*OTHERWISE, Step.SETTLE})


def standing_at(status: Status) -> Registration:
    """A registration with everything that any step needs, whatever its status."""
    if status is Status.NEW:
        return Registration(people.REGISTRATION, candidate=people.CANDIDATE_ID)
    full = replay(people.REGISTRATION, people.APPROVED)
    full = replace(full, status=status, owed={"T9": "late"}, lapsed_from=Status.APPROVED)
    if status not in HOLDS:
        return full
    return replace(full, suspended_from=Status.APPROVED, suspended_at=people.NOW)


def staff(command: type[c.Command], **particulars: Any) -> c.Command:
    return asks(command, people.OFFICE, **particulars)


def asked(step: Step, at: Registration) -> c.Command:
    back = {"order": "N9", "channel": "till", "trade": "T9", "amount": 1, "reference": "R9"}
    return {
        Step.AGREE: lambda: agree(),
        Step.FILL_INFO: lambda: asks(c.FillInfo, details=people.LIQIANG, person=people.PERSON),
        Step.AMEND_INFO: lambda: asks(c.AmendInfo, details=people.LIQIANG, person=people.PERSON),
        Step.SUBMIT: lambda: submit("35"),
        Step.CHANGE_SUBJECTS: lambda: asks(c.ChangeSubjects, site=people.SITE, subjects=("35",)),
        Step.UPLOAD_PHOTO: lambda: asks(c.UploadPhoto, photo=people.OTHER_PHOTO),
        Step.REPLACE_PHOTO: lambda: asks(c.ReplacePhoto, photo=people.OTHER_PHOTO),
        Step.REQUEST_REVIEW: lambda: asks(c.RequestReview),
        Step.TAKE_BACK: lambda: asks(c.TakeBack),
        Step.APPROVE: lambda: staff(c.Approve),
        Step.REJECT: lambda: staff(c.Reject, reasons=("P01",)),
        Step.SETTLE: lambda: settle(order=order_of(at), trade="T2", amount=at.amount),
        Step.RETURN_PAYMENT: lambda: asks(c.ReturnPayment, c.PAYMENT_ACTOR, **back),
        Step.LAPSE: lapse,
        Step.EXPIRE: expire,
        Step.CONFIRM: lambda: staff(c.Confirm),
        Step.SEAT: lambda: staff(c.Seat, seats=(SEAT,)),
        Step.WITHDRAW: lambda: asks(c.Withdraw),
        Step.CANCEL: lambda: staff(c.Cancel, reason="考生书面申请"),
        Step.MOVE: lambda: staff(c.Move, to=people.OTHER_ID, evidence="核对身份证原件"),
        Step.POSTPONE: lambda: staff(c.Postpone, to="79", reason="考点停考"),
        Step.SUSPEND: lambda: staff(c.Suspend, reason="考点正在接受调查"),
        Step.RESUME: lambda: staff(c.Resume),
    }[step]()


def asking(step: Step, status: Status, policy: Policy) -> tuple[Registration, c.Command, list[Fact]]:
    registration = standing_at(status)
    command = asked(step, registration)
    return registration, command, decide(registration, command, policy.scene_for(step))


every_pair = pytest.mark.parametrize(
    ("status", "step"), list(product(Status, Step)), ids=lambda value: value.value
)
every_policy = pytest.mark.parametrize("policy", POLICIES, ids=str)


@every_policy
@every_pair
def test_every_step_in_every_status_is_answered_as_the_table_says(
    status: Status, step: Step, policy: Policy
) -> None:
    row = row_for(step, status, policy)
    if row is None and not already_so(step, status):
        with pytest.raises(Refusal) as refused:
            asking(step, status, policy)
        assert refused.value.code is RefusalCode.OUT_OF_TURN
        assert refused.value.particulars == {"step": step, "status": status}
        return
    registration, _, decided = asking(step, status, policy)
    assert [type(fact) for fact in decided] == ([row.fact] if row else [])
    for fact in decided:
        after = evolve(registration, fact)
        assert after.status is led_to(row, status)
        assert after.version == registration.version + 1


@every_policy
@every_pair
def test_asking_again_yields_nothing(status: Status, step: Step, policy: Policy) -> None:
    if row_for(step, status, policy) is None:
        assert step not in open_steps(status, policy)
        return
    registration, command, (fact,) = asking(step, status, policy)
    assert decide(evolve(registration, fact), command, policy.scene_for(step)) == []


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_only_commands_that_open_private_fields_depend_on_them(policy: Policy) -> None:
    for status, step in product(Status, Step):
        if row_for(step, status, policy) is None:
            continue
        registration, command, decided = asking(step, status, policy)
        if not isinstance(command, READS_PRIVATE_FIELDS):
            rejected = registration.rejected and replace(registration.rejected, note=CLOSED)
            shut = replace(registration, details=None, rejected=rejected)
            assert decide(shut, command, policy.scene_for(step)) == decided


@every_policy
@pytest.mark.parametrize("status", Status)
def test_the_buttons_are_the_rows_of_the_table(status: Status, policy: Policy) -> None:
    assert open_steps(status, policy) == {step for step in Step if row_for(step, status, policy)}


@pytest.mark.parametrize("status", Status)
def test_without_a_site_only_unconditional_rows_count(status: Status) -> None:
    always = {row.step for row in LIFE if status in row.sources and row.when is When.ALWAYS}
    assert open_steps(status, None) == always


def ends_of(row: Transition, source: Status) -> list[str]:
    if row.to is None:
        return [source.value]
    if isinstance(row.to, Status):
        return [row.to.value]
    return [left.value for one in LIFE if one.to is Status.SUSPENDED for left in one.sources]


def test_the_machine_knows_the_transitions_of_the_table_and_no_others() -> None:
    told = sorted(
        (row.step.value, source.value, to, row.when.value)
        for row in LIFE
        for source in row.sources
        for to in ends_of(row, source)
    )
    built = sorted(
        (event.name, transition.source, transition.dest, transition.conditions[0].func.__name__)
        for event in MACHINE.events.values()
        for transitions in event.transitions.values()
        for transition in transitions
    )
    assert built == told
    assert set(MACHINE.states) == {status.value for status in Status}
    assert set(MACHINE.events) == {step.value for step in Step}


def test_the_nine_statuses_of_the_manual_keep_exactly_their_names() -> None:
    side = "lapsed withdrawn cancelled suspended"
    nine = "agreed info-filled submitted photo-uploaded pending-review approved rejected paid confirmed"
    assert {status.value for status in Status} == {*nine.split(), *side.split(), "new"}


@pytest.mark.parametrize("row", LIFE, ids=lambda row: f"{row.step}-{row.sources[0]}-{row.fact.__name__}")
def test_every_row_has_its_reason_and_somebody_who_may(row: Transition) -> None:
    assert row.reason.zh.endswith("。")
    assert row.reason.en.endswith(".")
    assert row.by
    assert row.sources
    assert len(set(row.sources)) == len(row.sources)


def test_a_fact_leads_to_one_status_wherever_it_was_recorded() -> None:
    leads: dict[type[Fact], set[Status | Back | None]] = {}
    for row in LIFE:
        if row.sources != tuple(HOLDS):
            leads.setdefault(row.fact, set()).add(row.to)
    for fact, targets in leads.items():
        (to,) = targets
        assert isinstance(to, Status | None)
        for status in set(Status) - set(HOLDS):
            assert arrival(status, fact.__new__(fact)) is (to or status)


def test_a_suspended_registration_stays_so_when_it_is_paid_and_resumes_where_the_fact_says() -> None:
    assert arrival(Status.SUSPENDED, people.PAID[-1]) is Status.SUSPENDED
    for status in Status:
        assert arrival(Status.SUSPENDED, facts.Resumed(status.value)) is status


def test_each_step_is_its_own_roles_and_no_auditors() -> None:
    by = {step: frozenset[Role]().union(*(row.by for row in LIFE if row.step is step)) for step in Step}
    assert {step for step, roles in by.items() if roles == {Role.PAYMENT}} == {
        Step.SETTLE,
        Step.RETURN_PAYMENT,
    }
    assert {step for step, roles in by.items() if roles == {Role.CLOCK}} == {Step.LAPSE, Step.EXPIRE}
    assert {step for step, roles in by.items() if roles == {Role.OFFICE}} == {
        Step.SEAT,
        Step.CANCEL,
        Step.MOVE,
        Step.POSTPONE,
        Step.RESUME,
    }
    assert {step for step, roles in by.items() if Role.REVIEWER in roles} == {
        Step.APPROVE,
        Step.REJECT,
        Step.CONFIRM,
        Step.SUSPEND,
    }
    assert not any(Role.AUDITOR in roles for roles in by.values())


def test_money_may_arrive_in_every_status_but_new() -> None:
    for status in Status:
        opened = open_steps(status, None) & {Step.SETTLE, Step.RETURN_PAYMENT}
        assert len(opened) == (0 if status is Status.NEW else 2)


LOST: Final = Policy(True, True, "approved", photo_lost=True)
RESTING: Final = {Step.UPLOAD_PHOTO, Step.REQUEST_REVIEW, Step.APPROVE, Step.CONFIRM}
"""Steps that need a photo which somebody can see."""


@pytest.mark.parametrize("status", Status)
def test_with_a_lost_photo_nothing_is_decided_about_the_face_and_another_is_taken_at_any_time(
    status: Status,
) -> None:
    for step in RESTING & open_steps(status, LOST):
        with pytest.raises(Refusal) as refused:
            asking(step, status, LOST)
        assert refused.value.code is RefusalCode.PHOTO_LOST
    pictured = {Status.PHOTO_UPLOADED, Status.PENDING_REVIEW, Status.REJECTED, Status.APPROVED, Status.PAID}
    if status in {*pictured, Status.CONFIRMED}:
        registration = standing_at(status)
        late = replace(LOST.context, now=people.NOW + timedelta(days=300))
        (replaced,) = decide(registration, asked(Step.REPLACE_PHOTO, registration), late)
        assert evolve(registration, replaced).status is status
    else:
        assert Step.REPLACE_PHOTO not in open_steps(status, LOST)


ENDS: Final = {Status.WITHDRAWN, Status.CANCELLED}


@every_policy
@pytest.mark.parametrize("status", [status for status in Status if status not in ENDS])
def test_from_every_open_status_there_is_a_way_to_the_exam(status: Status, policy: Policy) -> None:
    reached: set[Status] = set()
    onward = {status}
    while not onward <= reached:
        reached |= onward
        rows = [row for row in LIFE if reached.intersection(row.sources) and MET[row.when](policy)]
        onward = {led_to(row, status) for row in rows if row.to}
    assert Status.PAID in reached or status is Status.CONFIRMED


def test_it_is_the_machine_that_is_asked_which_rows_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an edge of the machine, or with a condition of it that fails, the row is not open."""
    before = open_steps(Status.PHOTO_UPLOADED, POLICIES[0])
    assert {Step.WITHDRAW, Step.REQUEST_REVIEW} <= before
    other = machine._machine()
    other.remove_transition(Step.WITHDRAW.value, Status.PHOTO_UPLOADED.value)
    for edge in other.get_transitions(Step.REQUEST_REVIEW.value, Status.PHOTO_UPLOADED.value):
        edge.conditions[0].target = False
    monkeypatch.setattr(machine, "MACHINE", other)
    assert open_steps(Status.PHOTO_UPLOADED, POLICIES[0]) == before - {Step.WITHDRAW, Step.REQUEST_REVIEW}


def test_the_diagram_is_drawn_from_the_markup_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    arrow = "    lapsed --> submitted: "
    assert arrow in diagram.state_diagram()
    other = machine._machine()
    other.remove_transition(Step.SUBMIT.value, Status.LAPSED.value)
    monkeypatch.setattr(diagram, "MACHINE", other)
    assert arrow not in diagram.state_diagram()
