"""What may come in from outside: the last that fits, the first that does not, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID, uuid5

import pytest

from ncre.events import bounds
from ncre.events.account import account_stream
from ncre.events.base import CLOSED, ERASED, Fact
from ncre.events.bounds import LARGEST_AMOUNT, LARGEST_INTEGER, OutOfBounds
from ncre.events.erasure import erasure_of, retention_of
from ncre.events.letters import letter_text_stream

ID = UUID(int=7)
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("read", "given", "found"),
    [
        (bounds.integer, "0", 0),
        (bounds.integer, "007", 7),
        (bounds.integer, str(LARGEST_INTEGER), LARGEST_INTEGER),
        (bounds.day, "2000-01-01", date(2000, 1, 1)),
        (bounds.day, "2099-12-31", date(2099, 12, 31)),
        (bounds.moment, datetime(2000, 1, 1, tzinfo=CHINA), datetime(1999, 12, 31, 16, tzinfo=UTC)),
        (bounds.moment, datetime(2099, 12, 31, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)),
        (bounds.amount, 0, 0),
        (bounds.amount, LARGEST_AMOUNT, LARGEST_AMOUNT),
        (bounds.identifier, "!~" * 32, "!~" * 32),
        (lambda given: bounds.text(given, 3), "三 字", "三 字"),
        (lambda given: bounds.text(given, 3), "", ""),
    ],
)
def test_what_fits_is_taken(read: Callable[..., object], given: object, found: object) -> None:
    taken = read(given)
    assert taken == found
    if isinstance(taken, datetime):
        assert taken.tzinfo is UTC


@pytest.mark.parametrize(
    ("read", "given", "why"),
    [
        (bounds.integer, "", f"not a number from 0 to {LARGEST_INTEGER}"),
        (bounds.integer, "-1", f"not a number from 0 to {LARGEST_INTEGER}"),
        (bounds.integer, "\u0661", f"not a number from 0 to {LARGEST_INTEGER}"),
        (bounds.integer, str(LARGEST_INTEGER + 1), f"not a number from 0 to {LARGEST_INTEGER}"),
        (lambda given: bounds.integer(given, 2, 5), "1", "not a number from 2 to 5"),
        (lambda given: bounds.integer(given, 2, 5), "6", "not a number from 2 to 5"),
        (bounds.day, "1999-12-31", "not a day from 2000-01-01 to 2099-12-31"),
        (bounds.day, "2100-01-01", "not a day from 2000-01-01 to 2099-12-31"),
        (bounds.day, "2027-02-30", "not a day from 2000-01-01 to 2099-12-31"),
        (bounds.day, "20270301", "not a day from 2000-01-01 to 2099-12-31"),
        (bounds.moment, datetime(2027, 1, 1, tzinfo=UTC).replace(tzinfo=None), "not a moment with a zone from 2000-01-01 to 2099-12-31"),
        (bounds.moment, datetime(1999, 12, 31, tzinfo=UTC), "not a moment with a zone from 2000-01-01 to 2099-12-31"),
        (bounds.moment, datetime(2100, 1, 1, tzinfo=UTC), "not a moment with a zone from 2000-01-01 to 2099-12-31"),
        (bounds.amount, -1, f"not an amount from 0 to {LARGEST_AMOUNT} fen"),
        (bounds.amount, LARGEST_AMOUNT + 1, f"not an amount from 0 to {LARGEST_AMOUNT} fen"),
        (bounds.amount, True, f"not an amount from 0 to {LARGEST_AMOUNT} fen"),
        (bounds.amount, "1", f"not an amount from 0 to {LARGEST_AMOUNT} fen"),
        (bounds.identifier, "", "not an identifier of 1 to 64 characters"),
        (bounds.identifier, "a b", "not an identifier of 1 to 64 characters"),
        (bounds.identifier, "a" * 65, "not an identifier of 1 to 64 characters"),
        (lambda given: bounds.text(given, 3), "四个字了", "not a text of at most 3 characters"),
        (lambda given: bounds.text(given, 3), "a\x00", "not a text of at most 3 characters"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_bound(
    read: Callable[..., object], given: object, why: str
) -> None:
    with pytest.raises(OutOfBounds) as said:
        read(given)
    assert str(said.value) == why


def test_control_characters_are_no_text_unless_they_are_allowed() -> None:
    assert not bounds.control_characters("王\u3000\u200b𠮷 a")
    assert bounds.control_characters("a\nb")
    assert not bounds.control_characters("a\nb", "\n")
    assert bounds.control_characters("a\nb\t", "\n")
    assert bounds.control_characters("\ud800")
    assert bounds.shown("a\x00\ud800b𠮷c", 5) == "a\ufffd\ufffdb𠮷"


def test_streams_are_made_of_what_they_are_about() -> None:
    assert account_stream(ID) == uuid5(ID, "passport")
    assert erasure_of(ID) == uuid5(ID, "erasure")
    assert retention_of(ID) == uuid5(ID, "retention")
    assert letter_text_stream("paid") != letter_text_stream("approved")
    assert letter_text_stream("paid") == UUID("389a03dc-ef92-5c47-969d-983fd901b5b1")


def test_what_was_erased_or_is_closed_says_so_and_counts_as_nothing() -> None:
    assert (repr(ERASED), str(ERASED), bool(ERASED)) == ("<erased>", "<erased>", False)
    assert (repr(CLOSED), f"{CLOSED}", bool(CLOSED)) == ("<sealed>", "<sealed>", False)


def test_a_fact_writes_its_name_out_once() -> None:
    with pytest.raises(TypeError, match="^Bare must write out its own TOPIC$"):
        type("Bare", (Fact,), {})
    with pytest.raises(TypeError, match=r"^Again reuses the stored name 'registration\.approved'$"):
        type("Again", (Fact,), {"TOPIC": "registration.approved"})
