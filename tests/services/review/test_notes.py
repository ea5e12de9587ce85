"""What staff write to each other about a case stands nowhere in clear, and goes with the person it is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role, Step
from ncre.identity.accounts import Account
from ncre.operational import second_looks
from ncre.operational.review_claims import review_handovers
from ncre.operational.second_looks import LookState, SecondLook
from ncre.services.review.bulk import Chosen
from ncre.store.schema import metadata
from tests.support.containers import container_on, open_round
from tests.support.people import OFFICE, ROUND, SITE, Candidate, somebody

NOTE = "慕容雪晴的照片请再看"
LOOK_VERSION = 9

pytest_plugins = ["tests.support.databases"]


@pytest.fixture
def lived(database_url: str, tmp_path: Path) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data")
    open_round(container)
    yield container
    container.close()


@pytest.fixture
def wenjing(lived: Container) -> Candidate:
    candidate = somebody(lived)
    candidate.until_waiting()
    return candidate


def staff(lived: Container, name: str, role: Role = Role.REVIEWER) -> Account:
    return lived.accounts.add(name, "kept in these tests alone", role, frozenset({SITE}))


def handed(lived: Container, case: UUID, note: str = NOTE) -> None:
    row = lived.queries.cases.row(case)
    assert row is not None
    lived.review_claims.hand_over(row, staff(lived, "li"), staff(lived, "wang").id, note)


def settled(lived: Container, candidate: Candidate, note: str = NOTE) -> None:
    """Two reviewers see it differently; the office says who is right, and why."""
    boss = staff(lived, "boss", Role.OFFICE)
    look = SecondLook(
        candidate.id,
        LOOK_VERSION,
        ROUND,
        SITE,
        candidate.account.id,
        uuid4(),
        "approve",
        lived.clock(),
        LookState.DISAGREED.value,
        [],
    )
    with lived.database.transaction() as connection:
        second_looks.add(connection, look)
    lived.second_looks.settle(boss, candidate.id, LOOK_VERSION, "second", note)


def written(lived: Container, what: str) -> list[str]:
    """The tables that hold it in clear."""
    with lived.database.reading() as connection:
        return [
            table.name
            for table in metadata.sorted_tables
            if any(
                what in (value.decode(errors="replace") if isinstance(value, bytes) else str(value))
                for row in connection.execute(select(table))
                for value in row
            )
        ]


def test_notes_are_read_by_colleagues_and_stand_nowhere_in_clear(
    lived: Container, wenjing: Candidate
) -> None:
    handed(lived, wenjing.id)
    settled(lived, wenjing)
    row = lived.queries.cases.row(wenjing.id)
    assert row is not None
    assert [one.note for one in lived.review_claims.handovers(row)] == [NOTE]
    assert [note for _look, note in lived.second_looks.settled([SITE])] == [NOTE]
    assert written(lived, NOTE) == []


def test_the_note_to_many_candidates_is_sealed_for_whoever_began_the_run(
    lived: Container, wenjing: Candidate
) -> None:
    hong, run = staff(lived, "hong"), uuid4()
    row = lived.queries.cases.row(wenjing.id)
    assert row is not None
    lived.bulk_review.prepare(run, hong, Step.REJECT, [Chosen(wenjing.id, row["version"], "")])
    lived.bulk_review.start(hong, run, ("I01",), NOTE)
    assert written(lived, NOTE) == []
    assert lived.bulk_review.carry_on(run, 10) == 1
    with lived.database.reading() as connection:
        newest = lived.command_handler.store.history(connection, wenjing.id)[-1]
    assert getattr(newest, "note", None) == NOTE
    assert written(lived, NOTE) == []


def test_a_case_is_handed_over_without_a_note(lived: Container, wenjing: Candidate) -> None:
    handed(lived, wenjing.id, "  ")
    row = lived.queries.cases.row(wenjing.id)
    assert row is not None
    assert [one.note for one in lived.review_claims.handovers(row)] == [""]


def test_a_note_that_is_put_to_another_hand_over_does_not_open(lived: Container, wenjing: Candidate) -> None:
    handed(lived, wenjing.id)
    row = lived.queries.cases.row(wenjing.id)
    assert row is not None
    with lived.database.transaction() as connection:
        (one,) = connection.execute(select(review_handovers)).mappings()
        connection.execute(insert(review_handovers), {**one, "id": uuid4()})
    with pytest.raises(Exception, match="does not open"):
        lived.review_claims.handovers(row)


def test_an_erasure_reaches_notes(lived: Container, wenjing: Candidate) -> None:
    handed(lived, wenjing.id)
    settled(lived, wenjing)
    erasure = lived.erasures.erasure
    erasure.erase(erasure.of_account(wenjing.account.id), "本人来信", OFFICE)
    with lived.database.reading() as connection:
        assert connection.execute(select(review_handovers)).all() == []
        assert [
            look.outcome_box for look in second_looks.in_state(connection, LookState.CLOSED, [SITE], 9)
        ] == [None]
    assert [note for _look, note in lived.second_looks.settled([SITE])] == [""]


def test_nothing_more_is_written_about_who_is_erased(lived: Container, wenjing: Candidate) -> None:
    row = lived.queries.cases.row(wenjing.id)
    assert row is not None
    li, wang = staff(lived, "li"), staff(lived, "wang")
    with lived.database.transaction() as connection:
        lived.command_handler.store.erase(connection, wenjing.account.id, lived.clock())
    with pytest.raises(Refusal) as refused:
        lived.review_claims.hand_over(row, li, wang.id, NOTE)
    assert refused.value.code is RefusalCode.PERSON_ERASED
    assert lived.review_claims.handovers(row) == []
