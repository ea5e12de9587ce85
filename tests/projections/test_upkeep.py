"""Rows, claims and counters are made anew from the log and checked against it, while commands go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.lifecycle import Status
from ncre.events.keys import Keys
from ncre.events.schema import claims, counters
from ncre.events.store import FactStore
from ncre.projections import all_projections
from ncre.projections.base import Row
from ncre.projections.shadows import RebuildOvertaken, Shadows
from ncre.projections.upkeep import check, rebuild
from tests import people
from tests.application.ground import QUICK, Walker, everything, open_exam, revise
from tests.houses import house_on

EVERY_TABLE = (
    *(projection.table for projection in all_projections().all),
    *(summary.table for summary in all_projections().summaries),
    claims,
    counters,
)


@pytest.fixture
def house(database_url: str, tmp_path: Path, clock: people.Clock) -> Iterator[House]:
    """A house in which registrations ended in many ways, or go on."""
    house = house_on(database_url, tmp_path / "data", clock)
    open_exam(house)
    live(house, clock)
    yield house
    house.close()


def live(house: House, clock: people.Clock) -> None:
    batches = people.bundled_round()[1][people.SITE].plan.batches
    revise(house, people.SITE, rooms={"A": 9}, batches=batches[:2])
    seated, cancelled, waiting = Walker(house), Walker(house), Walker(house)
    seated.paid()
    house.office.seat(people.ROUND, people.SITE, people.OFFICE)
    cancelled.paid(subjects=("66",))
    cancelled.house.application.handle(
        c.Cancel(registration=cancelled.id, actor=people.OFFICE, reason="考生书面申请", **people.KEEPING)
    )
    house.money.receive(seated.money(trade="T2"))
    withdrawn = Walker(house)
    withdrawn.pictured()
    withdrawn.withdraws()
    withdrawn.again().submitted()
    lapsing = Walker(house)
    lapsing.submitted(QUICK, ("24",))
    clock.advance(hours=25)
    lapsing.lapses()
    waiting.pictured()
    waiting.requests_review()
    people.rejected(house, waiting)
    house.application.look(waiting.id, people.REVIEWER, "review")


def differences(house: House, store: FactStore | None = None) -> list[Any]:
    application = house.application
    return check(house.database, store or application.store, application.listeners)


def made_anew(house: House, store: FactStore | None = None, size: int = 500) -> int:
    application = house.application
    return rebuild(house.database, store or application.store, application.listeners, size).facts


def all_rows(house: House) -> dict[str, list[Row]]:
    """Every row; a count that went down to nothing may stand or not."""
    found = everything(house, *EVERY_TABLE)
    found["registration_counts"] = [row for row in found["registration_counts"] if row["people"]]
    return found


def execute(house: House, statement: str) -> None:
    with house.database.transaction() as connection:
        assert connection.execute(text(statement)).rowcount > 0, "nothing was damaged"


class Interrupted(FactStore):
    """A store of the same facts, during whose first or last reading of the log something else happens."""

    def __init__(self, house: House, meanwhile: Callable[[], Any], at_last: bool = False) -> None:
        super().__init__(house.database, Keys.derived_from(people.SECRET))
        self._meanwhile: Callable[[], Any] | None = meanwhile
        self._at_last = at_last

    def log(self, after: int, limit: int = 500, connection: Any = None) -> Any:
        batch = super().log(after, limit, connection)
        if not self._at_last or (connection is not None and not batch):
            self._interrupt()
        return batch

    def slice(self, connection: Any, first: Any, last: Any, upto: int) -> Any:
        stored = super().slice(connection, first, last, upto)
        if not self._at_last:
            self._interrupt()
        return stored

    def _interrupt(self) -> None:
        if self._meanwhile:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()


def test_rows_that_commands_wrote_are_what_the_log_says(house: House) -> None:
    assert differences(house) == []


@pytest.mark.parametrize("size", [1, 7, 5000])
def test_rows_made_anew_equal_those_that_commands_wrote(house: House, size: int) -> None:
    before = all_rows(house)
    assert all(
        before[name] for name in ("registrations", "tickets", "refunds", "timeline", "claims", "takings")
    )
    assert made_anew(house, size=size) == house.application.store.newest()
    assert all_rows(house) == before


@dataclass(frozen=True)
class Damage:
    """A statement that damages one thing, and where exactly the check must find it."""

    statement: str
    table: str
    column: str
    stored: object
    folded: object


CHAIR = "'chair:78:420019:0001:01'"
SEATS = "'seat:78:420019:66'"
DAMAGES = [
    Damage("UPDATE registrations SET status = 'lapsed' WHERE status = 'rejected'",
           "registrations", "status", "lapsed", "rejected"),
    Damage("DELETE FROM registrations WHERE status = 'paid'", "registrations", "", "none", "a row"),
    Damage("UPDATE tickets SET seat = 29 WHERE subject = '66'", "tickets", "seat", 29, 1),
    Damage("DELETE FROM sites WHERE code = '429901'", "sites", "", "none", "a row"),
    Damage("UPDATE rounds SET version = 9", "rounds", "version", 9, 1),
    Damage(f"INSERT INTO claims (key, holder) SELECT 'place:78:nobody', holder FROM claims WHERE key = {CHAIR}",
           "claims", "holder", "anybody", None),
    Damage(f"DELETE FROM claims WHERE key = {CHAIR}", "claims", "holder", None, "anybody"),
    Damage(f"UPDATE counters SET taken = taken + 5 WHERE key = {SEATS}", "counters", "taken", 8, 3),
    Damage(f"UPDATE counters SET quota = 0 WHERE key = {SEATS}", "counters", "quota", 0, 30),
    Damage("UPDATE registration_counts SET people = 7 WHERE status = 'rejected'",
           "registration_counts", "people", 7, 1),
    Damage("DELETE FROM registration_counts WHERE status = 'rejected'", "registration_counts", "people", 0, 1),
    Damage("UPDATE takings SET received = received + 1", "takings", "received", "anybody", "anybody"),
    Damage("UPDATE serials SET last = 2 WHERE key = 'number:78:420019'", "serials", "last", 2, 5),
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.statement[:40])
def test_what_is_damaged_is_named_alone_and_made_good(house: House, damage: Damage) -> None:
    execute(house, damage.statement)
    (found,) = differences(house)
    assert (found.table, found.column) == (damage.table, damage.column)
    assert damage.stored in (found.stored, "anybody")
    assert damage.folded in (found.folded, "anybody")
    made_anew(house)
    assert differences(house) == []


def test_a_counter_that_was_lost_gets_its_quota_and_its_seats_back(house: House) -> None:
    execute(house, "DELETE FROM counters")
    assert {found.column for found in differences(house)} == {"taken", "quota"}
    made_anew(house)
    assert differences(house) == []
    assert Walker(house).submitted(subjects=("66",)).status is Status.SUBMITTED


def test_a_row_of_a_registration_that_never_was_is_named_and_removed(house: House) -> None:
    execute(house, "UPDATE tickets SET subject = '99' WHERE subject = '66'")
    assert {(found.stored, found.folded) for found in differences(house)} == {
        ("a row", "none"),
        ("none", "a row"),
    }
    made_anew(house)
    assert differences(house) == []


def test_a_command_that_arrives_after_the_first_reading_is_in_the_new_rows(house: House) -> None:
    late = Walker(house)
    made_anew(house, Interrupted(house, late.submitted))
    assert late.row["status"] == Status.SUBMITTED
    assert differences(house) == []


def test_nobody_writes_between_the_last_reading_and_the_swap(house: House) -> None:
    late = Walker(house)
    with ThreadPoolExecutor(1) as lane:
        written: list[Future[Any]] = []

        def try_to_write() -> None:
            written.append(lane.submit(late.submitted))
            with pytest.raises(TimeoutError):
                written[0].result(timeout=1)

        made_anew(house, Interrupted(house, try_to_write, at_last=True))
        assert written[0].result().status is Status.SUBMITTED
    assert late.row["status"] == Status.SUBMITTED
    assert differences(house) == []


def test_a_check_sees_log_and_rows_of_one_moment(house: House) -> None:
    late = Walker(house)
    assert differences(house, Interrupted(house, late.submitted)) == []
    assert late.row["status"] == Status.SUBMITTED, "the command did happen between log and rows"


def test_commands_go_on_while_rows_are_made_anew(house: House) -> None:
    walkers = [Walker(house) for _ in range(12)]
    with ThreadPoolExecutor(2) as lanes:
        walking = [lanes.submit(lambda some=some: [one.submitted() for one in some]) for some in
                   (walkers[::2], walkers[1::2])]  # fmt: skip
        made_anew(house, size=5)
        while not all(walk.done() for walk in walking):
            made_anew(house, size=5)
    assert [status.status for walk in walking for status in walk.result()] == [Status.SUBMITTED] * 12
    assert differences(house) == []


def test_a_rebuild_overtaken_by_another_ends_and_changes_nothing(house: House) -> None:
    with pytest.raises(RebuildOvertaken):
        made_anew(house, Interrupted(house, lambda: made_anew(house)))
    assert differences(house) == []


def test_a_rebuild_does_not_mix_its_rows_with_those_of_another(house: House) -> None:
    other = Shadows(house.application.listeners)
    with pytest.raises(RebuildOvertaken):
        made_anew(house, Interrupted(house, lambda: other.create(house.database)))
    with house.database.transaction() as connection:
        other.take(connection, [])
    other.drop(house.database)
    assert differences(house) == []


def test_what_a_killed_rebuild_left_behind_is_cleared_away_by_the_next(house: House) -> None:
    Shadows(house.application.listeners).create(house.database)
    made_anew(house)
    with house.database.reading() as connection:
        tables = inspect(connection).get_table_names()
    assert not [name for name in tables if name.startswith("rebuilt_")]
    assert differences(house) == []
