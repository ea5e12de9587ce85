"""How far the log can be read on PostgreSQL without ever missing a fact that commits late.

Positions are given when a fact is inserted, not when it is committed, so a lower position may
become visible after a higher one. Whoever holds a position below one that is visible has locked
the table before he drew it, and keeps that lock until his facts are visible or gone. So: note the
highest visible position M and the transactions that hold the lock; when all of them have ended,
everything up to M that will ever be there is there.
"""

from __future__ import annotations

from time import monotonic, sleep
from typing import Final

from sqlalchemy import Connection, text

PAUSE: Final = 0.002
"""Seconds between two looks at the writers in flight; a write transaction takes about as long."""

_NEWEST_AND_WRITERS: Final = text(
    """
    SELECT (SELECT max(id) FROM facts),
           (SELECT array_agg(DISTINCT virtualtransaction) FROM pg_locks
             WHERE locktype = 'relation' AND relation = 'facts'::regclass
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid())
    """
)
_STILL_THERE: Final = text(
    """
    SELECT count(*) FROM pg_locks
     WHERE locktype = 'relation' AND relation = 'facts'::regclass
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND mode = 'RowExclusiveLock' AND granted AND virtualtransaction = ANY(:writers)
    """
)


def settled_position(connection: Connection, after: int, patience: float) -> int | None:
    """The position up to which all facts are visible to the next statement of this connection.

    None when there is nothing after `after`, or when a writer was still in flight after `patience`
    seconds. The connection must see new commits with each statement (never REPEATABLE READ).
    """
    newest, writers = connection.execute(_NEWEST_AND_WRITERS).one()
    if newest is None or newest <= after:
        return None
    deadline = monotonic() + patience
    while writers and connection.execute(_STILL_THERE, {"writers": writers}).scalar_one():
        if monotonic() > deadline:
            return None
        sleep(PAUSE)
    return int(newest)
