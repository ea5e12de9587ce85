"""Anybody wrote lines into the log, and commands for the terminal that shows it: `/qq/back?error=x%0A<line>`.

With QQ configured the reply of a forged state ended in the log as it came; what a browser sends is in no line now, and
whatever a message holds is escaped.
"""

from __future__ import annotations

from urllib.parse import quote

from tests.attacks.target import Target

MARK = "ncre.web somebody-was-let-in"
BREAKING = ("\n", "\r\n", "\x1b[2J", "\x85", "\u2028", "\x00")
PLACES = (
    "/qq/back?state=x&error={}",
    "/sso/x/back?error={}",
    "/nowhere/{}",
    "/language/{}",
    "/sign-in?next=/{}",
)


def findings(target: Target) -> list[str]:
    browser = target.browser()
    for place in PLACES:
        for breaking in BREAKING:
            browser.ask("GET", place.format(quote(f"x{breaking}2027-01-05T10:00:00.000Z INFO {MARK}")))
    for breaking in BREAKING:
        form = {**browser.hidden("/sign-in"), "name": f"x{breaking}{MARK}", "password": f"y{breaking}{MARK}"}
        browser.ask("POST", "/sign-in", form)
    log = target.log
    forged = [line for line in log.splitlines() if MARK in line]
    commands = [one for one in ("\x1b", "\x00", "\x85", "\u2028") if one in log]
    return [f"the log has the line {line!r}" for line in forged] + [
        f"the log has {one!r}" for one in commands
    ]
