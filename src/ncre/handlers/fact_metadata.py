"""What is noted on every fact: when, by whom, and by which command, so that the same command counts once."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID, uuid4

from ncre.domain.registration.command_content import content
from ncre.domain.registration.commands import Actor
from ncre.events.base import Envelope, Fact
from ncre.store.fact_store import FactStore

log = logging.getLogger("ncre.clock")

Clock = Callable[[], datetime]

TOLERANCE: Final = timedelta(seconds=2)
"""By as much the clocks of two machines may differ without a word."""


class Attributed(Protocol):
    """What a stamp needs to know of any command."""

    @property
    def actor(self) -> Actor: ...
    @property
    def command_id(self) -> UUID: ...


@dataclass(frozen=True)
class Act:
    """What stands behind facts that no command asked for: who acted, and what moved them."""

    actor: Actor
    command_id: UUID = field(default_factory=uuid4)
    cause: str = ""


class FactMetadata:
    """Thread-safe. The clock is read here, and nowhere else on the way of a command."""

    def __init__(self, store: FactStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._told: datetime | None = None

    def moment(self, last: Envelope | None) -> datetime:
        """Now; the moment of the newest fact of a stream where the clock stands before that, which is logged."""
        now = self._clock()
        if last is None or now >= last.recorded_at:
            return now
        if last.recorded_at - now > TOLERANCE:
            self._tell(now, last)
        return last.recorded_at

    def on(
        self,
        decided: Iterable[Fact],
        stream: UUID,
        version: int,
        asked: Attributed,
        subject: UUID | None,
        now: datetime,
    ) -> list[Fact]:
        """The facts as they follow `version` of their stream."""
        bare = list(decided)
        digest = self._digest(asked) if bare else ""
        return [
            fact.with_metadata(
                Envelope(
                    stream=stream,
                    version=version + place,
                    recorded_at=now,
                    actor=asked.actor.id,
                    role=asked.actor.role.value,
                    command_id=asked.command_id,
                    subject=subject,
                    on_behalf_of=getattr(asked, "on_behalf_of", ""),
                    cause=getattr(asked, "cause", ""),
                    digest=digest,
                )
            )
            for place, fact in enumerate(bare, start=1)
        ]

    def same(self, before: Fact, command: Attributed) -> bool:
        """Whether the command that caused a fact asked the same; those of before digests were kept did."""
        kept = before.metadata.digest
        return not kept or hmac.compare_digest(kept.encode(), self._digest(command).encode())

    def _digest(self, asked: Attributed) -> str:
        asks = None if isinstance(asked, Act) else content(asked)
        return self._store.digest(asked.command_id, asks) if asks is not None else ""

    def _tell(self, now: datetime, last: Envelope) -> None:
        """Once a minute at the most: a clock that was set back meets every stream."""
        if self._told is None or abs(now - self._told) >= timedelta(minutes=1):
            self._told = now
            behind = (last.recorded_at - now).total_seconds()
            log.error(
                "the clock stands %.0f s before fact %s of stream %s; facts keep their order. Set it right.",
                behind,
                last.version,
                last.stream,
            )


def caused(history: Iterable[Fact], command: Attributed) -> Fact | None:
    """The first fact that a command of this id caused."""
    return next((fact for fact in history if fact.metadata.command_id == command.command_id), None)


def newest(history: Sequence[Fact]) -> Envelope | None:
    """The envelope of the last fact."""
    return history[-1].metadata if history else None
