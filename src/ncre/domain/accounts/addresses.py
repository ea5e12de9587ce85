"""E-mail addresses and phone numbers as people type them, in one spelling each; whatever else is refused in words.

E-mail: a bare addr-spec (RFC 5321 dot-string), NFKC, lower case, the domain as IDNA 2008 A-labels. Phones: E.164.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from ncre.domain import typed_text
from ncre.domain.fault_codes import FaultCode
from ncre.domain.faults import Fault

HOME: Final = "CN"
"""The country of a number that names none."""

COUNTRIES: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""ISO 3166 codes of every country that has phone numbers."""

LONGEST_EMAIL: Final = 254

_ENCODED_WORD: Final = re.compile(r"=\?|\?=")
_LIST: Final = re.compile(r"[,;:<>()\[\]\"\\|、]")
_OWN_DOTS: Final = str.maketrans("。．｡", "...")
_OF_CHINA: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
_KEPT_EMAIL: Final = re.compile(
    r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@([a-z0-9]+(?:[.-][a-z0-9]+)*\.[a-z]{2,})", re.ASCII
)
_KEPT_MOBILE: Final = re.compile(r"(?:\+86)?(1(?:[3-689]\d|7[0-8])\d{8})", re.ASCII)
"""Addresses as nearly everybody writes them: they are kept just so, and nothing in them has to be looked at one by one."""

LONGEST_KEPT: Final = 64
"""Characters; of a longer address the parts have limits of their own."""

_MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_NOBODY_S: Final = frozenset(
    {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.TOLL_FREE}
)
_NUMBER: Final = re.compile(r"(?:tel:)?[+(]*\d[\d\s().+/-]*", re.ASCII | re.IGNORECASE)

_TOGETHER: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
"""Scripts that one domain may mix (UTS 39, highly restrictive): letters of others look like Latin ones."""


class NotAnAddress(Exception):
    """What was typed is no address that can be used; `code` says why, and has words."""

    def __init__(self, code: FaultCode, particulars: Mapping[str, str | int] | None = None) -> None:
        super().__init__(code.value)
        self.code = code
        self.particulars = particulars or {}

    def fault(self, field: str) -> Fault:
        """What is wrong, at this field of a form."""
        return Fault(field, self.code, self.particulars)


def email(text: str) -> str:
    """The address in the spelling in which it is kept and compared. Raises NotAnAddress."""
    plainly = _KEPT_EMAIL.fullmatch(text)
    if plainly and len(text) <= LONGEST_KEPT and _is_kept_domain(plainly[1]):
        return text
    if len(text) > typed_text.LONGEST:
        raise NotAnAddress(FaultCode.EMAIL_INVALID)
    plain = _at_its_ends(unicodedata.normalize("NFKC", text.translate(_OWN_DOTS)))
    if any(unicodedata.category(letter) in typed_text.INVISIBLE for letter in plain):
        raise NotAnAddress(FaultCode.EMAIL_HIDDEN)
    if _ENCODED_WORD.search(plain) or _LIST.search(plain):
        raise NotAnAddress(FaultCode.EMAIL_NOT_BARE)
    local, _, domain = plain.rpartition("@")
    if not local.isascii():
        raise NotAnAddress(FaultCode.EMAIL_LOCAL)
    if _mixes_scripts(domain):
        raise NotAnAddress(FaultCode.EMAIL_MIXED)
    try:
        found = validate_email(plain, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise NotAnAddress(FaultCode.EMAIL_INVALID) from None
    kept = (found.ascii_email or "").lower()
    if len(kept.rpartition(".")[2]) < 2 or len(kept) > LONGEST_EMAIL:
        raise NotAnAddress(FaultCode.EMAIL_INVALID)
    return kept


def phone(text: str, countries: Iterable[str] | None = None) -> str:
    """The number as E.164. `countries`: to which messages are sent, None where nothing is. Raises NotAnAddress.

    A number of China is checked by its form alone, so that a new prefix is not refused by an older table.
    """
    plainly = _KEPT_MOBILE.fullmatch(text)
    if plainly and (countries is None or HOME in countries):
        return f"+86{plainly[1]}"
    parsed = _parsed(text)
    national, country = (
        str(parsed.national_number),
        phonenumbers.region_code_for_country_code(parsed.country_code or 0),
    )
    if country == HOME:
        usable = bool(_OF_CHINA.fullmatch(national))
    else:
        kind, country = (
            phonenumbers.number_type(parsed),
            phonenumbers.region_code_for_number(parsed) or country,
        )
        usable = phonenumbers.is_possible_number(parsed) and kind not in _NOBODY_S
        usable = usable and (countries is None or kind in _MOBILE or country not in countries)
    if not usable or parsed.extension:
        raise NotAnAddress(FaultCode.MOBILE_INVALID)
    if countries is not None and country not in countries:
        codes = sorted({f"+{phonenumbers.country_code_for_region(one)}" for one in countries})
        raise NotAnAddress(
            FaultCode.MOBILE_COUNTRY, {"codes": "、".join(codes), "codes_en": ", ".join(codes)}
        )
    return str(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))


