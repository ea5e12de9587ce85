"""The forms of a draft: which cells each page shows, and what the page calls them.

Names are those of the files' keys (`ncre.rounds.cells`), so that a fault of the reader finds its field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.web.shared.language import lazy_gettext as later
from ncre.web.shared.language import said_later

Text = Any
"""A text in the language of the page, or one that will be."""


@dataclass(frozen=True)
class DraftField:
    """`kind`: line, lines, time, choice or checks; `choices` are (value, text); `usual` is the cell that holds without it."""

    name: str
    label: Text
    kind: str = "line"
    required: bool = False
    choices: tuple[tuple[str, Text], ...] = ()
    hint: Text = ""
    usual: str = ""
    short: bool = False


@dataclass(frozen=True)
class Table:
    """A table with rows of cells: `name.number.column`."""

    name: str
    columns: tuple[DraftField, ...]


@dataclass(frozen=True)
class FieldGroup:
    """Fields, or a table, under a heading."""

    legend: Text
    fields: tuple[DraftField, ...] = ()
    table: Table | None = None
    hint: Text = ""


@dataclass(frozen=True)
class Form:
    title: Text
    groups: tuple[FieldGroup, ...] = field(default=())
    hint: Text = ""


YES_NO: Final = (("yes", later("是")), ("no", later("否")))
CLOCKS: Final = (("approved", later("审核通过")), ("submitted", later("提交报名")))
AUDIENCES: Final = (
    ("all", later("面向所有考生")),
    ("own_students", later("仅限本校在校生")),
    ("social", later("面向社会考生")),
)
LEVELS: Final = tuple((str(one), str(one)) for one in range(1, 5))
STATUSES: Final = (("listed", later("已公布")), ("unconfirmed", later("未确认")))
MANAGES: Final = (
    ("rooms", later("机房和座位")),
    ("offers", later("开考科目和限额")),
    ("notice", later("考点提示")),
    ("reviewers", later("审核员")),
)

WINDOWS: Final = (
    ("register", later("网上报名")),
    ("review", later("信息审核")),
    ("payment", later("网上支付")),
    ("printing", later("打印准考证")),
)

POLICY: Final = (
    ("review", later("考点审核"), "choice", YES_NO),
    ("confirmation", later("现场确认"), "choice", YES_NO),
    ("hold_hours", later("缴费期限（小时）"), "line", ()),
    ("clock", later("期限起算"), "choice", CLOCKS),
    ("most_subjects", later("限报科次"), "line", ()),
    ("audience", later("报考对象"), "choice", AUDIENCES),
    ("quota", later("限报总人数"), "line", ()),
)


def _times(legend: Text, start: str, required: bool = True) -> FieldGroup:
    return FieldGroup(
        legend,
        (
            DraftField(f"{start}.opens", later("开始"), "time", required),
            DraftField(f"{start}.closes", later("结束"), "time", required),
        ),
    )


NOTICES: Final = (("announcement", later("网上报名公告")), ("guide", later("网上报名须知及流程")))

SITTINGS: Final = (
    DraftField("opens", later("开始"), "time"),
    DraftField("closes", later("结束"), "time"),
)
ROOMS: Final = Table(
    "rooms",
    (DraftField("room", later("机房名称")), DraftField("seats", later("座位数"), short=True)),
)

FORMS: Final[Mapping[str, Form]] = {
    "round": Form(
        later("名称、证件和联系方式"),
        (
            FieldGroup(
                later("考次"),
                (
                    DraftField("round.title", later("名称（中文）"), required=True),
                    DraftField("round.title_en", later("名称（英文）"), required=True),
                    DraftField(
                        "round.documents",
                        later("可用的证件类型"),
                        "checks",
                        choices=tuple(
                            (code, said_later(kind.words)) for code, kind in DOCUMENT_TYPES.items()
                        ),
                    ),
                ),
            ),
            FieldGroup(
                later("考务办公室联系方式"),
                (
                    DraftField("office.phone", later("电话")),
                    DraftField("office.hours", later("办公时间（中文）")),
                    DraftField("office.hours_en", later("办公时间（英文）")),
                    DraftField("office.address", later("地址")),
                ),
            ),
        ),
    ),
    "windows": Form(
        later("时间安排和现场确认"),
        (
            *(_times(label, f"windows.{name}") for name, label in WINDOWS),
            FieldGroup(
                later("现场确认"),
                (
                    DraftField("confirmation.opens", later("开始"), "time"),
                    DraftField("confirmation.closes", later("结束"), "time"),
                    DraftField("confirmation.papers", later("所带材料（中文）"), "lines"),
                    DraftField("confirmation.papers_en", later("所带材料（英文）"), "lines"),
                ),
                hint=later("要求现场确认、没有另写时间的考点，按这个时间。"),
            ),
        ),
        later("均为北京时间。"),
    ),
    "policy": Form(
        later("考点的默认规则"),
        (
            FieldGroup(
                later("默认规则"),
                tuple(
                    DraftField(f"policy.{name}", label, kind, True, choices)
                    for name, label, kind, choices in POLICY
                ),
            ),
        ),
        later("各考点没有另写的规则，按这里。"),
    ),
    "fees": Form(
        later("考试费"),
        (
            FieldGroup(
                later("每科考试费"),
                table=Table(
                    "fees",
                    (
                        DraftField("level", later("级别"), "choice", choices=LEVELS, short=True),
                        DraftField("province", later("省份"), short=True),
                        DraftField("yuan", later("元"), short=True),
                        DraftField("basis", later("收费依据")),
                    ),
                ),
                hint=later("每个级别一行，省份留空；某省收费不同的，再加一行并写明省份。"),
            ),
        ),
    ),
    "subjects": Form(
        later("科目目录"),
        (
            FieldGroup(
                later("科目目录"),
                table=Table(
                    "subjects",
                    (
                        DraftField("level", later("级别"), "choice", choices=LEVELS, short=True),
                        DraftField("code", later("代码"), short=True),
                        DraftField("name", later("名称")),
                        DraftField("minutes", later("分钟"), short=True),
                        DraftField("status", later("状态"), "choice", choices=STATUSES, short=True),
                        DraftField("prerequisite_code", later("取证前置科目"), short=True),
                    ),
                ),
                hint=later("清空一行即去掉这个科目。"),
            ),
        ),
    ),
    "batches": Form(
        later("考试批次"),
        (
            FieldGroup(
                later("考试批次"),
                table=Table("batches", SITTINGS),
                hint=later("按时间先后，每批在同一天内；没有另写批次的考点都按这里。"),
            ),
        ),
        later("均为北京时间。"),
    ),
    "agreement": Form(
        later("报名协议和声明"),
        (
            FieldGroup(
                later("报名协议"),
                (
                    DraftField(
                        "agreement.edition",
                        later("版本"),
                        required=True,
                        hint=later("文字有改动时，版本也要改。"),
                    ),
                    DraftField("agreement.text", later("协议（中文）"), "lines", True),
                    DraftField("agreement.text_en", later("协议（英文）"), "lines", True),
                ),
            ),
            FieldGroup(
                later("考生声明"),
                (
                    DraftField("agreement.declaration", later("声明（中文）")),
                    DraftField("agreement.declaration_en", later("声明（英文）")),
                ),
                hint=later("提交报名时考生勾选的话；留空则为“我保证以上信息是真实和准确的”。"),
            ),
        ),
    ),
    "notices": Form(
        later("公告"),
        tuple(
            FieldGroup(
                label,
                (
                    DraftField(f"notices.{kind}.title", later("标题（中文）"), required=True),
                    DraftField(f"notices.{kind}.body", later("正文（中文）"), "lines", True),
                    DraftField(f"notices.{kind}.title_en", later("标题（英文）"), required=True),
                    DraftField(f"notices.{kind}.body_en", later("正文（英文）"), "lines", True),
                ),
            )
            for kind, label in NOTICES
        ),
    ),
}
