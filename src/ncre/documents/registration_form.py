"""The registration form (考生报名登记表): signed on A4, one copy for the site and one for the candidate."""

from __future__ import annotations

from ncre.documents import english, labels
from ncre.documents.codes.barcodes import code128, qr
from ncre.documents.pdf.canvas import LEFT, Paper
from ncre.documents.pdf.page_frame import foot, head, photo
from ncre.documents.view_models import FormSheet, Printed, beneath
from ncre.domain.bilingual import Bilingual
from ncre.domain.registration.candidate_decisions import MOST_SUBJECTS

ROW = 9.0
ADDRESS = 13.2
REMARK = 10.0
SIZE = 10.5


def registration_form(sheet: FormSheet) -> Printed:
    """Two pages, marked 考点留存 and 考生留存. Only the site's says in full how to reach the candidate."""
    title = f"{labels.FORM_TITLE} {sheet.record.number}"
    paper = Paper(title, sheet.record.at, bilingual=sheet.english is not None)
    for page, copy in enumerate(labels.COPIES, start=1):
        paper.page(copy)
        head(paper, sheet.round, labels.FORM_TITLE, copy, beneath(sheet, sheet.round))
        _person(paper, sheet)
        _contacts(paper, sheet, full=copy == labels.SITE_COPY)
        _subjects(paper, sheet)
        _promise(paper, sheet)
        _review(paper, sheet)
        _codes(paper, sheet)
        proofs = (proof(sheet), proof(sheet, in_english=True))
        foot(paper, sheet.record, labels.FORM_REMARK, page, len(labels.COPIES), *proofs)
    return paper.printed()


def proof(sheet: FormSheet, in_english: bool = False) -> str:
    """Where the candidate has what proves the record, and where anybody checks it."""
    words = english.LABELS[labels.PROOF] if in_english else labels.PROOF
    return words.format(address=sheet.proof) if sheet.proof else ""


def promise(sheet: FormSheet) -> Bilingual:
    """What the candidate signs (考生承诺)."""
    filled = {"agreement": sheet.agreement, "agreed": sheet.agreed}
    return Bilingual(labels.PROMISE.format(**filled), english.PROMISE.format(**filled))


def _person(paper: Paper, sheet: FormSheet) -> None:
    person, y = sheet.person, 40.0
    rows: list[tuple[tuple[str, str], ...]] = [
        (("报名号", sheet.record.number),),
        (("姓名", person.name),),
        (("性别", person.sex), ("民族", sheet.ethnicity)),
        (("证件类型", person.document_type), ("出生日期", sheet.birth)),
        (("证件号码", person.document_number),),
        (("文化程度", sheet.education), ("职业", sheet.occupation)),
    ]
    for row in rows:
        x = LEFT
        for label, value in row:
            x = paper.label(x, y, 26, ROW, label, SIZE)
            translated = "" if label == "姓名" else beneath(sheet, value)
            x = paper.cell(x, y, 114 if len(row) == 1 else 44, ROW, value, SIZE, english=translated)
        y += ROW
    photo(paper, person, sheet.record.number, 155, 40, 40, 54)


def _contacts(paper: Paper, sheet: FormSheet, full: bool) -> None:
    """How to reach the candidate, the site and the remark. The address has room for three lines of the usual size."""
    x, y = LEFT, 94.0
    mobile = (full and sheet.site_mobile) or sheet.mobile
    email = (full and sheet.site_email) or sheet.email
    for label, value, wide, room in (
        ("手机号码", mobile, 26, 31),
        ("电子邮箱", email, 22, 64),
        ("邮政编码", sheet.postcode, 20, 17),
    ):
        x = paper.label(x, y, wide, ROW, label, SIZE)
        x = paper.cell(x, y, room, ROW, value, SIZE)
    y += ROW
    for label, value, high in (
        ("通信地址", sheet.address, ADDRESS),
        ("报考考点", sheet.site, ROW),
        ("备注", " ".join(sheet.remark.split()), REMARK),
    ):
        x = paper.label(LEFT, y, 26, high, label, SIZE)
        paper.cell(x, y, 154, high, value, SIZE)
        y += high


