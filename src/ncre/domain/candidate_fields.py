"""The fields of a candidate's details: their names, choices and kinds, in the order of the form."""

from __future__ import annotations

from collections.abc import Mapping
from csv import DictReader
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.identity_documents import (
    DOCUMENT_TYPES,
)

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
        "document_type",
        Bilingual("证件类型", "Document"),
        "choice",
        choices={code: kind.words for code, kind in DOCUMENT_TYPES.items()},
    ),
    FormField("document_number", Bilingual("证件号码", "Document number"), longest=30),
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
