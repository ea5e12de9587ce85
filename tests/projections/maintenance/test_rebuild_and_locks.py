"""Whoever makes rows anew on PostgreSQL and a command that is amid its work never wait for each other in a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select, text

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.events.registration import SeatAssigned
from ncre.projections.seating.tickets import tickets
from ncre.store.claims import ClaimStore
from tests.handlers.ground import Walker, open_exam
from tests.projections.maintenance.test_rebuild import CHAIR, differences, execute, live, made_anew
from tests.server.ground import until
from tests.support import people
from tests.support.containers import container_on

WAITING: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def container(postgres_url: str, tmp_path: Path, clock: people.Clock) -> Iterator[Container]:
    container = container_on(postgres_url, tmp_path / "data", clock)
    open_exam(container)
    live(container, clock)
    yield container
    container.close()


def somebody_waits(container: Container) -> bool:
    with container.database.reading() as connection:
        return bool(connection.execute(WAITING).scalar())


class RebuiltAmid:
    """A rebuild that begins when a method of the claims has done its work, and has come to wait when that returns."""

    def __init__(self, container: Container, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
        self._container, self._real = container, getattr(ClaimStore, method)
        self._threads = ThreadPoolExecutor(1)
        self._rebuilding: Future[int] | None = None
        monkeypatch.setattr(ClaimStore, method, self._amid())

    def _amid(self) -> Callable[..., Any]:
        def amid(store: ClaimStore, *given: Any) -> Any:
            done = self._real(store, *given)
            if self._rebuilding is None:
                self._rebuilding = self._threads.submit(made_anew, self._container)
                until(lambda: somebody_waits(self._container) or self._ended(), 60)
            return done

        return amid

    def _ended(self) -> bool:
        return self._rebuilding is not None and self._rebuilding.done()

    def result(self) -> int:
        assert self._rebuilding is not None
        self._threads.shutdown()
        return self._rebuilding.result()


def test_a_lost_chair_is_made_good_while_somebody_is_seated_on_it(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chair is taken and not yet told, and the rebuild is to write who has it."""
    late = Walker(container)
    late.paid(subjects=("66",))
    with container.database.reading() as connection:
        row = (
            connection.execute(select(tickets).where(tickets.c.seat == 1, tickets.c.hall == 1))
            .mappings()
            .one()
        )
    chair = SeatAssigned(
        "66",
        "6678420019000999",
        row["hall"],
        row["room"],
        row["seat"],
        row["batch"],
        row["starts_at"],
        row["ends_at"],
    )
    execute(container, f"DELETE FROM claims WHERE key = {CHAIR}")
    rebuilt = RebuiltAmid(container, monkeypatch, "take_all")
    container.command_handler.seat_together(
        [c.Seat(registration=late.id, actor=people.OFFICE, seats=(chair,))]
    )
    assert rebuilt.result() > 0
    assert [found.table for found in differences(container)] == ["claims"], (
        "two have one chair, and it is said"
    )


def test_a_lost_serial_is_made_good_while_somebody_draws_a_number(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number is drawn and not yet recorded, and the rebuild is to set the serial forward."""
    late = Walker(container)
    late.filled()
    execute(container, "UPDATE serials SET last = last - 1")
    rebuilt = RebuiltAmid(container, monkeypatch, "draw")
    late.submitted()
    assert rebuilt.result() > 0
    assert late.row["status"] == Status.SUBMITTED
