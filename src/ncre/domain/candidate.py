"""A candidate's details: parsed once at the edge, trusted afterwards. Every fault is told at once.

Rules and code tables follow domain facts §4. The lists of education and occupation have no public
source; they are placeholders and configurable only here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from ncre.domain import typed_text
from ncre.domain.accounts import addresses
from ncre.domain.accounts.addresses import NotAnAddress
from ncre.domain.candidate_fields import FOREIGN, FORM_FIELDS, SEXES, FormField
from ncre.domain.fault_codes import FaultCode
from ncre.domain.faults import Fault
from ncre.domain.identity_documents import (
    DOCUMENT_TYPES,
    NUMBERS_THAT_TELL,
    fault_of_number,
    normalise_document,
)
from ncre.events.registration_values import Details


@dataclass(frozen=True)
class _Form:
    """How a field must be written once it was cleaned, and the fault otherwise."""

    pattern: re.Pattern[str]
    otherwise: FaultCode


_FORMS: Final[Mapping[str, _Form]] = {
    "postcode": _Form(re.compile(r"\d{6}", re.ASCII), FaultCode.POSTCODE_INVALID),
}

_ADDRESSES: Final[Mapping[str, Callable[[str], str]]] = {"mobile": addresses.phone, "email": addresses.email}

TOLD: Final = ("sex", "birth")
"""Fields that nobody is asked whose document's number tells them."""

_LETTER: Final = f"{typed_text.HAN}{typed_text.LATIN}"
_NAME: Final = re.compile(rf"[{_LETTER}][{_LETTER} ·'.\-]*")
_NO_LETTER: Final = re.compile(rf"[^{_LETTER} ·'.\-]")


def parse_details(
    form: Mapping[str, str], today: date = date.max, documents: Collection[str] = tuple(DOCUMENT_TYPES)
) -> Details | list[Fault]:
    """The details a form holds, or everything that is wrong with it. Never raises for bad input.

    `today` is the date where the exam is; nobody is born after it. `documents` are the kinds that the round accepts.
    """
    typed = {one.name: _clean(one.name, form.get(one.name, "")) for one in FORM_FIELDS}
    unusable = [fault for field in _ADDRESSES for fault in _address_faults(field, form, typed)]
    typed |= {name: typed[name] or value for name, value in told_by(typed).items()}
    faults = unusable + [fault for one in FORM_FIELDS for fault in _field_faults(one, typed[one.name], today)]
    broken = {fault.field for fault in faults}
    kind = typed["document_type"]
    number = normalise_document(kind, typed["document_number"])
    if kind in NUMBERS_THAT_TELL:  # a number that is missing or wrong says it already
        faults = [one for one in faults if one.field not in TOLD or one.code is not FaultCode.REQUIRED]
    if "document_type" not in broken and kind not in documents:
        faults.append(Fault("document_type", FaultCode.DOCUMENT_NOT_ACCEPTED, _accepted(documents)))
    elif not broken & {"document_type", "document_number"}:
        faults += _document_faults(kind, number, typed, broken)
    if typed["ethnicity"] == FOREIGN and kind in DOCUMENT_TYPES and not DOCUMENT_TYPES[kind].foreign:
        faults.append(Fault("ethnicity", FaultCode.ETHNICITY_FOREIGN))
    if faults:
        order = [one.name for one in FORM_FIELDS]
        return sorted(faults, key=lambda fault: order.index(fault.field))
    return Details(
        name=typed["name"],
        sex=typed["sex"],
        document_type=kind,
        document_number=number,
        document_typed=form["document_number"].strip(),
        birth=_date(typed["birth"]) or date.min,
        ethnicity=typed["ethnicity"],
        education=typed["education"],
        occupation=typed["occupation"],
        mobile=typed["mobile"],
        email=typed["email"],
        address=typed["address"],
        postcode=typed["postcode"],
        remark=typed["remark"],
    )


def told_by(form: Mapping[str, str]) -> dict[str, str]:
    """Sex and date of birth, as the form holds them, where the number of the document tells them; {} otherwise."""
    kind = form.get("document_type", "")
    number = normalise_document(kind, form.get("document_number", ""))
    if kind not in NUMBERS_THAT_TELL or fault_of_number(kind, number) is not None:
        return {}
    return {"sex": _sex_by(number), "birth": number[6:14]}


def masked_number(number: str) -> str:
    """420101200603150011 -> 420101********0011; short numbers keep their two ends only."""
    if len(number) >= 15:
        return number[:6] + "*" * (len(number) - 10) + number[-4:]
    return number[:2] + "*" * max(1, len(number) - 4) + number[-2:] if len(number) > 4 else "*" * len(number)


