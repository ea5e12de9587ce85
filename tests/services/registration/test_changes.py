"""Whatever ends or changes a registration closes what is open for it first, from the page and from the command line alike."""

from __future__ import annotations

import ast
from pathlib import Path
from uuid import uuid4

import pytest

from ncre import cli, web
from ncre.bootstrap import Container
from ncre.clients.payment_channel import ChannelRefused, State
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role, Status
from ncre.projections.base import Row
from ncre.projections.payment import ledger, orders, refunds
from ncre.services.registration.changes import CLOSES_ORDERS
from tests.handlers.ground import QUICK, Walker, refusal, revise
from tests.support import people
from tests.support.people import Clock


@pytest.fixture
def approved(container: Container) -> Walker:
    walker = Walker(container)
    walker.approved(("66",))
    return walker


def states(container: Container, walker: Walker) -> list[str]:
    with container.database.reading() as connection:
        return [row["state"] for row in orders.of_registration(connection, walker.id)]


def owed(container: Container) -> list[Row]:
    with container.database.reading() as connection:
        return ledger.owed(connection)


def cancel(walker: Walker, **asked: object) -> c.Cancel:
    return c.Cancel(registration=walker.id, actor=people.OFFICE, reason="考生书面申请", **asked)  # type: ignore[arg-type]


def withdraw(walker: Walker) -> c.Withdraw:
    return c.Withdraw(registration=walker.id, actor=walker.account.actor)


@pytest.mark.parametrize("ends", [cancel, withdraw])
def test_what_is_ended_can_be_paid_no_more(
    container: Container, approved: Walker, ends: type[c.Command]
) -> None:
    open_ = approved.opens().number
    container.changes.carry_out(ends(approved))  # type: ignore[call-arg]
    assert approved.till.query(open_).state is State.CLOSED
    with pytest.raises(ChannelRefused):
        approved.till.pay(open_)
    assert states(container, approved) == ["closed"]


def test_a_change_of_site_or_subjects_closes_what_is_open(container: Container) -> None:
    walker = Walker(container)
    walker.pictured(QUICK, ("67",))
    open_ = walker.opens().number
    container.changes.carry_out(c.ChangeSubjects(**walker.asking, site=people.SITE, subjects=("66",)))
    assert walker.till.query(open_).state is State.CLOSED
    assert walker.stands.site == people.SITE


def test_a_move_to_another_account_closes_what_is_open(container: Container, approved: Walker) -> None:
    other = container.accounts.add("other", "a password of other", Role.CANDIDATE)
    open_ = approved.opens().number
    container.transfer.move(
        c.Move(registration=approved.id, actor=people.OFFICE, to=other.id, evidence="核对身份证原件")
    )
    assert approved.till.query(open_).state is State.CLOSED


def test_what_is_refused_closes_nothing(container: Container, approved: Walker) -> None:
    open_ = approved.opens().number
    assert refusal(container.changes.carry_out, cancel(approved, seen=2)) is RefusalCode.OUT_OF_DATE
    silent = c.Cancel(registration=approved.id, actor=people.OFFICE, reason=" ")
    assert refusal(container.changes.carry_out, silent) is RefusalCode.REASON_TEXT_MISSING
    assert approved.till.query(open_).state is State.WAITING
    assert states(container, approved) == ["open"]


def test_while_the_channel_is_silent_nothing_is_ended(container: Container, approved: Walker) -> None:
    approved.opens()
    approved.till.silent = True
    assert refusal(container.changes.carry_out, cancel(approved)) is RefusalCode.CHANNEL_SILENT
    assert approved.stands.status is Status.APPROVED


def test_who_pays_at_the_very_moment_is_not_cancelled_unawares(
    container: Container, approved: Walker
) -> None:
    seen = approved.stands.version
    approved.till.pay(approved.opens().number)
    assert refusal(container.changes.carry_out, cancel(approved, seen=seen)) is RefusalCode.OUT_OF_DATE
    assert approved.stands.status is Status.PAID


def test_sent_twice_it_ends_once_and_the_fee_goes_back_once(container: Container, approved: Walker) -> None:
    approved.pays()
    ends = cancel(approved, money=c.PaidFee.REFUND, money_reason="考点停考", command_id=uuid4())
    for _ in range(2):
        assert container.changes.carry_out(ends).status is Status.CANCELLED
    assert [(row["reason"], row["amount"]) for row in owed(container)] == [("cancelled", 8000)]
    assert container.worker.once().sent_back == 1
    assert owed(container) == []
    with container.database.reading() as connection:
        (back,) = refunds.of_registration(connection, approved.id)
    assert back["returned_at"] == container.clock()
    (trade,) = approved.till.trades.values()
    assert [news.amount for news in trade.refunds.values()] == [8000]


def test_a_fee_that_is_kept_stays(container: Container, approved: Walker) -> None:
    approved.pays()
    container.changes.carry_out(cancel(approved, **people.KEEPING))
    assert owed(container) == []
    assert container.worker.once().sent_back == 0


def test_a_fee_paid_at_the_counter_is_handed_back_there(container: Container, approved: Walker) -> None:
    from tests.services.payment.test_notifications import cash

    container.counter_payments.take(cash(approved, "7"))
    container.changes.carry_out(cancel(approved, money=c.PaidFee.REFUND, money_reason="停考"))
    assert container.worker.once().sent_back == 0
    container.counter_payments.hand_back(f"{people.SITE}-7", people.REVIEWER)
    assert owed(container) == []


def test_what_went_back_in_the_console_before_is_not_returned_again(
    container: Container, clock: Clock, approved: Walker
) -> None:
    approved.pays()
    (number,) = approved.till.trades
    approved.till.returns_by_hand(number, 3000)
    clock.advance(days=1)
    container.reconciliation.compare("till", people.NOW.astimezone(EXAM_TIME).date())
    container.changes.carry_out(cancel(approved, money=c.PaidFee.REFUND, money_reason="停考"))
    assert container.worker.once().sent_back == 1
    assert sum(news.amount for news in approved.till.trades[number].refunds.values()) == 8000
    assert owed(container) == []


def test_an_order_that_a_revised_site_does_not_want_any_more_is_closed_by_the_worker(
    container: Container, clock: Clock
) -> None:
    walker = Walker(container)
    walker.pictured(QUICK, ("67",))
    open_ = walker.opens().number
    revise(container, QUICK, reviews=True)
    clock.advance(minutes=2)
    container.worker.once()
    assert walker.till.query(open_).state is State.CLOSED
    assert states(container, walker) == ["closed"]


def test_no_page_and_no_shell_command_goes_round_the_one_home_of_these_changes() -> None:
    guarded = {command.__name__ for command in CLOSES_ORDERS}
    for part in (web, cli):
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
