"""What a database URL means, and how connections to PostgreSQL are kept."""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError

from ncre.store.outages import DatabaseUnusable

TRUSTED_SECONDS: Final = 1.0
"""For so long after its last use a connection to PostgreSQL is not asked whether it still lives."""

PREPARED: Final = 400
"""Statements whose plan a connection keeps. The driver keeps 100, and a process that serves candidates and staff has more."""

READING: Final = {"isolation_level": "AUTOCOMMIT"}
SNAPSHOT: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Options of a connection that reads. Given to an engine they would cost a listener, with which SQLAlchemy takes its
slow way at every statement."""


def understood(url: str) -> URL:
    """The URL of a database that this version can work with. Raises DatabaseUnusable."""
    try:
        understood = make_url(url)
    except ArgumentError:
        raise DatabaseUnusable(
            "the database URL cannot be read; expected sqlite:///... or postgresql://..."
        ) from None
    if understood.drivername in {"postgres", "postgresql"}:
        understood = understood.set(drivername="postgresql+psycopg")
    if understood.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise DatabaseUnusable(f"a database of the kind {understood.drivername!r} is not supported")
    return understood


def postgresql_engine(url: URL, connections: int, patience: float) -> Engine:
    """As many connections are kept as threads are let in; the overflow is for those inside another of their thread.

    What was used last is used first: its plans are made and it need not be asked whether it lives.
    """
    from ncre.store.engines.plain_cursor import PlainCursor  # the driver, which SQLite does not need

    engine = create_engine(
        url,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        pool_size=connections,
        max_overflow=connections,
        pool_timeout=patience,
        pool_use_lifo=True,
        connect_args={"connect_timeout": 2, "tcp_user_timeout": 5000, "cursor_factory": PlainCursor},
    )
    _keep_plans(engine)
    _ask_after_rest(engine)
    return engine


def _keep_plans(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.prepared_max = PREPARED


def _ask_after_rest(engine: Engine) -> None:
    """A connection that lay unused is asked whether it lives before it is used; one that just worked is trusted.

    The pool's own pre-ping asks at every use, a round trip more for every page. Where a trusted one broke, its statement
    fails as in any outage, and the pool throws all others away with it.
    """

    @event.listens_for(engine, "checkin")
    def returned(_connection: Any, record: Any) -> None:
        record.info["ncre.used"] = monotonic()

    @event.listens_for(engine, "checkout")
    def asked(connection: Any, record: Any, _proxy: Any) -> None:
        if monotonic() - record.info.get("ncre.used", inf) < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error
