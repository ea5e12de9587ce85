"""What every stored fact has in common: its envelope, its permanent name, its private fields.

A fact is a frozen dataclass. It is born bare, as a decision made it, and is stamped with an
envelope by the command handler (`ncre.handlers.command_handler`). Two facts are equal when the same thing happened,
so the envelope stays out of the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Final, Self
from uuid import UUID


class UnknownFact(Exception):
    """A stored name that no class of ours registered. Never resolved by importing it."""


class Erased:
    """Stands where a private field was, once the key of its person is destroyed."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "<erased>"

    __str__ = __repr__


class Closed(Erased):
    """Stands where a private field is that nobody asked to open."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__


ERASED: Final = Erased()
CLOSED: Final = Closed()


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whose fact it is, which one, when, by whom, and what caused it.

    stream        id of the history the fact belongs to
    version       1, 2, 3 ... without holes within a stream
    recorded_at   UTC, from the clock of the command handler
    actor, role   who did it: an account id, or the name of a machine part
    command_id    the command that caused it; a command sent twice finds its own fact
    subject       the person whose key seals the private fields (None: there are none)
    on_behalf_of  the account for which a staff member or a machine acted, or ""
    cause         what moved a machine to act (an order number, a deadline), or ""
    digest        keyed digest of what a person's command asked, or "": its id counts only together with it
    """

    stream: UUID
    version: int
    recorded_at: datetime
    actor: str
    role: str
    command_id: UUID
    subject: UUID | None = None
    on_behalf_of: str = ""
    cause: str = ""
    digest: str = ""


FACTS: Final[dict[str, type[Fact]]] = {}
"""Every registered fact class by its stored name. The mapper resolves nothing else."""


@dataclass(frozen=True)
class Fact:
    """Base of all facts. Subclasses write out TOPIC, the name under which they are stored for good.

    SEALED names the private fields: they are encrypted under the key of `envelope.subject` and
    read as `ERASED` once that key is destroyed. SEALED_LATER: facts of the name were stored before it had private
    fields; these are read with the defaults.
    """

    TOPIC: ClassVar[str]
    SEALED: ClassVar[tuple[str, ...]] = ()
    SEALED_LATER: ClassVar[bool] = False

    envelope: Envelope | None = field(default=None, compare=False, repr=False, kw_only=True)

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "TOPIC" not in cls.__dict__:
            raise TypeError(f"{cls.__name__} must write out its own TOPIC")
        if cls.TOPIC in FACTS:
            raise TypeError(f"{cls.__name__} reuses the stored name {cls.TOPIC!r}")
        FACTS[cls.TOPIC] = cls

    def with_metadata(self, envelope: Envelope) -> Self:
        """The same fact under this envelope."""
        return replace(self, envelope=envelope)

    @property
    def metadata(self) -> Envelope:
        """The envelope of a recorded fact."""
        if self.envelope is None:
            raise ValueError(f"{self.TOPIC} has not been recorded yet")
        return self.envelope

    @property
    def originator_id(self) -> UUID:
        """The stream, as the library calls it."""
        return self.metadata.stream

    @property
    def originator_version(self) -> int:
        """The version in the stream, as the library calls it."""
        return self.metadata.version


def fact_class(topic: str) -> type[Fact]:
    """The class registered under a stored name; raises UnknownFact, never imports."""
    try:
        return FACTS[topic]
    except KeyError:
        raise UnknownFact(f"no fact of ours is stored under the name {topic!r}") from None
