"""A database moves while commands go on: all of it is there, nothing is written behind, and whatever interrupts it, it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Event
from uuid import UUID

import pytest
from sqlalchemy import text

from ncre.backups import tables
from ncre.backups.moving import transfer
from ncre.backups.moving.move import DatabaseMove, MoveResult
from ncre.backups.moving.notes import Notes, triggers
from ncre.backups.moving.transfer import MoveDiffers, Transfer
from ncre.backups.problems import BackupUnusable
from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Status
from ncre.projections.maintenance.rebuild import check
from ncre.store.database import Database
from ncre.store.maintenance import UnderMaintenance, maintenance
from ncre.store.schema import metadata
from ncre.store.schemas import in_schema
from tests.handlers.ground import Walker, open_exam
from tests.support.containers import container_on

pytest_plugins = ["tests.support.databases"]


@pytest.fixture
def lived(database_url: str, tmp_path: Path) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data")
    open_exam(container)
    container.key_checks.record()
    Walker(container).paid()
    Walker(container).submitted()
    yield container
    container.close()


def _place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Empty: no file, or a schema that is not there."""
    if kind == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'target.sqlite'}")
    return Database(in_schema(request.getfixturevalue("postgres_url"), "hubei"))


@pytest.fixture
def target(lived: Container, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty place of the kind of the source."""
    place = _place(lived.database.dialect, request, tmp_path)
    yield place
    place.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty place of either kind."""
    place = _place(request.param, request, tmp_path)
    yield place
    place.close()


def moving(container: Container, target: Database) -> DatabaseMove:
    return DatabaseMove(container.database, target, container.command_handler.store.settled)


def moved(
    container: Container, target: Database, switch: Callable[[], None] = lambda: None
) -> MoveResult | None:
    return moving(container, target).run(switch)


def digests(database: Database) -> dict[str, str]:
    with database.snapshot() as connection:
        return tables.digests(connection)


def container_over(target: Database, tmp_path: Path) -> Container:
    return container_on(target._url.render_as_string(hide_password=False), tmp_path / "data")


def test_what_is_moved_equals_what_was_there_and_the_old_place_is_closed(
    lived: Container, any_target: Database, tmp_path: Path
) -> None:
    late, switched = Walker(lived), Event()
    found = moved(lived, any_target, switched.set)
    assert found is not None
    assert switched.is_set()
    here = digests(any_target)
    assert here == digests(lived.database)
    assert here["facts"] == f"{found.compared.facts}:{found.compared.digest}"
    with pytest.raises(Refusal) as refused:
        late.submitted()
    assert refused.value.code is RefusalCode.STORE_AWAY
    there = container_over(any_target, tmp_path)
    there.assert_ready()
    assert Walker(there).submitted().status is Status.SUBMITTED
    assert check(there.database, there.command_handler.store, there.command_handler.listeners) == []
    there.close()


def test_no_acknowledged_command_is_lost_while_it_moves_under_load(
    lived: Container, any_target: Database, tmp_path: Path
) -> None:
    done, begun, given_up = list[UUID](), Event(), Event()

    def work() -> None:
        while not given_up.is_set():
            walker = Walker(lived)
            try:
                walker.filled()
            except Refusal as refusal:
                if refusal.code is RefusalCode.STORE_AWAY:
                    return
                raise
            done.append(walker.id)
            begun.set()

    with ThreadPoolExecutor(3) as lanes:
        working = [lanes.submit(work) for _ in range(3)]
        assert begun.wait(60)
        try:
            moved(lived, any_target)
        except BaseException:
            given_up.set()
            raise
        for one in working:
            one.result()
    there = container_over(any_target, tmp_path)
    assert all(_seen(there, id_).stands.person for id_ in done)
    assert digests(there.database) == digests(lived.database)
    assert check(there.database, there.command_handler.store, there.command_handler.listeners) == []
    there.close()


def _seen(container: Container, id_: UUID) -> Walker:
    walker = Walker(container)
    walker.id = id_
    return walker


class Interrupted(Exception):
    """As a kill: nothing is cleared away."""


@pytest.mark.parametrize("at", ["copy", "changes", "compared", "finish", "end"])
def test_an_interrupted_move_goes_on_where_it_was(
    lived: Container, target: Database, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """A table at a time is copied, so that some are and others are not."""
    monkeypatch.setattr(transfer, "BATCH_SIZE", 1 if at == "copy" else transfer.BATCH_SIZE)
    times, real = count(1), getattr(Transfer, at)

    def interrupted(*args: object) -> object:
        if next(times) == (9 if at == "copy" else 1):
            raise Interrupted
        return real(*args)

    monkeypatch.setattr(Transfer, at, interrupted)
    with pytest.raises(Interrupted):
        moved(lived, target)
    if at != "end":
        Walker(lived).submitted()
    switched = Event()
    moved(lived, target, switched.set)
    assert switched.is_set()
    assert digests(target) == digests(lived.database)


def test_what_was_closed_is_switched_by_the_next_attempt_and_to_no_other_place(
    lived: Container, target: Database, tmp_path: Path
) -> None:
    def broken() -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        moved(lived, target, broken)
    other = Database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    with pytest.raises(BackupUnusable, match="another place"):
        moved(lived, other)
    other.close()
    with pytest.raises(BackupUnusable, match="cannot be cancelled"):
        moving(lived, target).cancel()
    switched = Event()
    assert moved(lived, target, switched.set) is None
    assert switched.is_set()


def test_a_place_with_anything_in_it_is_refused_and_nothing_is_noted(
    lived: Container, target: Database
) -> None:
    target.migrate()
    with target.transaction() as connection:
        connection.execute(text("INSERT INTO counters VALUES ('seat', 1, 0)"))
    with pytest.raises(BackupUnusable, match="has rows already"):
        moved(lived, target)
    assert Notes(lived.database).token() is None


def test_a_copy_that_differs_is_never_switched_and_is_made_anew(lived: Container, target: Database) -> None:
    move, real = moving(lived, target), Transfer.compared

    def damaged(self: Transfer) -> object:
        with target.transaction() as connection:
            connection.execute(text("UPDATE registrations SET status = 'lapsed' WHERE status = 'paid'"))
        return real(self)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Transfer, "compared", damaged)
        with pytest.raises(MoveDiffers, match="registrations"):
            move.run(lambda: None)
    assert not move.is_over
    moved(lived, target)
    assert digests(target) == digests(lived.database)


def test_a_cancelled_move_leaves_nothing_at_the_old_place(lived: Container, target: Database) -> None:
    before = _objects(lived.database)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Transfer, "compared", _interrupt)
        with pytest.raises(Interrupted):
            moved(lived, target)
    assert _objects(lived.database) != before
    moving(lived, target).cancel()
    assert _objects(lived.database) == before
    assert Walker(lived).submitted().status is Status.SUBMITTED


def _interrupt(_: object) -> None:
    raise Interrupted


def _objects(database: Database) -> set[str]:
    asked = {
        "sqlite": "SELECT name FROM sqlite_master",
        "postgresql": "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
        "UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
        "UNION ALL SELECT tgname FROM pg_trigger",
    }
    with database.reading() as connection:
        return set(connection.execute(text(asked[database.dialect])).scalars())


def test_two_moves_at_once_are_refused(lived: Container, target: Database) -> None:
    other = Database(lived.settings.database_url)
    with maintenance(other), pytest.raises(UnderMaintenance):
        moved(lived, target)
    other.close()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_table_is_noted_but_the_log(dialect: str) -> None:
    for table in metadata.sorted_tables:
        notes = [name for name in triggers(dialect, table) if "gate" not in name]
        assert bool(notes) == (table.name != "facts"), table.name
