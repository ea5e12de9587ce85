"""A code says which paper it is and that it is ours; whatever else it says is refused."""

from __future__ import annotations

from base64 import b32encode, urlsafe_b64decode
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.documents.codes.barcodes import qr
from ncre.documents.codes.ticket_token import (
    FORM,
    TICKET,
    CaseLost,
    Forged,
    TicketKey,
    TicketToken,
    TokenSeat,
    TokenUnreadable,
    is_genuine,
    read_ticket_token,
)

KEY = TicketKey(bytes(range(32)))
TICKET_STAMP = TicketToken(
    TICKET,
    "78420019000123",
    31,
    "8f3a9c1e5d7b42aa",
    (TokenSeat("66", 3, 15, 1), TokenSeat("24", 12, 7, 10)),
)
FORM_STAMP = TicketToken(FORM, "78420019000123", 17, "8f3a9c1e5d7b42aa")

seats = st.builds(
    TokenSeat,
    st.integers(0, 99).map("{:02}".format),
    st.integers(1, 9999),
    st.integers(1, 99),
    st.integers(1, 999),
)
stamps = st.builds(
    TicketToken,
    st.sampled_from([FORM, TICKET]),
    st.from_regex(r"[0-9]{14}", fullmatch=True),
    st.integers(1, 999_999),
    st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    st.lists(seats, max_size=3).map(tuple),
)


@given(stamps)
def test_what_was_signed_is_read_back(stamp: TicketToken) -> None:
    assert read_ticket_token(KEY.signed(stamp), KEY.public) == stamp


@pytest.mark.parametrize("stamp", [TICKET_STAMP, FORM_STAMP], ids=["ticket", "form"])
def test_no_character_can_be_changed_unnoticed(stamp: TicketToken) -> None:
    code = KEY.signed(stamp)
    for place, character in enumerate(code[:-1]):  # the last one carries four bits that no byte needs
        other = code[:place] + ("1" if character != "1" else "2") + code[place + 1 :]
        with pytest.raises((Forged, TokenUnreadable)):
            read_ticket_token(other, KEY.public)


def test_another_house_signs_otherwise() -> None:
    with pytest.raises(Forged):
        read_ticket_token(TicketKey(bytes(32)).signed(TICKET_STAMP), KEY.public)


def test_the_signature_of_one_stamp_does_not_fit_another() -> None:
    signature = KEY.signed(TICKET_STAMP).rpartition(".")[2]
    with pytest.raises(Forged):
        read_ticket_token(f"{replace(TICKET_STAMP, version=32)}.{signature}", KEY.public)


def test_a_signed_document_is_no_stamp() -> None:
    """Who can have any document signed must not get a ticket out of it."""
    with pytest.raises(Forged):
        read_ticket_token(f"{OLD_STAMP}.{KEY.signature(str(OLD_STAMP).encode())}", KEY.public)
    in_base32 = (
        b32encode(urlsafe_b64decode(KEY.signature(str(TICKET_STAMP).encode()) + "==")).decode().rstrip("=")
    )
    with pytest.raises(Forged):
        read_ticket_token(f"{TICKET_STAMP}.{in_base32}", KEY.public)


@pytest.mark.parametrize("text", ["", "hello", "78420019000123", "T1.78420019000123", "T2." + "x" * 120])
def test_other_texts_are_called_unreadable(text: str) -> None:
    with pytest.raises(TokenUnreadable):
        read_ticket_token(text, KEY.public)


def test_a_stamp_says_nothing_private_and_stays_short_enough_to_scan() -> None:
    said = str(TICKET_STAMP)
    assert said == "T2.78420019000123.66-0003-15-1.24-0012-07-10.V31.8F3A9C1E5D7B42AA"
    assert len(KEY.signed(TICKET_STAMP)) <= 170


OLD_STAMP = replace(TICKET_STAMP, kind="T1")
OLD = KEY.signed(OLD_STAMP)


def test_codes_printed_before_stay_valid() -> None:
    assert OLD.startswith("T1.78420019000123.66-0003-15-1.24-0012-07-10.v31.8f3a9c1e5d7b42aa.")
    assert read_ticket_token(OLD, KEY.public) == OLD_STAMP
    assert OLD_STAMP.is_ticket


@pytest.mark.parametrize("spelled", [str.lower, str.upper, str.swapcase], ids=["lower", "upper", "caps-lock"])
def test_case_says_nothing_in_a_code(spelled: Callable[[str], str]) -> None:
    assert read_ticket_token(spelled(KEY.signed(TICKET_STAMP)), KEY.public) == TICKET_STAMP


def test_a_code_of_before_survives_caps_lock_and_says_where_case_is_lost() -> None:
    assert read_ticket_token(OLD.swapcase(), KEY.public) == OLD_STAMP
    for lost in (OLD.upper(), OLD.lower()):
        with pytest.raises(CaseLost):
            read_ticket_token(lost, KEY.public)


def test_a_code_needs_fewer_modules_than_before() -> None:
    assert qr(KEY.signed(TICKET_STAMP)).picture.width < qr(OLD).picture.width


def test_a_document_is_genuine_only_as_it_was_signed() -> None:
    signature = KEY.signature(b"a list")
    assert is_genuine(b"a list", signature, KEY.public)
    assert not is_genuine(b"a list.", signature, KEY.public)
    assert not is_genuine(b"a list", "not base64!", KEY.public)
    assert not is_genuine(b"a list", signature, "not hexadecimal")
