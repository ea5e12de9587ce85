"""Facts of security about an account: who came in and how, what was changed. Each account has a stream of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid5

from ncre.events.base import Erased, Fact
from ncre.events.registration_values import Details


def account_stream(account: UUID) -> UUID:
    """The stream of an account's security facts."""
    return uuid5(account, "passport")


@dataclass(frozen=True)
class AccountOpened(Fact):
    """`way` is what the account was opened with: email, phone, name (by staff), or sso."""

    TOPIC: ClassVar[str] = "passport.account_opened"
    account: UUID
    way: str
    role: str


@dataclass(frozen=True)
class SignedIn(Fact):
    """`place` is the block of network addresses it came from, `way` a password or another provider."""

    TOPIC: ClassVar[str] = "passport.signed_in"
    SEALED: ClassVar[tuple[str, ...]] = ("place",)
    account: UUID
    way: str
    place: str | Erased


@dataclass(frozen=True)
class SignInFailed(Fact):
    """A password or proof was wrong; `place` is the network, in short."""

    TOPIC: ClassVar[str] = "passport.sign_in_failed"
    SEALED: ClassVar[tuple[str, ...]] = ("place",)
    account: UUID
    way: str
    place: str | Erased


@dataclass(frozen=True)
class PasswordChanged(Fact):
    """`way`: changed by its owner, recovered by a mailed link, or set by staff, who say why."""

    TOPIC: ClassVar[str] = "passport.password_changed"
    account: UUID
    way: str
    why: str = ""


@dataclass(frozen=True)
class ContactChanged(Fact):
    """A verified address of a `kind` (email, phone) took the place of another; "" where there was none.

    `undone`: the owner of the address before took the change back.
    """

    TOPIC: ClassVar[str] = "passport.contact_changed"
    SEALED: ClassVar[tuple[str, ...]] = ("was", "now")
    account: UUID
    kind: str
    was: str | Erased
    now: str | Erased
    undone: bool = False


@dataclass(frozen=True)
class DetailsCompleted(Fact):
    """What the owner says about themselves, once for every registration to come; the remark stays empty."""

    TOPIC: ClassVar[str] = "passport.details_completed"
    SEALED: ClassVar[tuple[str, ...]] = ("details",)
    account: UUID
    details: Details | Erased


@dataclass(frozen=True)
class IdentityLinked(Fact):
    """Somebody at another provider (`issuer`) may sign in to the account from now on."""

    TOPIC: ClassVar[str] = "passport.identity_linked"
    account: UUID
    issuer: str


@dataclass(frozen=True)
class IdentityUnlinked(Fact):
    """The owner took an identity elsewhere away."""

    TOPIC: ClassVar[str] = "passport.identity_unlinked"
    account: UUID
    issuer: str


@dataclass(frozen=True)
class FactorChanged(Fact):
    """The second factor: enrolled, used, removed, or a recovery code was used in its place.

    `box` is the number of the box in which it is kept from now on, and no other box opens; 0 before boxes had one.
    """

    TOPIC: ClassVar[str] = "passport.factor_changed"
    account: UUID
    state: str
    box: int = 0


@dataclass(frozen=True)
class SessionsEnded(Fact):
    """`count` sessions were ended, and why."""

    TOPIC: ClassVar[str] = "passport.sessions_ended"
    account: UUID
    count: int
    why: str


@dataclass(frozen=True)
class RoleChanged(Fact):
    """What the account may do from now on, and why."""

    TOPIC: ClassVar[str] = "passport.role_changed"
    account: UUID
    role: str
    sites: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class StaffChangeRequested(Fact):
    """One person of the exam office asks for a change that a second one confirms."""

    TOPIC: ClassVar[str] = "passport.staff_change_requested"
    account: UUID
    change: str
    why: str


@dataclass(frozen=True)
class StaffChangeDeclined(Fact):
    """A second member of staff said no to what was asked for."""

    TOPIC: ClassVar[str] = "passport.staff_change_declined"
    account: UUID
    change: str


@dataclass(frozen=True)
class FactorReset(Fact):
    """The second factor of somebody who lost it was taken away by the exam office."""

    TOPIC: ClassVar[str] = "passport.factor_reset"
    account: UUID
    why: str


@dataclass(frozen=True)
class AccountDisabled(Fact):
    """Nobody signs in with it until it is enabled."""

    TOPIC: ClassVar[str] = "passport.account_disabled"
    account: UUID
    why: str


@dataclass(frozen=True)
class AccountEnabled(Fact):
    """An account that was stopped may sign in again."""

    TOPIC: ClassVar[str] = "passport.account_enabled"
    account: UUID
    why: str


@dataclass(frozen=True)
class RegistrationMoved(Fact):
    """The exam office moved a registration (`case`) between two accounts of one person; `way`: came or left."""

    TOPIC: ClassVar[str] = "passport.registration_moved"
    account: UUID
    case: UUID
    way: str


@dataclass(frozen=True)
class LetterSwitched(Fact):
    """Letters of a `kind` come by a `channel` from now on, or do not; `way`: on the page, or by the link in a letter."""

    TOPIC: ClassVar[str] = "passport.letter_switched"
    account: UUID
    kind: str
    channel: str
    wanted: bool
    way: str


@dataclass(frozen=True)
class LetterLanguageChosen(Fact):
    """In which language letters come: both, zh, en."""

    TOPIC: ClassVar[str] = "passport.letter_language_chosen"
    account: UUID
    language: str


@dataclass(frozen=True)
class AccountClosed(Fact):
    """Nobody signs in any more; what it did stays in the record."""

    TOPIC: ClassVar[str] = "passport.account_closed"
    account: UUID
