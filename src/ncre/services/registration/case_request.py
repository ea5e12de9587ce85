"""Who asks for something about which registration, upon which version of it: what every use case of a person begins with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict
from uuid import UUID, uuid4

from ncre.domain.registration.commands import Actor


class CommandFields(TypedDict):
    """The fields that every command has, as keyword arguments."""

    registration: UUID
    actor: Actor
    seen: int | None
    command_id: UUID
    on_behalf_of: str


@dataclass(frozen=True, kw_only=True)
class CaseRequest:
    """`seen` is the version on the page or screen of whoever asks; the same `command_id` again is the same request.

    `on_behalf_of` is the candidate's account where another system acts for them, "" where everybody acts for themselves.
    """

    registration: UUID
    actor: Actor
    seen: int | None = None
    command_id: UUID = field(default_factory=uuid4)
    on_behalf_of: str = ""

    @property
    def fields(self) -> CommandFields:
        """What every command of it begins with."""
        return CommandFields(
            registration=self.registration,
            actor=self.actor,
            seen=self.seen,
            command_id=self.command_id,
            on_behalf_of=self.on_behalf_of,
        )
