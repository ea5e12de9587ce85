"""The side menu: what each role may go to."""

from __future__ import annotations

from flask import Flask, g, request
from flask_babel import gettext as _

from ncre.domain.registration.vocabulary import Role


def install(site: Flask) -> None:
    site.context_processor(lambda: {"menu": marked, "menu_open": is_open})


def is_open() -> bool:
    """Folded on phones, where it would push the page away; “Mobi” is how browsers on phones say so."""
    return "Mobi" not in request.user_agent.string


def marked() -> list[tuple[str, str, str]]:
    """(label, endpoint, mark): "page" at the page itself, else "true" at the first entry of the area that the page is in."""
    known = entries()
    exact = [endpoint for _label, endpoint in known if endpoint == request.endpoint]
    area = [endpoint for _label, endpoint in known if endpoint.partition(".")[0] == request.blueprint]
    marks = dict.fromkeys((exact or area)[:1], "page" if exact else "true")
    return [(label, endpoint, marks.get(endpoint, "")) for label, endpoint in known]


def entries() -> list[tuple[str, str]]:
    """(label, endpoint) for whoever is signed in."""
    common = [(_("网上报名公告与须知"), "home.front"), (_("考点与科目"), "sites.page")]
    if g.account is None:
        return common
    own = {
        Role.CANDIDATE: [(_("欢迎"), "home.welcome"), (_("当前考次"), "registration.current")],
        Role.REVIEWER: [
            (_("待审核"), "review.queue"),
            (_("批量办理"), "bulk.runs"),
            (_("二次复核"), "second_look.page"),
            (_("查找与现场确认"), "desk.search"),
            (_("当日现金"), "cash.day"),
            (_("入场核验"), "admission.page"),
            (_("离线工作台"), "offline.page"),
            (_("考场座位表与门贴"), "halls.home"),
        ],
        Role.OFFICE: [
            (_("考务概况"), "round.home"),
            (_("待审核"), "review.queue"),
            (_("批量办理"), "bulk.runs"),
            (_("复核抽查"), "second_looks.home"),
            (_("查找与现场确认"), "desk.search"),
            (_("当日现金"), "cash.day"),
            (_("入场核验"), "admission.page"),
            (_("离线工作台"), "offline.page"),
            (_("考场座位表与门贴"), "halls.home"),
            (_("收费管理"), "office_payments.home"),
            (_("公告管理"), "round.notices"),
            (_("通知文字"), "office_letters.home"),
            (_("工作人员账号"), "staff_accounts.home"),
            (_("个人信息删除"), "erasures.home"),
            (_("其他系统"), "integrations.home"),
            (_("报名档案"), "audit.search"),
            (_("账号档案"), "audit_accounts.search"),
            (_("账本"), "audit_ledger.page"),
            (_("工作人员办理记录"), "audit_staff.home"),
            (_("考次修订记录"), "round_history.current"),
        ],
        Role.AUDITOR: [
            (_("报名档案"), "audit.search"),
            (_("账号档案"), "audit_accounts.search"),
            (_("账本"), "audit_ledger.page"),
            (_("工作人员办理记录"), "audit_staff.home"),
            (_("考次修订记录"), "round_history.current"),
            (_("收费管理"), "office_payments.home"),
        ],
    }
    return [*own.get(g.account.role, []), (_("我的通行证"), "passport.home"), *common]
