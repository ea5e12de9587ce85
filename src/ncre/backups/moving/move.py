"""A move from beginning to end, and on from wherever an earlier attempt was interrupted.

While the source is served everything is copied, kept up with and compared. Then its writers wait for the moment that the last
changes take; the source is closed for good in that same transaction, and only then whoever serves is told the new place. So
nothing is acknowledged in a place that is left behind, whatever is killed when.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection

from ncre.backups.moving.notes import Notes
from ncre.backups.moving.transfer import BATCH_SIZE, Compared, Settled, Transfer
from ncre.backups.problems import BackupUnusable
from ncre.store.database import Database
from ncre.store.maintenance import maintenance
from ncre.store.migrated import migrated_to, newest_migrations
from ncre.store.outages import DatabaseFailure, Outage
from ncre.store.schema import facts, metadata

MOMENT: Final = 0.3
"""Seconds in which the last changes should have been taken over, when writers are about to be held."""

ROUNDS: Final = 1_000
"""Of keeping up, before it is tried all the same."""

LONGEST_HOLD: Final = 1.0
"""Seconds; what takes longer is given up, and tried again."""

ATTEMPTS: Final = 30
PAUSE: Final = 0.2


@dataclass(frozen=True)
class MoveResult:
    """What stands in the new place, and for how many seconds writers waited."""

    compared: Compared
    held: float


class _TooLong(Exception):
    """Writers were held as long as they may be."""


class DatabaseMove:
    """`told` hears how far it is, in both languages."""

    def __init__(
        self,
        source: Database,
        target: Database,
        settled: Settled,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._source = source
        self._notes = Notes(source)
        self._target = target
        self._transfer = Transfer(source, target, self._notes, settled)
        self._told = told

    @property
    def is_over(self) -> bool:
        """Whether the source is closed already, and only the switch is left."""
        return self._notes.moved()

    def run(self, switch: Callable[[], None]) -> MoveResult | None:
        """Move everything; `switch` tells whoever serves. None where all but the switch was done before.

        Raises BackupUnusable for a target with anything in it, UnderMaintenance for a second move at once.
        """
        with maintenance(self._source):
            if self.is_over:
                self._require_its_target()
                moved = None
            else:
                self._copy()
                moved = self._close()
            switch()
            self._transfer.end()
        return moved

    def cancel(self) -> None:
        """Take away what an interrupted move left at the source; the target is whoever's made it. Raises BackupUnusable."""
        with maintenance(self._source):
            if self.is_over:
                raise BackupUnusable(
                    "已经迁移完毕，不能取消；请再执行一次迁移，以完成切换",
                    "it was moved already and cannot be cancelled; run the move again to complete the switch",
                )
            self._notes.end()

    def _require_its_target(self) -> None:
        """A source that was closed belongs to one target. Raises BackupUnusable."""
        if not self._target.exists() or self._transfer.token() != self._notes.token():
            raise BackupUnusable(
                f"这个数据库已迁移到别处，不是 {self._target}；请用当时的 --to",
                f"this database was moved to another place than {self._target}; give the --to of that move",
            )

    def _copy(self) -> None:
        self._source.assert_migrated()
        token = self._notes.token() or uuid4().hex
        self._transfer.prepare(token)
        fresh = self._notes.begin(token)
        self._transfer.forget_copied(table.name for table in fresh)
        done = self._transfer.copied()
        left = [table for table in metadata.sorted_tables if table is not facts and table.name not in done]
        while left:
            counts = self._transfer.copy(left, token)
            left = left[len(counts) :]
            self._told(", ".join(f"{name} {rows}" for name, rows in counts.items() if rows) or "...")
        while count := self._transfer.facts_on():
            self._told(f"{facts.name}: +{count}")
        self._keep_up()

    def _keep_up(self) -> None:
        """Until what came meanwhile is taken over in a moment; where that never is, the hold has its own limit."""
        for _ in range(ROUNDS):
            begun = monotonic()
            count = self._transfer.facts_on()
            with self._source.reading() as reading:
                notes = self._notes.some(reading, BATCH_SIZE)
            self._transfer.changes(notes)
            self._notes.forget(notes)
            if max(count, len(notes)) < BATCH_SIZE and monotonic() - begun < MOMENT:
                return

    def _close(self) -> MoveResult:
        """Compare, let the last changes through, and close the source. Raises MoveDiffers."""
        self._told("正在核对 / comparing")
        compared = self._transfer.compared()
        for attempt in range(1, ATTEMPTS + 1):
            self._keep_up()
            try:
                held = self._hold_and_close()
                return MoveResult(self._transfer.since(compared), held)
            except _TooLong:
                sleep(PAUSE)
            except DatabaseFailure as failure:
                if failure.kind is not Outage.BUSY or attempt == ATTEMPTS:
                    raise
                sleep(PAUSE)
        raise BackupUnusable(
            "写入太多，没有等到能切换的时刻；仍由原数据库提供服务，请在较空闲时再执行一次",
            "there was too much writing to find a moment for the switch; the old database serves on. Run it again at a "
            "quieter time",
        )

    def _hold_and_close(self) -> float:
        """The seconds for which writers waited. Raises _TooLong, DatabaseFailure; then nothing is closed."""
        with self._notes.held() as connection:
            begun = monotonic()
            self._require_its_schema(connection)
            while self._transfer.facts_on(connection):
                _require_quick(begun)
            while notes := self._notes.some(connection, BATCH_SIZE):
                self._transfer.changes(notes, connection)
                self._notes.forget(notes, connection)
                _require_quick(begun)
            self._transfer.finish()
            self._notes.close(connection)
        return monotonic() - begun

    def _require_its_schema(self, connection: Connection) -> None:
        """A release that was installed meanwhile has other tables. Raises BackupUnusable."""
        if migrated_to(connection) != newest_migrations():
            raise BackupUnusable(
                "迁移期间数据库升级了版本；没有切换。请用新版本执行 --cancel，清空目标后重新迁移",
                "the database was upgraded during the move; nothing was switched. With the new release: --cancel, empty "
                "the target, and move again",
            )


def _require_quick(begun: float) -> None:
    if monotonic() - begun > LONGEST_HOLD:
        raise _TooLong
