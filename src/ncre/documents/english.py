"""The words of the papers in English: beneath the Chinese of a bilingual paper, and on the pages beside the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.documents import labels
from ncre.documents.view_models import NO_PHOTO
from ncre.domain.candidate_fields import EDUCATION, ETHNICITY_CHOICES, OCCUPATIONS, SEXES
from ncre.domain.identity_documents import DOCUMENT_TYPES

LABELS: Final[Mapping[str, str]] = {
    labels.EXAM: "National Computer Rank Examination (NCRE)",
    labels.FORM_TITLE: "Registration form",
    labels.TICKET_TITLE: "Admission ticket",
    labels.RECEIPT_TITLE: "Receipt of the examination fee",
    labels.SITE_COPY: "Copy for the site",
    labels.OWN_COPY: "Copy for the candidate",
    "报考科目": "Subjects",
    "考生承诺": "Declaration",
    "考试安排": "Timetable",
    "考生须知": "Notes for candidates",
    "报名号": "Registration no.",
    "姓名": "Name",
    "性别": "Sex",
    "民族": "Ethnic group",
    "证件类型": "Document type",
    "出生日期": "Date of birth",
    "证件号码": "Document number",
    "文化程度": "Education",
    "职业": "Occupation",
    "手机号码": "Mobile number",
    "电子邮箱": "E-mail",
    "通信地址": "Postal address",
    "邮政编码": "Postcode",
    "报考考点": "Site",
    "备注": "Remark",
    "考点": "Site",
    "考点地址": "Address of the site",
    "序号": "No.",
    "科目代码": "Subject code",
    "科目名称": "Subject",
    "考试费（元）": "Fee (yuan)",
    "状态": "Status",
    "科目": "Subject",
    "准考证号": "Ticket number",
    "考试时间": "Time",
    "考场": "Hall",
    "座位": "Seat",
    "实收金额": "Amount received",
    "支付时间": "Paid at",
    "支付方式": "Paid by",
    "订单号": "Order number",
    "交易号": "Transaction number",
    "经手人": "Received by",
    labels.REST_BLANK: "(nothing below)",
    labels.SIGNATURE: "Signature",
    labels.DATE: "Date",
    labels.REVIEW: "Review by the site:",
    labels.REVIEWER: "Reviewer's signature (stamp)",
    labels.SCAN_FORM: "Scan to check this form against the record",
    labels.SITE_STAFF: "(for the staff of the site)",
    labels.SCAN_TICKET: "Scanned at the entrance",
    labels.INVIGILATOR: "Checked and signed by the invigilator",
    labels.PHOTO: "Photo of the candidate",
    labels.FACE_LACKING: "Go to the site with your document",
    NO_PHOTO: "No photo",
    labels.FORM_REMARK: "made by the system, void if altered",
    labels.TICKET_REMARK: "black and white will do, the photo must be clear",
    labels.RECEIPT_REMARK: "made by the system, no invoice",
    labels.PROOF: "A proof of this registration can be had after signing in; anybody can check at {address} that the record was not altered",
}
"""Every fixed text of the papers in English."""

CHINESE_COUNTS: Final = "the Chinese text is the one that counts"
"""Said at the foot of a bilingual paper."""

CHOICES: Final[Mapping[str, str]] = {
    words.zh: words.en
    for table in (SEXES, EDUCATION, OCCUPATIONS, ETHNICITY_CHOICES)
    for words in table.values()
} | {kind.words.zh: kind.words.en for kind in DOCUMENT_TYPES.values()}
"""Every value that a paper takes from a list of choices."""

PROMISE: Final = (
    "I have read and accepted the agreement on online registration (edition {agreement}, accepted {agreed}) and declare that all "
    "of the above is true and correct; the photo is a recent frontal bare-headed one of myself; I do not register for the same "
    "subject at another site. I answer for whatever comes of anything untrue."
)
