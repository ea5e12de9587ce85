"""Rows, claims and counters are made anew from the log and checked against it, while commands go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import inspect, text

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.projections import all_projections
from ncre.projections.base import Row
from ncre.projections.maintenance import claims_check, mending, pace, rebuild_notes
from ncre.projections.maintenance import rebuild as rebuilding
from ncre.projections.maintenance.dependents import Dependent
from ncre.projections.maintenance.mending import Mender
from ncre.projections.maintenance.rebuild import check, rebuild
from ncre.projections.maintenance.rebuild_notes import Filled, Progress, RebuildNotes, RebuildOvertaken
from ncre.projections.registration.search_keys import search_keys
from ncre.store.fact_store import FactStore
from ncre.store.keys import Keys
from ncre.store.schema import claims, counters
from tests.handlers.ground import QUICK, Walker, everything, open_exam, revise
from tests.support import people
from tests.support.containers import container_on

EVERY_TABLE = (
    *(projection.table for projection in all_projections(b"tests").all),
    *(summary.table for summary in all_projections(b"tests").summaries),
    claims,
    counters,
)


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: people.Clock) -> Iterator[Container]:
    """A house in which registrations ended in many ways, or go on."""
    container = container_on(database_url, tmp_path / "data", clock)
    open_exam(container)
    live(container, clock)
    yield container
    container.close()


def live(container: Container, clock: people.Clock) -> None:
    batches = people.bundled_round()[1][people.SITE].plan.batches
    revise(container, people.SITE, rooms={"A": 9}, batches=batches[:2])
    seated, cancelled, waiting = Walker(container), Walker(container), Walker(container)
    seated.paid()
    container.seating.seat(people.ROUND, people.SITE, people.OFFICE)
    cancelled.paid(subjects=("66",))
    cancelled.container.command_handler.handle(
        c.Cancel(registration=cancelled.id, actor=people.OFFICE, reason="考生书面申请", **people.KEEPING)
    )
    container.payments.receive(seated.money(trade="T2"))
    withdrawn = Walker(container)
    withdrawn.pictured()
    withdrawn.withdraws()
    withdrawn.again().submitted()
    lapsing = Walker(container)
    lapsing.submitted(QUICK, ("24",))
    clock.advance(hours=25)
    lapsing.lapses()
    waiting.pictured()
    waiting.requests_review()
    people.rejected(container, waiting)
    container.command_handler.record_access(waiting.id, people.REVIEWER, "review")


def differences(container: Container, store: FactStore | None = None) -> list[Any]:
    command_handler = container.command_handler
    return check(container.database, store or command_handler.store, command_handler.listeners)


def made_anew(container: Container, store: FactStore | None = None, size: int = 500) -> int:
    command_handler = container.command_handler
    return rebuild(container.database, store or command_handler.store, command_handler.listeners, size).facts


COUNTS: Final = {
    "registration_counts",
    "unplaced_counts",
    "subject_counts",
    "review_counts",
    "registration_hours",
}


def all_rows(container: Container) -> dict[str, list[Row]]:
    """Every row; a count that went down to nothing may stand or not."""
    found = everything(container, *EVERY_TABLE)
    for name in COUNTS & found.keys():
        found[name] = [
            row for row in found[name] if any(isinstance(one, int) and one for one in row.values())
        ]
    return found


def execute(container: Container, statement: str) -> None:
    with container.database.transaction() as connection:
        assert connection.execute(text(statement)).rowcount > 0, "nothing was damaged"


class Interrupted(FactStore):
    """A store of the same facts, in which something else happens once: when a slice was read, or when writers are held."""

    def __init__(self, container: Container, meanwhile: Callable[[], Any], while_held: bool = False) -> None:
        super().__init__(container.database, Keys.derived_from(people.SECRET))
        self._meanwhile: Callable[[], Any] | None = meanwhile
        self._while_held = while_held

    def slice(self, connection: Any, first: Any, last: Any, upto: int) -> Any:
        stored = super().slice(connection, first, last, upto)
        if not self._while_held:
            self._interrupt()
        return stored

    def streams_since(self, connection: Any, after: int, first: Any, last: Any) -> Any:
        if self._while_held:
            self._interrupt()
        return super().streams_since(connection, after, first, last)

    def _interrupt(self) -> None:
        if self._meanwhile:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()


def test_rows_that_commands_wrote_are_what_the_log_says(container: Container) -> None:
    assert differences(container) == []


@pytest.mark.parametrize("size", [1, 7, 5000])
def test_rows_made_anew_equal_those_that_commands_wrote(container: Container, size: int) -> None:
    before = all_rows(container)
    assert all(
        before[name] for name in ("registrations", "tickets", "refunds", "timeline", "claims", "takings")
    )
    assert made_anew(container, size=size) == container.command_handler.store.newest()
    assert all_rows(container) == before


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
def test_what_is_damaged_is_named_alone_and_made_good(mended: Container, damage: Damage) -> None:
    execute(mended, damage.statement)
    (found,) = differences(mended)
    assert (found.table, found.column) == (damage.table, damage.column)
    assert damage.stored in (found.stored, "anybody")
    assert damage.folded in (found.folded, "anybody")
    made_anew(mended)
    assert differences(mended) == []


def test_a_counter_that_was_lost_gets_its_quota_and_its_seats_back(container: Container) -> None:
    execute(container, "DELETE FROM counters")
    assert {found.column for found in differences(container)} == {"taken", "quota"}
    made_anew(container)
    assert differences(container) == []
    assert Walker(container).submitted(subjects=("66",)).status is Status.SUBMITTED


def test_a_row_of_a_registration_that_never_was_is_named_and_removed(container: Container) -> None:
    execute(container, "UPDATE tickets SET subject = '99' WHERE subject = '66'")
    assert {(found.stored, found.folded) for found in differences(container)} == {
        ("a row", "none"),
        ("none", "a row"),
    }
    made_anew(container)
    assert differences(container) == []


def test_a_command_that_arrives_after_the_first_reading_is_in_the_new_rows(container: Container) -> None:
    late = Walker(container)
    made_anew(container, Interrupted(container, late.submitted))
    assert late.row["status"] == Status.SUBMITTED
    assert differences(container) == []


def test_nobody_writes_while_rows_are_taken_over(container: Container) -> None:
    execute(container, "DELETE FROM registrations")
    late = Walker(container)
    with ThreadPoolExecutor(1) as lane:
        written: list[Future[Any]] = []

        def try_to_write() -> None:
            written.append(lane.submit(late.submitted))
            with pytest.raises(TimeoutError):
                written[0].result(timeout=1)

        made_anew(container, Interrupted(container, try_to_write, while_held=True))
        assert written[0].result().status is Status.SUBMITTED
    assert late.row["status"] == Status.SUBMITTED
    assert differences(container) == []


@pytest.mark.parametrize("table", ["registrations", "timeline", "payment_orders", "review_measures"])
def test_rows_that_were_lost_are_as_of_now_where_commands_went_on(container: Container, table: str) -> None:
    """What a command records between the reading of a slice and its writing is in the rows that are written."""
    walker = Walker(container)
    walker.submitted(subjects=("66",))
    execute(container, f"UPDATE {table} SET {ALTERED[table]}")
    made_anew(container, Interrupted(container, walker.withdraws))
    assert walker.row["status"] == Status.WITHDRAWN
    assert differences(container) == []


ALTERED: Final = {
    "registrations": "amount = amount + 1",
    "timeline": "zh = 'x'",
    "payment_orders": "amount = amount + 1",
    "review_measures": "site = '429901'",
}
"""What damages every row of a table, and no step of a command looks at."""


def test_rows_that_nothing_leads_to_are_removed_and_those_that_came_meanwhile_stay(
    container: Container,
) -> None:
    execute(container, "UPDATE payment_orders SET number = number || 'x'")
    late = Walker(container)
    made_anew(container, Interrupted(container, late.paid))
    assert late.row["status"] == Status.PAID
    assert differences(container) == []


def test_a_check_sees_log_and_rows_of_one_moment(container: Container) -> None:
    late = Walker(container)
    assert differences(container, Interrupted(container, late.submitted)) == []
    assert late.row["status"] == Status.SUBMITTED, "the command did happen between log and rows"


def test_commands_go_on_while_rows_are_made_anew(container: Container) -> None:
    walkers = [Walker(container) for _ in range(12)]
    with ThreadPoolExecutor(2) as lanes:
        walking = [lanes.submit(lambda some=some: [one.submitted() for one in some]) for some in
                   (walkers[::2], walkers[1::2])]  # fmt: skip
        made_anew(container, size=5)
        while not all(walk.done() for walk in walking):
            made_anew(container, size=5)
    assert [status.status for walk in walking for status in walk.result()] == [Status.SUBMITTED] * 12
    assert differences(container) == []


class Counting(FactStore):
    """A store of the same facts that counts the slices that are read, and is interrupted at one of them as by a kill."""

    def __init__(self, container: Container, killed_at: int = 0) -> None:
        super().__init__(container.database, Keys.derived_from(people.SECRET))
        self.read_slices, self._killed_at = 0, killed_at

    def slice(self, connection: Any, first: Any, last: Any, upto: int) -> Any:
        self.read_slices += 1
        if self.read_slices == self._killed_at:
            raise KeyboardInterrupt
        return super().slice(connection, first, last, upto)


def test_an_interrupted_rebuild_is_gone_on_with_and_reads_no_slice_twice(container: Container) -> None:
    whole = Counting(container)
    made_anew(container, whole, size=7)
    with pytest.raises(KeyboardInterrupt):
        made_anew(container, Counting(container, killed_at=3), size=7)
    late, rest = Walker(container), Counting(container)
    late.submitted()
    made_anew(container, rest, size=7)
    assert rest.read_slices == whole.read_slices - 2
    assert late.row["status"] == Status.SUBMITTED
    assert differences(container) == []


def test_several_share_the_slices_of_one_rebuild(container: Container) -> None:
    handler = container.command_handler

    def shared(name: str, progress: Progress, numbers: list[int]) -> list[Filled]:
        def one(number: int) -> Filled:
            notes = RebuildNotes(handler.listeners, name)
            return Mender(container.database, handler.store, handler.listeners, notes, progress).mend(number)

        with ThreadPoolExecutor(3) as lanes:
            return list(lanes.map(one, numbers))

    before = all_rows(container)
    execute(container, "DELETE FROM timeline")
    rebuilt = rebuild(container.database, handler.store, handler.listeners, 5, shared)
    assert rebuilt.facts == handler.store.newest()
    assert all_rows(container) == before
    assert differences(container) == []


def test_a_rebuild_that_was_killed_long_ago_is_not_gone_on_with(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that it made may have been damaged since."""
    whole = Counting(container)
    made_anew(container, whole, size=7)
    with pytest.raises(KeyboardInterrupt):
        made_anew(container, Counting(container, killed_at=3), size=7)
    monkeypatch.setattr(rebuild_notes, "LASTING", -1)
    again = Counting(container)
    made_anew(container, again, size=7)
    assert again.read_slices == whole.read_slices


