"""Orders that somebody is about to pay: one for each terms, none from an old page, a new number where the old one is dead."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from ncre.bootstrap import Container
from ncre.clients.payment_channel import ChannelRefused, Device
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.projections.payment import orders
from ncre.services.payment.situations import Situation
from tests.handlers.ground import QUICK, Walker, refusal
from tests.support import people
from tests.support.people import Clock, till_of

HOME, MOBILE = "10.0.0.1", "10.9.9.9"


@pytest.fixture
def approved(container: Container) -> Walker:
    walker = Walker(container)
    walker.approved(("66",))
    return walker


def states(container: Container, walker: Walker) -> dict[str, str]:
    with container.database.reading() as connection:
        return {row["number"]: row["state"] for row in orders.of_registration(connection, walker.id)}


def number_for(container: Container, walker: Walker, number: str, device: Device, payer: str) -> str:
    """Under which number somebody can pay an order, as a page asks that has read order and case."""
    order, case = container.checkout.found(number), container.queries.cases.case(walker.id)
    assert order is not None
    assert case is not None
    return container.checkout.number_for(order, case, device, payer)


def test_an_old_page_opens_no_order(container: Container, approved: Walker) -> None:
    version = approved.row["version"]
    with pytest.raises(Refusal) as refused:
        container.checkout.open(approved.id, "till", seen=version - 1)
    assert refused.value.code is RefusalCode.OUT_OF_DATE
    assert refused.value.particulars == {"seen": version - 1, "version": version}
    assert states(container, approved) == {}
    assert container.checkout.open(approved.id, "till", seen=version).amount == 8000


def test_what_is_not_there_is_told(container: Container, approved: Walker) -> None:
    checkout = container.checkout
    assert refusal(checkout.open, approved.id, "no-such-till") is RefusalCode.CHANNEL_UNKNOWN
    assert refusal(checkout.open, UUID(int=1), "till") is RefusalCode.NOT_FOUND
    assert refusal(checkout.order_at, UUID(int=1), "till", people.REVIEWER) is RefusalCode.NOT_FOUND
    assert refusal(checkout.checkout, "N0", Device.PHONE, "/") is RefusalCode.NOT_FOUND
    assert checkout.found("N0") is None


def test_other_terms_are_another_order_and_the_first_can_be_paid_no_more(
    container: Container, approved: Walker
) -> None:
    till_of(container).holds_terms = True
    checkout = container.checkout
    first = checkout.open(approved.id, "till", Device.DESKTOP, HOME).number
    assert checkout.open(approved.id, "till", Device.DESKTOP, HOME).number == first
    assert number_for(container, approved, first, Device.DESKTOP, HOME) == first
    second = number_for(container, approved, first, Device.PHONE, MOBILE)
    assert second != first
    assert [number[-2:] for number in (first, second)] == ["01", "02"]
    found = checkout.found(second)
    assert found is not None
    assert (found["terms"], found["state"]) == (f"phone-{MOBILE}", "open")
    assert states(container, approved)[first] in ("replaced", "closed")
    third = number_for(container, approved, first, Device.DESKTOP, HOME)
    assert third not in (first, second), "a number that was given up is not used again"


def test_a_paid_order_keeps_its_number(container: Container, approved: Walker) -> None:
    approved.pays()
    (number,) = states(container, approved)
    till_of(container).holds_terms = True
    assert number_for(container, approved, number, Device.PHONE, MOBILE) == number


def test_who_comes_with_a_paid_order_is_told_of_the_payment_as_on_every_other_way(
    container: Container, approved: Walker
) -> None:
    approved.pays()
    (number,) = states(container, approved)
    with pytest.raises(Refusal) as by_order:
        container.checkout.checkout(number, Device.PHONE, "/back")
    with pytest.raises(Refusal) as by_page:
        container.checkout.open(approved.id, "till")
    assert by_order.value.code is RefusalCode.NO_PAYMENT_DUE
    assert by_order.value.particulars == by_page.value.particulars
    assert by_order.value.particulars["why"].situation is Situation.SETTLED


def test_the_payer_is_led_to_the_channel_until_the_order_ends(
    container: Container, approved: Walker, clock: Clock
) -> None:
    order = container.checkout.open(approved.id, "till")
    went = container.checkout.checkout(order.number, Device.PHONE, "/back")
    assert went.address == f"https://till.example/{order.number}?back=/back"
    trade = till_of(container).trades[order.number]
    assert (trade.order.amount, trade.order.expires) == (8000, approved.stands.pay_by)
    assert approved.row["number"] in trade.order.title
    assert people.WENJING.name not in trade.order.title
    clock.now = order.expires
    container.checkout.checkout(order.number, Device.PHONE, "/back")
    clock.advance(seconds=1)
    late = refusal(container.checkout.checkout, order.number, Device.PHONE, "/back")
    assert late is RefusalCode.NO_PAYMENT_DUE


def test_a_number_that_the_channel_refuses_is_given_up_and_the_next_try_is_a_new_one(
    container: Container, approved: Walker
) -> None:
    till = till_of(container)
    first = container.checkout.open(approved.id, "till").number
    till.fixed[first] = "held by somebody else"
    with pytest.raises(ChannelRefused):
        container.checkout.checkout(first, Device.PHONE, "/back")
    second = container.checkout.open(approved.id, "till").number
    assert second != first
    assert container.checkout.checkout(second, Device.PHONE, "/back").address.startswith("https://till")


def test_orders_of_another_choice_do_not_count_in_the_number_of_this_one(container: Container) -> None:
    walker = Walker(container)
    walker.pictured(QUICK, ("24",))
    first = container.checkout.open(walker.id, "till").number
    walker.does(c.ChangeSubjects, site=QUICK, subjects=("67",))
    second = container.checkout.open(walker.id, "till").number
    assert first[:27] != second[:27]
    assert (first[-2:], second[-2:]) == ("01", "01")
    assert second == container.checkout.open(walker.id, "till").number
    assert states(container, walker)[second] == "open"
    assert states(container, walker)[first] in ("replaced", "closed")


def test_nothing_is_opened_after_the_time_to_pay(
    container: Container, approved: Walker, clock: Clock
) -> None:
    pay_by = approved.stands.pay_by
    assert pay_by is not None
    clock.now = pay_by
    assert container.checkout.open(approved.id, "till").expires == pay_by
    clock.now = pay_by + timedelta(seconds=1)
    assert refusal(container.checkout.open, approved.id, "till") is RefusalCode.NO_PAYMENT_DUE
