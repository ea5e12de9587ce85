"""Claims, counters and serials: one holder a key, never a seat too many, no serial twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, event

from ncre.store.claims import ClaimStore
from ncre.store.database import Database

Result = TypeVar("Result")
ANNA, BERT = uuid4(), uuid4()


@pytest.fixture
def book(database: Database) -> ClaimStore:
    return ClaimStore(database)


def together(works: list[Callable[[], Result]]) -> list[Result]:
    """Run all of them in threads that start at the same moment."""
    barrier = Barrier(len(works))

    def work(one: Callable[[], Result]) -> Result:
        barrier.wait(10)
        return one()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(work, works))


def test_a_key_has_one_holder(database: Database, book: ClaimStore) -> None:
    with database.transaction() as connection:
        assert book.take(connection, "place", ANNA)
        assert not book.take(connection, "place", BERT)
        assert book.holder(connection, "place") == ANNA


def test_a_free_key_is_taken_in_one_statement(database: Database, book: ClaimStore) -> None:
    heard: list[str] = []
    with database.transaction() as connection:
        event.listen(connection, "before_cursor_execute", lambda _c, _cursor, one, *_: heard.append(one))
        assert book.take(connection, "place", ANNA)
    assert len(heard) == 1


def test_taking_what_one_has_succeeds_again(database: Database, book: ClaimStore) -> None:
    with database.transaction() as connection:
        assert book.take(connection, "place", ANNA)
        assert book.take(connection, "place", ANNA)


def test_only_the_holder_can_release_a_key(database: Database, book: ClaimStore) -> None:
    with database.transaction() as connection:
        book.take(connection, "place", ANNA)
        book.release(connection, "place", BERT)
        assert book.holder(connection, "place") == ANNA
        book.release(connection, "place", ANNA)
        assert book.holder(connection, "place") is None
        assert book.take(connection, "place", BERT)


def test_many_keys_are_taken_together_where_nobody_has_one_of_them(
    database: Database, book: ClaimStore
) -> None:
    with database.transaction() as connection:
        assert book.take_all(connection, [])
        assert book.take_all(connection, [("b", BERT), ("a", ANNA)])
        assert [book.holder(connection, key) for key in "ab"] == [ANNA, BERT]
        assert not book.take_all(connection, [("c", BERT), ("a", BERT)])
        assert not book.take_all(connection, [("a", ANNA)]), "not even by who has it"
        assert book.holder(connection, "a") == ANNA


def test_seats_are_given_until_none_is_left(database: Database, book: ClaimStore) -> None:
    with database.transaction() as connection:
        book.set_quota(connection, "seat", 2)
        assert [book.take_counted(connection, "seat") for _ in range(3)] == [True, True, False]
        book.release_counted(connection, "seat")
        assert book.take_counted(connection, "seat")
        assert book.counted(connection, ["seat"]) == {"seat": (2, 2)}


def test_where_nobody_set_a_quota_there_is_nothing_to_take(database: Database, book: ClaimStore) -> None:
    with database.transaction() as connection:
        assert not book.take_counted(connection, "seat")
        assert book.counted(connection, ["seat"]) == {}
        assert book.counted(connection, []) == {}


def test_a_lowered_quota_takes_nothing_away(database: Database, book: ClaimStore) -> None:
    with database.transaction() as connection:
        book.set_quota(connection, "seat", 2)
        book.take_counted(connection, "seat")
        book.take_counted(connection, "seat")
        book.set_quota(connection, "seat", 1)
        assert book.counted(connection, ["seat"]) == {"seat": (1, 2)}
        book.release_counted(connection, "seat")
        assert not book.take_counted(connection, "seat")


def test_no_more_is_given_back_than_was_taken(database: Database, book: ClaimStore) -> None:
    with database.transaction() as connection:
        book.set_quota(connection, "seat", 1)
        book.release_counted(connection, "seat")
        assert book.counted(connection, ["seat"]) == {"seat": (1, 0)}


def test_serials_count_from_one_for_each_key(database: Database, book: ClaimStore) -> None:
    with database.transaction() as connection:
        assert [book.draw(connection, "a") for _ in range(3)] == [1, 2, 3]
        assert book.draw(connection, "b") == 1


def test_claims_are_rolled_back_with_everything_else(database: Database, book: ClaimStore) -> None:
    with database.transaction() as connection:
        book.set_quota(connection, "seat", 1)
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        book.take(connection, "place", ANNA)
        book.take_counted(connection, "seat")
        book.draw(connection, "number")
        raise ZeroDivisionError
    with database.transaction() as connection:
        assert book.holder(connection, "place") is None
        assert book.counted(connection, ["seat"]) == {"seat": (1, 0)}
        assert book.draw(connection, "number") == 1


@pytest.mark.parametrize("round_", range(5))
def test_of_two_who_race_for_the_last_seat_exactly_one_gets_it(
    database: Database, book: ClaimStore, round_: int
) -> None:
    with database.transaction() as connection:
        book.set_quota(connection, "seat", 1)

    def take() -> bool:
        with database.transaction() as connection:
            return book.take_counted(connection, "seat")

    assert sorted(together([take, take])) == [False, True]


@pytest.mark.parametrize("round_", range(5))
def test_of_two_who_race_for_a_key_exactly_one_gets_it(
    database: Database, book: ClaimStore, round_: int
) -> None:
    def taking(holder: UUID) -> Callable[[], bool]:
        def take() -> bool:
            with database.transaction() as connection:
                return book.take(connection, "place", holder)

        return take

    assert sorted(together([taking(ANNA), taking(BERT)])) == [False, True]


def test_fifty_who_race_for_ten_seats_draw_fifty_numbers_and_ten_seats(
    database: Database, book: ClaimStore
) -> None:
    with database.transaction() as connection:
        book.set_quota(connection, "seat", 10)

    def take() -> tuple[int, bool]:
        with database.transaction() as connection:
            return book.draw(connection, "number"), book.take_counted(connection, "seat")

    with ThreadPoolExecutor(10) as pool:
        answers = [one.result() for one in [pool.submit(take) for _ in range(50)]]
    assert sorted(number for number, _ in answers) == list(range(1, 51))
    assert sum(taken for _, taken in answers) == 10


def test_a_waiting_rival_gets_the_seat_that_is_rolled_back(postgres_url: str) -> None:
    database = Database(postgres_url)
    book = ClaimStore(database)
    with database.transaction() as connection:
        book.set_quota(connection, "seat", 1)

    def take(connection: Connection) -> bool:
        return book.take_counted(connection, "seat")

    with (
        ThreadPoolExecutor(1) as pool,
        database._writers.connect() as first,
        database._writers.connect() as second,
    ):
        assert take(first)
        waiting = pool.submit(take, second)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.2)
        first.rollback()
        assert waiting.result(timeout=10)
        second.commit()
    database.close()


def test_counters_are_summed_by_what_follows_their_prefix(database: Database, book: ClaimStore) -> None:
    with database.transaction() as connection:
        for key, quota, taken in (
            ("78/420019/66", 5, 2), ("78/420019/67", 7, 0), ("78/420019/all", 9, 1), ("78/420020/66", 3, 3),
            ("81/420019/66", 4, 0),
        ):  # fmt: skip
            book.set_quota(connection, key, quota)
            for _ in range(taken):
                assert book.take_counted(connection, key)
        assert book.summed(connection, "78/", 6, "/all") == {"420019": (2, 12, 2), "420020": (1, 3, 3)}
        assert book.summed(connection, "78_", 6, "/all") == {}
