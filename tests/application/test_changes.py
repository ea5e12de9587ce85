"""Whatever ends or changes a registration closes what is open for it first, from the page and from the shell alike."""

from __future__ import annotations

import ast
from pathlib import Path
from uuid import uuid4

import pytest

from ncre import shell, web
from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.exam import EXAM_TIME
from ncre.domain.lifecycle import Role, Status
from ncre.domain.refusals import RefusalCode
from ncre.gateways.channel import ChannelRefused, State
from ncre.projections import ledger, orders, refunds
from ncre.projections.base import Row
from ncre.services.changes import CLOSES_ORDERS
from tests import people
from tests.application.ground import QUICK, Walker, refusal, revise
from tests.people import Clock


@pytest.fixture
def approved(house: House) -> Walker:
    walker = Walker(house)
    walker.approved(("66",))
    return walker


def states(house: House, walker: Walker) -> list[str]:
    with house.database.reading() as connection:
        return [row["state"] for row in orders.of_registration(connection, walker.id)]


def owed(house: House) -> list[Row]:
    with house.database.reading() as connection:
        return ledger.owed(connection)


def cancel(walker: Walker, **asked: object) -> c.Cancel:
    return c.Cancel(registration=walker.id, actor=people.OFFICE, reason="考生书面申请", **asked)  # type: ignore[arg-type]


def withdraw(walker: Walker) -> c.Withdraw:
    return c.Withdraw(registration=walker.id, actor=walker.account.actor)


@pytest.mark.parametrize("ends", [cancel, withdraw])
def test_what_is_ended_can_be_paid_no_more(house: House, approved: Walker, ends: type[c.Command]) -> None:
    open_ = approved.opens().number
    house.changes.carry_out(ends(approved))  # type: ignore[call-arg]
    assert approved.till.query(open_).state is State.CLOSED
    with pytest.raises(ChannelRefused):
        approved.till.pay(open_)
    assert states(house, approved) == ["closed"]


def test_a_change_of_site_or_subjects_closes_what_is_open(house: House) -> None:
    walker = Walker(house)
    walker.pictured(QUICK, ("67",))
    open_ = walker.opens().number
    house.changes.carry_out(c.ChangeSubjects(**walker.asking, site=people.SITE, subjects=("66",)))
    assert walker.till.query(open_).state is State.CLOSED
    assert walker.stands.site == people.SITE


def test_a_move_to_another_account_closes_what_is_open(house: House, approved: Walker) -> None:
    other = house.accounts.add("other", "a password of other", Role.CANDIDATE)
    open_ = approved.opens().number
    house.moving.move(
        c.Move(registration=approved.id, actor=people.OFFICE, to=other.id, evidence="核对身份证原件")
    )
    assert approved.till.query(open_).state is State.CLOSED


def test_what_is_refused_closes_nothing(house: House, approved: Walker) -> None:
    open_ = approved.opens().number
    assert refusal(house.changes.carry_out, cancel(approved, seen=2)) is RefusalCode.OUT_OF_DATE
    silent = c.Cancel(registration=approved.id, actor=people.OFFICE, reason=" ")
    assert refusal(house.changes.carry_out, silent) is RefusalCode.REASON_TEXT_MISSING
    assert approved.till.query(open_).state is State.WAITING
    assert states(house, approved) == ["open"]


def test_while_the_channel_is_silent_nothing_is_ended(house: House, approved: Walker) -> None:
    approved.opens()
    approved.till.silent = True
    assert refusal(house.changes.carry_out, cancel(approved)) is RefusalCode.CHANNEL_SILENT
    assert approved.stands.status is Status.APPROVED


def test_who_pays_at_the_very_moment_is_not_cancelled_unawares(house: House, approved: Walker) -> None:
    seen = approved.stands.version
    approved.till.pay(approved.opens().number)
    assert refusal(house.changes.carry_out, cancel(approved, seen=seen)) is RefusalCode.OUT_OF_DATE
    assert approved.stands.status is Status.PAID


def test_sent_twice_it_ends_once_and_the_fee_goes_back_once(house: House, approved: Walker) -> None:
    approved.pays()
    ends = cancel(approved, money=c.PaidFee.REFUND, money_reason="考点停考", command_id=uuid4())
    for _ in range(2):
        assert house.changes.carry_out(ends).status is Status.CANCELLED
    assert [(row["reason"], row["amount"]) for row in owed(house)] == [("cancelled", 8000)]
    assert house.worker.once().sent_back == 1
    assert owed(house) == []
    with house.database.reading() as connection:
        (back,) = refunds.of_registration(connection, approved.id)
    assert back["returned_at"] == house.clock()
    (trade,) = approved.till.trades.values()
    assert [news.amount for news in trade.refunds.values()] == [8000]


def test_a_fee_that_is_kept_stays(house: House, approved: Walker) -> None:
    approved.pays()
    house.changes.carry_out(cancel(approved, **people.KEEPING))
    assert owed(house) == []
    assert house.worker.once().sent_back == 0


def test_a_fee_paid_at_the_counter_is_handed_back_there(house: House, approved: Walker) -> None:
    from tests.application.test_money import cash

    house.counter.take(cash(approved, "7"))
    house.changes.carry_out(cancel(approved, money=c.PaidFee.REFUND, money_reason="停考"))
    assert house.worker.once().sent_back == 0
    house.counter.hand_back(f"{people.SITE}-7", people.REVIEWER)
    assert owed(house) == []


def test_what_went_back_in_the_console_before_is_not_returned_again(
    house: House, clock: Clock, approved: Walker
) -> None:
    approved.pays()
    (number,) = approved.till.trades
    approved.till.returns_by_hand(number, 3000)
    clock.advance(days=1)
    house.reconciliation.compare("till", people.NOW.astimezone(EXAM_TIME).date())
    house.changes.carry_out(cancel(approved, money=c.PaidFee.REFUND, money_reason="停考"))
    assert house.worker.once().sent_back == 1
    assert sum(news.amount for news in approved.till.trades[number].refunds.values()) == 8000
    assert owed(house) == []


def test_an_order_that_a_revised_site_does_not_want_any_more_is_closed_by_the_worker(
    house: House, clock: Clock
) -> None:
    walker = Walker(house)
    walker.pictured(QUICK, ("67",))
    open_ = walker.opens().number
    revise(house, QUICK, reviews=True)
    clock.advance(minutes=2)
    house.worker.once()
    assert walker.till.query(open_).state is State.CLOSED
    assert states(house, walker) == ["closed"]


def test_no_page_and_no_shell_command_goes_round_the_one_home_of_these_changes() -> None:
    guarded = {command.__name__ for command in CLOSES_ORDERS}
    for part in (web, shell):
        for file in Path(str(part.__file__)).parent.rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            made = {
                node.lineno: node.func.id
                for node in ast.walk(tree)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in guarded
            }
            handled = {
                argument.lineno
                for node in ast.walk(tree)
                if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "handle"
                for argument in ast.walk(node)
                if isinstance(argument, ast.Call)
            }
            assert not handled & set(made), file
