"""A site that has grown: tens of thousands of people and their payments, written as rows at once.

The rows are folded from the facts that commands would have recorded, by the same steps; `tests/bench` holds
them to that. Facts are written only where asked for: pages read rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import insert, select

from bench.ground import NOW, ROUND, SITE
from ncre.domain.payment.settlement import order_number, order_stream
from ncre.domain.registration.state import registration_id
from ncre.domain.registration.vocabulary import Role
from ncre.events import payment
from ncre.events import registration as facts
from ncre.events.base import Envelope, Fact
from ncre.events.registration_values import SubjectFee
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.audit.timeline import Timeline
from ncre.projections.base import Listeners, Projection, fold
from ncre.projections.maintenance import claims_check
from ncre.projections.maintenance.dependents import ClaimRows
from ncre.projections.maintenance.findings import holding_differences
from ncre.projections.registration.registrations import registrations
from ncre.projections.summaries import Totals
from tests.support.people import PHOTO, WENJING

BATCH_SIZE: Final = 1000
"""People whose facts are in memory at a time."""

CHOICES: Final = (("66",),) * 3 + (("66", "24"),)
"""What four people choose."""

STILL_WAITING: Final = 10
"""Of so many people one still waits for review; the others have paid."""


def fill(
    app: CommandHandler,
    people: int,
    *,
    facts_too: bool = False,
    histories: Callable[[int], Iterator[list[Fact]]] | None = None,
) -> None:
    """Add that many people, each with the `histories` of their number; else those of the site of the bench, over two weeks."""
    of_one = histories or _histories
    listeners = app.listeners if facts_too else _read_by_pages(app.listeners)
    everybody, drawn = iter(range(people)), dict[str, int]()
    while some := list(islice(everybody, BATCH_SIZE)):
        made = [history for number in some for history in of_one(number)]
        if facts_too:
            with app.database.transaction() as connection:
                app.store.append(connection, [fact for history in made for fact in history])
        recorded = [fact for history in made for fact in history]
        claims_check.note_drawn(drawn, recorded)
        _write(app, listeners, recorded)
    with app.database.transaction() as connection:
        held = claims_check.Held()
        totals = Totals([*app.listeners.summaries, held])
        totals.take_stored(connection)
        for corrections in totals.corrections(connection, app.listeners.summaries):
            corrections.write(connection)
        told = claims_check.of_stored_rows(connection, totals.of(held), drawn)
        off = holding_differences(claims_check.counted(connection), told)
        claims_check.correct(connection, off)
        claims_check.set_forward(connection, off)
        ids = list(connection.execute(select(registrations.c.id)).scalars())
        for start in range(0, len(ids), BATCH_SIZE):
            ClaimRows().make_right(connection, set(ids[start : start + BATCH_SIZE]))


def _read_by_pages(listeners: Listeners) -> Listeners:
    return Listeners([one for one in listeners.all if not isinstance(one, Timeline)])


def _write(app: CommandHandler, listeners: Listeners, recorded: list[Fact]) -> None:
    folded: dict[Projection, dict[tuple[object, ...], dict[str, object]]] = fold(listeners, recorded)
    with app.database.transaction() as connection:
        for projection, rows in folded.items():
            if rows:
                connection.execute(insert(projection.table), list(rows.values()))


def _histories(number: int) -> Iterator[list[Fact]]:
    """The facts of a person and of the payment; everybody's names and photos are the same, no more."""
    account = uuid5(UUID(int=1), str(number))
    stream = registration_id(ROUND, account, 1)
    at = NOW - timedelta(minutes=number % (14 * 24 * 60))
    subjects = CHOICES[number % len(CHOICES)]
    serial = f"{ROUND}{SITE}{number + 1:06}"
    lines = tuple(SubjectFee(code, 8000) for code in subjects)
    amount = sum(line.fee for line in lines)
    begun: list[Fact] = [
        facts.AgreementAccepted(ROUND, account, 1, "1"),
        facts.InfoFilled(WENJING, uuid5(account, "person").hex),
        facts.Submitted(serial, SITE, lines, "declared", 1),
        facts.PhotoUploaded(PHOTO),
        facts.ReviewRequested(1),
    ]
    if number % STILL_WAITING == 0:
        yield _stamped(begun, stream, account)
        return
    order, trade = order_number(stream, 6, "alipay", 1), uuid5(stream, "trade").hex
    pay_by = NOW + timedelta(hours=24)
    settled = facts.PaymentSettled(order, "alipay", trade, amount, at)
    yield _stamped([*begun, facts.Approved(pay_by, 1), settled], stream, account)
    yield _stamped(
        [
            payment.OrderOpened(order, stream, ROUND, SITE, "alipay", 6, amount, pay_by),
            payment.PaymentReceived(order, stream, ROUND, SITE, "alipay", trade, amount, at, "notice"),
        ],
        order_stream(order),
        None,
    )


def _stamped(bare: list[Fact], stream: UUID, account: UUID | None) -> list[Fact]:
    by, role = (str(account), Role.CANDIDATE.value) if account else ("bench", "payment")
    return [
        fact.with_metadata(Envelope(stream, version, NOW, by, role, uuid5(stream, str(version)), account))
        for version, fact in enumerate(bare, start=1)
    ]