def masked_name(name: str) -> str:
    """The first character, and two stars however long the rest is."""
    return name[:1] + "**"


def _accepted(documents: Collection[str]) -> dict[str, str | int]:
    """The words of the accepted kinds, for a sentence in either language."""
    words = [DOCUMENT_TYPES[code].words for code in documents]
    return {"kinds": "、".join(one.zh for one in words), "kinds_en": ", ".join(one.en for one in words)}


def _clean(field: str, text: str) -> str:
    """Trimmed, composed (NFC), and without what cannot be seen; a name in its one form."""
    if field == "name":
        return typed_text.person_name(text)
    composed = unicodedata.normalize("NFC", text)
    seen = "".join(
        one for one in composed if one == "\n" or unicodedata.category(one) not in typed_text.INVISIBLE
    )
    return _digits(seen) if field == "postcode" else seen.strip()


def _address_faults(field: str, form: Mapping[str, str], typed: dict[str, str]) -> list[Fault]:
    """Puts the one spelling of an address in `typed`, or says why it is none."""
    if not typed[field]:
        return []
    try:
        typed[field] = _ADDRESSES[field](form[field])
    except NotAnAddress as refused:
        return [refused.fault(field)]
    return []


def _digits(text: str) -> str:
    return re.sub(r"[\s\-]", "", typed_text.digits(unicodedata.normalize("NFKC", text)))


def _field_faults(one: FormField, text: str, today: date) -> list[Fault]:
    """What is wrong with one field looked at alone."""
    label: dict[str, str | int] = {"label": one.words.zh, "label_en": one.words.en}
    if not text:
        return [Fault(one.name, FaultCode.REQUIRED, label)] if one.required else []
    if len(text) > one.longest:
        return [Fault(one.name, FaultCode.TOO_LONG, {**label, "most": one.longest, "count": len(text)})]
    if one.choices is not None and text not in one.choices:
        return [Fault(one.name, FaultCode.CHOICE_UNKNOWN, label)]
    if one.name == "birth" and not _possible_birth(text, today):
        return [Fault(one.name, FaultCode.BIRTH_INVALID)]
    if one.name == "name" and not _NAME.fullmatch(text):
        wrong = dict.fromkeys(_NO_LETTER.findall(text) or text[0])
        letters = "".join(f" U+{ord(letter):04X} " if letter in "{}" else letter for letter in wrong)
        return [Fault(one.name, FaultCode.NAME_INVALID, {"letters": letters})]
    form = _FORMS.get(one.name)
    if form is not None and not form.pattern.fullmatch(text):
        return [Fault(one.name, form.otherwise)]
    return []


def _document_faults(kind: str, number: str, typed: Mapping[str, str], broken: set[str]) -> list[Fault]:
    """What is wrong with the number, and where sex and date of birth disagree with it."""
    wrong = fault_of_number(kind, number)
    if wrong is FaultCode.DOCUMENT_FORM:
        words, form = DOCUMENT_TYPES[kind].words, DOCUMENT_TYPES[kind].form_words
        said = {"label": words.zh, "label_en": words.en, "form": form.zh, "form_en": form.en}
        return [Fault("document_number", wrong, said)]
    if wrong is not None:
        return [Fault("document_number", wrong)]
    return _disagreements(number, typed, broken) if kind in NUMBERS_THAT_TELL else []


def _disagreements(number: str, typed: Mapping[str, str], broken: set[str]) -> list[Fault]:
    faults = []
    sex = _sex_by(number)
    if "sex" not in broken and typed["sex"] != sex:
        words: dict[str, str | int] = {"said": SEXES[sex].zh, "said_en": SEXES[sex].en}
        faults.append(Fault("sex", FaultCode.SEX_DISAGREES, words))
    if "birth" not in broken and _date(typed["birth"]) != _date(number[6:14]):
        faults.append(Fault("birth", FaultCode.BIRTH_DISAGREES, {"said": number[6:14]}))
    return faults


def _sex_by(number: str) -> str:
    """GB 11643: the last digit before the check character is odd for men."""
    return "male" if int(number[16]) % 2 else "female"


def _date(text: str) -> date | None:
    """A date written 20060315 or 2006-03-15; None if there is no such day."""
    digits = re.sub(r"[\s\-/.]", "", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"\d{8}", digits, re.ASCII):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _possible_birth(text: str, today: date) -> bool:
    born = _date(text)
    return born is not None and date(1900, 1, 1) <= born <= today
