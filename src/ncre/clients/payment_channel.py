"""The line to a payment channel: what every channel must offer, in the service's own terms.

Whatever a channel says -- a notice, an answer, a line of its bill -- becomes `News` of one shape, so
that one place decides what it means. A channel measures and carries; it never judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from ncre.events import bounds


class ChannelUnavailable(Exception):
    """The channel did not answer, or not in a way that can be trusted. Nothing is known, nothing may be concluded."""


class ChannelRefused(Exception):
    """The channel answered and said no; `code` is its own word for why."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = bounds.shown(code, bounds.LONGEST_IDENTIFIER)
        super().__init__(f"{self.code} {message}".strip())


class NoticeRefused(Exception):
    """A notice that is not the channel's: a bad signature, another merchant's, or unreadable. `why` is a short code."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class BillNotReady(Exception):
    """The channel has no bill for that day yet; it may come later."""


class NewsKind(StrEnum):
    """What a piece of news says happened."""

    PAID = "paid"
    RETURNED = "returned"
    RETURNED_SO_FAR = "returned-so-far"
    CLOSED = "closed"
    OTHER = "other"


class NewsSource(StrEnum):
    """How a piece of news reached us."""

    NOTICE = "notice"
    QUERY = "query"
    CLOSE = "close"
    REFUND = "refund"
    BILL = "bill"
    COUNTER = "counter"
    NOTHING_DUE = "nothing-due"


@dataclass(frozen=True, slots=True)
class PaymentNotification:
    """One thing that happened at a channel. Unique by (channel, trade, kind, reference).

    order      our number of the order (Alipay and WeChat: out_trade_no)
    trade      the channel's number of the trade
    reference  of money returned: the request number of the refund, "" where RETURNED_SO_FAR names none; of OTHER:
               what tells it from others; else ""
    amount     in fen, of the order or of the refund; of RETURNED_SO_FAR the sum of all refunds of the trade; 0 for
               CLOSED; of OTHER with the channel's sign
    at         when it happened by the channel's own time, UTC
    word       of OTHER: what the channel calls it

    Raises OutOfBounds for what no channel can mean, signed or not.
    """

    kind: NewsKind
    channel: str
    order: str
    trade: str
    reference: str
    amount: int
    at: datetime
    source: NewsSource
    word: str = ""

    @property
    def key(self) -> str:
        """What, besides channel, trade and kind, tells it from other news."""
        if self.kind is NewsKind.CLOSED:
            return self.order
        return f"sum:{self.amount}" if self.kind is NewsKind.RETURNED_SO_FAR else self.reference

    def __post_init__(self) -> None:
        for text in (self.order, self.trade, self.reference, self.word):
            bounds.text(text, bounds.LONGEST_IDENTIFIER)
        if self.kind is not NewsKind.OTHER:
            bounds.identifier(self.order)
            if self.trade or self.kind is not NewsKind.CLOSED:
                bounds.identifier(self.trade)
        bounds.amount(abs(self.amount) if self.kind is NewsKind.OTHER else self.amount)
        bounds.moment(self.at)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid: amount in fen, until `expires` (UTC). `title` is what the payer reads."""

    number: str
    amount: int
    title: str
    expires: datetime


class Device(StrEnum):
    """What the payer holds: it decides which of its pages a channel shows. WECHAT is WeChat's own browser."""

    PHONE = "phone"
    DESKTOP = "desktop"
    WECHAT = "wechat"


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where the payer goes: an address to open, a text to show as a QR code, or a call of WeChat's own browser.

    Exactly one is set.
    """

    address: str = ""
    code: str = ""
    call: Mapping[str, str] | None = None


class State(StrEnum):
    """What a channel knows of an order. UNKNOWN: no trade yet, which can still become one until it expires."""

    UNKNOWN = "unknown"
    WAITING = "waiting"
    PAID = "paid"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class InquiryAnswer:
    """The answer to a question about an order: its state, and the news in it (payment, money returned)."""

    state: State
    news: tuple[PaymentNotification, ...] = ()


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to be returned. The same `request` asked again goes back once; always reuse it."""

    order: str
    trade: str
    request: str
    amount: int
    paid: int
    reason: str


@runtime_checkable
class KnowsPayers(Protocol):
    """A channel that must know who pays before an order is opened in WeChat's own browser."""

    def identify_at(self, back: str, state: str) -> str:
        """Where the payer's browser goes, to come to `back` with a code and this state."""

    def openid_of(self, code: str) -> str:
        """As whom the payer pays. Raises ChannelUnavailable."""


class PaymentChannel(Protocol):
    """Pay, ask, close, give back, bill.

    Every call may raise ChannelUnavailable; `open`, `refund` and `refunded` also ChannelRefused.
    """

    name: str

    inside_wechat: bool
    """Whether one can pay by it inside WeChat's own browser."""

    def open(self, order: Order, device: Device, back: str, payer: str = "127.0.0.1") -> Checkout:
        """Where the payer goes to pay the order; asked again on the same terms, it changes nothing.

        `back` is the address of our page to which the channel sends the browser afterwards,
        `payer` the network address of the payer, which some channels want to know; in WeChat's own
        browser their openid.
        """

    def terms(self, order: Order, device: Device, payer: str = "127.0.0.1") -> str:
        """What the channel holds fixed under an order's number, 40 characters at most.

        It refuses a known number on other terms, so another number is needed. "" where it takes any.
        """

    def query(self, order: str) -> InquiryAnswer:
        """What the channel knows of the order."""

    def close(self, order: str) -> InquiryAnswer:
        """Let the order be paid no more, and say how it stands then: PAID where somebody was quicker."""

    def refund(self, refund: Refund) -> PaymentNotification | None:
        """Ask for money to go back: the news once it has surely gone, None while that is pending."""

    def refunded(self, refund: Refund) -> PaymentNotification | None:
        """Whether it has gone back by now."""

    def notice(self, headers: Mapping[str, str], body: bytes) -> tuple[PaymentNotification, ...]:
        """What a notice says, () where it says nothing new. Raises NoticeRefused."""

    def acknowledged(self, taken: bool) -> tuple[int, str, str]:
        """How the channel wants a notice answered: HTTP status, media type, body."""

    def bill(self, day: date) -> tuple[PaymentNotification, ...]:
        """Every payment and refund of a day (Asia/Shanghai). Raises BillNotReady."""
