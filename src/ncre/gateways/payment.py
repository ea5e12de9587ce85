"""The line to a payment channel: what every channel must offer, in the house's own terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


class ChannelSilent(Exception):
    """The channel did not answer. Nothing is known, so nothing may be concluded."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid: amount in fen, until `expires` (UTC), for this registration."""

    number: str
    registration: UUID
    amount: int
    title: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that came, as the channel tells it. `paid_at` is the channel's own time, UTC."""

    order: str
    registration: UUID
    channel: str
    trade: str
    amount: int
    paid_at: datetime


class PaymentChannel(Protocol):
    """Pay, ask, give back. Calls raise ChannelSilent when the channel does not answer."""

    name: str

    def open(self, order: Order) -> str:
        """Register the order (again: same order, no effect) and return where the payer goes."""

    def query(self, order: str) -> Paid | None:
        """The payment of an order, or None: nothing was paid so far."""

    def close(self, order: str) -> Paid | None:
        """Let the order be paid no more; returns the payment if there was one after all."""

    def refund(self, trade: str, amount: int) -> str:
        """Send money back and return the channel's reference; repeated, it goes back once."""
