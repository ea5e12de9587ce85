"""What the attacks read and do besides forms: letters in the outbox, accounts with a proved address."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from tests.attacks.target import Target

PASSWORD = "a password that nobody guesses"


def letters(target: Target, to: str) -> list[str]:
    """The texts of the letters and messages to an address, the newest first."""
    texts = []
    for file in sorted(target.outbox.glob("*.eml"), reverse=True):
        letter = cast(EmailMessage, message_from_bytes(file.read_bytes(), policy=policy.default))
        body = letter.get_body(("plain",))
        if letter["To"] == to and body is not None:
            texts.append(body.get_content())
    return texts


def joins_by_email(target: Target, email: str) -> None:
    """Somebody registers with this address."""
    browser = target.browser()
    status, _, _ = browser.ask("POST", "/register", {**browser.hidden("/register"), "email": email})
    assert status == 200, status
    found = re.search(r"/register/[\w-]{20,}", letters(target, email)[0])
    assert found is not None
    form = {**browser.hidden(found[0]), "password": PASSWORD, "again": PASSWORD}
    status, _, _ = browser.ask("POST", found[0], form)
    assert status == 303, status


def joins_by_phone(target: Target, phone: str) -> None:
    """Somebody registers with this number of China."""
    browser = target.browser()
    form = {**browser.hidden("/register?by=phone"), "phone": phone}
    status, _, _ = browser.ask("POST", "/register", form)
    assert status == 303, status
    found = re.search(r"\b\d{6}\b", letters(target, f"+86{phone}")[0])
    assert found is not None
    form = {**browser.hidden("/register/code"), "code": found[0], "password": PASSWORD, "again": PASSWORD}
    status, _, _ = browser.ask("POST", "/register/code", form)
    assert status == 303, status
