"""People are erased by schedule: so many days after the exam, whole or not at all, and never before the law allows it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ncre.bootstrap import Container
from ncre.domain.erasure import Retention
from ncre.domain.exam.plan import round_id
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.events.erasure import RetentionApplied, retention_of
from ncre.services.erasure.retention import BATCH, RetentionReason
from tests.handlers.ground import Walker, history_of
from tests.services.erasure.traces import Traced, found
from tests.support.people import LIQIANG, OFFICE, REVIEWER, ROUND, Clock, begun, somebody

DAYS = Retention(keep_days=180, erase_days=365)
WHY = "考务档案保存规定"


def schedule(container: Container, retention: Retention = DAYS) -> None:
    container.erasures.retention.set(ROUND, retention, WHY, OFFICE)


def is_erased(container: Container, account: object) -> bool:
    with container.database.reading() as connection:
        return container.command_handler.store.is_erased(connection, account)  # type: ignore[arg-type]


def test_nobody_is_erased_before_the_day_and_everybody_on_it(
    container: Container, traced: Traced, clock: Clock
) -> None:
    traced.pays()
    schedule(container)
    (report,) = container.erasures.retention.preview(ROUND)
    assert (report.is_due, report.erased) == (False, 1)
    clock.now = report.from_ - timedelta(seconds=1)
    container.worker.once()
    assert not is_erased(container, traced.account.id)
    clock.now = report.from_ + timedelta(hours=2)
    container.worker.once()
    assert not container.worker.in_trouble
    assert is_erased(container, traced.account.id)
    assert found(container, traced.photo) == []
    assert container.erasures.retention.preview(ROUND)[0].erased == 0


def test_without_a_schedule_nobody_is_ever_erased(container: Container, traced: Traced, clock: Clock) -> None:
    schedule(container, Retention(keep_days=180))
    clock.advance(days=4000)
    container.worker.once()
    assert container.erasures.retention.preview() == []
    assert not is_erased(container, traced.account.id)


def test_who_is_signed_in_or_works_here_now_is_kept_and_counted(container: Container, clock: Clock) -> None:
    here, staff, gone = (somebody(container, name) for name in ("here", "staff", "gone"))
    staff.details, gone.details = LIQIANG, LIQIANG
    for one in (here, staff):
        one.agrees()
        one.fills()
    with container.database.transaction() as connection:
        container.accounts.set_role(connection, staff.account.id, Role.REVIEWER, frozenset({"420019"}))
    schedule(container)
    clock.advance(days=900)
    begun(container, here.account)
    (report,) = container.erasures.retention.run()
    assert report.erased == 0
    assert report.kept == {RetentionReason.SIGNED_IN: 1, RetentionReason.STAFF: 1}
    clock.advance(hours=3)
    container.worker.once()
    assert is_erased(container, here.account.id)
    assert not is_erased(container, staff.account.id)


def test_a_portion_at_a_time_in_rounds_of_the_worker(container: Container, clock: Clock) -> None:
    walkers = [Walker(container) for _ in range(BATCH + 3)]
    for walker in walkers:
        walker.filled()
    schedule(container)
    clock.advance(days=900)
    container.worker.once()
    assert sum(is_erased(container, one.account.id) for one in walkers) == BATCH
    container.worker.once()
    container.worker.once()
    told = history_of(container, retention_of(round_id(ROUND)))
    assert told[1:] == [RetentionApplied(ROUND, BATCH, 0), RetentionApplied(ROUND, 3, 0)], "0 is no fact"
    assert all(is_erased(container, one.account.id) for one in walkers)
    assert len(list(container.erasures.tombstones.all())) == BATCH + 3


@pytest.mark.parametrize(
    ("retention", "code"),
    [
        (Retention(180, 30), RefusalCode.RETENTION_TOO_SHORT),
        (Retention(-1, 30), RefusalCode.RETENTION_UNFIT),
        (Retention(0, 10**9), RefusalCode.RETENTION_UNFIT),
    ],
)
def test_days_that_cannot_be_are_refused(
    container: Container, retention: Retention, code: RefusalCode
) -> None:
    with pytest.raises(Refusal) as refusal:
        schedule(container, retention)
    assert refusal.value.code is code
    with pytest.raises(Refusal) as refusal:
        container.erasures.retention.set(ROUND, DAYS, WHY, REVIEWER)
    assert refusal.value.code is RefusalCode.NOT_YOUR_ROLE
    with pytest.raises(Refusal) as refusal:
        container.erasures.retention.set("99", DAYS, WHY, OFFICE)
    assert refusal.value.code is RefusalCode.NOT_FOUND
    assert container.erasures.retention.of(ROUND) == Retention()


def test_the_same_again_records_nothing(container: Container) -> None:
    schedule(container)
    newest = container.command_handler.store.newest()
    schedule(container)
    assert container.command_handler.store.newest() == newest
