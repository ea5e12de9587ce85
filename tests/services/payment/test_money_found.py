"""What channels tell in any order, twice, by notices, answers and bills: the ledger ends where the channel stands.

And what cannot be booked is on a list, for a person; it is never dropped.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ncre.bootstrap import Container
from ncre.clients.payment_channel import ChannelRefused, NewsKind, NewsSource, PaymentNotification
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import PaidFee
from ncre.handlers.command_handler import Act
from ncre.projections.base import Row
from ncre.projections.payment import ledger, unbooked
from ncre.projections.payment.ledger import gone_back
from tests.handlers.ground import Walker, open_exam, refusal
from tests.services.registration.test_changes import cancel
from tests.support import people
from tests.support.containers import container_on
from tests.support.fake_channel import FakeChannel
from tests.support.people import Clock, till_of

OFFICE: Final = Act(people.OFFICE)


def payments(container: Container, walker: Walker) -> list[Row]:
    with container.database.reading() as connection:
        return ledger.of_registration(connection, walker.id)


def so_far(order: str, trade: str, amount: int, clock: Clock, reference: str = "") -> PaymentNotification:
    """A notice that names the sum of all refunds of a trade, as Alipay's do."""
    return PaymentNotification(
        NewsKind.RETURNED_SO_FAR, "till", order, trade, reference, amount, clock(), NewsSource.NOTICE
    )


@pytest.fixture
def paid(container: Container) -> Walker:
    walker = Walker(container)
    walker.paid(("66",))
    return walker


def test_refunds_by_hand_are_booked_by_the_difference_to_what_is_known(
    container: Container, clock: Clock, paid: Walker
) -> None:
    (order,) = paid.till.trades
    trade = paid.row["payment"]["trade"]
    for total, known in ((1000, 1000), (3000, 3000), (1000, 3000), (3000, 3000)):
        container.payments.receive(so_far(order, trade, total, clock))
        (row,) = payments(container, paid)
        assert (gone_back(row), row["unexplained"], row["returned"]) == (known, known, None)
    named = PaymentNotification(NewsKind.RETURNED, "till", order, trade, "C1", 1000, clock(), NewsSource.BILL)
    container.payments.receive(named)
    (row,) = payments(container, paid)
    assert gone_back(row) == 3000
    container.payments.receive(replace(named, reference="C2", amount=2500))
    (row,) = payments(container, paid)
    assert gone_back(row) == 3500


@pytest.mark.parametrize("reference", ["", "ours"])
def test_a_refund_by_hand_of_what_we_owe_settles_what_we_owe(
    container: Container, clock: Clock, paid: Walker, reference: str
) -> None:
    again = paid.hears(paid.money("T-again"))
    assert again.owed == {"T-again": "duplicate"}
    (row,) = [one for one in payments(container, paid) if one["trade"] == "T-again"]
    named = row["request"] if reference else ""
    container.payments.receive(so_far(row["order"], "T-again", 8000, clock, named))
    assert paid.stands.owed == {}
    (row,) = [one for one in payments(container, paid) if one["trade"] == "T-again"]
    assert (row["returned"], row["unexplained"], gone_back(row)) == (8000, None, 8000)
    assert container.worker.once().sent_back == 0


def test_what_went_back_by_hand_and_was_told_in_both_ways_is_counted_once_when_the_rest_goes_back(
    container: Container, clock: Clock, paid: Walker
) -> None:
    (order,) = paid.till.trades
    back = paid.till.returns_by_hand(order, 3000)
    container.payments.receive(so_far(order, back.trade, 3000, clock))
    container.payments.receive(back)
    container.changes.carry_out(cancel(paid, money=PaidFee.REFUND, money_reason="停考"))
    assert container.worker.once().sent_back == 1
    assert [news.amount for news in paid.till.trades[order].refunds.values()] == [3000, 5000]
    (row,) = payments(container, paid)
    assert (gone_back(row), row["returned"], row["unexplained"]) == (8000, 5000, 3000)


