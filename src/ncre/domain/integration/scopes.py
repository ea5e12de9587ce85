"""What an integration may do, in scopes. A scope opens addresses; the rules of every step apply on top of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import Refusal, RefusalCode

LONGEST_NAME: Final = 80
LONGEST_WHY: Final = 500


class Scope(StrEnum):
    """What an integration may do; the values stand in tokens."""

    EXAM_READ = "exam:read"
    EXAM_MANAGE = "exam:manage"
    ROUNDS = "exam:rounds"
    SITES = "sites:manage"
    READ = "registrations:read"
    APPLY = "registrations:apply"
    REVIEW = "registrations:review"
    OFFICE = "registrations:office"
    COUNTER = "payments:counter"
    MONEY = "payments:office"
    BANS = "bans:manage"
    DUPLICATES = "duplicates:manage"
    STATISTICS = "statistics:read"
    EXPORTS = "exports:make"
    LETTERS = "letters:manage"
    ADMISSION = "admission:check"
    PRIVATE = "private:read"
    EVENTS = "events:read"


SCOPES: Final[Mapping[Scope, Bilingual]] = {
    Scope.EXAM_READ: Bilingual("查看考次与考点", "see the round and its sites"),
    Scope.EXAM_MANAGE: Bilingual("发布公告、编排考场", "post notices, seat sites"),
    Scope.ROUNDS: Bilingual(
        "设置和发布考次、考点停办（须为全部考点）",
        "set up and publish rounds, call sites off (all sites)",
    ),
    Scope.SITES: Bilingual("管理本考点（机房、科目、提示）", "change its sites: rooms, offers, notice"),
    Scope.READ: Bilingual("查看报名（证件号码遮盖）", "see registrations, numbers masked"),
    Scope.APPLY: Bilingual("为自己的用户报名", "register its own users"),
    Scope.REVIEW: Bilingual("审核、现场确认与暂停", "review, confirm on site, suspend"),
    Scope.OFFICE: Bilingual(
        "取消、恢复报名，转到本人另一账号",
        "cancel and resume registrations, move them to another account",
    ),
    Scope.COUNTER: Bilingual("登记现场缴费", "record cash taken on site"),
    Scope.MONEY: Bilingual("查看收费，登记退款（须为全部考点）", "see the money, record refunds (all sites)"),
    Scope.BANS: Bilingual("管理停考（须为全部考点）", "manage bans (all sites)"),
    Scope.DUPLICATES: Bilingual(
        "处理跨省重复报名（须为全部考点）", "handle duplicates across provinces (all sites)"
    ),
    Scope.STATISTICS: Bilingual("查看统计", "see statistics"),
    Scope.EXPORTS: Bilingual(
        "导出数据（个人信息另须“打开个人信息”）", "export data (private columns need `private:read` too)"
    ),
    Scope.LETTERS: Bilingual("修改通知文字（须为全部考点）", "change what letters say (all sites)"),
    Scope.ADMISSION: Bilingual(
        "入场核验（每次都记入历史）", "check admission tickets at the door, each time recorded"
    ),
    Scope.PRIVATE: Bilingual(
        "打开个人信息和打印件（每次都记入历史）", "open private details and papers, each time recorded"
    ),
    Scope.EVENTS: Bilingual("读取事件", "read events"),
}
"""Every scope in words."""


def require_scopes(asked: Collection[str]) -> tuple[str, ...]:
    """The scopes in order. Raises Refusal where there is none, or one that is unknown."""
    if not asked or not set(asked) <= set(Scope):
        raise Refusal(RefusalCode.SCOPE_UNKNOWN)
    return tuple(scope.value for scope in Scope if scope.value in asked)
