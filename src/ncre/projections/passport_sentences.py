"""The sentences of security facts. Where somebody was is private and stays out of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ncre.domain.language import Words
from ncre.domain.lifecycle import Role
from ncre.domain.words import ROLES
from ncre.events import passport
from ncre.events.base import Fact

WAYS: Final[Mapping[str, Words]] = {
    "password": Words("密码", "a password"),
    "email": Words("邮箱", "an e-mail address"),
    "phone": Words("手机号", "a phone number"),
    "name": Words("账号名", "a name"),
    "join": Words("注册链接", "the link to register"),
    "recover": Words("找回密码的链接", "the link to recover it"),
    "changed": Words("本人修改", "by its owner"),
    "recovered": Words("通过邮件找回", "by a mailed link"),
    "staff": Words("由管理员设置", "by staff"),
    "owner": Words("本人操作", "by its owner"),
    "undone": Words("撤销了联系方式的修改", "a change of address was undone"),
    "factor": Words("两步验证", "the second factor"),
    "sso": Words("单点登录", "single sign-on"),
    "qq": Words("QQ", "QQ"),
}


FACTOR: Final[Mapping[str, Words]] = {
    "enrolled": Words("开启了两步验证。", "The second factor was enrolled."),
    "used": Words("通过了两步验证。", "The second factor was passed."),
    "removed": Words("关闭了两步验证。", "The second factor was removed."),
    "recovery": Words("用了一个恢复码登录。", "A recovery code was used."),
}


CONTACTS: Final[Mapping[str, Words]] = {
    "email": Words("邮箱", "e-mail address"),
    "phone": Words("手机号", "phone number"),
}


def _way(code: str) -> Words:
    return WAYS.get(code, Words(code, code))


def _opened(opened: passport.AccountOpened) -> Words:
    way = _way(opened.way)
    return Words(f"账号开通（{way.zh}）。", f"The account was opened with {way.en}.")


def _signed_in(signed_in: passport.SignedIn) -> Words:
    way = _way(signed_in.way)
    return Words(f"登录成功（{way.zh}）。", f"Signed in with {way.en}.")


def _failed(failed: passport.SignInFailed) -> Words:
    way = _way(failed.way)
    return Words(f"登录失败（{way.zh}）。", f"Signing in with {way.en} failed.")


def _password(changed: passport.PasswordChanged) -> Words:
    way = _way(changed.way)
    return Words(f"密码已修改（{way.zh}）。", f"The password was changed {way.en}.")


def _contact(changed: passport.ContactChanged) -> Words:
    kind = CONTACTS.get(changed.kind, Words(changed.kind, changed.kind))
    if changed.undone:
        return Words(f"{kind.zh}的修改已撤销。", f"A change of the {kind.en} was undone.")
    return Words(f"{kind.zh}已验证并更新。", f"A new {changed.kind} address was verified.")


def _completed(_: passport.DetailsCompleted) -> Words:
    return Words("个人资料已保存。", "The personal details were saved.")


def _linked(linked: passport.IdentityLinked) -> Words:
    way = _way(linked.issuer)
    return Words(f"绑定了{way.zh}登录。", f"Signing in with {way.en} was linked.")


def _unlinked(unlinked: passport.IdentityUnlinked) -> Words:
    way = _way(unlinked.issuer)
    return Words(f"解除了{way.zh}登录。", f"Signing in with {way.en} was unlinked.")


def _factor(changed: passport.FactorChanged) -> Words:
    return FACTOR.get(changed.state, Words(changed.state, changed.state))


def _ended(ended: passport.SessionsEnded) -> Words:
    way = _way(ended.why)
    return Words(
        f"退出了 {ended.count} 处登录（{way.zh}）。", f"{ended.count} sessions were ended ({way.en})."
    )


def _role(changed: passport.RoleChanged) -> Words:
    role = ROLES[Role(changed.role)]
    sites = ", ".join(changed.sites)
    at = (f"，考点 {sites}", f" at {sites}") if sites and sites != "*" else ("", "")
    return Words(
        f"权限改为{role.zh}{at[0]}（{changed.why}）。",
        f"The role is {role.en}{at[1]} from now on ({changed.why}).",
    )


MOVED: Final[Mapping[str, Words]] = {
    "came": Words(
        "考务办公室把您在另一账号的报名转到了本账号。",
        "The exam office moved your registration from another account of yours to this one.",
    ),
    "left": Words(
        "考务办公室把本账号的报名转到了您的另一账号。",
        "The exam office moved the registration of this account to another account of yours.",
    ),
}


def _moved(moved: passport.RegistrationMoved) -> Words:
    return MOVED.get(moved.way, Words(moved.way, moved.way))


def _closed(_: passport.AccountClosed) -> Words:
    return Words("账号已注销。", "The account was closed.")


PASSPORT_SENTENCES: Final[dict[type[Fact], Callable[[Any], Words]]] = {
    passport.AccountOpened: _opened,
    passport.SignedIn: _signed_in,
    passport.SignInFailed: _failed,
    passport.PasswordChanged: _password,
    passport.ContactChanged: _contact,
    passport.DetailsCompleted: _completed,
    passport.IdentityLinked: _linked,
    passport.IdentityUnlinked: _unlinked,
    passport.FactorChanged: _factor,
    passport.SessionsEnded: _ended,
    passport.RoleChanged: _role,
    passport.RegistrationMoved: _moved,
    passport.AccountClosed: _closed,
}