def test_a_refund_that_is_told_before_its_payment_is_not_lost(container: Container, clock: Clock) -> None:
    walker = Walker(container)
    walker.approved(("66",))
    news = walker.till.pay(walker.opens().number)
    back = PaymentNotification(
        NewsKind.RETURNED, "till", news.order, news.trade, "C1", 3000, clock(), NewsSource.NOTICE
    )
    container.payments.receive(back)
    container.payments.receive(so_far(news.order, news.trade, 3000, clock))
    container.payments.receive(news)
    (row,) = payments(container, walker)
    assert (row["amount"], gone_back(row), row["unexplained"]) == (8000, 3000, 3000)


def test_a_notice_of_one_channel_is_not_applied_to_anothers_order(container: Container, clock: Clock) -> None:
    walker = Walker(container)
    walker.approved(("66",))
    number = walker.opens().number
    foreign = PaymentNotification(
        NewsKind.PAID, "other-till", number, "T-foreign", "", 8000, clock(), NewsSource.NOTICE
    )
    assert container.payments.receive(foreign) is None
    assert walker.row["payment"] is None
    with container.database.reading() as connection:
        (orphan,) = ledger.orphans(connection)
    assert (orphan["channel"], orphan["order"]) == ("other-till", number)


def test_money_for_an_unknown_order_goes_back_with_a_reason(container: Container, clock: Clock) -> None:
    till = till_of(container)
    walker = Walker(container)
    walker.approved(("66",))
    number = walker.opens().number
    till.trades["N-UNKNOWN"] = replace(till.trades[number], refunds={})
    orphan = till.took(
        PaymentNotification(
            NewsKind.PAID, "till", "N-UNKNOWN", "T-orphan", "", 8000, clock(), NewsSource.NOTICE
        )
    )
    container.payments.receive(orphan)
    send = container.unmatched_payments.send_back
    assert refusal(send, "till", "T-orphan", " ", OFFICE) is RefusalCode.REASON_TEXT_MISSING
    assert refusal(send, "till", "T-orphan", "x", Act(people.REVIEWER)) is RefusalCode.NOT_YOUR_ROLE
    assert refusal(send, "till", "T-none", "x", OFFICE) is RefusalCode.NOTHING_OWED
    till.refuses_refunds = "BALANCE"
    for _ in range(2):
        send("till", "T-orphan", "付款人书面申请", OFFICE)
    assert container.worker.once().put_off == 1
    with container.database.reading() as connection:
        (owed,) = ledger.owed(connection)
        assert ledger.orphans(connection) == []
    assert (owed["note"], owed["trouble"]) == ("付款人书面申请", "BALANCE")
    till.refuses_refunds = ""
    clock.advance(minutes=2)
    assert container.worker.once().sent_back == 1
    with container.database.reading() as connection:
        row = ledger.one(connection, "till", "T-orphan")
    assert row is not None
    assert (row["returned"], row["returned_at"], row["trouble"]) == (8000, clock(), None)
    assert refusal(send, "till", "T-orphan", "x", OFFICE) is RefusalCode.NOTHING_OWED


