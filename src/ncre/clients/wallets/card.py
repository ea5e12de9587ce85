"""What a pass in a wallet shows, whoever's wallet it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class WalletUnusable(Exception):
    """The key or certificate of a wallet cannot be used; the message says why."""


@dataclass(frozen=True)
class CardSitting:
    """One sitting; its moments are aware, in the time of the exam."""

    subject: str
    starts: datetime
    ends: datetime
    place: str


@dataclass(frozen=True)
class WalletCard:
    """`serial` names the ticket for good, `version` its state; `code` is what the square code says."""

    serial: str
    version: int
    number: str
    title: str
    site: str
    address: str
    code: str
    sittings: tuple[CardSitting, ...]
