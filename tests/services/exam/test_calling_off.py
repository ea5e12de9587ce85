"""A site is called off as a whole: by one run that goes on after a kill, with every case dealt with once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from ncre.bootstrap import Container
from ncre.domain.claims import SeatClaim
from ncre.domain.exam.plan import WHOLE_SITE, site_id
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events import exam as exam_facts
from ncre.events import registration as facts
from ncre.events.exam import Offer
from ncre.projections.maintenance import rebuild
from ncre.projections.seating import tickets
from ncre.services.exam import calling_off
from ncre.services.exam.calling_off_request import CallOff
from ncre.services.exam.revision_commands import Revise
from ncre.services.registration.changes import Changes
from tests.services.exam.revised import SITES, Sequence, small_round
from tests.support.people import OFFICE, till_of

HERE = SITES[0]


@pytest.fixture
def round_(container: Container) -> Sequence:
    """Six people at the site: three have paid, one of them with seats, three have not."""
    sequence = Sequence(container, "81", 1)
    for number in range(6):
        who = sequence.registers(HERE, ("14", "24")[: number % 2 + 1])
        if number < 3:
            pays(container, who)
    sequence.seats(HERE)
    return sequence


def pays(container: Container, who: UUID) -> None:
    """Through a channel, with an order that can be paid back."""
    till = till_of(container)
    order = till.begin(container.checkout.open(who, till.name))
    assert container.payments.receive(till.pay(order.number)) is not None


def asked(container: Container, code: str = "81", to: str = "", **changes: object) -> CallOff:
    shown = container.calling_off.preview(code, HERE, to)
    given = {"money": None if to else c.PaidFee.REFUND, "why": "疫情防控，考点停考", **changes}
    return CallOff(  # type: ignore[arg-type]
        actor=OFFICE, round=code, site=HERE, to=to, seen=shown.mark, command_id=uuid4(), **given
    )


def next_round(container: Container, code: str = "82", **changes: object) -> None:
    loaded = small_round(container, code)
    sites = tuple(replace(one, **changes) for one in loaded.sites)  # type: ignore[arg-type]
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(loaded, sites=sites), why="下一考次"))


def history(container: Container, who: UUID) -> list[object]:
    with container.database.reading() as connection:
        return list(container.command_handler.store.history(connection, who))


def stands(container: Container) -> list[object]:
    handler = container.command_handler
    return list(rebuild.check(container.database, handler.store, handler.listeners))


def finished(container: Container, run: UUID) -> None:
    while container.calling_off.progress(run).waiting:
        assert container.calling_off.go_on(run, 2)


def test_a_preview_counts_everybody_by_status_and_the_money(container: Container, round_: Sequence) -> None:
    shown = container.calling_off.preview("81", HERE)
    assert shown.people == 6
    assert shown.counts[Status.PAID] == 3
    assert shown.paid == 3
    assert shown.amount == sum(row["payment"]["amount"] for row in round_.rows() if row["payment"])
    assert container.queries.exams.site("81", HERE).closed is False  # type: ignore[union-attr]


def test_everybody_is_cancelled_and_whoever_paid_is_owed_the_fee(
    container: Container, round_: Sequence
) -> None:
    run = container.calling_off.begin(asked(container))
    finished(container, run)
    progress = container.calling_off.progress(run)
    assert (progress.done, progress.waiting, progress.refused) == (6, 0, 0)
    assert progress.run.ended_at is not None
    assert Counter(row["status"] for row in round_.rows()) == {"cancelled": 6}
    for row in round_.rows():
        cancelled = [one for one in history(container, row["id"]) if isinstance(one, facts.Cancelled)]
        owed = [one for one in history(container, row["id"]) if isinstance(one, facts.PaymentUnusable)]
        assert len(cancelled) == 1
        assert cancelled[0].metadata.cause == f"site run {run}"
        assert cancelled[0].money == ("refund" if row["payment"] else "")
        assert len(owed) == bool(row["payment"])
    assert container.queries.exams.site("81", HERE).closed  # type: ignore[union-attr]
    assert container.revisions.made("81")[-1].made.why == "疫情防控，考点停考"
    (off,) = [
        one for one in history(container, site_id("81", HERE)) if isinstance(one, exam_facts.SiteCalledOff)
    ]
    assert (off.money, off.to, off.people) == ("refund", "", 6)
    assert not stands(container)


def test_fees_are_kept_where_the_office_says_so(container: Container, round_: Sequence) -> None:
    run = container.calling_off.begin(asked(container, money=c.PaidFee.KEEP))
    finished(container, run)
    told = [
        one
        for row in round_.rows()
        for one in history(container, row["id"])
        if isinstance(one, facts.Cancelled | facts.PaymentUnusable)
    ]
    assert Counter(getattr(one, "money", "unusable") for one in told) == {"keep": 3, "": 3}


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("after", [True, False], ids=["after the command", "before the command"])
def test_a_run_that_is_killed_goes_on_and_nobody_is_dealt_with_twice(
    container: Container, round_: Sequence, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    run = container.calling_off.begin(asked(container))
    carried_out, calls = Changes.carry_out, []

    def killing(self: Changes, command: c.Command) -> object:
        calls.append(command)
        if len(calls) % 2:
            return carried_out(self, command)
        if after:
            carried_out(self, command)
        raise Killed

    monkeypatch.setattr(Changes, "carry_out", killing)
    kills = 0
    for _ in range(20):
        try:
            container.calling_off.run_due()
        except Killed:
            kills += 1
    assert kills > 1
    assert container.calling_off.progress(run).done == 6
    for row in round_.rows():
        told = [one for one in history(container, row["id"]) if isinstance(one, facts.Cancelled)]
        assert len(told) == 1
        owed = [one for one in history(container, row["id"]) if isinstance(one, facts.PaymentUnusable)]
        assert len(owed) == bool(row["payment"])
    assert not stands(container)


def test_whoever_paid_is_carried_over_and_the_others_are_cancelled(
    container: Container, round_: Sequence
) -> None:
    next_round(container)
    before = {row["id"]: row for row in round_.rows()}
    run = container.calling_off.begin(asked(container, to="82"))
    finished(container, run)
    assert container.calling_off.progress(run).done == 6
    with container.database.reading() as connection:
        for who, row in before.items():
            now = round_.row(who)
            if row["payment"]:
                assert (now["round"], now["status"], now["seated"]) == ("82", "paid", 0)
                assert (now["number"], now["amount"], now["payment"]) == (
                    row["number"],
                    row["amount"],
                    row["payment"],
                )
                assert not tickets.seats_of(connection, who)
            else:
                assert (now["round"], now["status"]) == ("81", "cancelled")
        keys = [SeatClaim(code, HERE, WHOLE_SITE).key for code in ("81", "82")]
        counted = container.command_handler.claims.counted(connection, keys)
    assert [counted[key][1] for key in keys] == [0, 3]
    assert not stands(container)
    container.seating.seat("82", HERE, OFFICE, 1)
    assert {round_.row(who)["seated"] for who, row in before.items() if row["payment"]} == {1, 2}
    assert not stands(container)


def test_whoever_has_a_place_in_the_next_round_or_finds_it_full_is_refused_and_listed(
    container: Container, round_: Sequence
) -> None:
    next_round(container, quota=2)
    run = container.calling_off.begin(asked(container, to="82"))
    finished(container, run)
    progress = container.calling_off.progress(run)
    assert (progress.done, progress.refused) == (5, 1)
    (refused,) = progress.refusals
    assert "总名额已满" in refused.said["zh"]
    assert round_.row(refused.registration)["round"] == "81"
    wanted = container.revisions.wanted("82")
    more = replace(wanted, sites=tuple(replace(one, quota=9) for one in wanted.sites))
    container.revisions.revise(Revise(actor=OFFICE, wanted=more, why="增加"))
    container.calling_off.try_again(run, OFFICE)
    finished(container, run)
    assert container.calling_off.progress(run).done == 6
    assert round_.row(refused.registration)["round"] == "82"


def test_a_subject_that_the_next_round_has_not_is_told_before(
    container: Container, round_: Sequence, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_round(container, offers=(Offer("24", 20),))
    shown = container.calling_off.preview("81", HERE, "82")
    assert sum(shown.hindered.values()) == 3
    assert all("82" in why.zh and "82" in why.en for why in shown.hindered)
    run = container.calling_off.begin(asked(container, to="82"))
    finished(container, run)
    assert container.calling_off.progress(run).refused == 3
    assert len(container.calling_off.progress(run).refusals) == 3
    monkeypatch.setattr(calling_off, "SHOWN", 2)
    assert len(container.calling_off.progress(run).refusals) == 2, "a page lists some of them"


def test_what_is_begun_is_what_was_seen_and_only_once(container: Container, round_: Sequence) -> None:
    stale = asked(container)
    round_.registers(HERE, ("14",))
    with pytest.raises(Refusal) as refused:
        container.calling_off.begin(stale)
    assert refused.value.code is RefusalCode.PREVIEW_OUTDATED
    fresh = asked(container)
    assert container.calling_off.begin(fresh) == container.calling_off.begin(fresh)
    with pytest.raises(Refusal) as refused:
        container.calling_off.begin(asked(container))
    assert refused.value.code is RefusalCode.CALLED_OFF_ALREADY


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"money": None}, RefusalCode.MONEY_UNDECIDED),
        ({"why": " "}, RefusalCode.WHY_MISSING),
    ],
)
def test_money_and_reason_are_asked_for(
    container: Container, round_: Sequence, changes: dict[str, object], code: RefusalCode
) -> None:
    with pytest.raises(Refusal) as refused:
        container.calling_off.begin(asked(container, **changes))
    assert refused.value.code is code
    assert not container.queries.exams.site("81", HERE).closed  # type: ignore[union-attr]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICE])
def test_only_the_office_calls_a_site_off(container: Container, round_: Sequence, role: Role) -> None:
    with pytest.raises(Refusal) as refused:
        container.calling_off.begin(replace(asked(container), actor=c.Actor("x", role, frozenset({"*"}))))
    assert refused.value.code is RefusalCode.NOT_YOUR_ROLE


def test_whoever_was_carried_over_may_begin_anew_in_the_round_they_left(
    container: Container, round_: Sequence
) -> None:
    next_round(container)
    who = next(row for row in round_.rows() if row["payment"])
    run = container.calling_off.begin(asked(container, to="82"))
    finished(container, run)
    with container.database.reading() as connection:
        from ncre.projections.registration import registrations

        assert registrations.next_ordinal(connection, who["account"], "81") == 2
        assert registrations.next_ordinal(connection, who["account"], "82") == 1
