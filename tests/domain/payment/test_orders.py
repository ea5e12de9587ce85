"""An order and its money: what is known counts once, what is owed goes back once, and no fen goes back twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from ncre.domain.payment.order_commands import (
    CloseOrder,
    ConfirmRefund,
    OpenOrder,
    PutOffRefund,
    ReceivePayment,
    ReceiveUnmatched,
    ReplaceOrder,
    RequestRefund,
    TellRefundTotal,
)
from ncre.domain.payment.order_decisions import EARLIER, decide_order, knows
from ncre.domain.payment.orders import OrderState, PaymentOrder, Refunding, replay_order
from ncre.domain.payment.settlement import refund_number
from ncre.events import payment as facts
from ncre.events.base import Fact
from tests.support import people

NUMBER: Final = people.ORDER
EXPIRES: Final = people.NOW + timedelta(hours=2)
OPENED: Final = facts.OrderOpened(
    NUMBER, people.REGISTRATION, "78", people.SITE, "till", 6, 16000, EXPIRES, "terms"
)
RECEIVED: Final = facts.PaymentReceived(
    NUMBER, people.REGISTRATION, "78", people.SITE, "till", "T1", 16000, people.NOW, "notice"
)
REPLACED: Final = facts.OrderReplaced(NUMBER, people.REGISTRATION)
CLOSED: Final = facts.OrderClosed(NUMBER, people.REGISTRATION, True)
REQUEST: Final = refund_number("till", "T1")
ABOUT: Final = (NUMBER, people.REGISTRATION, "till", "T1")
WHEN: Final = (people.NOW, "bill")


def order(*more: Fact) -> PaymentOrder:
    return replay_order(NUMBER, (OPENED, RECEIVED, *more))


def receive(order: PaymentOrder, *told: Any) -> list[Fact]:
    return decide_order(order, ReceivePayment(*told))


def request_refund(order: PaymentOrder, *asked: Any, note: str = "") -> list[Fact]:
    return decide_order(order, RequestRefund(*asked, note=note))


def put_off(order: PaymentOrder, *told: Any) -> list[Fact]:
    return decide_order(order, PutOffRefund(*told))


def refund_confirmed(order: PaymentOrder, *told: Any) -> list[Fact]:
    return decide_order(order, ConfirmRefund(*told))


def total_went_back(order: PaymentOrder, *told: Any) -> list[Fact]:
    return decide_order(order, TellRefundTotal(*told))


def asked(amount: int = 16000) -> facts.RefundRequested:
    return facts.RefundRequested(*ABOUT, REQUEST, amount, "late")


def by_hand(reference: str, amount: int) -> facts.RefundUnexplained:
    return facts.RefundUnexplained(*ABOUT, reference, amount, *WHEN)


def told(total: int) -> facts.RefundTotalTold:
    return facts.RefundTotalTold(*ABOUT, total, *WHEN)


def covered(by: str, amount: int = 16000) -> facts.RefundConfirmed:
    return facts.RefundConfirmed(*ABOUT, REQUEST, amount, *WHEN, covered_by=by)


def test_an_opened_order_knows_what_it_was_opened_for() -> None:
    assert replay_order(NUMBER, [OPENED]) == PaymentOrder(
        NUMBER,
        version=1,
        state=OrderState.OPEN,
        registration=people.REGISTRATION,
        round="78",
        site=people.SITE,
        channel="till",
        fixed=6,
        amount=16000,
        expires=EXPIRES,
    )


def test_money_that_belongs_to_no_order_is_kept_with_its_channel() -> None:
    nothing = replay_order("N0", [], channel="till")
    assert replay_order("N0", []).channel == ""
    assert (nothing.state, nothing.channel, nothing.registration) == (OrderState.NONE, "till", UUID(int=0))
    orphan = replay_order("N0", [facts.OrphanReceived("N0", "wechat", "T9", 500, people.NOW, "notice")])
    assert (orphan.channel, orphan.received, orphan.version) == ("wechat", {"T9": 500}, 1)


@pytest.mark.parametrize(
    ("history", "state", "payable"),
    [
        ([], OrderState.NONE, False),
        ([OPENED], OrderState.OPEN, True),
        ([OPENED, REPLACED], OrderState.REPLACED, True),
        ([OPENED, REPLACED, CLOSED], OrderState.CLOSED, False),
        ([OPENED, CLOSED, RECEIVED], OrderState.PAID, False),
    ],
)
def test_an_order_may_be_paid_until_the_channel_says_that_it_cannot(
    history: list[Fact], state: OrderState, payable: bool
) -> None:
    found = replay_order(NUMBER, history)
    assert (found.state, found.payable) == (state, payable)
    assert decide_order(found, ReplaceOrder()) == ([REPLACED] if state is OrderState.OPEN else [])
    for expired in (True, False):
        closes = [facts.OrderClosed(NUMBER, people.REGISTRATION, expired)]
        assert decide_order(found, CloseOrder(expired)) == (closes if payable else [])


def test_every_payment_is_received_once_also_the_second_for_an_order() -> None:
    opened = replay_order(NUMBER, [OPENED])
    assert receive(opened, "T1", 16000, people.NOW, "notice") == [RECEIVED]
    paid = order()
    assert knows(paid, "T1")
    assert receive(paid, "T1", 16000, people.NOW, "bill") == []
    (second,) = receive(paid, "T2", 15999, EXPIRES, "bill")
    assert isinstance(second, facts.PaymentReceived)
    assert (second.trade, second.amount, second.paid_at, second.source) == ("T2", 15999, EXPIRES, "bill")
    assert order(second).received == {"T1": 16000, "T2": 15999}


def test_money_is_asked_back_once_and_in_full() -> None:
    assert request_refund(order(), "T1", 16000, "late", *WHEN, note="n") == [
        facts.RefundRequested(*ABOUT, REQUEST, 16000, "late", "n")
    ]
    assert order(asked()).refunds == {REQUEST: Refunding("T1", 16000)}
    assert request_refund(order(asked()), "T1", 16000, "late", *WHEN) == []


def test_only_what_has_not_gone_back_already_is_asked_back() -> None:
    partly = order(by_hand("C1", 6000))
    assert request_refund(partly, "T1", 16000, "late", *WHEN) == [asked(10000)]
    all_but_one = order(by_hand("C1", 15999))
    assert request_refund(all_but_one, "T1", 16000, "late", *WHEN) == [asked(1)]


@pytest.mark.parametrize("gone", [16000, 17000])
def test_what_went_back_whole_before_anybody_asked_is_not_sent_again(gone: int) -> None:
    found = request_refund(order(by_hand("C1", gone)), "T1", 16000, "late", *WHEN)
    assert found == [asked(), covered(EARLIER)]
    after = order(by_hand("C1", gone), *found)
    assert after.refunds == {REQUEST: Refunding("T1", 16000, done=True, before=gone)}
    assert after.gone("T1") == gone


def test_a_channel_that_says_no_is_quoted_once_for_each_reason() -> None:
    waiting = order(asked())
    (said,) = put_off(waiting, REQUEST, "BALANCE")
    assert said == facts.RefundPutOff(*ABOUT, REQUEST, "BALANCE")
    again = order(asked(), said)
    assert again.refunds[REQUEST] == Refunding("T1", 16000, "BALANCE")
    assert put_off(again, REQUEST, "BALANCE") == []
    assert put_off(again, REQUEST, "LIMIT") == [facts.RefundPutOff(*ABOUT, REQUEST, "LIMIT")]
    done = order(asked(), said, facts.RefundConfirmed(*ABOUT, REQUEST, 16000, *WHEN))
    assert put_off(done, REQUEST, "LIMIT") == []


def test_what_we_asked_for_is_confirmed_once_under_its_own_number() -> None:
    (confirmed,) = refund_confirmed(order(asked()), "T1", REQUEST, 16000, *WHEN)
    assert confirmed == facts.RefundConfirmed(*ABOUT, REQUEST, 16000, *WHEN)
    after = order(asked(), confirmed)
    assert after.refunds[REQUEST] == Refunding("T1", 16000, done=True, confirmed=True)
    assert (after.gone("T1"), after.gone("T2")) == (16000, 0)
    assert refund_confirmed(after, "T1", REQUEST, 16000, *WHEN) == []


def test_a_reference_of_ours_under_another_trade_is_none_of_ours() -> None:
    (odd,) = refund_confirmed(order(asked()), "T2", REQUEST, 16000, *WHEN)
    assert isinstance(odd, facts.RefundUnexplained)
    assert order(asked(), odd).gone("T1") == 0


def test_a_refund_by_hand_that_covers_what_we_asked_for_settles_it() -> None:
    found = refund_confirmed(order(asked()), "T1", "C1", 16000, *WHEN)
    assert found == [by_hand("C1", 16000), covered("C1")]
    after = order(asked(), *found)
    assert after.refunds[REQUEST] == Refunding("T1", 16000, done=True)
    assert after.gone("T1") == 16000
    assert refund_confirmed(after, "T1", "C1", 16000, *WHEN) == []


def test_the_channels_own_answer_after_one_by_hand_is_money_that_went_twice() -> None:
    """Settled by hand, then confirmed by the channel: both are in the books, so that it can be asked back."""
    found = refund_confirmed(order(asked()), "T1", "C1", 16000, *WHEN)
    late = refund_confirmed(order(asked(), *found), "T1", REQUEST, 16000, *WHEN)
    assert late == [facts.RefundConfirmed(*ABOUT, REQUEST, 16000, *WHEN)]
    after = order(asked(), *found, *late)
    assert after.gone("T1") == 32000
    assert after.refunds[REQUEST].confirmed


def test_what_is_confirmed_stays_confirmed() -> None:
    mine = facts.RefundConfirmed(*ABOUT, REQUEST, 16000, *WHEN)
    assert order(asked(), mine, covered("C1")).refunds[REQUEST].confirmed


def test_refunds_by_hand_settle_what_we_asked_for_only_once_they_add_up_to_it() -> None:
    assert refund_confirmed(order(asked()), "T1", "C1", 15999, *WHEN) == [by_hand("C1", 15999)]
    found = refund_confirmed(order(asked(), by_hand("C1", 15999)), "T1", "C2", 1, *WHEN)
    assert found == [by_hand("C2", 1), covered("C2")]


def test_what_had_gone_back_before_we_asked_does_not_settle_what_we_asked_for() -> None:
    history = (by_hand("C1", 6000), asked(10000))
    assert order(*history).refunds[REQUEST].before == 6000
    assert refund_confirmed(order(*history), "T1", "C2", 9999, *WHEN) == [by_hand("C2", 9999)]
    assert refund_confirmed(order(*history), "T1", "C2", 10000, *WHEN) == [
        by_hand("C2", 10000),
        covered("C2", 10000),
    ]


def test_a_refund_of_one_trade_settles_nothing_of_another() -> None:
    (only,) = refund_confirmed(order(asked()), "T2", "C1", 16000, *WHEN)
    assert isinstance(only, facts.RefundUnexplained)


def test_a_told_sum_counts_where_it_is_more_than_what_was_named() -> None:
    assert total_went_back(order(), "T1", "", 3000, *WHEN) == [told(3000)]
    after = order(told(3000))
    assert after.gone("T1") == 3000
    assert total_went_back(after, "T1", "", 3000, *WHEN) == []
    assert total_went_back(after, "T1", "", 2000, *WHEN) == []
    assert order(told(3000), told(2000)).gone("T1") == 3000
    assert order(told(3000), by_hand("C1", 2000)).gone("T1") == 3000
    assert order(told(3000), by_hand("C1", 2000), by_hand("C2", 2000)).gone("T1") == 4000


def test_a_told_sum_settles_what_we_asked_for_where_it_is_as_much() -> None:
    assert total_went_back(order(asked()), "T1", "", 15999, *WHEN) == [told(15999)]
    assert total_went_back(order(asked()), "T1", "", 16000, *WHEN) == [told(16000), covered("sum:16000")]


def test_a_sum_told_with_our_own_number_says_that_ours_went_back_whole() -> None:
    mine = facts.RefundConfirmed(*ABOUT, REQUEST, 16000, *WHEN)
    assert total_went_back(order(asked()), "T1", REQUEST, 16000, *WHEN) == [mine]
    assert total_went_back(order(asked()), "T1", REQUEST, 17000, *WHEN) == [mine, told(17000)]
    assert total_went_back(order(asked(), mine), "T1", REQUEST, 16000, *WHEN) == []


def test_an_order_is_opened_once_for_exactly_what_was_asked() -> None:
    asked_for = OpenOrder(
        registration=people.REGISTRATION,
        round="78",
        site=people.SITE,
        channel="till",
        fixed=6,
        amount=16000,
        expires=EXPIRES,
        terms="terms",
    )
    assert decide_order(PaymentOrder(NUMBER), asked_for) == [OPENED]
    assert decide_order(replay_order(NUMBER, [OPENED]), asked_for) == []


def test_money_without_an_order_is_received_once() -> None:
    told = ReceiveUnmatched("T9", 500, people.NOW, "bill")
    (orphan,) = decide_order(replay_order("N0", [], "wechat"), told)
    assert orphan == facts.OrphanReceived("N0", "wechat", "T9", 500, people.NOW, "bill")
    assert decide_order(replay_order("N0", [orphan], "wechat"), told) == []
