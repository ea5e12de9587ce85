"""Two processes reach for the same thing at once: exactly one has it, the other gets the right words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.projections.maintenance.rebuild import check
from tests.support.containers import container_on, open_round
from tests.support.forked import forking
from tests.support.people import LIQIANG, REVIEWER, SITE, Candidate, somebody

RACES = 18
DONE = "done"


@dataclass(frozen=True)
class Lane:
    """What one process does in every race: commands, in order."""

    url: str
    folder: Path
    commands: list[c.Command]


def run(lane: Lane, start: Barrier) -> list[str]:
    """The outcome of each race for this process: DONE, or the code of the refusal."""
    container = container_on(lane.url, lane.folder)
    outcomes = []
    for command in lane.commands:
        start.wait(60)
        try:
            container.command_handler.handle(command)
            outcomes.append(DONE)
        except Refusal as refusal:
            outcomes.append(refusal.code.value)
    container.close()
    return outcomes


_start: Barrier


def _remember(start: Barrier) -> None:
    global _start
    _start = start


def _lane(lane: Lane) -> list[str]:
    return run(lane, _start)


def race(lanes: list[Lane]) -> list[tuple[str, ...]]:
    """Every race's outcomes, one for each process."""
    context = forking()
    start = context.Barrier(len(lanes))
    with context.Pool(len(lanes), initializer=_remember, initargs=(start,)) as pool:
        by_lane = pool.map(_lane, lanes, chunksize=1)
    return list(zip(*by_lane, strict=True))


def prepared(
    url: str, folder: Path, prepare: Callable[[Any, int], tuple[c.Command, c.Command]]
) -> list[Lane]:
    """The round opened with one seat in every subject, and what both processes will do in each race."""
    container = container_on(url, folder)
    pairs = [prepare(container, number) for number in range(RACES)]
    container.close()
    lanes = zip(*pairs, strict=True)
    return [Lane(url, folder / str(place), list(commands)) for place, commands in enumerate(lanes)]


def one_won(outcomes: list[tuple[str, ...]], code: RefusalCode) -> bool:
    return all(sorted(both) == sorted((DONE, code.value)) for both in outcomes)


def document(number: int) -> str:
    """A document number that differs in its order digits; only the door reads it."""
    return f"42011520060315{number:03}X"


def filled(container: Any, name: str, number: int) -> Candidate:
    candidate = somebody(container, name, replace(LIQIANG, document_number=document(number)))
    candidate.agrees()
    candidate.fills()
    return candidate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "races"


def test_the_last_seat_is_taken_once(database_url: str, folder: Path) -> None:
    container = container_on(database_url, folder)
    open_round(container)
    subjects = [offer.subject for offer in _offers(container)]
    open_round(container, offers=tuple(replace(offer, quota=1) for offer in _offers(container)))
    container.close()

    def prepare(container: Any, number: int) -> tuple[c.Command, c.Command]:
        return tuple(  # type: ignore[return-value]
            c.Submit(
                **filled(container, f"{place}-{number}", 2 * number + place).asking,
                site=SITE,
                subjects=(subjects[number],),
                declared=True,
                declaration="x",
            )
            for place in range(2)
        )

    outcomes = race(prepared(database_url, folder, prepare))
    assert one_won(outcomes, RefusalCode.SUBJECT_FULL), outcomes
    _rows_agree(database_url, folder)


def test_a_persons_place_is_taken_once(database_url: str, folder: Path) -> None:
    _opened(database_url, folder)

    def prepare(container: Any, number: int) -> tuple[c.Command, c.Command]:
        details = replace(LIQIANG, document_number=document(number))
        person = container.people.person(details.document_type, details.document_number)
        fills = []
        for place in range(2):
            candidate = somebody(container, f"{place}-{number}", details)
            candidate.agrees()
            fills.append(c.FillInfo(**candidate.asking, details=details, person=person))
        return fills[0], fills[1]

    outcomes = race(prepared(database_url, folder, prepare))
    assert one_won(outcomes, RefusalCode.PLACE_TAKEN), outcomes
    _rows_agree(database_url, folder)


def test_a_case_is_decided_once(database_url: str, folder: Path) -> None:
    """One reviewer approves, one rejects, both from the same page: the slower one is told that it changed."""
    _opened(database_url, folder)

    def prepare(container: Any, number: int) -> tuple[c.Command, c.Command]:
        candidate = filled(container, f"candidate-{number}", number)
        candidate.submits(subjects=("15",))
        candidate.uploads()
        candidate.requests_review()
        at: dict[str, Any] = {"registration": candidate.id, "actor": REVIEWER, "seen": 5}
        return c.Approve(**at), c.Reject(**at, reasons=("P01",))

    outcomes = race(prepared(database_url, folder, prepare))
    assert one_won(outcomes, RefusalCode.OUT_OF_DATE), outcomes
    _rows_agree(database_url, folder)


def test_a_command_sent_by_two_processes_at_once_happens_once(database_url: str, folder: Path) -> None:
    _opened(database_url, folder)
    registrations: list[UUID] = []

    def prepare(container: Any, number: int) -> tuple[c.Command, c.Command]:
        candidate = filled(container, f"candidate-{number}", number)
        registrations.append(candidate.id)
        submit = c.Submit(
            **candidate.asking, site=SITE, subjects=("15",), declared=True, declaration="x", seen=2
        )
        return submit, submit

    outcomes = race(prepared(database_url, folder, prepare))
    assert all(both == (DONE, DONE) for both in outcomes), outcomes
    container = container_on(database_url, folder)
    with container.database.reading() as connection:
        for registration in registrations:
            assert len(container.command_handler.store.history(connection, registration)) == 3
    container.close()
    _rows_agree(database_url, folder)


def test_two_who_exchange_subjects_do_not_wait_for_each_other(postgres_url: str, folder: Path) -> None:
    """Claims are released and taken in one order of keys; else the database would have to undo one of them."""
    _opened(postgres_url, folder)

    def prepare(container: Any, number: int) -> tuple[c.Command, c.Command]:
        changes = []
        for place, (has, wants) in enumerate((("15", "24"), ("24", "15"))):
            candidate = filled(container, f"{place}-{number}", 2 * number + place)
            candidate.submits(subjects=(has,))
            changes.append(c.ChangeSubjects(**candidate.asking, site=SITE, subjects=(wants,)))
        return changes[0], changes[1]

    outcomes = race(prepared(postgres_url, folder, prepare))
    assert all(both == (DONE, DONE) for both in outcomes), outcomes
    _rows_agree(postgres_url, folder)
    container = container_on(postgres_url, folder)
    with container.database.reading() as connection:
        asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert connection.execute(text(asked)).scalar_one() == 0
    container.close()


def _opened(url: str, folder: Path) -> None:
    container = container_on(url, folder)
    open_round(container)
    container.close()


def _offers(container: Any) -> Any:
    with container.database.reading() as connection:
        return container.command_handler.exams.site(connection, "78", SITE).plan.offers


def _rows_agree(url: str, folder: Path) -> None:
    container = container_on(url, folder)
    assert (
        check(container.database, container.command_handler.store, container.command_handler.listeners) == []
    )
    container.close()
