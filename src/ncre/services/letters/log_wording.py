"""What became of a letter, in words."""

from __future__ import annotations

from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.letters.kinds import CHANNELS, KINDS
from ncre.services.letters.log import LetterReason, LetterState, LoggedLetter

STATES: Final = {
    LetterState.WAITING: Bilingual("等待发送", "waits"),
    LetterState.SENT: Bilingual("已发出", "sent"),
    LetterState.BOUNCED: Bilingual("被退回", "came back"),
    LetterState.DROPPED: Bilingual("没有发送", "not sent"),
}

WHYS: Final = {
    LetterReason.NONE: Bilingual("", ""),
    LetterReason.PASSED: Bilingual("情况已经变化", "things had changed meanwhile"),
    LetterReason.EXPIRED: Bilingual("已过时间，没有用处了", "it was too late to be of use"),
    LetterReason.SWITCHED_OFF: Bilingual("收信人关闭了这类通知", "its reader switched such letters off"),
    LetterReason.NO_ADDRESS: Bilingual("账号没有验证过的地址", "the account has no verified address"),
    LetterReason.SUPPRESSED: Bilingual(
        "之前发往这个地址的邮件被退回", "e-mails to this address came back before"
    ),
    LetterReason.CLOSED: Bilingual("账号已注销或停用", "the account is closed or disabled"),
    LetterReason.SERVER: Bilingual(
        "服务器暂时没有接收，会再发", "the server did not take it; it is sent again"
    ),
    LetterReason.REFUSED: Bilingual("对方服务器拒收", "the other server refused it"),
}


def told(letters: list[LoggedLetter], spoken: str) -> list[dict[str, object]]:
    """Each letter for the table of a page, in the language `spoken` there."""
    return [
        {
            "kind": KINDS[one.kind].say(spoken),
            "channel": CHANNELS[one.channel].say(spoken),
            "state": STATES[one.state].say(spoken),
            "why": WHYS[one.why].say(spoken),
            "at": one.ended_at or one.due,
            "planned": one.state is LetterState.WAITING,
            "address": one.address,
        }
        for one in letters
    ]
