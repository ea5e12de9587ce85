"""What can happen to an integration: another system of the office that comes by the programming interface.

Each has a stream of its own, by its id. A secret is named by its first characters, which open nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ncre.events.base import Fact


@dataclass(frozen=True)
class IntegrationMade(Fact):
    """Another system may come in, with these rights at these sites."""

    TOPIC: ClassVar[str] = "integration.made"
    name: str
    scopes: tuple[str, ...]
    sites: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class IntegrationScoped(Fact):
    """What it may do from now on, and at which sites."""

    TOPIC: ClassVar[str] = "integration.scoped"
    scopes: tuple[str, ...]
    sites: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class SecretIssued(Fact):
    """A secret by its public beginning; the secret itself is nowhere in the log."""

    TOPIC: ClassVar[str] = "integration.secret_issued"
    prefix: str


@dataclass(frozen=True)
class SecretRevoked(Fact):
    """The secret that begins so opens nothing any more."""

    TOPIC: ClassVar[str] = "integration.secret_revoked"
    prefix: str
    why: str


@dataclass(frozen=True)
class IntegrationRevoked(Fact):
    """Nothing of it is valid any more, for good."""

    TOPIC: ClassVar[str] = "integration.revoked"
    why: str


@dataclass(frozen=True)
class WebhookSet(Fact):
    """Events are sent to `url` from now on; "" ends it."""

    TOPIC: ClassVar[str] = "integration.webhook_set"
    url: str
    why: str


@dataclass(frozen=True)
class WebhookPaused(Fact):
    """`paused` or going on again; what happens meanwhile waits."""

    TOPIC: ClassVar[str] = "integration.webhook_paused"
    paused: bool


@dataclass(frozen=True)
class SigningKeyRotated(Fact):
    """Deliveries are signed with this key and, for a day, with the one before."""

    TOPIC: ClassVar[str] = "integration.signing_key_rotated"
    key: int


@dataclass(frozen=True)
class DeliveryResent(Fact):
    """An event that could not be delivered is sent once more; `position` is its place in the log."""

    TOPIC: ClassVar[str] = "integration.delivery_resent"
    position: int
