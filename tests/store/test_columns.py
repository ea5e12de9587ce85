"""Rows by keys of several columns: exactly those, and found without looking through the table."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from ncre.projections import all_projections
from ncre.projections.base import Projection
from ncre.projections.exam.exams import notices
from ncre.store.columns import Moment, has_key, moment_on_sqlite
from ncre.store.database import Database
from tests.support.people import NOW

PAIRED = [one for one in all_projections(bytes(32)).all if len(one.key_names) > 1]


def _notice(round_: str, kind: str) -> dict[str, object]:
    words = dict.fromkeys(("title", "title_en", "body", "body_en"), "")
    return {"round": round_, "kind": kind, "posted_at": NOW, **words}


def test_a_pair_that_is_crossed_from_two_others_is_not_meant(database: Database) -> None:
    pairs = [(round_, kind) for round_ in ("77", "78") for kind in ("guide", "announcement")]
    with database.transaction() as connection:
        connection.execute(insert(notices), [_notice(*pair) for pair in pairs])
        asked = select(notices.c.round, notices.c.kind).where(has_key(notices, [pairs[0], pairs[3]]))
        assert {tuple(row) for row in connection.execute(asked)} == {pairs[0], pairs[3]}


@pytest.mark.parametrize("projection", PAIRED, ids=lambda one: one.name)
def test_rows_of_several_keys_are_found_in_an_index_on_sqlite(
    projection: Projection, sqlite_url: str
) -> None:
    database = Database(sqlite_url)
    keys = [tuple(_value(projection, name, number) for name in projection.key_names) for number in range(3)]
    asked = projection.selecting_several(keys).compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    with database.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
    database.close()
    assert plan[0][3].startswith(f"SEARCH {projection.name} USING INDEX"), plan


def _value(projection: Projection, name: str, number: int) -> object:
    kind = projection.table.c[name].type.python_type
    return UUID(int=number) if kind is UUID else number if kind is int else str(number)


def test_a_moment_is_the_same_on_both_databases() -> None:
    written = datetime(2027, 1, 5, 10, 0, 1, tzinfo=timezone(timedelta(hours=8)))
    moment = datetime(2027, 1, 5, 2, 0, 1, tzinfo=UTC)
    column, here, there = Moment(), sqlite.dialect(), postgresql.dialect()
    assert column.process_bind_param(written, here) == moment.replace(tzinfo=None)
    bound = column.process_bind_param(written, there)
    assert (bound, bound.tzinfo) == (moment, UTC)
    assert column.process_bind_param(None, there) is None
    for kept in (moment.replace(tzinfo=None), written):
        read = column.process_result_value(kept, there)
        assert read is not None
        assert (read, read.tzinfo) == (moment, UTC)
    assert column.process_result_value(None, here) is None
    assert moment_on_sqlite(written) == "2027-01-05 02:00:01.000000"
    assert moment_on_sqlite(None) is None


def test_keys_are_of_one_length() -> None:
    with pytest.raises(ValueError, match="zip"):
        has_key(notices, [("77", "guide"), ("78",)])


def test_the_zone_of_the_machine_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    written = datetime(2027, 1, 5, 10, tzinfo=timezone(timedelta(hours=8)))
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "America/Lima")
        time.tzset()
        kept = Moment().process_bind_param(written, sqlite.dialect()), moment_on_sqlite(written)
    time.tzset()
    assert kept == (datetime(2027, 1, 5, 2, tzinfo=UTC).replace(tzinfo=None), "2027-01-05 02:00:00.000000")
