"""Letters about what the exam office did to an account."""

from __future__ import annotations

from ncre.domain.bilingual import Bilingual
from ncre.identity.email_templates import AccountLetter


def changed_by_office(to: str) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("考务办公室更改了您的账号", "The exam office changed your account"),
        (
            Bilingual(
                "考务办公室刚刚更改了您的工作账号，所有登录已退出。更改的内容和原因在“我的通行证”的安全记录中。",
                "The exam office changed your account of staff just now; you are signed out everywhere. What was "
                "changed, and why, stands in its security history.",
            ),
            Bilingual(
                "如果您不知道这件事，请立即联系考务办公室。",
                "If you do not know about it, tell the exam office at once.",
            ),
        ),
    )


def disabled(to: str) -> AccountLetter:
    return AccountLetter(
        to,
        Bilingual("账号已停用", "Your account is disabled"),
        (
            Bilingual(
                "有人想用这个邮箱找回密码，但使用它的账号已停用，请联系考务办公室。",
                "Somebody asked to recover a password with this address, but its account is disabled. Ask the exam office.",
            ),
        ),
    )
