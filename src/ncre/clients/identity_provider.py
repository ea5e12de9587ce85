"""What signing in with others has in common: who someone is elsewhere, and why it may not come to pass."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ncre.events import bounds

LONGEST_NAME: Final = 120

LONGEST_SUBJECT: Final = 255
"""Characters of `sub`, ASCII (OpenID Connect Core 1.0, section 2)."""

ERRORS: Final = frozenset(
    {
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "interaction_required",
        "login_required",
        "account_selection_required",
        "consent_required",
        "invalid_client",
        "invalid_grant",
        "unsupported_grant_type",
    }
)
"""What providers answer (RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core 1.0 section 3.1.2.6)."""

_NUMBER: Final = re.compile(r"-?[0-9]{1,6}")


class SignInFailure(StrEnum):
    """Short codes; the words for them belong to the pages."""

    STATE = "state"
    """The reply does not belong to the sign-in this browser began."""
    ISSUER = "issuer"
    """The reply comes from another provider than the one asked, or does not say."""
    DENIED = "denied"
    """The provider reports an error, or the person declined."""
    NO_CODE = "no-code"
    """The reply carries neither a code nor an error."""
    CODE = "code"
    """The provider does not accept the code: used, expired, or never given; or it refuses our secret."""
    OTHER_CLIENT = "other-client"
    """The token was given to another application."""
    IDENTITY = "identity"
    """The provider does not say who it is, or what it says does not hold."""
    STALE = "stale"
    """Asked to prove anew who they are, nobody did: the provider took an older sign-in."""
    NO_ROLE = "no-role"
    """Known to the provider, but no claim gives a role here."""


class Unheard(StrEnum):
    SLOW = "slow"
    UNREACHABLE = "unreachable"
    BROKEN = "broken"
    """An answer that nobody can read."""


class SignOnFailed(Exception):
    """Nobody was signed in. The family of both outcomes below."""


class SignOnRefused(SignOnFailed):
    """It was answered, and the answer is no; `detail` is for the log, never for the page."""

    def __init__(self, why: SignInFailure, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else str(why))
        self.why = why
        self.detail = detail


class ProviderUnavailable(SignOnFailed):
    """No usable answer came; whoever signs in may begin again."""

    def __init__(self, why: Unheard, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else str(why))
        self.why = why
        self.detail = detail


@dataclass(frozen=True)
class Identity:
    """One person at one provider; (issuer, subject) is the key, the name is only for show and never matched."""

    issuer: str
    subject: str
    name: str
    also: tuple[str, ...] = ()
    """Further subjects of the same person at this issuer, to find a link made before a unionid was granted."""

    def __post_init__(self) -> None:
        """Raises SignOnRefused for a subject that no provider gives; a name is cut, and shown as far as it is text."""
        for subject in (self.subject, *self.also):
            if not subject.isascii() or not subject.isprintable() or not 0 < len(subject) <= LONGEST_SUBJECT:
                raise SignOnRefused(SignInFailure.IDENTITY, "subject")
        object.__setattr__(self, "name", bounds.shown(self.name, LONGEST_NAME))


def error_code(given: object) -> str:
    """What a provider says is wrong, for the log: one of its codes or numbers, and nothing that anybody writes."""
    text = str(given)
    return text if text in ERRORS or _NUMBER.fullmatch(text) else "other"


def same(expected: str, given: str | None) -> bool:
    """Compared in constant time; an empty expectation equals nothing."""
    if not expected or given is None:
        return False
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))
