"""When something that is done again and again was last done: working notes, which may be lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from ncre.operational.private_files import write
from ncre.operational.retry_schedule import RetrySchedule
from ncre.store.deadlines import is_over

EVERY: Final = timedelta(seconds=30)
"""How often a worker that lives says so."""

WORKER: Final = "beat:worker"
EXCHANGE: Final = "beat:exchange"


class Beats:
    """Notes when it was done, and says how long ago that was.

    `backup_file` lies beside the data: a note in the database would make it another than what was just backed up.
    """

    def __init__(
        self, retry_schedule: RetrySchedule, clock: Callable[[], datetime], backup_file: Path
    ) -> None:
        self._schedule = retry_schedule
        self._clock = clock
        self._backup_file = backup_file
        self._last: datetime | None = None

    def worker(self) -> None:
        """A worker has done a round; noted every half minute."""
        now = self._clock()
        if self._last is None or is_over(self._last, now, EVERY):
            self._schedule.note(WORKER, 0, now)
            self._last = now

    def backed_up(self) -> None:
        """A backup was finished."""
        write(self._backup_file, f"{self._clock().isoformat()}\n".encode())

    def exchanged(self) -> None:
        """Files were exchanged with the other provinces, and nothing was left over."""
        self._schedule.note(EXCHANGE, 0, self._clock())

    def exchanged_at(self) -> datetime | None:
        """When that was last; None where it is unknown, as after a week without one. Raises DatabaseFailure."""
        return self._schedule.noted(EXCHANGE)

    def exchange_age(self) -> float | None:
        """Seconds since then. Raises DatabaseFailure."""
        return self._age(self.exchanged_at())

    def worker_age(self) -> float | None:
        """Seconds since a round; None where it is unknown, as after a week without one. Raises DatabaseFailure."""
        return self._age(self._schedule.noted(WORKER))

    def backup_age(self) -> float | None:
        """Seconds since a backup was made on this machine; None where there was none."""
        try:
            return self._age(datetime.fromisoformat(self._backup_file.read_text().strip()))
        except (OSError, ValueError):
            return None

    def _age(self, last: datetime | None) -> float | None:
        return None if last is None else max(0.0, (self._clock() - last).total_seconds())
