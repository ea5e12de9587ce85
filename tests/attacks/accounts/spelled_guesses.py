"""A guesser spells one account in many ways: once every spelling of a number had tries of its own, 30 in a row."""

from __future__ import annotations

from itertools import islice, product

from tests.attacks.letters import joins_by_phone
from tests.attacks.target import Target

PHONE = "13912345678"
TRIES = 30
MOST = 6
"""Four are free, one ends the free ones, one may be under way."""


def findings(target: Target) -> list[str]:
    joins_by_phone(target, PHONE)
    known = _tried(target, _spellings(PHONE))
    nobody = _tried(target, _spellings("13987654321"))
    found = []
    if known > MOST:
        found.append(f"{known} of {TRIES} guesses at one account in a row were tried")
    if nobody != known:
        found.append(f"a number without an account answers otherwise: {nobody} tries, not {known}")
    return found


def _tried(target: Target, names: list[str]) -> int:
    """How many of the guesses were looked at and not told to wait."""
    browser, tried = target.browser(), 0
    hidden = browser.hidden("/sign-in")
    for number, name in enumerate(names):
        status, _, _ = browser.ask(
            "POST", "/sign-in", {**hidden, "name": name, "password": f"guess {number}"}
        )
        tried += status == 422
    return tried


def _spellings(phone: str) -> list[str]:
    """The number with blanks, dashes and its country in so many ways."""
    ways = product(("", "+86 ", "0086-"), ("", " ", "-", "\u3000", "–", "\u200b"), ("", " ", "-"))
    return [
        f"{country}{phone[:3]}{one}{phone[3:7]}{other}{phone[7:]}"
        for country, one, other in islice(ways, TRIES)
    ]
