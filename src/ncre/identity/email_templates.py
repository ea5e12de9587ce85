"""What the passport writes to people: subject, text and HTML, each in Chinese and in English below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final, Protocol

from ncre.clients.mail import USUAL, Mail, MailEnvelope
from ncre.domain.accounts.addresses import masked
from ncre.domain.bilingual import Bilingual

SENDER: Final = Bilingual("全国计算机等级考试网上报名", "NCRE online registration")


@dataclass(frozen=True)
class AccountLetter:
    """To an e-mail address, or as a short message to a phone number; `link` is an address to open, or ""."""

    to: str
    subject: Bilingual
    lines: tuple[Bilingual, ...]
    link: str = ""
    envelope: MailEnvelope = USUAL

    @property
    def title(self) -> str:
        return f"{self.subject.zh} / {self.subject.en}"

    @property
    def text(self) -> str:
        return "\n\n".join((self._text("zh"), "--", self._text("en")))

    @property
    def html(self) -> str:
        return (
            '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
            f"<title>{escape(self.subject.zh)}</title></head><body>"
            f'{self._html("zh")}<hr><div lang="en">{self._html("en")}</div></body></html>'
        )

    @property
    def short(self) -> str:
        """As a message to a phone: the lines and the link, without greeting or signature."""
        said = [" ".join(line.say(language) for line in self.lines) for language in ("zh", "en")]
        return "\n".join((f"【NCRE】{said[0]}", said[1], *([self.link] if self.link else [])))

    def _text(self, language: str) -> str:
        parts = [line.say(language) for line in self.lines]
        return "\n\n".join([*parts, *([self.link] if self.link else []), SENDER.say(language)])

    def _html(self, language: str) -> str:
        parts = [f"<p>{escape(line.say(language))}</p>" for line in self.lines]
        if self.link:
            parts.append(f'<p><a href="{escape(self.link)}">{escape(self.link)}</a></p>')
        return "".join([*parts, f"<p>{escape(SENDER.say(language))}</p>"])


_IF_NOT_YOU: Final = Bilingual(
    "如果不是您本人操作，请忽略，您的账号不会有任何变化。",
    "If this was not you, ignore this; nothing about your account changes.",
)
_RECOVER_AT_ONCE: Final = Bilingual(
    "如果不是您本人操作，请立即找回密码，并联系考务办公室。",
    "If this was not you, recover your password at once and tell the exam office.",
)
_TELL_THE_OFFICE: Final = Bilingual(
    "如果不是您本人操作，请立即登录修改密码；不能登录时，请带证件联系考务办公室。",
    "If this was not you, sign in and change the password at once; if you cannot, go to the exam office with your document.",
)

Address = Callable[[str], str]
"""Makes the address of a page from the secret part of a link."""


def _if_not_you(recovers: bool) -> Bilingual:
    """What the owner can do: only accounts with an e-mail address recover a password."""
    return _RECOVER_AT_ONCE if recovers else _TELL_THE_OFFICE


class Mailing(Protocol):
    """Sends any mail on its way."""

    def send(self, mail: Mail) -> None:
        """Raises MailNotSent."""


class LetterSender(Protocol):
    """Delivers letters and short messages."""

    def send(self, letter: AccountLetter) -> None:
        """Raises MailNotSent."""


def join(to: str, link: str) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("请确认邮箱，完成注册", "Confirm your address to create your account"),
        (
            Bilingual(
                "请在 30 分钟内打开下面的链接，设置密码完成注册。",
                "Open this link within 30 minutes and choose a password.",
            ),
            _IF_NOT_YOU,
        ),
        link,
    )


def join_code(to: str, code: str) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("注册验证码", "Your code"),
        (
            Bilingual(
                f"注册验证码：{code}，10 分钟内有效。", f"Your code to register: {code}, good for 10 minutes."
            ),
        ),
    )


def known_already(to: str, link: str, recovers: bool) -> AccountLetter:
    forgotten = (
        Bilingual(
            "忘记密码可以用账号的邮箱找回。",
            "A forgotten password is recovered by the account's e-mail address.",
        )
        if recovers
        else Bilingual(
            "忘记密码时，请带证件联系考务办公室。",
            "If you forgot the password, go to the exam office with your document.",
        )
    )
    return AccountLetter(
        to,
        Bilingual("您已有账号", "You have an account already"),
        (
            Bilingual(
                "有人用您的地址申请注册，而这个地址已有账号，请直接登录。",
                "Somebody asked to create an account with your address, which has one already. Please sign in.",
            ),
            forgotten,
        ),
        link,
    )


def recover(to: str, link: str) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("找回密码", "Recover your password"),
        (
            Bilingual(
                "请在 30 分钟内打开下面的链接，设置新密码。链接只能使用一次。",
                "Open this link within 30 minutes and choose a new password. It works once.",
            ),
            _IF_NOT_YOU,
        ),
        link,
    )


def unknown(to: str) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("没有使用这个邮箱的账号", "No account has this address"),
        (
            Bilingual(
                "有人想用这个邮箱找回密码，但没有账号使用它。您可能用了另一个邮箱、手机号或 QQ 注册。",
                "Somebody asked to recover a password with this address, which no account has. You may have created "
                "yours with another address, a phone number or QQ.",
            ),
        ),
    )


def contact(to: str, link: str) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("请确认新邮箱", "Confirm your new address"),
        (
            Bilingual(
                "请在 30 分钟内打开下面的链接，把这个邮箱加到您的账号。",
                "Open this link within 30 minutes to add this address to your account.",
            ),
            _IF_NOT_YOU,
        ),
        link,
    )


def contact_code(to: str, code: str) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("手机验证码", "Your code"),
        (
            Bilingual(
                f"绑定手机验证码：{code}，10 分钟内有效。",
                f"Your code to add this number: {code}, good for 10 minutes.",
            ),
        ),
    )


def password_changed(to: str, recovers: bool) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("密码已修改", "Your password was changed"),
        (
            Bilingual(
                "您的账号密码刚刚修改，其他登录已全部退出。",
                "The password of your account was changed just now; you are signed out everywhere else.",
            ),
            _if_not_you(recovers),
        ),
    )


def contact_changed(to: str, account: str, kind: Bilingual, now: str, link: str) -> AccountLetter:
    """To an address that the account had before; `link` undoes it. `account` is its name, masked."""
    new = masked(now)
    return AccountLetter(
        to,
        Bilingual("账号的联系方式已修改", "An address of your account was changed"),
        (
            Bilingual(
                f"账号 {account} 的{kind.zh}刚刚改为 {new}。",
                f"The {kind.en} of the account {account} was changed to {new} just now.",
            ),
            Bilingual(
                "如果不是您本人操作，请在 7 天内打开下面的链接撤销：修改前的地址会恢复，所有登录会退出。",
                "If this was not you, open this link within 7 days to undo it: the former address comes back, and you "
                "are signed out everywhere.",
            ),
        ),
        link,
    )


def identity_changed(to: str, recovers: bool) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("账号的 QQ 登录已变更", "QQ sign-in of your account was changed"),
        (
            Bilingual(
                "您的账号刚刚绑定或解除了 QQ 登录。",
                "Signing in with QQ was just linked to your account, or unlinked from it.",
            ),
            _if_not_you(recovers),
        ),
    )


def closed(to: str) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("账号已注销", "Your account was closed"),
        (
            Bilingual(
                "您的账号已注销，不能再登录。", "Your account was closed; nobody signs in with it any more."
            ),
            Bilingual(
                "如果不是您本人操作，请立即联系考务办公室。",
                "If this was not you, tell the exam office at once.",
            ),
        ),
    )
