"""A candidate's details: parsed once at the edge, trusted afterwards. Every fault is told at once.

Rules and code tables follow domain facts §4. The lists of education and occupation have no public
source; they are placeholders and configurable only here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from csv import DictReader
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Final

from stdnum.iso7064 import mod_11_2

from ncre.domain.accounts import addresses
from ncre.domain.accounts.addresses import NotAnAddress
from ncre.domain.bilingual import Bilingual
from ncre.domain.faults import Fault, FaultCode
from ncre.events.registration import Details

Choices = Mapping[str, Bilingual]

NO_HINT: Final = Bilingual("", "")


@dataclass(frozen=True)
class DocumentType:
    """A document that is accepted, the form of its number and how many characters count."""

    words: Bilingual
    form: str
    form_words: Bilingual
    keeps: int | None = None


DOCUMENT_TYPES: Final[Mapping[str, DocumentType]] = {
    "resident_id": DocumentType(
        Bilingual("居民身份证", "resident identity card"),
        r"\d{17}[\dX]",
        Bilingual("18 位", "18 characters long"),
    ),
    "hk_macau_permit": DocumentType(
        Bilingual("港澳居民来往内地通行证", "Hong Kong and Macau mainland travel permit"),
        r"[HM]\d{8}",
        Bilingual("H 或 M 加 8 位数字", "H or M and 8 digits"),
        keeps=9,
    ),
    "taiwan_permit": DocumentType(
        Bilingual("台湾居民来往大陆通行证", "Taiwan mainland travel permit"),
        r"\d{8}",
        Bilingual("8 位数字", "8 digits long"),
        keeps=8,
    ),
    "passport": DocumentType(
        Bilingual("护照", "passport"),
        r"[A-Z0-9]{5,17}",
        Bilingual("5 至 17 位字母或数字", "5 to 17 letters or digits"),
    ),
    "residence_permit": DocumentType(
        Bilingual("港澳台居民居住证", "residence permit for Hong Kong, Macau and Taiwan residents"),
        r"8[123]0000\d{11}[\dX]",
        Bilingual(
            "18 位，以 810000、820000 或 830000 开头", "18 characters that begin 810000, 820000 or 830000"
        ),
    ),
}
"""The five documents (domain facts §4). Old booklets add re-issue digits, which do not count (§4.2)."""

NUMBERS_THAT_TELL: Final = frozenset({"resident_id", "residence_permit"})
"""Documents whose number carries date of birth and sex (GB 11643-1999)."""

PROVINCES: Final = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71}
)
"""First two digits of GB/T 2260. 81 to 83 begin the numbers of residence permits, not of identity cards."""

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
        return {row["code"]: Bilingual(row["name"], row["name"]) for row in DictReader(lines)}


ETHNICITIES: Final[Choices] = _ethnicities()
"""民族 by GB/T 3304 code."""


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
    FormField("ethnicity", Bilingual("民族", "Ethnic group"), "choice", choices=ETHNICITIES),
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


_HAN: Final = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
"""Chinese characters by block, so that those younger than this Python's tables are letters too."""

_LATIN: Final = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"

_FORMS: Final[Mapping[str, _Form]] = {
    "name": _Form(re.compile(rf"[{_HAN}{_LATIN}][{_HAN}{_LATIN} ·'.\-]*"), FaultCode.NAME_INVALID),
    "postcode": _Form(re.compile(r"\d{6}", re.ASCII), FaultCode.POSTCODE_INVALID),
}


_ADDRESSES: Final[Mapping[str, Callable[[str], str]]] = {"mobile": addresses.phone, "email": addresses.email}

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})

_NAME_MARKS: Final = str.maketrans("\u3000•‧・･", " ····")


def parse_details(form: Mapping[str, str], today: date = date.max) -> Details | list[Fault]:
    """The details a form holds, or everything that is wrong with it. Never raises for bad input.

    `today` is the date where the exam is; nobody is born after it.
    """
    typed = {one.name: _clean(one.name, form.get(one.name, "")) for one in FORM_FIELDS}
    unusable = [fault for field in _ADDRESSES for fault in _address_faults(field, form, typed)]
    faults = unusable + [fault for one in FORM_FIELDS for fault in _field_faults(one, typed[one.name], today)]
    broken = {fault.field for fault in faults}
    kind = typed["document_type"]
    number = normalise_document(kind, typed["document_number"])
    if not broken & {"document_type", "document_number"}:
        faults += _document_faults(kind, number, typed, broken)
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


def normalise_document(kind: str, number: str) -> str:
    """The number in the form in which it is compared: half width, upper case, no re-issue digits."""
    upper = unicodedata.normalize("NFKC", number).upper()
    plain = unicodedata.normalize("NFKC", re.sub(r"[\s\-]", "", upper))
    known = DOCUMENT_TYPES.get(kind)
    if known is not None and known.keeps is not None and len(plain) == known.keeps + 2:
        return plain[: known.keeps]
    return plain


def masked_number(number: str) -> str:
    """420101200603150011 -> 420101********0011; short numbers keep their two ends only."""
    if len(number) >= 15:
        return number[:6] + "*" * (len(number) - 10) + number[-4:]
    return number[:2] + "*" * max(1, len(number) - 4) + number[-2:] if len(number) > 4 else "*" * len(number)


def masked_name(name: str) -> str:
    """The first character, and two stars however long the rest is."""
    return name[:1] + "**"


def _clean(field: str, text: str) -> str:
    """Composed (NFC), trimmed, and without what cannot be seen: control and format characters.

    The dots that keyboards give for a name's "·" become that one; its full-width spaces become plain.
    """
    composed = unicodedata.normalize("NFC", text)
    seen = "".join(one for one in composed if one == "\n" or unicodedata.category(one) not in _UNSEEN)
    if field == "postcode":
        return _digits(seen)
    return (seen.translate(_NAME_MARKS) if field == "name" else seen).strip()


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
    form = _FORMS.get(one.name)
    if form is not None and not form.pattern.fullmatch(text):
        return [Fault(one.name, form.otherwise)]
    return []


def _document_faults(kind: str, number: str, typed: Mapping[str, str], broken: set[str]) -> list[Fault]:
    """What is wrong with the number, and where sex and date of birth disagree with it."""
    known = DOCUMENT_TYPES[kind]
    if not re.fullmatch(known.form, number, re.ASCII):
        words, form = known.words, known.form_words
        said = {"label": words.zh, "label_en": words.en, "form": form.zh, "form_en": form.en}
        return [Fault("document_number", FaultCode.DOCUMENT_FORM, said)]
    if kind not in NUMBERS_THAT_TELL:
        return []
    wrong = _check_digits(kind, number)
    if wrong is not None:
        return [Fault("document_number", wrong)]
    return _disagreements(number, typed, broken)


def _check_digits(kind: str, number: str) -> FaultCode | None:
    """GB 11643-1999: province, date of birth, and the check character of ISO 7064 MOD 11-2.

    Only the province is looked up. The code is that of the household when the number was given, so
    neither the county's age nor a list of counties may refuse a number that its check digit bears out.
    """
    if not bool(mod_11_2.is_valid(number)):
        return FaultCode.DOCUMENT_CHECKSUM
    if _date(number[6:14]) is None or (kind == "resident_id" and int(number[:2]) not in PROVINCES):
        return FaultCode.DOCUMENT_AREA
    return None


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
