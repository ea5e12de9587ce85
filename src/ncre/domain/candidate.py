"""A candidate's details: parsed once at the edge, trusted afterwards. Every fault is told at once.

Rules and code tables follow domain facts §4. The lists of education and occupation have no public
source; they are placeholders and configurable only here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from csv import DictReader
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Final

from ncre.domain import typed_text
from ncre.domain.accounts import addresses
from ncre.domain.accounts.addresses import NotAnAddress
from ncre.domain.bilingual import Bilingual
from ncre.domain.faults import Fault, FaultCode
from ncre.domain.identity_documents import (
    DOCUMENT_TYPES,
    NUMBERS_THAT_TELL,
    fault_of_number,
    normalise_document,
)
from ncre.events.registration import Details

Choices = Mapping[str, Bilingual]

NO_HINT: Final = Bilingual("", "")


SEXES: Final[Choices] = {"male": Bilingual("男", "male"), "female": Bilingual("女", "female")}

EDUCATION: Final[Choices] = {
    "doctor": Bilingual("博士研究生", "doctorate"),
    "master": Bilingual("硕士研究生", "master's degree"),
    "bachelor": Bilingual("本科", "bachelor's degree"),
    "college": Bilingual("专科", "junior college"),
    "secondary": Bilingual("高中/中专/技校", "senior secondary or vocational school"),
    "junior": Bilingual("初中", "junior secondary school"),
    "primary": Bilingual("小学及以下", "primary school or less"),
}

OCCUPATIONS: Final[Choices] = {
    "student": Bilingual("学生", "student"),
    "teacher": Bilingual("教师", "teacher"),
    "public": Bilingual("机关/事业单位人员", "public service"),
    "enterprise": Bilingual("企业人员", "company employee"),
    "science": Bilingual("科技人员", "scientist or engineer"),
    "worker": Bilingual("工人", "worker"),
    "farmer": Bilingual("农民", "farmer"),
    "soldier": Bilingual("军人", "soldier"),
    "independent": Bilingual("个体/自由职业", "self-employed"),
    "seeking": Bilingual("待业", "looking for work"),
    "retired": Bilingual("离退休", "retired"),
    "other": Bilingual("其他", "other"),
}


def _ethnicities() -> Choices:
    with (files("ncre.domain") / "data" / "ethnic_groups.csv").open(encoding="utf-8") as lines:
        return {row["code"]: Bilingual(row["name"], row["name_en"]) for row in DictReader(lines)}


ETHNICITIES: Final[Choices] = _ethnicities()
"""民族 by GB/T 3304 code, in English by its Roman spelling."""

FOREIGN: Final = "foreign"
"""What stands for 民族 where somebody is no Chinese citizen; GB/T 3304 has no code for that."""

ETHNICITY_CHOICES: Final[Choices] = {
    **ETHNICITIES,
    FOREIGN: Bilingual("外国籍（不适用民族）", "not a Chinese citizen (does not apply)"),
}


@dataclass(frozen=True)
class FormField:
    """A field of the details form, as the page shows it and the parser checks it.

    kind is "text", "choice", "sex", "date", "tel", "email" or "long"; `autocomplete` is the HTML token.
    """

    name: str
    words: Bilingual
    kind: str = "text"
    required: bool = True
    choices: Choices | None = None
    autocomplete: str = ""
    longest: int = 60
    hint: Bilingual = NO_HINT


FORM_FIELDS: Final[tuple[FormField, ...]] = (
    FormField(
        "name",
        Bilingual("姓名", "Name"),
        autocomplete="name",
        hint=Bilingual(
            "与证件一致；打不出的字用全拼代替。", "As on the document; pinyin for characters you cannot type."
        ),
    ),
    FormField("sex", Bilingual("性别", "Sex"), "sex", choices=SEXES, autocomplete="sex"),
    FormField(
        "document_type",
        Bilingual("证件类型", "Document"),
        "choice",
        choices={code: kind.words for code, kind in DOCUMENT_TYPES.items()},
    ),
    FormField("document_number", Bilingual("证件号码", "Document number"), longest=30),
    FormField(
        "birth",
        Bilingual("出生日期", "Date of birth"),
        "date",
        autocomplete="bday",
        longest=10,
        hint=Bilingual("8 位数字，例如 20060315。", "8 digits, like 20060315."),
    ),
    FormField(
        "ethnicity",
        Bilingual("民族", "Ethnic group"),
        "choice",
        choices=ETHNICITY_CHOICES,
        hint=Bilingual("外国籍考生请选“外国籍”。", "If you are not a Chinese citizen, choose the last one."),
    ),
    FormField("education", Bilingual("文化程度", "Education"), "choice", choices=EDUCATION),
    FormField("occupation", Bilingual("职业", "Occupation"), "choice", choices=OCCUPATIONS),
    FormField("mobile", Bilingual("手机号码", "Mobile number"), "tel", autocomplete="tel", longest=30),
    FormField(
        "email", Bilingual("电子邮箱", "E-mail"), "email", required=False, autocomplete="email", longest=120
    ),
    FormField(
        "address",
        Bilingual("通信地址", "Address"),
        "long",
        required=False,
        autocomplete="street-address",
        longest=200,
    ),
    FormField(
        "postcode", Bilingual("邮政编码", "Postcode"), required=False, autocomplete="postal-code", longest=6
    ),
    FormField(
        "remark",
        Bilingual("备注", "Remark"),
        "long",
        required=False,
        longest=200,
        hint=Bilingual("考点要求时填写班级、学院。", "Class and faculty, if the site asks for them."),
    ),
)


@dataclass(frozen=True)
class _Form:
    """How a field must be written once it was cleaned, and the fault otherwise."""

    pattern: re.Pattern[str]
    otherwise: FaultCode


_FORMS: Final[Mapping[str, _Form]] = {
    "postcode": _Form(re.compile(r"\d{6}", re.ASCII), FaultCode.POSTCODE_INVALID),
}

_ADDRESSES: Final[Mapping[str, Callable[[str], str]]] = {"mobile": addresses.phone, "email": addresses.email}

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
    faults = unusable + [fault for one in FORM_FIELDS for fault in _field_faults(one, typed[one.name], today)]
    broken = {fault.field for fault in faults}
    kind = typed["document_type"]
    number = normalise_document(kind, typed["document_number"])
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
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text))


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
    sex = "male" if int(number[16]) % 2 else "female"
    if "sex" not in broken and typed["sex"] != sex:
        words: dict[str, str | int] = {"said": SEXES[sex].zh, "said_en": SEXES[sex].en}
        faults.append(Fault("sex", FaultCode.SEX_DISAGREES, words))
    if "birth" not in broken and _date(typed["birth"]) != _date(number[6:14]):
        faults.append(Fault("birth", FaultCode.BIRTH_DISAGREES, {"said": number[6:14]}))
    return faults


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
