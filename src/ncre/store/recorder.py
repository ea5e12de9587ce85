"""Rows of facts, in and out: the eventsourcing library's recorder on SQLAlchemy Core.

Facts and rows share the caller's transaction. Appending takes no lock on the table; the log is
made safe for its readers by `ncre.store.safe_reader`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from threading import Event
from typing import Any, Final, cast
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)
from sqlalchemy import Connection, Select, bindparam, func, insert, select, type_coerce
from sqlalchemy.exc import IntegrityError as ConstraintViolated
from sqlalchemy.types import NullType

from ncre.store.columns import ONE
from ncre.store.database import Database
from ncre.store.safe_reader import settled_position
from ncre.store.schema import facts

POLLING: Final = 0.05
"""Seconds between two looks of a subscription at a log without news (storage facts §1)."""

SECTION: Final = 500
"""Facts that a subscription reads at a time."""

_INSERT: Final = insert(facts).returning(facts.c.id)
_INSERT_MANY: Final = insert(facts).returning(facts.c.id, sort_by_parameter_order=True)
_STREAM: Final = select(facts.c.version, facts.c.topic, facts.c.state).where(
    facts.c.stream == bindparam("of"),
    facts.c.version > bindparam("gt"),
    facts.c.version <= bindparam("lte"),
)
_FORWARD: Final = _STREAM.order_by(facts.c.version).limit(bindparam("most"))
_BACKWARD: Final = _STREAM.order_by(facts.c.version.desc()).limit(bindparam("most"))
_WHOLE: Final = _STREAM.order_by(facts.c.version)
_SEVERAL: Final = (
    select(facts.c.stream, facts.c.version, facts.c.topic, facts.c.state)
    .where(facts.c.stream.in_(bindparam("streams", expanding=True)))
    .order_by(facts.c.stream, facts.c.version)
)
_NEWEST_OF: Final = (
    select(facts.c.version, facts.c.topic, facts.c.state)
    .where(facts.c.stream == bindparam("of"), facts.c.topic == bindparam("topic"))
    .order_by(facts.c.version.desc())
    .limit(ONE)
)
_SLICE: Final = (
    select(type_coerce(facts.c.stream, NullType()), facts.c.version, facts.c.topic, facts.c.state)
    .where(
        facts.c.stream >= bindparam("first"),
        facts.c.stream <= bindparam("last"),
        facts.c.id <= bindparam("upto"),
    )
    .order_by(facts.c.stream, facts.c.version)
)
_STREAMS_SINCE: Final = (
    select(facts.c.stream)
    .where(
        facts.c.stream >= bindparam("first"),
        facts.c.stream <= bindparam("last"),
        facts.c.id > bindparam("after"),
    )
    .distinct()
)
_LOG: Final = (
    select(facts.c.id, facts.c.stream, facts.c.version, facts.c.topic, facts.c.state)
    .where(facts.c.id > bindparam("after"), facts.c.id <= bindparam("upto"))
    .order_by(facts.c.id)
    .limit(bindparam("most"))
)
_LOG_OF_TOPICS: Final = _LOG.where(facts.c.topic.in_(bindparam("topics", expanding=True)))
_NEWEST: Final = select(func.max(facts.c.id))
_BEYOND: Final = 2**31 - 1


class FactRecorder(ApplicationRecorder):
    """Stores and reads facts; thread-safe, one per database.

    `patience` is how many seconds a reader of the log waits for writers in flight before it
    contents itself with what was known to be settled.
    """

    def __init__(self, database: Database, patience: float = 2.0) -> None:
        self._database = database
        self._patience = patience
        self._settled = 0

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, connection: Connection | None = None, **_: Any
    ) -> Sequence[int]:
        """Positions of the new facts, in the caller's transaction or one of its own.

        Raises the library's IntegrityError when a (stream, version) is taken: somebody was quicker.
        """
        if not stored_events:
            return []
        rows = [
            {
                "stream": event.originator_id,
                "version": event.originator_version,
                "topic": event.topic,
                "state": event.state,
            }
            for event in stored_events
        ]
        with self._writing(connection) as writing:
            try:
                if len(rows) == 1:
                    return [writing.execute(_INSERT, rows[0]).scalar_one()]
                return writing.execute(_INSERT_MANY, rows).scalars().all()
            except ConstraintViolated as error:
                raise IntegrityError(str(error.orig)) from error

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
        connection: Connection | None = None,
    ) -> Sequence[StoredEvent]:
        statement: Select[Any] = _BACKWARD if desc else _FORWARD
        bounds: dict[str, Any] = {
            "of": originator_id,
            "gt": -1 if gt is None else gt,
            "lte": _BEYOND if lte is None else lte,
        }
        if limit is not None or desc:
            bounds["most"] = _BEYOND if limit is None else limit
        else:
            statement = _WHOLE
        with self._reading(connection) as reading:
            return [
                StoredEvent(originator_id, version, topic, state)
                for version, topic, state in reading.execute(statement, bounds)
            ]

    def select_several(self, streams: Sequence[UUID], connection: Connection) -> Sequence[StoredEvent]:
        """Every fact of these streams, stream by stream, in one question to the database."""
        return [StoredEvent(*row) for row in connection.execute(_SEVERAL, {"streams": streams})]

    def select_newest_of(self, stream: UUID, topic: str, connection: Connection) -> StoredEvent | None:
        """The newest fact of one stored name in a stream."""
        row = connection.execute(_NEWEST_OF, {"of": stream, "topic": topic}).first()
        return StoredEvent(stream, *row) if row else None

    def select_slice(
        self, first: UUID, last: UUID, upto: int, connection: Connection
    ) -> Sequence[StoredEvent]:
        """Every fact of the streams from `first` to `last` up to a position of the log, stream by stream.

        The id of a stream is made once, not once a fact.
        """
        bounds = {"first": first, "last": last, "upto": upto}
        stream, last = first, cast(Any, None)
        found: list[StoredEvent] = []
        with connection.execute(_SLICE, bounds) as result:
            for raw, version, topic, state in result.cursor.fetchall():  # plain tuples of the driver
                if raw != last:
                    stream, last = raw if isinstance(raw, UUID) else UUID(raw), raw
                found.append(StoredEvent(stream, version, topic, state))
        return found

    def select_streams_since(self, after: int, first: UUID, last: UUID, connection: Connection) -> list[UUID]:
        """The streams from `first` to `last` that have facts after a position of the log."""
        bounds = {"first": first, "last": last, "after": after}
        return list(connection.execute(_STREAMS_SINCE, bounds).scalars())

    def settled(self) -> int:
        """The position up to which every fact that will ever be there is there."""
        with self._database.reading() as reading:
            return self._settled_past(reading, 0)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
        connection: Connection | None = None,
    ) -> Sequence[Notification]:
        """The log in order. Given a connection, what that connection sees; else only settled facts,

        so that a reader who goes on after the last position misses nothing.
        """
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        with self._reading(connection) as reading:
            upto = _newest(reading) if connection is not None else self._settled_past(reading, after)
            if stop is not None:
                upto = min(upto, stop)
            if upto <= after:
                return []
            bounds = {"after": after, "upto": upto, "most": limit}
            if topics:
                rows = reading.execute(_LOG_OF_TOPICS, bounds | {"topics": list(topics)})
            else:
                rows = reading.execute(_LOG, bounds)
            return [
                Notification(
                    originator_id=stream, originator_version=version, topic=topic, state=state, id=id_
                )
                for id_, stream, version, topic, state in rows
            ]

    def max_notification_id(self) -> int | None:
        with self._database.reading() as reading:
            return _newest(reading) or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        return PollingSubscription(self, gt, topics)

    def _settled_past(self, reading: Connection, after: int) -> int:
        if self._database.dialect == "sqlite":
            return _newest(reading)  # one writer at a time: order of positions is order of commits
        position = settled_position(reading, after, self._patience)
        if position is not None:
            self._settled = max(self._settled, position)
        return self._settled

    def _writing(self, connection: Connection | None) -> AbstractContextManager[Connection]:
        return nullcontext(connection) if connection is not None else self._database.transaction()

    def _reading(self, connection: Connection | None) -> AbstractContextManager[Connection]:
        return nullcontext(connection) if connection is not None else self._database.reading()


class PollingSubscription(Subscription[ApplicationRecorder]):
    """Yields facts as they settle, looking every POLLING seconds; `stop()` from any thread ends it."""

    def __init__(self, recorder: FactRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._stopped = Event()
        self._unread: list[Notification] = []

    def stop(self) -> None:
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        while not self._stopped.is_set():
            if self._unread:
                return self._unread.pop()
            if not self._look():
                self._stopped.wait(POLLING)
        raise StopIteration

    def _look(self) -> bool:
        found = self._recorder.select_notifications(
            self._last_notification_id or 0, SECTION, topics=self._topics, inclusive_of_start=False
        )
        if found:
            self._last_notification_id = found[-1].id
            self._unread = list(reversed(found))
        return bool(found)


def _newest(reading: Connection) -> int:
    return int(reading.execute(_NEWEST).scalar_one() or 0)
