"""The menu: what each role may go to."""

from __future__ import annotations

from functools import cache
from os.path import commonprefix
from typing import Final

from flask import Flask, g, request

from ncre.domain.registration.vocabulary import Role
from ncre.web.shared.language import language
from ncre.web.shared.language import lazy_gettext as later

COMMON: Final = ((later("网上报名公告与须知"), "home.front"), (later("考点与科目"), "sites.page"))
PASSPORT: Final = (later("我的通行证"), "passport.home")

_QUEUE: Final = ((later("待审核"), "review.queue"), (later("批量办理"), "bulk.runs"))
_DESK: Final = (
    (later("查找与现场确认"), "desk.search"),
    (later("当日现金"), "cash.day"),
    (later("入场核验"), "admission.page"),
    (later("离线工作台"), "offline.page"),
    (later("考场座位表与门贴"), "halls.home"),
)
_AUDIT: Final = (
    (later("报名档案"), "audit.search"),
    (later("账号档案"), "audit_accounts.search"),
    (later("账本"), "audit_ledger.page"),
    (later("工作人员办理记录"), "audit_staff.home"),
    (later("考次修订记录"), "round_history.current"),
)
BEGIN_A_GROUP: Final = frozenset(
    {
        "review.queue",
        "desk.search",
        "office_payments.home",
        "staff_accounts.home",
        "audit.search",
        PASSPORT[1],
    }
)
"""Entries that stand apart from those above them: reviewing, the desk, the office's own, who may come in, looking back."""

OF_ROLE: Final = {
    Role.CANDIDATE: ((later("欢迎"), "home.welcome"), (later("当前考次"), "registration.current")),
    Role.REVIEWER: (*_QUEUE, (later("复核"), "second_look.page"), *_DESK),
    Role.OFFICE: (
        (later("考务概况"), "round.home"),
        (later("考次设置"), "round_drafts.home"),
        *_QUEUE,
        (later("复核抽查"), "second_looks.home"),
        *_DESK,
        (later("收费管理"), "office_payments.home"),
        (later("公告管理"), "round.notices"),
        (later("报名统计"), "statistics.home"),
        (later("数据导出"), "exports.home"),
        (later("停考管理"), "bans.home"),
        (later("跨省重复报名"), "duplicates.home"),
        (later("通知文字"), "office_letters.home"),
        (later("工作人员账号"), "staff_accounts.home"),
        (later("个人信息删除"), "erasures.home"),
        (later("其他系统"), "integrations.home"),
        *_AUDIT,
    ),
    Role.SITE_ADMIN: ((later("管理本考点"), "own_site.home"),),
    Role.AUDITOR: (
        *_AUDIT,
        (later("收费管理"), "office_payments.home"),
        (later("报名统计"), "statistics.home"),
    ),
}
"""(label, endpoint); put into words for the one who is signed in alone."""


def install(site: Flask) -> None:
    site.context_processor(lambda: {"menu": marked, "menu_folded": is_folded, "begin_a_group": BEGIN_A_GROUP})


def is_folded() -> bool:
    """Whether the side menu of wide screens was folded here; shell.js keeps it. On small screens it is another menu, folded at first."""
    return request.cookies.get("menu") == "folded"


def marked() -> list[tuple[str, str, str]]:
    """(label, endpoint, mark): "page" at the page itself, else "true" at the entry of the page's area with the nearest name."""
    known, here, room = entries(), request.endpoint or "", request.blueprint
    exact = [endpoint for _label, endpoint in known if endpoint == here]
    area = [endpoint for _label, endpoint in known if endpoint.partition(".")[0] == room]
    nearest = sorted(area, key=lambda endpoint: -len(commonprefix([endpoint, here])))
    marks = dict.fromkeys((exact or nearest)[:1], "page" if exact else "true")
    return [(label, endpoint, marks.get(endpoint, "")) for label, endpoint in known]


def entries() -> tuple[tuple[str, str], ...]:
    """(label, endpoint) for whoever is signed in."""
    return _in_words(g.account.role if g.account is not None else None, language())


@cache
def _in_words(role: Role | None, _language: str) -> tuple[tuple[str, str], ...]:
    """The same for everybody of a role who reads in this language."""
    own = () if role is None else (*OF_ROLE.get(role, ()), PASSPORT)
    return tuple((str(label), endpoint) for label, endpoint in (*own, *COMMON))