def _subjects(paper: Paper, sheet: FormSheet) -> None:
    paper.heading(LEFT, 141, "报考科目", 11)
    paper.text(195, 138.4 if paper.bilingual else 141, sheet.paid, 9, align="right")
    paper.text(195, 141.8, beneath(sheet, sheet.paid), 7.5, align="right")
    widths = (14.0, 22.0, 84.0, 30.0, 30.0)
    x, y = LEFT, 143.0
    for title, width in zip(labels.FORM_COLUMNS, widths, strict=True):
        x = paper.label(x, y, width, 8, title, 9.5)
    for place in range(MOST_SUBJECTS):
        y += 8
        cells = ("", "", labels.REST_BLANK if place == len(sheet.subjects) else "", "", "")
        if place < len(sheet.subjects):
            line = sheet.subjects[place]
            fee = f"{line.fee // 100}.{line.fee % 100:02}"
            cells = (str(place + 1), line.code, line.name, fee, line.state)
        x = LEFT
        for column, (text, width) in enumerate(zip(cells, widths, strict=True)):
            translated = paper.english(text) if text == labels.REST_BLANK else beneath(sheet, text)
            align = "left" if column == 2 else "center"
            x = paper.cell(x, y, width, 8, text, 9.5, align, translated)


def _promise(paper: Paper, sheet: FormSheet) -> None:
    if paper.bilingual:
        paper.heading(LEFT, 180.5, labels.SECTIONS[1], 11)
        paper.notes(LEFT, 185.5, [promise(sheet)], 9.5, 180, 20.5)
    else:
        paper.text(LEFT, 182, labels.SECTIONS[1], 11, bold=True)
        paper.paragraph(LEFT, 188, promise(sheet).zh, 10, 180, 6)
    paper.text(100, 210, labels.SIGNATURE, SIZE)
    paper.line(122, 211, 155, 211)
    paper.text(157, 210, labels.DATE, SIZE)
    paper.line(170, 211, 195, 211)
    paper.text(100, 214, paper.english(labels.SIGNATURE), 7.5)
    paper.text(157, 214, paper.english(labels.DATE), 7.5)


def _review(paper: Paper, sheet: FormSheet) -> None:
    paper.box(LEFT, 217, 180, 24)
    paper.text(18, 223, f"{labels.REVIEW}{sheet.review}", SIZE, within=172)
    if paper.bilingual:
        review = f"{paper.english(labels.REVIEW)} {beneath(sheet, sheet.review)}".strip()
        paper.text(18, 227, review, 8.5, within=172)
    up = 1.5 if paper.bilingual else 0
    paper.text(100, 237 - up, labels.REVIEWER, SIZE)
    paper.line(137, 238 - up, 158, 238 - up)
    paper.text(161, 237 - up, labels.DATE, SIZE)
    paper.line(174, 238 - up, 193, 238 - up)
    paper.text(100, 239.8, paper.english(labels.REVIEWER), 7.5)
    paper.text(161, 239.8, paper.english(labels.DATE), 7.5)


def _codes(paper: Paper, sheet: FormSheet) -> None:
    record = sheet.record
    paper.code(code128(record.number), LEFT, 252, 74, 13)
    paper.text(LEFT + 37, 269, record.number, 9, align="center")
    paper.code(qr(record.code), 168, 247, 27, 27)
    step = 3.8 if paper.bilingual else 5.0
    hints = (labels.SCAN_FORM, labels.SITE_STAFF)
    for number, hint in enumerate(filter(None, (*hints, *map(paper.english, hints)))):
        paper.text(164, 258 + number * step, hint, 8, align="right")
