"""A storm of news about money: many people, ten deliveries for each, and what must hold afterwards.

Run as a program it delivers into a database that others look at, so that it can be killed on the way:
`python -m tests.services.payment.storm URL FOLDER PEOPLE DELIVERIES` prints a dot for each hundred.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID, uuid5

from ncre.bootstrap import Container, build_container
from ncre.clients.payment_channel import NewsKind, NewsSource, Order, PaymentNotification
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.payment.settlement import order_number, order_stream
from ncre.domain.refusals import Refusal
from ncre.domain.registration.state import registration_id, replay
from ncre.events import payment
from ncre.events import registration as facts
from ncre.events.base import Envelope, Fact
from ncre.events.registration_values import SubjectFee
from ncre.projections.base import RowsInTransaction
from ncre.projections.payment import ledger
from tests.handlers.ground import open_exam, revise
from tests.support import people
from tests.support.containers import settings_on
from tests.support.fake_channel import FakeChannel
from tests.support.people import Clock

ROOT = UUID(int=10_000)
LINES = (SubjectFee("66", 8000),)
FIXED = 6
"""The version at which a registration was approved, and its amount fixed."""

THREADS = 12
HERE = Path(__file__).parents[3]


def seats(count: int) -> int:
    """What is left for the tenth whose registration lapsed before the news of their money came: half of what they need."""
    return count // 20


def account(number: int) -> UUID:
    return uuid5(ROOT, str(number))


def registration(number: int) -> UUID:
    return registration_id(people.ROUND, account(number), 1)


def order(number: int, channel: str) -> str:
    return order_number(registration(number), FIXED, channel, 1)


def house_in(url: str, folder: Path, clock: Clock) -> Container:
    tills = {"till": FakeChannel(clock), "other": FakeChannel(clock, "other")}
    container = build_container(settings_on(url, folder), clock, tills)
    container.command_handler.photos = None  # they are made up
    return container


def prepare(container: Container, count: int) -> None:
    """Approved registrations with an open order; of every ten, one has two orders and one has lapsed since."""
    open_exam(container)
    revise(container, people.SITE, quotas={"66": seats(count)})
    store, listeners = container.command_handler.store, container.command_handler.listeners
    for first in range(0, count, 100):
        with container.database.transaction() as connection:
            made = [fact for number in range(first, min(first + 100, count)) for fact in _life(number)]
            store.append(connection, made)
            rows = RowsInTransaction(connection, listeners)
            for fact in made:
                rows.take(fact)
            rows.flush()


def _life(number: int) -> list[Fact]:
    bare: list[Fact] = [
        facts.AgreementAccepted(people.ROUND, account(number), 1, "1"),
        facts.InfoFilled(people.WENJING, account(number).hex),
        facts.Submitted(f"{people.ROUND}{people.SITE}{number:06}", people.SITE, LINES, "declared", 1),
        facts.PhotoUploaded(people.PHOTO),
        facts.ReviewRequested(1),
        facts.Approved(people.PAY_BY, 1),
    ]
    if number % 10 == 3:
        bare.append(facts.PaymentLapsed(people.PAY_BY))
    stream = registration(number)
    life = [
        fact.with_metadata(
            Envelope(
                stream, version, people.NOW, "x", "candidate", uuid5(stream, str(version)), account(number)
            )
        )
        for version, fact in enumerate(bare, start=1)
    ]
    for channel in ("till", "other") if number % 10 == 0 else ("till",):
        name = order(number, channel)
        opened = payment.OrderOpened(
            name, stream, people.ROUND, people.SITE, channel, FIXED, 8000, people.PAY_BY
        )
        its = order_stream(name)
        life.append(
            opened.with_metadata(Envelope(its, 1, people.NOW, "payment", "payment", uuid5(its, "open")))
        )
    return life


def told(count: int) -> list[PaymentNotification]:
    """Everything that happened at the channels, each once."""
    found: list[PaymentNotification] = []
    for number in range(count):
        paid = PaymentNotification(
            NewsKind.PAID,
            "till",
            order(number, "till"),
            f"T{number}",
            "",
            8000,
            people.NOW,
            NewsSource.NOTICE,
        )
        match number % 10:
            case 0:
                found.append(replace(paid, channel="other", order=order(number, "other"), trade=f"O{number}"))
            case 1:
                paid = replace(paid, at=people.PAY_BY + timedelta(minutes=1))
            case 2:
                paid = replace(paid, amount=7999)
            case 4:
                found.append(replace(paid, kind=NewsKind.CLOSED, trade="", amount=0))
        found.append(paid)
    return found


def deliveries(happened: Sequence[PaymentNotification], count: int, seed: int) -> list[PaymentNotification]:
    """Each piece of news at least once, from any source, in any order, `count` in all."""
    lot = Random(seed)
    sources = (NewsSource.NOTICE, NewsSource.QUERY, NewsSource.CLOSE, NewsSource.BILL)
    again = [lot.choice(happened) for _ in range(count - len(happened))]
    found = [replace(news, source=lot.choice(sources)) for news in [*happened, *again]]
    lot.shuffle(found)
    return found


def deliver(container: Container, news: Iterable[PaymentNotification], show: bool = False) -> None:
    """By twelve at once; who finds the service busy tells it again, as a channel does."""
    done = Counter[str]()

    def tell(one: PaymentNotification) -> None:
        while True:
            try:
                container.payments.receive(one)
                break
            except Refusal:
                done["busy"] += 1
        done["told"] += 1
        if show and done["told"] % 100 == 0:
            print(".", end="", flush=True)

    with ThreadPoolExecutor(THREADS) as pool:
        for ended in pool.map(tell, news):
            assert ended is None


def carry_through(container: Container, happened: Sequence[PaymentNotification]) -> None:
    """The channels know their money, and the worker sends back what is owed until nothing is."""
    for news in happened:
        if news.kind is NewsKind.PAID:
            till = container.payments.channels[news.channel]
            assert isinstance(till, FakeChannel)
            till.begin(Order(news.order, 8000, "", people.PAY_BY))
            till.took(news)
    while True:
        container.worker.once()
        with container.database.reading() as connection:
            if not ledger.owed(connection):
                return


def violations(container: Container, happened: Sequence[PaymentNotification], count: int) -> list[str]:
    """What must never be: paid twice, money neither used nor returned once, a seat above the quota."""
    wrong: list[str] = []
    revived = 0
    of_trade = {news.trade: news for news in happened if news.kind is NewsKind.PAID}
    used, back = Counter[str](), Counter[str]()
    for number in range(count):
        with container.database.reading() as connection:
            history = container.command_handler.store.history(connection, registration(number), opened=False)
        settled = [fact for fact in history if isinstance(fact, facts.PaymentSettled)]
        if len(settled) > 1:
            wrong.append(f"registration {number} was settled {len(settled)} times")
        if replay(registration(number), history).owed:
            wrong.append(f"registration {number} still owes")
        revived += number % 10 == 3 and bool(settled)
        used.update(fact.trade for fact in settled)
        back.update(fact.trade for fact in history if isinstance(fact, facts.PaymentReturned))
        unusable = Counter(fact.trade for fact in history if isinstance(fact, facts.PaymentUnusable))
        wrong += [f"{trade} was owed {times} times" for trade, times in unusable.items() if times > 1]
    for trade, news in of_trade.items():
        if used[trade] + back[trade] != 1:
            wrong.append(f"{trade} was used {used[trade]} times and returned {back[trade]} times")
        till = container.payments.channels[news.channel]
        assert isinstance(till, FakeChannel)
        returned = sum(one.amount for one in till.trades[news.order].refunds.values())
        if returned != (news.amount if back[trade] else 0):
            wrong.append(f"of {trade} {returned} fen went back")
    if revived > seats(count):
        wrong.append(f"{revived} seats of {seats(count)}")
    return wrong


def killed_on_the_way(url: str, folder: Path, people: int, count: int) -> int:
    """Another process delivers, and is killed after a third of it; how many hundreds it had told."""
    command = [
        sys.executable,
        "-m",
        "tests.services.payment.storm",
        url,
        str(folder),
        str(people),
        str(count),
    ]
    environment = {**os.environ, "PYTHONPATH": f"{HERE / 'src'}{os.pathsep}{HERE}"}
    process = subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    dots = process.stdout.read(count // 300)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return len(dots)


def storm_over(url: str, folder: Path, people: int, count: int) -> list[str]:
    """What is wrong after so many deliveries over so many people, a third of them by a process that is killed."""
    clock = Clock()
    container = house_in(url, folder, clock)
    prepare(container, people)
    happened = told(people)
    assert killed_on_the_way(url, folder, people, count) == count // 300
    deliver(container, deliveries(happened, count, seed=2))
    carry_through(container, happened)
    wrong = [str(one) for one in violations(container, happened, people)]
    clock.advance(days=3)
    for channel in container.payments.channels:
        for back in (1, 2, 3):
            day = (clock().astimezone(EXAM_TIME) - timedelta(days=back)).date()
            differences = container.reconciliation.compare(channel, day).differences
            wrong += [f"{channel} {day}: {one}" for one in differences]
    container.close()
    return wrong


def main() -> None:
    url, folder, count, many = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    container = house_in(url, folder, Clock())
    deliver(container, deliveries(told(count), many, seed=1), show=True)


if __name__ == "__main__":
    main()
