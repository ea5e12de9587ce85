"""The sentences of security facts. Where somebody was is private and stays out of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.letters.kinds import CHANNELS, KINDS, LANGUAGES, Channel, LetterKind, LetterLanguage
from ncre.domain.registration.vocabulary import Role
from ncre.domain.wording import ROLES
from ncre.events import account
from ncre.events.base import Fact

WAYS: Final[Mapping[str, Bilingual]] = {
    "password": Bilingual("密码", "a password"),
    "email": Bilingual("邮箱", "an e-mail address"),
    "phone": Bilingual("手机号", "a phone number"),
    "name": Bilingual("账号名", "a name"),
    "join": Bilingual("注册链接", "the link to create it"),
    "recover": Bilingual("找回密码的链接", "the link to recover it"),
    "changed": Bilingual("本人修改", "by its owner"),
    "recovered": Bilingual("通过邮件找回", "by a mailed link"),
    "staff": Bilingual("由考务办公室设置", "by the exam office"),
    "owner": Bilingual("本人操作", "by its owner"),
    "undone": Bilingual("撤销了联系方式的修改", "a change of address was undone"),
    "factor": Bilingual("两步验证", "two-step sign-in"),
    "sso": Bilingual("统一身份登录", "the sign-in of the organisation"),
    "qq": Bilingual("QQ", "QQ"),
    "api": Bilingual("其他系统", "another system of the office"),
}


FACTOR: Final[Mapping[str, Bilingual]] = {
    "enrolled": Bilingual("开启了两步验证。", "Two-step sign-in was turned on."),
    "used": Bilingual("通过了两步验证。", "Two-step sign-in was passed."),
    "removed": Bilingual("关闭了两步验证。", "Two-step sign-in was turned off."),
    "recovery": Bilingual("用了一个恢复码登录。", "A recovery code was used."),
}


CONTACTS: Final[Mapping[str, Bilingual]] = {
    "email": Bilingual("邮箱", "e-mail address"),
    "phone": Bilingual("手机号", "phone number"),
}


def _way(code: str) -> Bilingual:
    return WAYS.get(code, Bilingual(code, code))


def _opened(opened: account.AccountOpened) -> Bilingual:
    way = _way(opened.way)
    return Bilingual(f"账号开通（{way.zh}）。", f"The account was opened with {way.en}.")


def _signed_in(signed_in: account.SignedIn) -> Bilingual:
    way = _way(signed_in.way)
    return Bilingual(f"登录成功（{way.zh}）。", f"Signed in with {way.en}.")


def _failed(failed: account.SignInFailed) -> Bilingual:
    way = _way(failed.way)
    return Bilingual(f"登录没有成功（{way.zh}）。", f"Signing in with {way.en} did not work.")


def _password(changed: account.PasswordChanged) -> Bilingual:
    way = _way(changed.way)
    why = (f"：{changed.why}", f" ({changed.why})") if changed.why else ("", "")
    return Bilingual(f"密码已修改（{way.zh}{why[0]}）。", f"The password was changed {way.en}{why[1]}.")


def _contact(changed: account.ContactChanged) -> Bilingual:
    kind = CONTACTS.get(changed.kind, Bilingual(changed.kind, changed.kind))
    if changed.undone:
        return Bilingual(f"{kind.zh}的修改已撤销。", f"A change of the {kind.en} was undone.")
    return Bilingual(f"{kind.zh}已验证并更新。", f"A new {changed.kind} address was verified.")


def _completed(_: account.DetailsCompleted) -> Bilingual:
    return Bilingual("个人资料已保存。", "The personal details were saved.")


def _linked(linked: account.IdentityLinked) -> Bilingual:
    way = _way(linked.issuer)
    return Bilingual(f"绑定了{way.zh}登录。", f"Signing in with {way.en} was linked.")


def _unlinked(unlinked: account.IdentityUnlinked) -> Bilingual:
    way = _way(unlinked.issuer)
    return Bilingual(f"解除了{way.zh}登录。", f"Signing in with {way.en} was unlinked.")


def _factor(changed: account.FactorChanged) -> Bilingual:
    return FACTOR.get(changed.state, Bilingual(changed.state, changed.state))


def _ended(ended: account.SessionsEnded) -> Bilingual:
    way = _way(ended.why)
    return Bilingual(
        f"退出了 {ended.count} 处登录（{way.zh}）。", f"Signed out in {ended.count} places ({way.en})."
    )


def _role(changed: account.RoleChanged) -> Bilingual:
    role = ROLES[Role(changed.role)]
    sites = ", ".join(changed.sites)
    at = (f"，考点 {sites}", f" at {sites}") if sites and sites != "*" else ("", "")
    return Bilingual(
        f"权限改为{role.zh}{at[0]}（{changed.why}）。",
        f"The role is {role.en}{at[1]} from now on ({changed.why}).",
    )


CHANGES: Final[Mapping[str, Bilingual]] = {
    "role": Bilingual("改变权限", "another role"),
    "disable": Bilingual("停用账号", "to disable the account"),
    "enable": Bilingual("启用账号", "to enable the account"),
    "factor": Bilingual("重置两步验证", "to reset two-step sign-in"),
    "password": Bilingual("设置新密码", "a new password"),
}


def staff_change_words(code: str) -> Bilingual:
    """What is asked for about an account of staff."""
    return CHANGES.get(code, Bilingual(code, code))


def _requested(requested: account.StaffChangeRequested) -> Bilingual:
    change = staff_change_words(requested.change)
    return Bilingual(
        f"申请{change.zh}，等待考务办公室的另一位同事确认（{requested.why}）。",
        f"Somebody asked for it: {change.en}; a second person has to confirm ({requested.why}).",
    )


def _declined(declined: account.StaffChangeDeclined) -> Bilingual:
    change = staff_change_words(declined.change)
    return Bilingual(f"{change.zh}的申请没有通过。", f"It was declined: {change.en}.")


def _reset(reset: account.FactorReset) -> Bilingual:
    return Bilingual(
        f"两步验证已由考务办公室重置（{reset.why}）。",
        f"Two-step sign-in was reset by the exam office ({reset.why}).",
    )


def _disabled(disabled: account.AccountDisabled) -> Bilingual:
    return Bilingual(f"账号已停用（{disabled.why}）。", f"The account was disabled ({disabled.why}).")


def _enabled(enabled: account.AccountEnabled) -> Bilingual:
    return Bilingual(f"账号已启用（{enabled.why}）。", f"The account was enabled ({enabled.why}).")


MOVED: Final[Mapping[str, Bilingual]] = {
    "came": Bilingual(
        "考务办公室把您在另一账号的报名转到了本账号。",
        "The exam office moved your registration from another account of yours to this one.",
    ),
    "left": Bilingual(
        "考务办公室把本账号的报名转到了您的另一账号。",
        "The exam office moved the registration of this account to another account of yours.",
    ),
}


def _moved(moved: account.RegistrationMoved) -> Bilingual:
    return MOVED.get(moved.way, Bilingual(moved.way, moved.way))


def _letters(switched: account.LetterSwitched) -> Bilingual:
    kind = KINDS.get(LetterKind(switched.kind), Bilingual(switched.kind, switched.kind))
    channel = CHANNELS[Channel(switched.channel)]
    way = ("（邮件中的链接）", " by the link in a letter") if switched.way == "link" else ("", "")
    if switched.wanted:
        return Bilingual(
            f"重新接收“{kind.zh}”的{channel.zh}{way[0]}。",
            f"Letters “{kind.en}” come by {channel.en} again{way[1]}.",
        )
    return Bilingual(
        f"不再接收“{kind.zh}”的{channel.zh}{way[0]}。",
        f"Letters “{kind.en}” come by {channel.en} no more{way[1]}.",
    )


def _letter_language(chosen: account.LetterLanguageChosen) -> Bilingual:
    language = LANGUAGES[LetterLanguage(chosen.language)]
    return Bilingual(f"通知的语言改为{language.zh}。", f"Letters come in {language.en} from now on.")


def _closed(_: account.AccountClosed) -> Bilingual:
    return Bilingual("账号已注销。", "The account was closed.")


PASSPORT_SENTENCES: Final[dict[type[Fact], Callable[[Any], Bilingual]]] = {
    account.AccountOpened: _opened,
    account.SignedIn: _signed_in,
    account.SignInFailed: _failed,
    account.PasswordChanged: _password,
    account.ContactChanged: _contact,
    account.DetailsCompleted: _completed,
    account.IdentityLinked: _linked,
    account.IdentityUnlinked: _unlinked,
    account.FactorChanged: _factor,
    account.SessionsEnded: _ended,
    account.RoleChanged: _role,
    account.StaffChangeRequested: _requested,
    account.StaffChangeDeclined: _declined,
    account.FactorReset: _reset,
    account.AccountDisabled: _disabled,
    account.AccountEnabled: _enabled,
    account.RegistrationMoved: _moved,
    account.LetterSwitched: _letters,
    account.LetterLanguageChosen: _letter_language,
    account.AccountClosed: _closed,
}
