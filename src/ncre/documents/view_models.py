"""All that a printed page says, resolved to words: the pages draw this and look nothing up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

NO_PHOTO: Final = "无照片"
"""Printed where a face should be: none was uploaded, or its file is lost or damaged."""

English = Mapping[str, str] | None
"""What stands in English beneath the values of a bilingual sheet, by their Chinese; None on a Chinese sheet."""


@dataclass(frozen=True)
class Person:
    """Who the page is about. `photo` is a JPEG, or None where there is none; then `no_photo` says why."""

    name: str
    sex: str
    document_type: str
    document_number: str
    photo: bytes | None
    no_photo: str = NO_PHOTO


@dataclass(frozen=True)
class Record:
    """Which state of the record was printed: its version, when it became so, and its digest (16 hex digits).

    `code` is what the QR code says: the same, signed.
    """

    number: str
    version: int
    at: datetime
    digest: str
    code: str


@dataclass(frozen=True)
class SubjectLine:
    """A subject on the form; the fee in fen."""

    code: str
    name: str
    fee: int
    state: str


@dataclass(frozen=True)
class SeatLine:
    """A subject on the ticket; times in exam time."""

    subject: str
    ticket: str
    starts_at: datetime
    ends_at: datetime
    batch: int
    hall: int
    room: str
    seat: int


@dataclass(frozen=True)
class FormSheet:
    """The registration form (报名登记表).

    `mobile` and `email` are masked; `site_mobile` and `site_email` are what the site's own copy says, "" for the same.
    `proof` is the address where a proof of its record is checked, or "".
    """

    round: str
    person: Person
    record: Record
    ethnicity: str
    birth: str
    education: str
    occupation: str
    mobile: str
    email: str
    address: str
    postcode: str
    site: str
    subjects: tuple[SubjectLine, ...]
    paid: str
    agreement: str
    agreed: str
    review: str
    proof: str = ""
    remark: str = ""
    site_mobile: str = ""
    site_email: str = ""
    english: English = None


@dataclass(frozen=True)
class TicketSheet:
    """The admission ticket (准考证). `unconfirmed`: the site confirms in person, and has not confirmed this one."""

    round: str
    person: Person
    record: Record
    site: str
    address: str
    seats: tuple[SeatLine, ...]
    unconfirmed: bool = False
    english: English = None


@dataclass(frozen=True)
class ReceiptSheet:
    """The receipt of a paid fee (缴费凭证); every text as it is printed. `clerk` took it at a counter, or ""."""

    round: str
    record: Record
    name: str
    document_number: str
    site: str
    subjects: tuple[SubjectLine, ...]
    amount: str
    paid: str
    channel: str
    order: str
    trade: str
    remark: str
    clerk: str = ""
    english: English = None


Sheet = TypeVar("Sheet", FormSheet, TicketSheet)


def with_photo(sheet: Sheet, photo: bytes | None) -> Sheet:
    """The sheet with this photo on it."""
    return replace(sheet, person=replace(sheet.person, photo=photo))


def beneath(sheet: FormSheet | TicketSheet | ReceiptSheet, value: str) -> str:
    """What stands in English beneath a value of the sheet; "" on a Chinese sheet, and for what has no English."""
    return (sheet.english or {}).get(value, "")


@dataclass(frozen=True)
class Printed:
    """A PDF, the characters that no font of this machine could draw (substituted visibly), and who is on it without
    a face ("number name"): whoever asked for the paper is told."""

    pdf: bytes
    missing: tuple[str, ...] = ()
    faceless: tuple[str, ...] = ()
