"""Numbers under which money is asked for and given back: the same for good, and amounts as people write them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest

from ncre.domain.payment.settlement import (
    asks_fee,
    fen_typed,
    item_stream,
    order_number,
    order_of,
    order_stream,
    orphan_stream,
    payable,
    prolonged,
    reconciliation_stream,
    refund_number,
    unusable,
    yuan,
    yuan_grouped,
)
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Status
from ncre.events import registration as facts
from tests.domain.commands import after
from tests.support import people

SOMETHING: Final = UUID(int=1)


def test_numbers_that_channels_and_streams_know_stay_what_they_are() -> None:
    """They stand at the channel and in stored facts: another way to make them would lose every one of them."""
    assert order_number(SOMETHING, 6) == "NOFQHRJFG4VIDTEN7PKWA6KXZOQ"
    assert order_number(SOMETHING, 6, "alipay", 37) == "NOFQHRJFG4VIDTEN7PKWA6KXZOQA11"
    turns = [order_number(SOMETHING, 6, "alipay", turn)[-3:] for turn in (0, 35, 36, 71, 72)]
    assert turns == ["A00", "A0Z", "A10", "A1Z", "A20"]
    assert order_number(SOMETHING, 6, "alipay") == order_number(SOMETHING, 6, "alipay", 0)
    assert refund_number("till", "T1") == "RXOLWH6UNSJNO7HMFTNHGMTBBLU"
    assert [
        str(stream)
        for stream in (
            order_stream("N1"),
            orphan_stream("till", "T1"),
            item_stream("till", "I1"),
            reconciliation_stream("till", "2027-03-01"),
        )
    ] == [
        "174eebe5-ad13-5727-a344-2793a3781bd2",
        "a230dab6-63b7-59eb-99f6-7e2c33ef7924",
        "c33a01cc-39cd-57a7-81b1-7e1642e7fea8",
        "f8b63ce6-c10b-51e4-b03a-8a3b261cb0b3",
    ]


@pytest.mark.parametrize(
    ("amount", "written", "read"),
    [
        (0, "0.00", "0.00"),
        (5, "0.05", "0.05"),
        (8000, "80.00", "80.00"),
        (-50, "-0.50", "-0.50"),
        (-100, "-1.00", "-1.00"),
        (100000, "1000.00", "1,000.00"),
        (123456789, "1234567.89", "1,234,567.89"),
    ],
)
def test_amounts_are_written_with_two_digits_after_the_point(amount: int, written: str, read: str) -> None:
    assert (yuan(amount), yuan_grouped(amount)) == (written, read)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("160", 16000),
        ("160.5", 16050),
        ("160.05", 16005),
        ("1,600.00", 160000),
        ("1,234,567.89", 123456789),
        (" 160 ", 16000),
        ("160.00", 16000),
        ("0.01", 1),
        ("9999999", 999999900),
    ],
)
def test_amounts_are_read_as_people_type_them(typed: str, amount: int) -> None:
    assert fen_typed(typed) == amount


@pytest.mark.parametrize("typed", ["", "-1", "160.", "160.005", "1,60", "16 0", "160元", "99999999", ".5"])
def test_what_is_no_amount_is_told_with_its_beginning(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        fen_typed(typed + "x" * 40)
    assert refused.value.code is RefusalCode.AMOUNT_UNREADABLE
    assert refused.value.particulars == {"typed": (typed + "x" * 40)[:20]}


def test_a_lapsed_registration_may_still_be_settled_but_nobody_is_sent_to_pay_it() -> None:
    site = people.context().site
    assert payable(Status.LAPSED, site)
    assert not asks_fee(Status.LAPSED, site)
    assert asks_fee(Status.APPROVED, site)
    assert not asks_fee(Status.PHOTO_UPLOADED, site)
    assert asks_fee(Status.PHOTO_UPLOADED, people.context("429901").site)


def test_money_settles_what_could_be_paid_at_its_site_before_it_was_suspended() -> None:
    """Where the site does not review, a photo is enough; where it does, nobody pays past the reviewer."""
    pictured = after((*people.PICTURED, facts.Suspended("photo-uploaded", people.NOW, "调查")))
    closes = people.context().round.plan.windows.payment.closes
    money = (order_of(pictured), pictured.amount, people.NOW, closes)
    assert unusable(pictured, people.context(reviews=False).site, *money) is None
    assert unusable(pictured, people.context(reviews=True).site, *money) == "not-payable"


def test_time_that_it_is_suspended_is_added_to_the_time_to_pay_up_to_the_end_of_payment() -> None:
    hour = timedelta(hours=1)
    closes = people.PAY_BY + 10 * hour
    running = after(people.APPROVED)
    assert prolonged(running, people.PAY_BY + 99 * hour, closes) == people.PAY_BY
    waits = after((*people.APPROVED, facts.Suspended("approved", people.NOW, "调查")))
    assert prolonged(waits, people.NOW, closes) == people.PAY_BY
    assert prolonged(waits, people.NOW - hour, closes) == people.PAY_BY
    assert prolonged(waits, people.NOW + 3 * hour, closes) == people.PAY_BY + 3 * hour
    assert prolonged(waits, people.NOW + 300 * hour, closes) == closes
    assert prolonged(waits, people.NOW + 3 * hour, people.PAY_BY - hour) == people.PAY_BY
    without = after((*people.SUBMITTED, facts.Suspended("submitted", people.NOW, "调查")))
    assert prolonged(without, people.NOW + hour, closes) is None


def test_money_for_a_suspended_registration_is_in_time_until_its_prolonged_end() -> None:
    hour = timedelta(hours=1)
    waits = after((*people.APPROVED, facts.Suspended("approved", people.NOW, "调查")))
    site, closes = people.context().site, people.PAY_BY + 10 * hour
    for paid_at, why in ((closes, None), (closes + hour, "late")):
        assert unusable(waits, site, people.ORDER, people.AMOUNT, paid_at, closes) == why