def test_where_a_table_was_lost_since_a_killed_rebuild_is_not_gone_on_with(container: Container) -> None:
    with pytest.raises(KeyboardInterrupt):
        made_anew(container, Counting(container, killed_at=3), size=7)
    with container.database.transaction() as connection:
        connection.execute(text("DROP TABLE timeline"))
    made_anew(container, size=7)
    assert differences(container) == []


def test_rows_of_somebody_erased_meanwhile_do_not_come_back(container: Container) -> None:
    person = Walker(container)
    person.submitted()
    execute(container, "DELETE FROM search_keys")
    execute(container, "UPDATE registrations SET amount = amount + 1")

    def erased() -> None:
        with container.database.transaction() as connection:
            container.command_handler.store.erase(connection, person.account.id, container.clock())

    made_anew(container, Interrupted(container, erased))
    found = everything(container, search_keys)["search_keys"]
    assert found
    assert person.id not in {row["registration"] for row in found}
    assert (person.row["person"], person.row["name_masked"]) == (None, None)


def test_writers_wait_for_a_few_rows_at_a_time(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all rows are gone, a command is carried out between any two portions."""
    monkeypatch.setattr(pace, "PORTION", 1)
    execute(container, "DELETE FROM tickets")
    execute(container, "DELETE FROM payment_orders")
    late, portions, real = Walker(container), list[int](), mending.replace

    def counted(connection: Any, projection: Any, gone: Any, rows: Any) -> None:
        portions.append(max(len(gone), len(rows)))
        real(connection, projection, gone, rows)

    monkeypatch.setattr(mending, "replace", counted)
    made_anew(container, Interrupted(container, late.submitted))
    assert len(portions) > 3
    assert max(portions) == 1
    assert differences(container) == []


def test_claims_that_were_lost_are_as_of_now_where_one_was_given_back_and_one_taken(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading of a slice and the writing of its claims, of one registration at a time."""
    monkeypatch.setattr(mending, "REGISTRATIONS", 1)
    decided, leaving, coming = Walker(container), Walker(container), Walker(container)
    decided.pictured()
    decided.requests_review()
    leaving.submitted()
    execute(container, "DELETE FROM claims")
    execute(container, "DELETE FROM review_index")

    def meanwhile() -> None:
        people.rejected(container, decided)
        leaving.withdraws()
        coming.pictured()
        coming.requests_review()

    made_anew(container, Interrupted(container, meanwhile))
    assert (leaving.row["status"], coming.row["status"]) == (Status.WITHDRAWN, Status.PENDING_REVIEW)
    assert differences(container) == []


def test_registrations_are_read_again_for_their_claims_only_where_facts_came_since(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving, real, read = Walker(container), Dependent._tables_now, set[UUID]()
    leaving.submitted()
    execute(container, "DELETE FROM claims")

    def noted(dependent: Dependent, connection: Any, owners: Any) -> Any:
        read.update(owners)
        return real(dependent, connection, owners)

    monkeypatch.setattr(Dependent, "_tables_now", noted)
    made_anew(container, Interrupted(container, leaving.withdraws))
    assert read == {leaving.id}
    assert differences(container) == []


@pytest.mark.parametrize("damage", ["DELETE FROM review_index", "UPDATE review_index SET cases = 3"])
def test_a_check_names_places_in_the_queue_that_are_lost_or_wrong(container: Container, damage: str) -> None:
    waiting = Walker(container)
    waiting.pictured()
    waiting.requests_review()
    execute(container, damage)
    stored = 3 if "UPDATE" in damage else 0
    found = differences(container)
    assert {(one.table, one.column, one.stored, one.folded) for one in found} == {
        ("review_index", "cases", stored, 1)
    }
    assert all(str(waiting.id) in one.key for one in found)


@pytest.mark.parametrize("taken", ["0", "taken + 5"])
def test_counters_are_right_where_a_seat_was_given_back_and_one_taken_meanwhile(
    container: Container, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    """A counter at 0 does not notice that a seat is given back, and is found to be off again."""
    leaving, coming = Walker(container), Walker(container)
    leaving.submitted(subjects=("66",))
    execute(container, f"UPDATE counters SET taken = {taken}")
    real, rounds = claims_check.counted, list[int]()

    def counted(connection: Any) -> claims_check.Holdings:
        found = real(connection)
        rounds.append(1)
        if len(rounds) == 1:
            leaving.withdraws()
            coming.submitted(subjects=("66",))
        return found

    monkeypatch.setattr(claims_check, "counted", counted)
    made_anew(container)
    assert len(rounds) == 2
    assert differences(container) == []


def test_claims_and_places_in_the_queue_that_nothing_leads_to_are_removed_and_those_that_came_stay(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked for in portions of two, while somebody takes what was held by nobody."""
    monkeypatch.setattr(rebuilding, "BATCH", 2)
    waiting, late = Walker(container), Walker(container)
    waiting.pictured()
    waiting.requests_review()
    execute(
        container,
        f"INSERT INTO claims (key, holder) SELECT 'place:78:nobody' || holder, holder FROM claims WHERE key = {CHAIR}",
    )
    names = ("round", "site", "subject", "requested_at", "registration", "number", "cases")
    columns = ", ".join(names)
    execute(
        container,
        f"INSERT INTO review_index ({columns}, traits) SELECT {columns}, 11 - traits FROM review_index",
    )
    assert {found.table for found in differences(container)} == {"claims", "review_index"}
    made_anew(container, Interrupted(container, late.submitted))
    assert late.row["status"] == Status.SUBMITTED
    assert differences(container) == []


def test_where_claims_were_lost_since_a_killed_rebuild_is_not_gone_on_with(container: Container) -> None:
    with pytest.raises(KeyboardInterrupt):
        made_anew(container, Counting(container, killed_at=3), size=7)
    with container.database.transaction() as connection:
        connection.execute(text("DROP TABLE claims"))
    made_anew(container, size=7)
    assert differences(container) == []


def test_a_rebuild_overtaken_by_another_ends_and_changes_nothing(container: Container) -> None:
    with pytest.raises(RebuildOvertaken):
        made_anew(container, Interrupted(container, lambda: made_anew(container)))
    assert differences(container) == []


def test_a_rebuild_of_which_another_holds_the_notes_ends(container: Container) -> None:
    other = RebuildNotes(container.command_handler.listeners)
    with pytest.raises(RebuildOvertaken):
        made_anew(container, Interrupted(container, lambda: other.begin(container.database, 1, 1)))
    with container.database.transaction() as connection:
        other.assert_mine(connection)
    other.drop(container.database)
    assert differences(container) == []


def test_what_a_killed_rebuild_left_behind_is_cleared_away_by_the_next(container: Container) -> None:
    RebuildNotes(container.command_handler.listeners).begin(container.database, 1, 1)
    with container.database.transaction() as connection:
        connection.execute(text("CREATE TABLE rebuilt_timeline (stream INTEGER)"))
    made_anew(container)
    with container.database.reading() as connection:
        tables = inspect(connection).get_table_names()
    assert not [name for name in tables if name.startswith("rebuilt_")]
    assert differences(container) == []
