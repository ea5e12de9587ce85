"""mail: what the mail server hands over."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any, Final

from ncre.cli.common import open_container
from ncre.clients.bounce_reports import LARGEST
from ncre.services.letters.bounces import BounceOutcome

AGAIN_LATER: Final = 75
"""By this code a mail server hands the message over again (EX_TEMPFAIL)."""

SAID: Final = {
    BounceOutcome.NO_REPORT: "不是退回的邮件 / no report of a failure",
    BounceOutcome.NOT_OURS: "不是本系统发出的邮件 / of no e-mail of ours",
    BounceOutcome.NO_FAILURE: "没有失败 / no failure",
    BounceOutcome.NOTED: "已记录 / noted",
    BounceOutcome.TOO_EARLY: "邮件还在发送中，请稍后再交来 / the e-mail is just being sent; hand it over again",
}


def add(commands: Any) -> None:
    mail = commands.add_parser("mail", help="letters that came back").add_subparsers(
        required=True, metavar="WHAT"
    )
    mail.add_parser(
        "bounce", help="read one message that came back from standard input; exit code 75: again later"
    ).set_defaults(run=bounce)


def bounce(_: Namespace) -> int:
    """For the pipe of a mail server."""
    raw = sys.stdin.buffer.read(LARGEST + 1)
    with open_container() as container:
        outcome = container.letters.bounces.take(raw)
    print(SAID[outcome])
    return AGAIN_LATER if outcome is BounceOutcome.TOO_EARLY else 0
