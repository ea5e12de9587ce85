"""One connection for all that a thread reads while it answers one request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import local

from sqlalchemy import Connection


@dataclass
class _Kept:
    """What a thread keeps within a scope: the connection, how it is given back, how many readings are inside."""

    connection: Connection | None = None
    given_back: ExitStack = field(default_factory=ExitStack)
    depth: int = 0


class SharedReading:
    """Readings within a `scope` share a connection; outside of one each takes its own. Thread-safe."""

    def __init__(self, connected: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._connected = connected
        self._here = local()

    @contextmanager
    def scope(self) -> Iterator[None]:
        """A scope within another is the same one."""
        if self._kept is not None:
            yield
            return
        self._here.kept = _Kept()
        try:
            yield
        finally:
            self.release()
            self._here.kept = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        kept = self._kept
        if kept is None:
            with self._connected() as connection:
                yield connection
            return
        if kept.connection is None:
            kept.connection = kept.given_back.enter_context(self._connected())
        try:
            yield from self._inside(kept, kept.connection)
        except BaseException:
            self.release()  # whatever failed may be the connection
            raise

    @staticmethod
    def _inside(kept: _Kept, connection: Connection) -> Iterator[Connection]:
        kept.depth += 1
        try:
            yield connection
        finally:
            kept.depth -= 1
        if not kept.depth:
            connection.rollback()  # SQLite shows what it saw first until the transaction ends

    def release(self) -> None:
        """Give the connection back, unless somebody reads with it now."""
        kept = self._kept
        if kept is not None and not kept.depth and kept.connection is not None:
            kept.connection = None
            kept.given_back.close()

    @property
    def _kept(self) -> _Kept | None:
        return getattr(self._here, "kept", None)
