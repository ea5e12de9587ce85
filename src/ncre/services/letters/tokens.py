"""What letters carry, signed: the Message-ID and the return address of one letter, and the link that switches a kind off."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256
from typing import Final
from uuid import UUID

from ncre.clients.mail import MailEnvelope
from ncre.domain.letters.kinds import Channel, LetterKind

SIGNATURE: Final = 24
"""Hexadecimal digits, 96 bits: nobody guesses one while a letter lives."""

_LETTER: Final = re.compile(rf"([0-9a-f]{{32}})-([0-9a-f]{{{SIGNATURE}}})")


class LetterTokens:
    """`bounces` is the mailbox that letters come back to, or ""; `public_url` the address of the pages, or ""."""

    def __init__(self, key: bytes, bounces: str, public_url: str) -> None:
        self._key = key
        self._bounces = bounces
        self._public_url = public_url

    def envelope(self, letter: UUID, unsubscribe: str = "") -> MailEnvelope:
        """What a letter carries: its Message-ID, where it comes back to, and the link that switches it off, or ""."""
        named = self._named(letter)
        local, _, domain = self._bounces.rpartition("@")
        return MailEnvelope(
            f"<{named}@{domain or 'ncre'}>", f"{local}+{named}@{domain}" if local else "", unsubscribe
        )

    def letter_in(self, text: str) -> UUID | None:
        """The letter that an address or a Message-ID names, None where its signature is not ours."""
        for found in _LETTER.finditer(text.lower()):
            letter = UUID(found[1])
            if hmac.compare_digest(self._signed("letter", letter.hex).encode(), found[2].encode()):
                return letter
        return None

    def switch_off(self, account: UUID, kind: LetterKind, channel: Channel) -> str:
        """The secret part of the link that switches letters of a kind off."""
        said = f"{account.hex}.{kind.value}.{channel.value}"
        return f"{said}.{self._signed('off', said)}"

    def switch_off_link(self, account: UUID, kind: LetterKind, channel: Channel) -> str:
        """ "" where the address of the pages is not known."""
        if not self._public_url:
            return ""
        return f"{self._public_url}/letters/unsubscribe/{self.switch_off(account, kind, channel)}"

    def switched_off(self, token: str) -> tuple[UUID, LetterKind, Channel] | None:
        """What a link switches off, None where its signature is not ours."""
        said, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signed("off", said).encode(), signature.encode()):
            return None
        account, kind, channel = said.split(".")
        return UUID(account), LetterKind(kind), Channel(channel)

    def page(self, path: str) -> str:
        """The full address of a page, "" where it is not known."""
        return f"{self._public_url}{path}" if self._public_url else ""

    def _named(self, letter: UUID) -> str:
        return f"{letter.hex}-{self._signed('letter', letter.hex)}"

    def _signed(self, purpose: str, said: str) -> str:
        return hmac.new(self._key, f"{purpose}\0{said}".encode(), sha256).hexdigest()[:SIGNATURE]
