"""Sheets of one named person for the printing tests, and what stands where on a finished page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from ncre.documents.english import CHOICES
from ncre.documents.pdf import glyphs
from ncre.documents.pdf.line_breaking import POINT
from ncre.documents.view_models import (
    FormSheet,
    Person,
    ReceiptSheet,
    Record,
    SeatLine,
    SubjectLine,
    TicketSheet,
)
from tests.support.once.astronaut import astronaut

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROUND = "2027年3月全国计算机等级考试（第 78 次）"
NUMBER = "78420019000123"
CODE = f"R1.{NUMBER}.v17.8f3a9c1e5d7b42aa.{'x' * 86}"
RECORD = Record(NUMBER, 17, datetime(2027, 1, 3, 10, 32, tzinfo=SHANGHAI), "8f3a9c1e5d7b42aa", CODE)
SUBJECTS = (
    ("66", "二级 Python语言程序设计"),
    ("35", "三级 网络技术"),
    ("14", "一级 计算机基础及WPS Office应用"),
)
SITTINGS = (
    datetime(2027, 3, 27, 8, 0, tzinfo=SHANGHAI),
    datetime(2027, 3, 27, 10, 20, tzinfo=SHANGHAI),
    datetime(2027, 3, 28, 15, 0, tzinfo=SHANGHAI),
)
ENGLISH_SUBJECTS = (
    "Level 2 Python Programming",
    "Level 3 Network Technology",
    "Level 1 Computer Basics and WPS Office",
)
RARE = "䶮㛃𠅤𠀀𫖯𪜀𫝀𬭎𫠠𬺰𰻝"
"""One or more of every CJK extension from A to G (pages and printing facts §1.1)."""


def portrait() -> bytes:
    """A JPEG of a face, 300 by 400 pixels."""
    picture = astronaut().crop((120, 0, 318, 264)).resize((300, 400))
    out = BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


PHOTO = portrait()


def ouyang(name: str = "欧阳䶮", photo: bytes | None = PHOTO) -> Person:
    return Person(name, "女", "居民身份证", "42011520060315002X", photo)


FORM = FormSheet(
    round=ROUND,
    person=ouyang(),
    record=RECORD,
    ethnicity="汉族",
    birth="2006-03-15",
    education="本科",
    occupation="学生",
    mobile="138****0000",
    email="o***@example.com",
    address="湖北省武汉市洪山区珞喻路1号",
    postcode="430070",
    site="420019 武汉软件工程职业学院（武汉市江夏区光谷大道117号）",
    subjects=tuple(SubjectLine(code, name, 8000, "已支付") for code, name in SUBJECTS[:1]),
    paid="应缴 80.00 元 · 已支付 2027-01-03 10:32",
    agreement="2027-03",
    agreed="2027-01-02 21:04",
    review="通过（2027-01-03 09:12）",
)


def form(name: str = "欧阳䶮", subjects: int = 1) -> FormSheet:
    lines = tuple(SubjectLine(code, title, 8000, "已支付") for code, title in SUBJECTS[:subjects])
    return replace(FORM, person=ouyang(name), subjects=lines)


def ticket(name: str = "欧阳䶮", subjects: int = 1) -> TicketSheet:
    seats = tuple(
        SeatLine(
            subject=f"{code} {title}",
            ticket=f"{code}78420019000{place}15",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=120),
            batch=place,
            hall=place,
            room="第1机房",
            seat=7,
        )
        for place, ((code, title), starts_at) in enumerate(
            zip(SUBJECTS[:subjects], SITTINGS, strict=False), start=1
        )
    )
    site, address = "420019 武汉软件工程职业学院", "武汉市江夏区光谷大道117号"
    return TicketSheet(ROUND, ouyang(name), RECORD, site, address, seats)


RECEIPT = ReceiptSheet(
    round=ROUND,
    record=RECORD,
    name="欧阳䶮",
    document_number="420115********002X",
    site="420019 武汉软件工程职业学院",
    subjects=FORM.subjects,
    amount="80.00 元",
    paid="2027-01-03 10:32",
    channel="支付宝",
    order="2027010310320001",
    trade="2027010322001400001234567890",
    remark="如有疑问，请持本凭证和有效身份证件联系考点。",
    clerk="李老师",
)

ENGLISH = {
    **{value: CHOICES[value] for value in ("女", "居民身份证", "本科", "学生")},
    "汉族": CHOICES["汉"],
    **{title: name for (_, title), name in zip(SUBJECTS, ENGLISH_SUBJECTS, strict=True)},
    **{
        f"{code} {title}": f"{code} {name}"
        for (code, title), name in zip(SUBJECTS, ENGLISH_SUBJECTS, strict=True)
    },
    ROUND: "National Computer Rank Examination, March 2027 (no. 78)",
    "已支付": "paid",
    FORM.paid: "due: 80.00 yuan, paid 2027-01-03 10:32",
    FORM.review: "passed (2027-01-03 09:12)",
    RECEIPT.amount: "80.00 yuan",
    RECEIPT.channel: "Alipay",
    RECEIPT.remark: "With questions, bring this receipt and your valid identity document to the site.",
}
"""The English of every value of these sheets."""


@dataclass(frozen=True)
class Run:
    """A text as it stands on a page: millimetres from the top left to its baseline, size in points."""

    x: float
    y: float
    text: str
    size: float
    font: str

    @property
    def right(self) -> float:
        return self.x + sum(face.width(part, self.size) for face, part in glyphs.runs(self.text)) * POINT

    @property
    def bold(self) -> bool:
        return "Bold" in self.font


def runs(pdf: bytes, page: int = 0) -> list[Run]:
    """Every text of a page with its place."""
    found: list[Run] = []

    def visit(text: str, _cm: object, matrix: list[float], font: dict[str, str] | None, size: float) -> None:
        if text.strip() and font is not None:
            x, y = matrix[4] * POINT, 297 - matrix[5] * POINT
            found.append(Run(x, y, text.strip(), size, font["/BaseFont"]))

    PdfReader(BytesIO(pdf)).pages[page].extract_text(visitor_text=visit)
    return found


def words(pdf: bytes, page: int = 0) -> str:
    """The text of a page without spaces and line ends."""
    return "".join("".join(run.text.split()) for run in runs(pdf, page))


def photos(pdf: bytes) -> list[bytes]:
    """Every JPEG embedded in the file, once however often it is shown."""
    found = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        for reference in page["/Resources"].get_object()["/XObject"].values():
            picture = reference.get_object()
            if picture["/Filter"] == "/DCTDecode":
                found[picture.indirect_reference.idnum] = picture._data
    return list(found.values())
