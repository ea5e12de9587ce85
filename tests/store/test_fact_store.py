"""The store as the door uses it: histories, appending in the caller's transaction, the log."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import AggregateNotFoundError
from eventsourcing.persistence import InfrastructureFactoryError, IntegrityError
from sqlalchemy import select

from ncre.events.base import CLOSED, Fact
from ncre.events.registration import (
    AgreementAccepted,
    ConfirmedOnSite,
    InfoFilled,
    ReviewRequested,
    Withdrawn,
)
from ncre.store.claims import ClaimStore
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.keys import Keys
from ncre.store.schema import claims
from tests.events.examples import EXAMPLES, PERSON, STAMP, STREAM, ZHANG

KEYS = Keys.derived_from(bytes(32))
LIFE = (AgreementAccepted("81", ZHANG, 1, "v1"), ReviewRequested(3), ConfirmedOnSite(), Withdrawn())


@pytest.fixture
def store(database: Database) -> FactStore:
    return FactStore(database, KEYS)


def recorded(facts: tuple[Fact, ...], stream: UUID = STREAM, first: int = 1) -> list[Fact]:
    return [
        fact.with_metadata(replace(STAMP, stream=stream, version=version, subject=PERSON))
        for version, fact in enumerate(facts, start=first)
    ]


def test_a_history_is_what_was_appended(database: Database, store: FactStore) -> None:
    facts = recorded(EXAMPLES)
    with database.transaction() as connection:
        positions = store.append(connection, facts)
        assert store.history(connection, STREAM) == facts
    assert positions == sorted(set(positions))
    with database.reading() as connection:
        assert store.history(connection, STREAM) == facts
        assert [fact.metadata for fact in store.history(connection, STREAM)] == [
            fact.metadata for fact in facts
        ]


def test_a_history_can_end_at_a_version(database: Database, store: FactStore) -> None:
    with database.transaction() as connection:
        store.append(connection, recorded(LIFE))
        assert store.history(connection, STREAM, upto=2) == list(LIFE[:2])
        assert store.history(connection, STREAM, upto=0) == []
        assert store.history(connection, STREAM, upto=9) == list(LIFE)
        assert store.history(connection, uuid4()) == []


def test_one_fact_is_found_by_its_version(database: Database, store: FactStore) -> None:
    with database.transaction() as connection:
        store.append(connection, recorded(LIFE))
        assert store.fact(connection, STREAM, 3) == ConfirmedOnSite()
        assert store.fact(connection, STREAM, 5) is None


def test_appending_nothing_records_nothing(database: Database, store: FactStore) -> None:
    with database.transaction() as connection:
        assert store.append(connection, []) == []
    assert store.newest() == 0


def test_a_taken_version_is_a_conflict_and_leaves_nothing(database: Database, store: FactStore) -> None:
    with database.transaction() as connection:
        store.append(connection, recorded(LIFE[:2]))
    with pytest.raises(IntegrityError), database.transaction() as connection:
        store.append(connection, [*recorded(LIFE, uuid4()), *recorded((Withdrawn(),), first=2)])
    assert [fact for _, fact in store.log(0)] == list(LIFE[:2])


def test_facts_and_rows_are_rolled_back_together(database: Database, store: FactStore) -> None:
    book = ClaimStore(database)
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        store.append(connection, recorded(LIFE))
        book.take(connection, "place", STREAM)
        raise ZeroDivisionError
    with database.reading() as connection:
        assert store.history(connection, STREAM) == []
        assert connection.execute(select(claims)).all() == []
    assert store.log(0) == []


def test_facts_and_rows_are_committed_together(database: Database, store: FactStore) -> None:
    with database.transaction() as connection:
        store.append(connection, recorded(LIFE))
        ClaimStore(database).take(connection, "place", STREAM)
    with database.reading() as connection:
        assert store.history(connection, STREAM) == list(LIFE)
        assert connection.execute(select(claims)).all() == [("place", STREAM)]


def test_the_log_is_read_in_sections_without_gap_or_repeat(database: Database, store: FactStore) -> None:
    with database.transaction() as connection:
        for _ in range(5):
            store.append(connection, recorded(LIFE, uuid4()))
    whole = store.log(0)
    assert [fact for _, fact in whole] == list(LIFE) * 5
    read: list[tuple[int, Fact]] = []
    while section := store.log(read[-1][0] if read else 0, limit=3):
        assert len(section) <= 3
        read += section
    assert read == whole
    assert store.newest() == whole[-1][0]
    assert [row.id for row in store.raw_log(0)] == [position for position, _ in whole]


def test_the_log_through_a_connection_is_what_that_connection_sees(
    database: Database, store: FactStore
) -> None:
    with database.transaction() as connection:
        store.append(connection, recorded(LIFE))
        assert [fact for _, fact in store.log(0, connection=connection)] == list(LIFE)
        assert store.raw_log(0, limit=2, connection=connection)[-1].originator_version == 2


def test_private_fields_are_opened_by_keys_that_the_same_connection_made(
    database: Database, store: FactStore
) -> None:
    facts = recorded(EXAMPLES)
    with database.transaction() as connection:
        store.append(connection, facts)
        assert [fact for _, fact in store.log(0, connection=connection)] == facts


def test_the_log_of_some_kinds_goes_on_after_a_position_and_opens_nothing(
    database: Database, store: FactStore
) -> None:
    with database.transaction() as connection:
        for _ in range(3):
            store.append(connection, recorded(LIFE, uuid4()))
        store.append(connection, recorded((FILLED,), uuid4()))
    kinds = [Withdrawn.TOPIC, InfoFilled.TOPIC]
    found = store.log_of(kinds, 0)
    assert [type(fact) for _, fact in found] == [Withdrawn, Withdrawn, Withdrawn, InfoFilled]
    assert [fact.details for _, fact in found if isinstance(fact, InfoFilled)] == [CLOSED]
    assert store.log_of(kinds, 0, limit=2) == found[:2]
    assert store.log_of(kinds, found[1][0]) == found[2:]
    assert [position for position, _ in found] == [
        position for position, fact in store.log(0) if type(fact) in (Withdrawn, InfoFilled)
    ]


FILLED = next(example for example in EXAMPLES if isinstance(example, InfoFilled))


def test_the_envelope_of_one_version_is_found_without_the_others(
    database: Database, store: FactStore
) -> None:
    with database.transaction() as connection:
        store.append(connection, facts := recorded(LIFE))
        assert [store.stamp(connection, STREAM, version) for version in (1, 3, 4)] == [
            facts[version - 1].metadata for version in (1, 3, 4)
        ]
        assert store.stamp(connection, STREAM, 5) is None


def test_a_sealed_file_is_recognised_as_that_of_its_person_and_its_purpose(
    database: Database, store: FactStore
) -> None:
    somebody, nobody = uuid4(), uuid4()
    with database.transaction() as connection:
        box = store.seal_bytes(connection, PERSON, b"picture", "photo")
        store.seal_bytes(connection, somebody, b"picture", "photo")
        assert store.recognises(connection, [somebody, PERSON], "photo")(box)
        assert not store.recognises(connection, [somebody, nobody], "photo")(box)
        assert not store.recognises(connection, [PERSON], "paper")(box)
        store.erase(connection, PERSON, STAMP.recorded_at)
        assert not store.recognises(connection, [somebody, PERSON], "photo")(box)


def test_a_snapshot_shows_one_state_while_others_write(database: Database, store: FactStore) -> None:
    with database.snapshot() as connection:
        assert store.log(0, connection=connection) == []
        with database.transaction() as writing:
            store.append(writing, recorded(LIFE))
        assert store.log(0, connection=connection) == []
        assert store.history(connection, STREAM) == []
    assert len(store.log(0)) == len(LIFE)


def test_the_library_finds_its_notification_log_and_event_store(database: Database, store: FactStore) -> None:
    first, second = recorded(EXAMPLES[:2])
    recordings = store.save(first, second)
    assert [recording.domain_event for recording in recordings] == [first, second]
    items = store.notification_log["1,10"].items
    assert [item.id for item in items] == [recording.notification.id for recording in recordings]
    assert [store.mapper.to_domain_event(item) for item in items] == [first, second]
    assert list(store.events.get(STREAM, gt=1)) == [second]
    assert list(store.events.get(STREAM, desc=True, limit=1)) == [second]
    assert store.mapper.to_stored_event(first) == FactStore(database, KEYS).mapper.to_stored_event(first)


def test_what_the_library_offers_beside_is_refused(store: FactStore) -> None:
    for offer in (
        store.factory.aggregate_recorder,
        store.factory.tracking_recorder,
        store.factory.process_recorder,
    ):
        with pytest.raises(InfrastructureFactoryError):
            offer()
    with pytest.raises(AggregateNotFoundError):
        store.repository.get(uuid4())


def test_closing_the_store_leaves_the_database_to_its_owner(database: Database, store: FactStore) -> None:
    with store:
        store.save(*recorded(LIFE))
    with database.reading() as connection:
        assert FactStore(database, KEYS).history(connection, STREAM) == list(LIFE)


def test_histories_of_many_streams_come_apart_and_closed(database: Database, store: FactStore) -> None:
    other, empty = UUID(int=8), UUID(int=9)
    with database.transaction() as connection:
        store.append(connection, recorded(LIFE))
        store.append(connection, recorded(LIFE[:1], stream=other))
    with database.reading() as connection:
        found = store.histories(connection, [STREAM, other, empty])
    assert {stream: [fact.metadata.version for fact in facts] for stream, facts in found.items()} == {
        STREAM: [*range(1, len(LIFE) + 1)],
        other: [1],
        empty: [],
    }
    assert {fact.metadata.stream for fact in found[other]} == {other}


def test_rows_are_read_open_for_some_names_and_closed_for_all_others(
    database: Database, store: FactStore
) -> None:
    rejected = next(example for example in EXAMPLES if example.TOPIC == "registration.rejected")
    with database.transaction() as connection:
        store.append(connection, recorded((LIFE[0], FILLED, rejected)))
        stored = store.slice(connection, STREAM, STREAM, 10_000)
        opened = store.read(connection, stored, {InfoFilled.TOPIC})
        assert opened == [LIFE[0], FILLED, replace(rejected, note=CLOSED)]  # type: ignore[call-arg]
        closed = store.read(connection, stored, ())
        assert closed == [LIFE[0], replace(FILLED, details=CLOSED), replace(rejected, note=CLOSED)]  # type: ignore[call-arg]
        assert closed == store.closed(stored)
        assert store.read(connection, stored[1:2], {InfoFilled.TOPIC}) == [FILLED]
