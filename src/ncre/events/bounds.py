"""What may come in from outside: how large a number, which days, how long a text.

Within these bounds the clock can reckon, both databases can store, and a page can show. Whoever reads
something from outside (a form, an address, a notice of money, a bill, a command line) asks here.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Final

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2099, 12, 31)
"""No exam, payment or fact is before or after; every zone's time of these days can be reckoned with."""

LARGEST_INTEGER: Final = 2_147_483_647
"""What an INTEGER column of PostgreSQL holds."""

LARGEST_AMOUNT: Final = 99_999_999_999
"""Fen: nine digits of yuan, more than any channel moves at once."""

LONGEST_IDENTIFIER: Final = 64
"""Characters of a number that somebody else gives: of a trade, an order, a refund."""

_DIGITS: Final = re.compile(r"[0-9]{1,10}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_IDENTIFIER: Final = re.compile(rf"[!-~]{{1,{LONGEST_IDENTIFIER}}}")
_NEVER_TEXT: Final = frozenset({"Cc", "Cs"})
"""Unicode categories: control characters, and halves of a surrogate pair."""


class OutOfBounds(ValueError):
    """Nothing that can be meant; the message names the bound."""


def integer(text: str, least: int = 0, most: int = LARGEST_INTEGER) -> int:
    """A whole number in ASCII digits. Raises OutOfBounds."""
    if not _DIGITS.fullmatch(text) or not least <= int(text) <= most:
        raise OutOfBounds(f"not a number from {least} to {most}")
    return int(text)


def day(text: str) -> date:
    """A day written 2027-03-01. Raises OutOfBounds."""
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not FIRST_DAY <= found <= LAST_DAY:
        raise OutOfBounds(f"not a day from {FIRST_DAY} to {LAST_DAY}")
    return found


def moment(at: datetime) -> datetime:
    """The same moment, aware, in UTC. Raises OutOfBounds."""
    if at.tzinfo is None or not FIRST_DAY.year <= at.year <= LAST_DAY.year:
        raise OutOfBounds(f"not a moment with a zone from {FIRST_DAY} to {LAST_DAY}")
    return at.astimezone(UTC)


def amount(fen: object) -> int:
    """An amount of money in fen. Raises OutOfBounds."""
    if not isinstance(fen, int) or isinstance(fen, bool) or not 0 <= fen <= LARGEST_AMOUNT:
        raise OutOfBounds(f"not an amount from 0 to {LARGEST_AMOUNT} fen")
    return fen


def identifier(text: str) -> str:
    """A number or code that somebody else gave: ASCII, without blanks. Raises OutOfBounds."""
    if not _IDENTIFIER.fullmatch(text):
        raise OutOfBounds(f"not an identifier of 1 to {LONGEST_IDENTIFIER} characters")
    return text


def text(given: str, longest: int) -> str:
    """A text of one line, also an empty one. Raises OutOfBounds."""
    if len(given) > longest or control_characters(given):
        raise OutOfBounds(f"not a text of at most {longest} characters")
    return given


def control_characters(given: str, allowed: str = "") -> bool:
    """Whether a text holds what is no text: control characters other than `allowed`, or half a character."""
    if given.isprintable():  # as ordinary text is in every language
        return False
    return any(unicodedata.category(one) in _NEVER_TEXT and one not in allowed for one in given)


def shown(given: str, longest: int) -> str:
    """At most so many characters of a text that is only shown, what is no text replaced."""
    plain = "".join("\ufffd" if unicodedata.category(one) in _NEVER_TEXT else one for one in given)
    return plain[:longest]
