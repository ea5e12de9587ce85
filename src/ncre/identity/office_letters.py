"""Letters about what the exam office did to an account or a registration."""

from __future__ import annotations

from ncre.domain.bilingual import Bilingual
from ncre.identity.email_templates import Letter


def moved(to: str, number: str, way: Bilingual) -> Letter:
    """`way` says where the registration (报名号 `number`, "" where it has none yet) went, seen from `to`."""
    named = Bilingual(f"（报名号 {number}）", f" ({number})") if number else Bilingual("", "")
    return Letter(
        to,
        Bilingual("报名已转到另一账号", "A registration was moved to another account"),
        (
            Bilingual(
                f"考务办公室核对证据后，{way.zh}{named.zh}。",
                f"Upon evidence the exam office {way.en}{named.en}.",
            ),
            Bilingual(
                "如果您没有申请，请立即联系考务办公室。",
                "If you did not ask for this, please contact the exam office at once.",
            ),
        ),
    )


def changed_by_office(to: str) -> Letter:
    return Letter(
        to,
        Bilingual("考务办公室更改了您的账号", "The exam office changed your account"),
        (
            Bilingual(
                "考务办公室刚刚更改了您的工作账号，所有登录已退出。更改的内容和原因在“我的通行证”的安全记录中。",
                "The exam office changed your account of staff just now; all sessions have ended. What was changed, and why, "
                "stands in its security history.",
            ),
            Bilingual(
                "如果您不知道这件事，请立即联系考务办公室。",
                "If you do not know about it, tell the exam office at once.",
            ),
        ),
    )


def disabled(to: str) -> Letter:
    return Letter(
        to,
        Bilingual("账号已停用", "Your account is disabled"),
        (
            Bilingual(
                "有人想用这个邮箱找回密码，但使用它的账号已停用，请联系考务办公室。",
                "Somebody asked to recover a password with this address, but its account is disabled. Ask the exam office.",
            ),
        ),
    )