@pytest.mark.parametrize("kind", [NewsKind.OTHER, NewsKind.CLOSED])
def test_what_cannot_be_booked_waits_for_a_person(container: Container, clock: Clock, kind: NewsKind) -> None:
    amount = -48 if kind is NewsKind.OTHER else 48
    news = PaymentNotification(
        kind, "till", "N-UNKNOWN", "T9", "line-1", amount, clock(), NewsSource.BILL, "服务费"
    )
    for _ in range(2):
        container.payments.receive(news)
    with container.database.reading() as connection:
        (item,) = unbooked.waiting(connection)
    assert (item["kind"], item["amount"], item["trade"]) == ("服务费", amount, "T9")
    resolve = container.unmatched_payments.resolve
    assert refusal(resolve, item["id"], " ", OFFICE) is RefusalCode.REASON_TEXT_MISSING
    assert refusal(resolve, item["id"], "x" * 501, OFFICE) is RefusalCode.TEXT_TOO_LONG
    assert refusal(resolve, item["id"], "x", Act(people.AUDITOR)) is RefusalCode.NOT_YOUR_ROLE
    assert refusal(resolve, uuid4(), "x", OFFICE) is RefusalCode.NOTHING_OWED
    for _ in range(2):
        resolve(item["id"], "渠道手续费", OFFICE)
    with container.database.reading() as connection:
        assert unbooked.waiting(connection) == []
        done = unbooked.one(connection, item["id"])
    assert done is not None
    assert (done["note"], done["resolved_by"]) == ("渠道手续费", people.OFFICE.id)


def test_a_refund_of_unknown_money_is_kept_too(container: Container, clock: Clock) -> None:
    container.payments.receive(
        PaymentNotification(NewsKind.RETURNED, "till", "N-?", "T9", "C1", 100, clock(), NewsSource.NOTICE)
    )
    with container.database.reading() as connection:
        (row,) = ledger.unexplained(connection)
    assert (row["trade"], row["unexplained"]) == ("T9", 100)


def test_a_sum_that_went_back_of_unknown_money_is_taken_off_what_is_owed_of_it(
    container: Container, clock: Clock
) -> None:
    paid = PaymentNotification(NewsKind.PAID, "till", "N-?", "T9", "", 100, clock(), NewsSource.NOTICE)
    container.payments.receive(paid)
    container.payments.receive(so_far("N-?", "T9", 100, clock))
    with container.database.reading() as connection:
        row = ledger.one(connection, "till", "T9")
    assert row is not None
    assert (row["amount"], row["told_total"], row["registration"]) == (100, 100, None)


