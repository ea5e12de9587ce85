"""Cash at a counter: taken once, by whom it may be, and handed back where a colleague was quicker."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import uuid4

import pytest

from ncre.bootstrap import Container
from ncre.clients.payment_channel import NewsKind, NewsSource, PaymentNotification
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role, Status
from ncre.projections.audit import timeline
from ncre.projections.base import Row
from ncre.projections.payment import ledger, orders
from ncre.services.payment.counter_payments import CashTaken
from tests.handlers.ground import Walker, refusal
from tests.services.payment.test_notifications import cash
from tests.support import people
from tests.support.people import Clock

LI = people.REVIEWER
WANG = c.Actor("88888888-8888-4888-8888-888888888888", Role.REVIEWER, frozenset({people.SITE}))


@pytest.fixture
def approved(container: Container) -> Walker:
    walker = Walker(container)
    walker.approved(("66",))
    return walker


def paid(container: Container, walker: Walker) -> list[Row]:
    with container.database.reading() as connection:
        return ledger.of_registration(connection, walker.id)


def test_nobody_takes_money_for_their_own_registration(container: Container, approved: Walker) -> None:
    own = c.Actor(str(approved.account.id), Role.REVIEWER, frozenset({people.SITE}))
    assert (
        refusal(container.counter_payments.take, cash(approved, "7", actor=own))
        is RefusalCode.OWN_REGISTRATION
    )
    assert approved.stands.status is Status.APPROVED


def test_staff_of_another_site_hand_nothing_back(
    container: Container, approved: Walker, clock: Clock
) -> None:
    twice(container, approved, clock)
    assert (
        refusal(container.counter_payments.hand_back, "T-twice", people.ELSEWHERE)
        is RefusalCode.NOT_YOUR_ROLE
    )
    assert (
        refusal(container.counter_payments.hand_back, "T-twice", people.AUDITOR) is RefusalCode.NOT_YOUR_ROLE
    )
    (owed,) = [row for row in paid(container, approved) if row["trade"] == "T-twice"]
    assert owed["returned_at"] is None


def twice(container: Container, walker: Walker, clock: Clock) -> None:
    """Money comes again for what the counter took."""
    container.counter_payments.take(cash(walker, "7"))
    with container.database.reading() as connection:
        number = orders.of_registration(connection, walker.id)[-1]["number"]
    container.payments.receive(
        PaymentNotification(
            NewsKind.PAID, "counter", number, "T-twice", "", 8000, clock(), NewsSource.COUNTER
        )
    )


def at_one_moment(container: Container, *taken: CashTaken) -> dict[str, str]:
    """Both clerks have passed every check when the first of them records: what each is told, by receipt."""
    together, said = Barrier(len(taken)), dict[str, str]()
    ordering = container.checkout.order_at

    def waits(*asked: object) -> object:
        order = ordering(*asked)  # type: ignore[arg-type]
        together.wait(timeout=20)
        return order

    def takes(one: CashTaken) -> None:
        try:
            said[one.receipt] = container.counter_payments.take(one)
        except Refusal as refused:
            said[one.receipt] = refused.code

    container.checkout.order_at = waits  # type: ignore[method-assign, assignment]
    clerks = [Thread(target=takes, args=(one,)) for one in taken]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join(30)
    container.checkout.order_at = ordering  # type: ignore[method-assign]
    return said


@pytest.mark.parametrize("other", ["07", "7"])
def test_one_receipt_written_in_two_ways_at_one_moment_is_given_once(
    container: Container, approved: Walker, other: str
) -> None:
    second = Walker(container, people.LIQIANG)
    second.approved(("66",))
    third = "007" if other == "7" else "7"
    said = at_one_moment(container, cash(approved, other, actor=LI), cash(second, third, actor=WANG))
    assert sorted(said.values()) == ["", RefusalCode.RECEIPT_USED]
    assert len([*paid(container, approved), *paid(container, second)]) == 1
    refused = approved if said[other] else second
    assert refused.stands.status is Status.APPROVED
    container.counter_payments.take(cash(refused, "8"))
    assert refused.stands.status is Status.PAID


def test_two_clerks_at_one_moment_and_one_of_them_hands_it_back(
    container: Container, approved: Walker
) -> None:
    said = at_one_moment(container, cash(approved, "1", actor=LI), cash(approved, "2", actor=WANG))
    assert sorted(said.values()) == ["", "duplicate"]
    second = next(receipt for receipt, why in said.items() if why)
    assert approved.row["payment"]["trade"] != f"{people.SITE}-{second}"
    container.counter_payments.hand_back(f"{people.SITE}-{second}", LI)
    rows = {row["trade"]: row for row in paid(container, approved)}
    assert {row["clerk"] for row in rows.values()} == {LI.id, WANG.id}
    back = rows[f"{people.SITE}-{second}"]
    assert (back["returned"], back["handed_back_by"]) == (8000, LI.id)


def test_cash_for_a_paid_registration_is_told_to_go_back_at_once(
    container: Container, approved: Walker
) -> None:
    approved.pays()
    with pytest.raises(Refusal) as refused:
        container.counter_payments.take(cash(approved, "7", amount=7000))
    assert refused.value.code is RefusalCode.ALREADY_PAID
    assert refused.value.particulars == {"amount": "70.00"}


def test_who_pays_online_while_the_clerk_counts_has_paid(container: Container, approved: Walker) -> None:
    approved.till.pay(approved.opens().number)
    assert refusal(container.counter_payments.take, cash(approved, "7")) is RefusalCode.ALREADY_PAID
    assert approved.row["payment"]["channel"] == "till"


def test_a_form_of_an_older_page_takes_nothing(container: Container, approved: Walker) -> None:
    seen = approved.stands.version
    assert (
        refusal(container.counter_payments.take, cash(approved, "7", seen=seen - 1))
        is RefusalCode.OUT_OF_DATE
    )
    container.counter_payments.take(cash(approved, "7", seen=seen))


def test_a_form_that_is_sent_twice_takes_once(container: Container, approved: Walker) -> None:
    taken = CashTaken(
        registration=approved.id,
        receipt="7",
        amount=8000,
        actor=LI,
        seen=approved.stands.version,
        command_id=uuid4(),
    )
    assert [container.counter_payments.take(taken), container.counter_payments.take(taken)] == ["", ""]
    assert len(paid(container, approved)) == 1
    assert refusal(container.counter_payments.take, cash(approved, "7")) is RefusalCode.ALREADY_PAID


def test_the_clerk_stands_in_the_history_and_in_the_days_drawer(
    container: Container, approved: Walker
) -> None:
    container.counter_payments.take(cash(approved, "7"))
    with container.database.reading() as connection:
        story = timeline.story(connection, approved.id)
    (received,) = [told for told in story if told["topic"] == "payment.received"]
    assert (received["actor"], received["role"]) == (LI.id, "reviewer")
    assert approved.history[-1].metadata.on_behalf_of == LI.id
    (drawer,) = container.revenue_report.drawers(people.TODAY, frozenset({people.SITE}))
    assert (drawer.clerk, drawer.taken, drawer.handed_back, drawer.cash) == (LI.id, 8000, 0, 8000)
    assert container.revenue_report.drawers(people.TODAY, frozenset({"429901"})) == []


@pytest.mark.parametrize("other", ["7", "007", "０７", "00000000000000000007"])
def test_receipt_numbers_are_compared_as_numbers(container: Container, approved: Walker, other: str) -> None:
    container.counter_payments.take(cash(approved, "07"))
    second = Walker(container)
    second.approved(("66",))
    assert refusal(container.counter_payments.take, cash(second, other)) is RefusalCode.RECEIPT_USED
    assert container.counter_payments.take(cash(second, "70")) == ""


def test_letters_of_a_receipt_count_without_case_and_parts_by_themselves(
    container: Container, approved: Walker
) -> None:
    container.counter_payments.take(cash(approved, "a-07-1"))
    second = Walker(container)
    second.approved(("66",))
    assert refusal(container.counter_payments.take, cash(second, "A-7-01")) is RefusalCode.RECEIPT_USED
    assert container.counter_payments.take(cash(second, "A-71")) == ""


def test_a_receipt_may_be_of_letters_alone_and_counts_without_case(
    container: Container, approved: Walker
) -> None:
    assert container.counter_payments.take(cash(approved, "AB-C")) == ""
    second = Walker(container)
    second.approved(("66",))
    assert refusal(container.counter_payments.take, cash(second, "ab-c")) is RefusalCode.RECEIPT_USED


def test_the_wrong_status_is_told_before_the_wrong_amount_and_the_receipt(container: Container) -> None:
    waiting = Walker(container)
    waiting.pictured(subjects=("66",))
    for receipt, amount in (("1", 1), ("", 8000)):
        found = refusal(container.counter_payments.take, cash(waiting, receipt, amount=amount))
        assert found is RefusalCode.NO_PAYMENT_DUE


@pytest.mark.parametrize("seen", [999, 10**6])
def test_a_version_that_no_page_showed_takes_nothing(
    container: Container, approved: Walker, seen: int
) -> None:
    with pytest.raises(Refusal) as refused:
        container.counter_payments.take(cash(approved, "7", seen=seen))
    assert refused.value.code is RefusalCode.VERSION_UNKNOWN
    assert refused.value.particulars == {"seen": seen, "version": approved.stands.version}
