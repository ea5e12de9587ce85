"""Weeks of payment in a moment: candidates, channels, faults and the worker on a clock that only the test moves.

One seed is one story. Whatever the lot brings, at its end nobody who paid in time is unpaid, no seat is
above its quota, no money went back twice, and nothing is left open.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from ncre.bootstrap import Container, build_container
from ncre.clients.payment_channel import ChannelRefused, ChannelUnavailable, Order, PaymentNotification, State
from ncre.domain.refusals import Refusal
from ncre.domain.registration import commands as c
from ncre.domain.registration.state import registration_id, replay
from ncre.domain.registration.vocabulary import Status
from ncre.events import registration as facts
from ncre.projections.payment import ledger, orders
from tests.handlers.ground import QUICK, Walker, details_of, history_of, open_exam, revise
from tests.support import people
from tests.support.containers import settings_on
from tests.support.fake_channel import FakeChannel
from tests.support.people import Clock, till_of

SEATS = 4
STEPS = 45
Prepared = tuple[Path, list[UUID]]
"""A folder with a database to copy, and the accounts of the crowd in it."""

HOURS = timedelta(hours=1)
SUBJECT = "67"


def prepare(folder: Path, migrated: Path) -> Prepared:
    """A house with a crowd that may pay now, to copy for each seed: fewer seats than people once some lapse."""
    shutil.copyfile(migrated, folder / "ncre.sqlite")
    clock = Clock()
    container = build_container(
        settings_on(f"sqlite:///{folder / 'ncre.sqlite'}", folder), clock, {"till": FakeChannel(clock)}
    )
    container.command_handler.photos = None  # they are made up
    open_exam(container)
    revise(container, QUICK, quotas={SUBJECT: SEATS})
    crowd = []
    for _ in range(SEATS):
        walker = Walker(container)
        walker.pictured(QUICK, (SUBJECT,))
        crowd.append(walker.account.id)
    last = Walker(container)
    last.filled()
    crowd.append(last.account.id)
    container.close()
    return folder, crowd


@dataclass
class Story:
    """One seed: the lot decides who does what, what is told and what gets lost."""

    container: Container
    clock: Clock
    lot: Random
    crowd: list[Walker]
    notices: list[tuple[datetime, PaymentNotification]] = field(default_factory=list)
    brought: dict[str, Order] = field(default_factory=dict)

    @property
    def till(self) -> FakeChannel:
        return till_of(self.container)

    def goes_on(self) -> None:
        """Somebody does something, or the world does."""
        act = self.lot.choices(
            (
                self.opens,
                self.pays,
                self.asks,
                self.edits,
                self.withdraws,
                self.submits,
                self.weather,
                self.waits,
            ),
            (6, 8, 2, 1, 0.5, 3, 2, 6),
        )[0]
        with suppress(Refusal, ChannelUnavailable, ChannelRefused):
            act(self.lot.choice(self.crowd))
        self.time_passes(timedelta(seconds=self.lot.choice((5, 40, 120, 900, 3600))))

    def time_passes(self, span: timedelta) -> None:
        self.clock.now += span
        due = [told for told in self.notices if told[0] <= self.clock.now]
        self.notices = [told for told in self.notices if told[0] > self.clock.now]
        self.lot.shuffle(due)
        for _, news in due:
            with suppress(Refusal):
                self.container.payments.receive(news)
        if self.lot.random() < 0.5:
            self.container.worker.once()

    def opens(self, who: Walker) -> None:
        order = self.container.checkout.open(who.id, "till")
        self.brought[order.number] = order
        if self.lot.random() < 0.8:
            self.till.begin(order)

    def pays(self, _: Walker) -> None:
        """Somebody pays an order that was opened at some time; its notice comes, or does not, or comes often."""
        if not self.brought:
            return
        order = self.lot.choice(sorted(self.brought.values(), key=lambda one: one.number))
        self.till.begin(order)
        state = self.till.trades[order.number].state
        if state is not State.WAITING or (self.clock.now > order.expires and self.lot.random() < 0.7):
            return
        wrong = self.lot.random() < 0.05
        news = self.till.pay(order.number, amount=order.amount - 1 if wrong else None)
        for _ in range(self.lot.choice((0, 0, 1, 1, 1, 2, 3))):
            late = self.lot.choice((1, 60, 3600, 90000))
            self.notices.append((self.clock.now + timedelta(seconds=late), news))

    def asks(self, who: Walker) -> None:
        self.container.checkout.ask(who.id)

    def edits(self, who: Walker) -> None:
        self.container.checkout.close_open_orders(who.id)
        subjects = self.lot.choice(((SUBJECT,), (SUBJECT, "24"), ("24",)))
        who.does(c.ChangeSubjects, site=QUICK, subjects=subjects)

    def withdraws(self, who: Walker) -> None:
        self.container.checkout.close_open_orders(who.id)
        who.withdraws()

    def submits(self, who: Walker) -> None:
        """Whoever lapsed, or has not begun, tries for a seat; a photo taken before is used again."""
        who.submits(QUICK, (SUBJECT,))
        photo = who.stands.photo
        who.does(c.UploadPhoto, photo=photo or people.PHOTO)

    def weather(self, _: Walker) -> None:
        self.till.silent = self.lot.random() < 0.5
        self.till.refuses_refunds = self.lot.choice(("", "", "ACQ.SELLER_BALANCE_NOT_ENOUGH"))
        self.till.slow_refunds = self.lot.choice((0, 0, 1, 3))

    def waits(self, _: Walker) -> None:
        self.time_passes(self.lot.choice((HOURS, 5 * HOURS, 13 * HOURS)))

    def settles_down(self) -> None:
        """The lines are mended, the last notices come, and a few days go by."""
        self.till.silent, self.till.refuses_refunds, self.till.slow_refunds = False, "", 0
        for _ in range(12):
            self.time_passes(10 * HOURS)
            self.container.worker.once()
        for _, news in self.notices:
            self.container.payments.receive(news)
        self.notices = []
        self.container.worker.once()

    def wrong(self) -> list[str]:
        """What must not be at the end."""
        found: list[str] = []
        for number, trade in self.till.trades.items():
            if trade.paid_at is None:
                continue
            found += self.wrong_with(
                number, trade.number, trade.paid, sum(one.amount for one in trade.refunds.values())
            )
        with self.container.database.reading() as connection:
            found += [f"{row['trade']} is still owed" for row in ledger.owed(connection)]
            found += [f"{row['number']} is still {row['state']}" for row in orders.payable(connection)]
        taken = sum(SUBJECT in one.stands.subjects and one.stands.status is Status.PAID for one in self.crowd)
        if taken > SEATS:
            found.append(f"{taken} seats of {SEATS}")
        found += [
            f"{one.id} is {one.stands.status} after its time" for one in self.crowd if self.overdue(one)
        ]
        return found

    def wrong_with(self, number: str, trade: str, paid: int, back: int) -> list[str]:
        """A payment was used and stayed, or was not used and went back whole, for a reason that holds."""
        with self.container.database.reading() as connection:
            order = orders.one(connection, number)
            row = ledger.one(connection, "till", trade)
        if order is None or row is None:
            return [f"{trade} never arrived"]
        history = history_of(self.container, order["registration"])
        used = [fact for fact in history if isinstance(fact, facts.PaymentSettled) and fact.trade == trade]
        if len(used) + (back == paid) != 1 or back not in (0, paid):
            return [f"{trade} of {paid} was used {len(used)} times and {back} went back"]
        if used or row["reason"] in (
            "late",
            "wrong-amount",
            "superseded",
            "duplicate",
            "withdrawn",
            "seat-gone",
        ):
            return self.wrong_reason(row["reason"], trade, history) if not used else []
        return [f"{trade} went back for {row['reason']}"]

    def wrong_reason(self, reason: str, trade: str, history: object) -> list[str]:
        """Who paid in time, the right amount, for what stood: only a seat that was gone sends it back."""
        assert isinstance(history, list)
        place = next(
            i
            for i, fact in enumerate(history)
            if isinstance(fact, facts.PaymentUnusable) and fact.trade == trade
        )
        before, unusable = replay(history[0].metadata.stream, history[:place]), history[place]
        in_time = before.pay_by is not None and unusable.paid_at <= before.pay_by
        holds = {
            "late": not in_time,
            "wrong-amount": unusable.amount != before.amount,
            "duplicate": bool(before.settled_trade),
            "withdrawn": before.status in (Status.WITHDRAWN, Status.CANCELLED),
            "seat-gone": before.status is Status.LAPSED,
            "superseded": True,
        }
        return [] if holds[reason] else [f"{trade} went back as {reason}, which is not so"]

    def overdue(self, one: Walker) -> bool:
        stands = one.stands
        unpaid = (Status.SUBMITTED, Status.PHOTO_UPLOADED, Status.APPROVED)
        return (
            stands.status in unpaid and stands.pay_by is not None and stands.pay_by + HOURS < self.clock.now
        )


def walker_of(container: Container, account: UUID) -> Walker:
    """Somebody of the prepared crowd."""
    walker = Walker(container, details_of(account.int % 10**8))
    walker.account = replace(walker.account, id=account)
    walker.id = registration_id(people.ROUND, account, 1)
    return walker


def wrong_stories(seeds: range, prepared: Prepared, folder: Path) -> dict[int, list[str]]:
    """What is wrong at the end of each story, by its seed, where anything is."""
    ends = {seed: told(seed, prepared, folder / str(seed)) for seed in seeds}
    return {seed: wrong for seed, wrong in ends.items() if wrong}


def told(seed: int, prepared: Prepared, folder: Path) -> list[str]:
    """The story of a seed, and what is wrong at its end."""
    template, identities = prepared
    folder.mkdir()
    shutil.copyfile(template / "ncre.sqlite", folder / "ncre.sqlite")
    clock = Clock()
    container = build_container(
        settings_on(f"sqlite:///{folder / 'ncre.sqlite'}", folder), clock, {"till": FakeChannel(clock)}
    )
    container.command_handler.photos = None  # they are made up
    try:
        story = Story(container, clock, Random(seed), [walker_of(container, one) for one in identities])
        for _ in range(STEPS):
            story.goes_on()
        story.settles_down()
        return story.wrong()
    finally:
        container.close()
        shutil.rmtree(folder)