def test_an_odd_line_of_a_bill_is_named_and_listed_and_nothing_is_booked(
    container: Container, clock: Clock, paid: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = PaymentNotification(
        NewsKind.OTHER, "till", "N1", "T9", "line-1", -48, clock(), NewsSource.BILL, "服务费"
    )
    whole = paid.till.bill
    monkeypatch.setattr(paid.till, "bill", lambda day: (*whole(day), odd))
    clock.advance(days=1)
    result = container.reconciliation.compare("till", people.NOW.astimezone(EXAM_TIME).date())
    assert [(one.kind, one.trade, one.billed) for one in result.differences] == [("unknown-kind", "T9", -48)]
    assert (result.payments, result.received, result.refunds) == (1, 8000, 0)
    with container.database.reading() as connection:
        assert ledger.one(connection, "till", "T9") is None
        assert len(unbooked.waiting(connection)) == 1


def test_a_refund_by_hand_that_the_notice_told_is_no_difference_in_the_bill(
    container: Container, clock: Clock, paid: Walker
) -> None:
    (order,) = paid.till.trades
    back = paid.till.returns_by_hand(order, 3000)
    container.payments.receive(so_far(order, back.trade, 3000, clock))
    clock.advance(days=1)
    day = people.NOW.astimezone(EXAM_TIME).date()
    assert container.reconciliation.compare("till", day).differences == ()


# --- any order, doubling and mixture -------------------------------------------------------------------------------


@dataclass
class World:
    """A house, its channel, and everything that the channel has ever said of what happened there."""

    container: Container
    clock: Clock
    walkers: list[Walker]
    said: list[PaymentNotification] = field(default_factory=list)

    @property
    def till(self) -> FakeChannel:
        return till_of(self.container)

    def pay(self, pick: int) -> None:
        walker = self.walkers[pick % len(self.walkers)]
        with suppress(Refusal):
            walker.opens()
        numbers = sorted(self.till.trades)
        if numbers:
            number = numbers[pick % len(numbers)]
            with suppress(ChannelRefused):
                self.said.append(self.till.pay(number))

    def refund_by_hand(self, pick: int, share: int) -> None:
        trades = [number for number, trade in sorted(self.till.trades.items()) if trade.paid_at]
        if not trades:
            return
        number = trades[pick % len(trades)]
        trade = self.till.trades[number]
        left = trade.paid - sum(news.amount for news in trade.refunds.values())
        amount = left * share // 4
        if amount:
            back = self.till.returns_by_hand(number, amount)
            total = sum(news.amount for news in trade.refunds.values())
            named = back.reference if share % 2 else ""
            self.said += [back, so_far(number, trade.number, total, self.clock, named)]

    def handle_notification(self, pick: int) -> None:
        if self.said:
            self.container.payments.receive(self.said[pick % len(self.said)])

    def act(self, act: str, pick: int, share: int) -> None:
        match act:
            case "pay":
                self.pay(pick)
            case "by-hand":
                self.refund_by_hand(pick, share)
            case "hear":
                self.handle_notification(pick)
            case "ask":
                self.container.checkout.ask(self.walkers[pick % len(self.walkers)].id)
            case "work":
                self.clock.advance(minutes=share)
                self.container.worker.once()
            case "cancel":
                self.cancel(self.walkers[pick % len(self.walkers)])

    def cancel(self, walker: Walker) -> None:
        with suppress(Refusal):
            self.container.changes.carry_out(cancel(walker, money=PaidFee.REFUND, money_reason="停考"))

    def bills(self) -> None:
        """Every day's bill, until nothing is owed and nothing was missed."""
        for _ in range(2):
            self.clock.advance(days=1)
            day = (self.clock() - timedelta(days=1)).astimezone(EXAM_TIME).date()
            first = people.NOW.astimezone(EXAM_TIME).date()
            for after in range((day - first).days + 1):
                self.container.reconciliation.compare("till", first + timedelta(days=after))
            self.container.worker.once()

    def channel(self) -> dict[str, tuple[int, int]]:
        """Of each trade at the channel: fen paid, fen that went back."""
        return {
            trade.number: (trade.paid, sum(news.amount for news in trade.refunds.values()))
            for trade in self.till.trades.values()
            if trade.paid_at is not None
        }

    def ledger(self) -> dict[str, tuple[int, int]]:
        rows = [row for walker in self.walkers for row in payments(self.container, walker)]
        return {row["trade"]: (row["amount"], gone_back(row)) for row in rows}


ACTS: Final = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "by-hand", "hear", "hear", "hear", "ask", "work", "cancel"]),
        st.integers(0, 30),
        st.integers(1, 4),
    ),
    min_size=4,
    max_size=30,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exam on SQLite, made once; every example begins with a copy."""
    folder = tmp_path_factory.mktemp("template")
    container = container_on(f"sqlite:///{folder / 'ncre.sqlite'}", folder)
    container.database.migrate()
    open_exam(container)
    container.close()
    return folder


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.generate),
)
@given(acts=ACTS)
def test_whatever_is_told_in_whatever_order_the_ledger_ends_where_the_channel_stands(
    template: Path, acts: list[tuple[str, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(template, copy, dirs_exist_ok=True)
        clock = Clock()
        container = container_on(f"sqlite:///{Path(copy) / 'ncre.sqlite'}", Path(copy), clock)
        try:
            world = World(container, clock, [Walker(container), Walker(container)])
            for walker in world.walkers:
                walker.approved(("66",))
            for act in acts:
                world.act(*act)
            for news in [*world.said, *reversed(world.said)]:
                container.payments.receive(news)
            world.bills()
            assert world.ledger() == world.channel()
            for walker in world.walkers:
                assert walker.stands.owed == {}
                for row in payments(container, walker):
                    assert row["request"] is None or gone_back(row) == row["amount"]
        finally:
            container.close()
