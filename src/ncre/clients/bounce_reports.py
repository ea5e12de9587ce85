"""Letters that came back: delivery status notifications (RFC 3464), read by Python's own parser of mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Final

LARGEST: Final = 1024 * 1024
"""Bytes of a report; servers send back no more than the head of a letter."""

NOT_FOR_GOOD: Final = frozenset({"5.2.2", "5.3.2", "5.4.5", "5.7.1"})
"""Failures that speak of a full mailbox, a busy server or a filter, not of an address that is wrong."""

HEADS: Final = (
    "To",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Failed-Recipients",
    "References",
    "In-Reply-To",
)


@dataclass(frozen=True)
class BounceReport:
    """`names` are the texts in which the letter may be named: addresses it came back to, Message-IDs.

    `action` is failed, delayed, delivered, relayed or expanded; `status` the enhanced code.
    """

    names: tuple[str, ...]
    action: str
    status: str

    @property
    def failed(self) -> bool:
        return self.action == "failed"

    @property
    def hard(self) -> bool:
        """Whether the address itself is wrong, for good."""
        return self.failed and self.status.startswith("5.") and self.status not in NOT_FOR_GOOD


def read_report(raw: bytes) -> BounceReport | None:
    """The report in a message; None where it is none, as an answer that somebody typed or an out-of-office note."""
    if len(raw) > LARGEST:
        return None
    message = message_from_bytes(raw, policy=policy.default)
    if not isinstance(message, EmailMessage) or message.get_content_type() != "multipart/report":
        return None
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            return _read(message, part)
    return None


def _read(message: EmailMessage, part: Message) -> BounceReport | None:
    blocks = part.get_payload()
    fields = [one for one in blocks if isinstance(one, Message)] if isinstance(blocks, list) else []
    recipients = [one for one in fields if one.get("Action")]
    if not recipients:
        return None
    actions = [str(one["Action"]).strip().lower() for one in recipients]
    worst = recipients[actions.index("failed")] if "failed" in actions else recipients[0]
    status = str(worst.get("Status", "")).split("(")[0].strip()[:11]
    return BounceReport(tuple(_names(message, fields)), str(worst["Action"]).strip().lower(), status)


def _names(message: EmailMessage, fields: Iterable[Message]) -> Iterable[str]:
    yield from (str(one) for head in HEADS for one in message.get_all(head, []))
    yield from (str(one) for field in fields for one in field.get_all("Original-Envelope-Id", []))
    for part in message.walk():
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            yield from (line for line in text.splitlines() if line.lower().startswith("message-id:"))
        elif part is not message and part.get("Message-ID"):
            yield str(part["Message-ID"])
