"""Whoever follows the log misses no fact, in whatever order the writers commit."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import Connection, select

from ncre.store.database import Database
from ncre.store.recorder import FactRecorder
from ncre.store.schema import facts
from tests.support.databases import fresh_postgres

Follow = Callable[[int], list[int]]


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    yield database
    database.close()


def event(stream: UUID | None = None, version: int = 1) -> StoredEvent:
    return StoredEvent(stream or uuid4(), version, "test.fact", b"{}")


def record(database: Database, connection: Connection | None = None) -> int:
    (position,) = FactRecorder(database).insert_events([event()], connection=connection)
    return position


def following(database: Database, patience: float = 5.0) -> Follow:
    """The positions after a position, as our recorder gives them."""
    recorder = FactRecorder(database, patience)
    return lambda after: [n.id for n in recorder.select_notifications(after, 500, inclusive_of_start=False)]


def tailing(database: Database) -> Follow:
    """The same by the obvious query, which is wrong on PostgreSQL."""

    def after(position: int) -> list[int]:
        with database.reading() as connection:
            rows = connection.execute(select(facts.c.id).where(facts.c.id > position).order_by(facts.c.id))
            return list(rows.scalars())

    return after


def seen_by(follow: Follow, commit: Callable[[], None]) -> list[int]:
    """What a follower sees who looks once before and once after a late commit."""
    early = follow(0)
    commit()
    return early + follow(max(early, default=0))


def test_a_fact_that_commits_late_is_not_missed(postgres: Database) -> None:
    with postgres._writers.connect() as late:
        low = record(postgres, late)
        high = record(postgres)
        assert low < high
        assert seen_by(following(postgres, patience=0.05), late.commit) == [low, high]


def test_naive_tailing_misses_the_fact_that_commits_late(postgres: Database) -> None:
    with postgres._writers.connect() as late:
        record(postgres, late)
        high = record(postgres)
        assert seen_by(tailing(postgres), late.commit) == [high]


def test_a_fact_that_is_rolled_back_holds_nobody_up(postgres: Database) -> None:
    with postgres._writers.connect() as late:
        record(postgres, late)
        high = record(postgres)
        assert seen_by(following(postgres, patience=0.05), late.rollback) == [high]
    assert following(postgres)(high) == []


def test_a_reader_waits_for_the_writer_in_flight(postgres: Database) -> None:
    with ThreadPoolExecutor(1) as pool, postgres._writers.connect() as late:
        low = record(postgres, late)
        high = record(postgres)
        reading: Future[list[int]] = pool.submit(following(postgres, patience=30), 0)
        with pytest.raises(TimeoutError):
            reading.result(timeout=0.2)
        late.commit()
        assert reading.result(timeout=10) == [low, high]


def test_a_reader_who_loses_patience_gets_what_was_settled_before(postgres: Database) -> None:
    first = record(postgres)
    follow = following(postgres, patience=0.05)
    assert follow(0) == [first]
    with postgres._writers.connect() as late:
        low = record(postgres, late)
        high = record(postgres)
        assert follow(0) == [first]
        assert follow(first) == []
        late.commit()
        assert follow(first) == [low, high]


def test_asking_far_ahead_does_not_make_anything_look_settled(postgres: Database) -> None:
    follow = following(postgres, patience=0.05)
    assert follow(10**6) == []
    with postgres._writers.connect() as late:
        low = record(postgres, late)
        high = record(postgres)
        assert follow(0) == []
        late.commit()
        assert follow(0) == [low, high]


def test_writers_of_another_database_of_the_server_are_not_waited_for(
    postgres: Database, postgres_server: str
) -> None:
    own = record(postgres)
    with fresh_postgres(postgres_server) as url:
        elsewhere = Database(url)
        with elsewhere._writers.connect() as other:
            record(elsewhere, other)
            assert following(postgres, patience=0.05)(0) == [own]
        elsewhere.close()


WRITERS, TRANSACTIONS = 6, 170


def write_at_random(database: Database, seed: int) -> None:
    """Transactions of one to three facts that commit, or roll back, after a random moment."""
    chance = random.Random(seed)
    recorder = FactRecorder(database)
    for _ in range(TRANSACTIONS):
        stream = uuid4()
        with database._writers.connect() as connection:
            for version in range(1, chance.choice((2, 3, 4))):
                recorder.insert_events([event(stream, version)], connection=connection)
                time.sleep(chance.random() * 0.003)  # the moment in which others overtake
            connection.rollback() if chance.random() < 0.1 else connection.commit()


def follow_until(done: threading.Event, follow: Follow) -> list[int]:
    """Everything a follower sees until the writers are done and one more look finds nothing."""
    seen: list[int] = []
    while True:
        finished = done.is_set()
        news = follow(seen[-1] if seen else 0)
        seen += news
        if finished and not news:
            return seen


def test_a_follower_of_six_random_writers_sees_every_fact_once_and_in_order(postgres: Database) -> None:
    done = threading.Event()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reading = pool.submit(follow_until, done, following(postgres))
        writing = [pool.submit(write_at_random, postgres, seed) for seed in range(WRITERS)]
        for one in writing:
            one.result()
        done.set()
        seen = reading.result()
    assert len(seen) > 1500
    assert seen == tailing(postgres)(0)


def test_a_subscription_sees_what_is_written_while_it_waits(database: Database) -> None:
    recorder = FactRecorder(database)
    with ThreadPoolExecutor(1) as pool, recorder.subscribe() as subscription:
        waiting = pool.submit(next, subscription)
        position = record(database)
        assert waiting.result(timeout=10).id == position
        ending = pool.submit(next, subscription, None)
        subscription.stop()
        assert ending.result(timeout=10) is None
