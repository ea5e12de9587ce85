"""Whoever holds an older recovery link, or a stolen cookie, is out once something newer happened; once they were not."""

from __future__ import annotations

import re

from tests.attacks.letters import PASSWORD, joins_by_email, letters
from tests.attacks.target import Target
from tests.support.served import Browser

VICTIM = "victim.of.links@example.com"
THIEF = "a password of thieves"
NEW = "another password that nobody guesses"


def findings(target: Target) -> list[str]:
    joins_by_email(target, VICTIM)
    found = []
    older, newer = _mailed(target), _mailed(target)
    if _sets(target, older, THIEF):
        found.append("an older recovery link set the password although a newer one was mailed")
    if not _sets(target, newer, NEW):
        found.append("the newest link did not work: nothing was tried")
    if _sets(target, older, THIEF) or _sets(target, newer, THIEF):
        found.append("a recovery link set the password after another one was used")
    if found:  # the account is no longer its owner's
        return found
    open_link = _mailed(target)
    owner = _signs_in(target, NEW)
    form = {**owner.hidden("/passport"), "present": NEW, "password": PASSWORD, "again": PASSWORD}
    owner.ask("POST", "/passport/password", form)
    if _sets(target, open_link, THIEF):
        found.append("a recovery link outlived a change of the password in the passport")
    return found + _sessions(target)


def _sessions(target: Target) -> list[str]:
    """A cookie from before the owner signed in again in the same browser, or signed out."""
    browser = _signs_in(target, PASSWORD)
    former = dict(browser.cookies)
    form = {**browser.hidden("/sign-in"), "name": VICTIM, "password": PASSWORD}
    browser.ask("POST", "/sign-in", form)
    found = []
    if Browser(target.port, former).ask("GET", "/passport")[0] == 200:
        found.append("the former session of a browser lives on after signing in again")
    return found


def _signs_in(target: Target, password: str) -> Browser:
    browser = target.browser()
    form = {**browser.hidden("/sign-in"), "name": VICTIM, "password": password}
    status, _, _ = browser.ask("POST", "/sign-in", form)
    assert status == 303, status
    return browser


def _mailed(target: Target) -> str:
    browser = target.browser()
    status, _, _ = browser.ask("POST", "/recover", {**browser.hidden("/recover"), "email": VICTIM})
    assert status == 200, status
    found = re.search(r"/recover/[\w-]{20,}", letters(target, VICTIM)[0])
    assert found is not None
    return found[0]


def _sets(target: Target, path: str, password: str) -> bool:
    """Whether the link set the password: sent also where its page says that it is over."""
    browser = target.browser()
    hidden = browser.hidden("/recover")
    status, _, _ = browser.ask("POST", path, {**hidden, "password": password, "again": password})
    return status == 303