def key(text: str) -> str:
    """One spelling of whatever names an account: its address, or its name folded."""
    for read in (email, phone):
        try:
            return read(text)
        except NotAnAddress:
            continue
    return typed_text.account_name(text)


def readable_address(address: str) -> str:
    """An address as people read it: 138 0013 8000, +852 9123 4567; an e-mail address as it is."""
    if re.search(r"[^\d+() -]", address):  # an e-mail address, or a name, in which a phone might be read too
        return address
    try:
        parsed = phonenumbers.parse(address, HOME)
    except NumberParseException:
        return address
    national = str(parsed.national_number)
    if parsed.country_code == phonenumbers.country_code_for_region(HOME) and _OF_CHINA.fullmatch(national):
        return f"{national[:3]} {national[3:7]} {national[7:]}"
    if not phonenumbers.is_possible_number(parsed):
        return address
    return str(phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL))


def masked(address: str) -> str:
    """What its owner recognises and nobody else can use: w***@example.com, 138****8000, +852****4567."""
    if "@" in address:
        local, _, domain = address.rpartition("@")
        return f"{local[:1]}***@{domain}"
    digits = readable_address(address).replace(" ", "")
    if len(digits) < 9:
        return "****"
    kept = 4 if digits.startswith("+") else 3
    return f"{digits[:kept]}****{digits[-4:]}"


def country_of(kept: str) -> str:
    """The country of a number in E.164."""
    return str(phonenumbers.region_code_for_number(phonenumbers.parse(kept, HOME)) or "")


@lru_cache(maxsize=4096)
def _is_kept_domain(domain: str) -> bool:
    """Whether addresses of a domain in lower case are kept with just that spelling; most people share a few."""
    try:
        found = validate_email(f"a@{domain}", check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return False
    return found.ascii_domain == domain and not _mixes_scripts(domain)


def _parsed(text: str) -> phonenumbers.PhoneNumber:
    if len(text) > typed_text.LONGEST:
        raise NotAnAddress(FaultCode.MOBILE_INVALID)
    plain = "".join("-" if letter in "‐‑‒–—−·•" else letter for letter in unicodedata.normalize("NFKC", text))
    plain = typed_text.digits(typed_text.seen(plain)).strip()
    if not _NUMBER.fullmatch(plain):
        raise NotAnAddress(FaultCode.MOBILE_INVALID)
    try:
        return phonenumbers.parse(plain, HOME)
    except NumberParseException:
        raise NotAnAddress(FaultCode.MOBILE_INVALID) from None


def _at_its_ends(text: str) -> str:
    """Without the blanks and marks that copying leaves around an address."""
    unseen = typed_text.INVISIBLE | typed_text.BLANK
    begin, end = 0, len(text)
    while begin < end and unicodedata.category(text[begin]) in unseen:
        begin += 1
    while end > begin and unicodedata.category(text[end - 1]) in unseen:
        end -= 1
    return text[begin:end]


def _mixes_scripts(domain: str) -> bool:
    """Whether letters of other scripts stand among Latin ones, which they may be taken for."""
    letters = (letter for letter in domain if unicodedata.category(letter)[0] == "L")
    scripts = {unicodedata.name(letter, "?").split(" ")[0] for letter in letters}
    return len(scripts) > 1 and not any(scripts <= allowed for allowed in _TOGETHER)
