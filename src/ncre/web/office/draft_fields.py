"""The forms of a draft: which cells each page shows, and what the page calls them.

Names are those of the files' keys (`ncre.rounds.cells`), so that a fault of the reader finds its field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask_babel import lazy_gettext as later
from flask_babel.speaklater import LazyString

from ncre.domain.bilingual import Bilingual
from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.web.shared.language import language

Text = Any
"""A text in the language of the page, or one that will be."""


@dataclass(frozen=True)
class Field:
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
    columns: tuple[Field, ...]


@dataclass(frozen=True)
class Group:
    """Fields, or a table, under a heading."""

    legend: Text
    fields: tuple[Field, ...] = ()
    table: Table | None = None
    hint: Text = ""


@dataclass(frozen=True)
class Form:
    title: Text
    groups: tuple[Group, ...] = field(default=())
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
    ("rooms", later("机房")),
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
    ("hold_hours", later("支付期限（小时）"), "line", ()),
    ("clock", later("期限起算"), "choice", CLOCKS),
    ("most_subjects", later("限报科次"), "line", ()),
    ("audience", later("报考对象"), "choice", AUDIENCES),
    ("quota", later("限报总人数"), "line", ()),
)


def _said(words: Bilingual) -> str:
    return words.say(language())


def _times(legend: Text, start: str, required: bool = True) -> Group:
    return Group(
        legend,
        (
            Field(f"{start}.opens", later("开始"), "time", required),
            Field(f"{start}.closes", later("结束"), "time", required),
        ),
    )


NOTICES: Final = (("announcement", later("网上报名公告")), ("guide", later("网上报名须知及流程")))

SITTINGS: Final = (
    Field("opens", later("开始"), "time"),
    Field("closes", later("结束"), "time"),
)
ROOMS: Final = Table(
    "rooms",
    (Field("room", later("机房名称")), Field("seats", later("座位数"), short=True)),
)

FORMS: Final[Mapping[str, Form]] = {
    "round": Form(
        later("名称、证件和联系方式"),
        (
            Group(
                later("考次"),
                (
                    Field("round.title", later("名称（中文）"), required=True),
                    Field("round.title_en", later("名称（英文）"), required=True),
                    Field(
                        "round.documents",
                        later("可用的证件类型"),
                        "checks",
                        choices=tuple(
                            (code, LazyString(_said, kind.words)) for code, kind in DOCUMENT_TYPES.items()
                        ),
                    ),
                ),
            ),
            Group(
                later("考务办公室联系方式"),
                (
                    Field("office.phone", later("电话")),
                    Field("office.hours", later("办公时间（中文）")),
                    Field("office.hours_en", later("办公时间（英文）")),
                    Field("office.address", later("地址")),
                ),
            ),
        ),
    ),
    "windows": Form(
        later("时间安排和现场确认"),
        (
            *(_times(label, f"windows.{name}") for name, label in WINDOWS),
            Group(
                later("现场确认"),
                (
                    Field("confirmation.opens", later("开始"), "time"),
                    Field("confirmation.closes", later("结束"), "time"),
                    Field("confirmation.papers", later("所带材料（中文）"), "lines"),
                    Field("confirmation.papers_en", later("所带材料（英文）"), "lines"),
                ),
                hint=later("要求现场确认、没有另写时间的考点，按这个时间。"),
            ),
        ),
        later("均为北京时间。"),
    ),
    "policy": Form(
        later("考点的默认规则"),
        (
            Group(
                later("默认规则"),
                tuple(
                    Field(f"policy.{name}", label, kind, True, choices)
                    for name, label, kind, choices in POLICY
                ),
            ),
        ),
        later("各考点没有另写的规则，按这里。"),
    ),
    "fees": Form(
        later("考试费"),
        (
            Group(
                later("每科考试费"),
                table=Table(
                    "fees",
                    (
                        Field("level", later("级别"), "choice", choices=LEVELS, short=True),
                        Field("province", later("省份"), short=True),
                        Field("yuan", later("元"), short=True),
                        Field("basis", later("收费依据")),
                    ),
                ),
                hint=later("每个级别一行，省份留空；某省收费不同的，再加一行并写明省份。"),
            ),
        ),
    ),
    "subjects": Form(
        later("科目"),
        (
            Group(
                later("科目目录"),
                table=Table(
                    "subjects",
                    (
                        Field("level", later("级别"), "choice", choices=LEVELS, short=True),
                        Field("code", later("代码"), short=True),
                        Field("name", later("名称")),
                        Field("minutes", later("分钟"), short=True),
                        Field("status", later("状态"), "choice", choices=STATUSES, short=True),
                        Field("prerequisite_code", later("取证前置科目"), short=True),
                    ),
                ),
                hint=later("清空一行即取消这个科目。"),
            ),
        ),
    ),
    "batches": Form(
        later("批次"),
        (
            Group(
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
            Group(
                later("报名协议"),
                (
                    Field(
                        "agreement.edition",
                        later("版本"),
                        required=True,
                        hint=later("文字有改动时，版本也要改。"),
                    ),
                    Field("agreement.text", later("协议（中文）"), "lines", True),
                    Field("agreement.text_en", later("协议（英文）"), "lines", True),
                ),
            ),
            Group(
                later("考生声明"),
                (
                    Field("agreement.declaration", later("声明（中文）")),
                    Field("agreement.declaration_en", later("声明（英文）")),
                ),
                hint=later("提交报名时考生勾选的话；留空则为“我保证以上信息是真实和准确的”。"),
            ),
        ),
    ),
    "notices": Form(
        later("公告"),
        tuple(
            Group(
                label,
                (
                    Field(f"notices.{kind}.title", later("标题（中文）"), required=True),
                    Field(f"notices.{kind}.body", later("正文（中文）"), "lines", True),
                    Field(f"notices.{kind}.title_en", later("标题（英文）"), required=True),
                    Field(f"notices.{kind}.body_en", later("正文（英文）"), "lines", True),
                ),
            )
            for kind, label in NOTICES
        ),
    ),
}
