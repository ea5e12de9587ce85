"""Identity documents: which kinds there are, how their numbers are written, and which kind a number looks like.

Rules follow domain facts §4.1 and §4.2. Which kinds an exam round accepts is data of the round (`RoundPlan.documents`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from stdnum.iso7064 import mod_11_2

from ncre.domain import typed_text
from ncre.domain.bilingual import Bilingual
from ncre.domain.fault_codes import FaultCode


@dataclass(frozen=True)
class DocumentType:
    """A kind of document, the form of its number and how many characters count.

    `looks` is the form by which a number under another kind is recognised; it leaves out what could be anything.
    `foreign` kinds are held by people who need not be Chinese citizens.
    """

    words: Bilingual
    form: str
    form_words: Bilingual
    looks: str
    keeps: int | None = None
    foreign: bool = False


RESIDENT_ID: Final = "resident_id"
PASSPORT: Final = "passport"
PERMANENT_RESIDENCE: Final = "permanent_residence"

DOCUMENT_TYPES: Final[Mapping[str, DocumentType]] = {
    RESIDENT_ID: DocumentType(
        Bilingual("居民身份证", "resident identity card"),
        r"\d{17}[\dX]",
        Bilingual("18 位", "18 characters long"),
        looks=r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71)\d{15}[\dX]",
    ),
    "hk_macau_permit": DocumentType(
        Bilingual("港澳居民来往内地通行证", "Hong Kong and Macau mainland travel permit"),
        r"[HM]\d{8}",
        Bilingual("H 或 M 加 8 位数字", "H or M and 8 digits"),
        looks=r"[HM]\d{8}(\d\d)?",
        keeps=9,
    ),
    "taiwan_permit": DocumentType(
        Bilingual("台湾居民来往大陆通行证", "Taiwan mainland travel permit"),
        r"\d{8}",
        Bilingual("8 位数字", "8 digits long"),
        looks=r"\d{8}(\d\d)?",
        keeps=8,
    ),
    PASSPORT: DocumentType(
        Bilingual("护照", "passport"),
        r"[A-Z0-9]{5,17}",
        Bilingual("5 至 17 位字母或数字", "5 to 17 letters or digits"),
        looks=r"(?=.*\d)[A-Z][A-Z0-9]{5,11}|\d{9}",
        foreign=True,
    ),
    "residence_permit": DocumentType(
        Bilingual("港澳台居民居住证", "residence permit for Hong Kong, Macau and Taiwan residents"),
        r"8[123]0000\d{11}[\dX]",
        Bilingual(
            "18 位，以 810000、820000 或 830000 开头", "18 characters that begin 810000, 820000 or 830000"
        ),
        looks=r"8[123]\d{15}[\dX]",
    ),
    PERMANENT_RESIDENCE: DocumentType(
        Bilingual("外国人永久居留身份证", "permanent residence card of foreigners"),
        r"9\d{16}[\dX]|[A-Z]{3}\d{12}",
        Bilingual(
            "18 位并以 9 开头（2023 版），或 3 个字母加 12 位数字（2017 版）",
            "18 characters that begin with 9 (form of 2023), or 3 letters and 12 digits (form of 2017)",
        ),
        looks=r"9\d{16}[\dX]|[A-Z]{3}\d{12}",
        foreign=True,
    ),
}
"""The documents (domain facts §4). Old booklets add re-issue digits, which do not count (§4.2)."""

NUMBERS_THAT_TELL: Final = frozenset({RESIDENT_ID, "residence_permit"})
"""Documents whose number carries date of birth and sex (GB 11643-1999). What the inside of a permanent residence
card's number says is in no source (§4.2): it is not read."""

PROVINCES: Final = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71}
)
"""First two digits of GB/T 2260. 81 to 83 begin the numbers of residence permits, not of identity cards."""

_CHECKED_LENGTH: Final = 18
"""Characters of the numbers that end in a check character of ISO 7064 MOD 11-2."""


def normalise_document(kind: str, number: str) -> str:
    """The number in the form in which it is compared: half width, upper case, no re-issue digits."""
    plain = typed_text.document_number(number)
    known = DOCUMENT_TYPES.get(kind)
    if known is not None and known.keeps is not None and len(plain) == known.keeps + 2:
        return plain[: known.keeps]
    return plain


def fault_of_number(kind: str, number: str) -> FaultCode | None:
    """What is wrong with a normalised number of a known kind, looked at alone.

    Of the region only the province is looked up. The code is that of the household when the number was given, so
    neither the county's age nor a list of counties may refuse a number that its check character bears out.
    """
    if not re.fullmatch(DOCUMENT_TYPES[kind].form, number, re.ASCII):
        return FaultCode.DOCUMENT_FORM
    checked = kind in NUMBERS_THAT_TELL or (kind == PERMANENT_RESIDENCE and len(number) == _CHECKED_LENGTH)
    if checked and not bool(mod_11_2.is_valid(number)):
        return FaultCode.DOCUMENT_CHECKSUM
    if kind not in NUMBERS_THAT_TELL:
        return None
    if born_by(number) is None or (kind == RESIDENT_ID and int(number[:2]) not in PROVINCES):
        return FaultCode.DOCUMENT_AREA
    return None


def born_by(number: str) -> date | None:
    """The date of birth inside a number that tells it; None where there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def looks_like(kind: str, number: str, accepted: Collection[str] = tuple(DOCUMENT_TYPES)) -> str | None:
    """Another accepted kind whose numbers look like this one, or None where it looks like its own kind or like none.

    A passport number may be nearly anything, so a number of another kind is seen under it too.
    """
    plain = typed_text.document_number(number)
    own = DOCUMENT_TYPES.get(kind)
    if own is not None and kind != PASSPORT and re.fullmatch(own.looks, plain, re.ASCII):
        return None
    others = (code for code in DOCUMENT_TYPES if code != kind and code in accepted)
    return next((code for code in others if re.fullmatch(DOCUMENT_TYPES[code].looks, plain, re.ASCII)), None)
