"""The fixed words of the printed pages. Only these are ever bold; names and numbers of people never are."""

from __future__ import annotations

from typing import Final

FORM_TITLE: Final = "考生报名登记表"
TICKET_TITLE: Final = "准考证"
RECEIPT_TITLE: Final = "考试费缴费凭证"
EXAM: Final = "全国计算机等级考试（NCRE）"

SECTIONS: Final = ("报考科目", "考生承诺", "考试安排", "考生须知")
LABELS: Final = (
    "报名号",
    "姓名",
    "性别",
    "民族",
    "证件类型",
    "出生日期",
    "证件号码",
    "文化程度",
    "职业",
    "手机号码",
    "电子邮箱",
    "通信地址",
    "邮政编码",
    "报考考点",
    "备注",
    "考点",
    "考点地址",
)
FORM_COLUMNS: Final = ("序号", "科目代码", "科目名称", "考试费（元）", "状态")
TICKET_COLUMNS: Final = ("科目", "准考证号", "考试时间", "考场", "座位")
SITE_COPY: Final = "考点留存"
OWN_COPY: Final = "考生留存"
COPIES: Final = (SITE_COPY, OWN_COPY)

BOLD_CHARACTERS: Final = frozenset(
    "".join((FORM_TITLE, TICKET_TITLE, EXAM, *SECTIONS, *LABELS, *FORM_COLUMNS, *TICKET_COLUMNS, *COPIES))
    + "0123456789-  "
)

PROMISE: Final = (
    "本人已阅读并同意《网上报名协议》（{agreement} 版，{agreed} 同意），保证以上信息真实、准确；"
    "照片为本人近期正面免冠证件照；不在其他考点重复报考同一科目。如有不实，由此产生的一切后果由本人承担。"
)

PROOF: Final = "登录后可下载本报名的证明文件，任何人可在 {address} 核验记录未被改动"
FACE_LACKING: Final = "请带证件联系考点"
"""Under the place of a photo that is lacking."""

REST_BLANK: Final = "（以下空白）"
SIGNATURE: Final = "考生签名："
DATE: Final = "日期："
REVIEW: Final = "考点审核意见："
REVIEWER: Final = "审核人签字（盖章）："
SCAN_FORM: Final = "扫码核验本表与系统记录是否一致"
SITE_STAFF: Final = "（考点工作人员使用）"
SCAN_TICKET: Final = "入场扫码核验"
INVIGILATOR: Final = "监考员核验签字"
PHOTO: Final = "考生照片"

FORM_REMARK: Final = "本表由系统生成，涂改无效"
TICKET_REMARK: Final = "可黑白打印，照片须清晰"
RECEIPT_REMARK: Final = "本凭证由系统生成，不作发票使用"
