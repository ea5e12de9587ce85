"""A ban whose time is long over is deleted by the worker: its key, its row, and what finds the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ncre.bootstrap import Container
from ncre.domain.bans.ban import RETENTION
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.ban import BanForgotten, BanImposed
from ncre.events.base import ERASED
from ncre.handlers.command_handler import Act
from ncre.projections.bans.bans import bans
from ncre.projections.maintenance.rebuild import check
from ncre.services.bans.ban_file import BanRow, NewBan
from ncre.services.bans.bans import RowState
from ncre.services.bans.retention import BanRetention
from tests.handlers.ground import open_exam
from tests.support.containers import container_on
from tests.support.people import OFFICE, WENJING, Clock

FIRST, LAST = date(2027, 1, 5), date(2028, 1, 4)
BAN = NewBan(WENJING.document_type, WENJING.document_number, FIRST, LAST, "鄂考罚〔2026〕31号", "替考")


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data", clock)
    open_exam(container)
    yield container
    container.close()


def kept(container: Container) -> int:
    BanRetention(container.command_handler, container.clock).tidy(container.clock())
    with container.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(bans)).scalar_one()


def test_it_goes_a_year_after_its_last_day_with_its_key_and_not_a_day_before(
    container: Container, clock: Clock
) -> None:
    ban = container.bans.impose(Act(OFFICE), BAN)
    clock.now = clock.now.replace(year=2028, month=1, day=4) + RETENTION
    assert kept(container) == 1
    clock.advance(days=1)
    assert kept(container) == 0
    assert kept(container) == 0, "a second worker finds nothing to do"
    with container.database.reading() as connection:
        imposed, forgotten = container.command_handler.store.history(connection, ban)
    assert isinstance(imposed, BanImposed)
    assert (imposed.reason, imposed.document) == (ERASED, ERASED)
    assert isinstance(forgotten, BanForgotten)
    handler = container.command_handler
    assert check(container.database, handler.store, handler.listeners) == []
    with pytest.raises(Refusal) as unknown:
        container.bans.reason(Act(OFFICE), ban)
    assert unknown.value.code is RefusalCode.BAN_UNKNOWN


def test_a_lifted_one_goes_a_year_after_it_was_lifted(container: Container, clock: Clock) -> None:
    ban = container.bans.impose(Act(OFFICE), replace(BAN, ends=date(2036, 1, 4)))
    container.bans.lift(Act(OFFICE), ban, "复核后撤销")
    clock.advance(seconds=RETENTION.total_seconds())
    assert kept(container) == 1
    clock.advance(seconds=1)
    assert kept(container) == 0


def test_what_was_deleted_is_told_when_its_file_comes_again(container: Container, clock: Clock) -> None:
    container.bans.impose(Act(OFFICE), BAN)
    clock.now = clock.now.replace(year=2030)
    assert kept(container) == 0
    (row,) = container.bans.preview([BanRow(2, BAN)])
    assert row.state is RowState.FAULTY
    assert row.fault is not None
    assert "已按规定删除" in row.fault.zh
    assert container.bans.import_rows(Act(OFFICE), [BanRow(2, BAN)]) == 0
    with pytest.raises(Refusal) as exists:
        container.bans.impose(Act(OFFICE), BAN)
    assert exists.value.code is RefusalCode.BAN_EXISTS


def test_the_worker_does_it(container: Container, clock: Clock) -> None:
    container.bans.impose(Act(OFFICE), BAN)
    clock.now = clock.now.replace(year=2030) + timedelta(hours=2)
    container.worker.once()
    with container.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(bans)).scalar_one() == 0
