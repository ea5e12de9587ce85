"""Letters led astray or multiplied: addresses that mail programs read otherwise, and one address in many spellings."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from tests.attacks.letters import joins_by_email, joins_by_phone
from tests.attacks.target import Target

MISLEADING = (
    "=?utf-8?q?a?=@evil.example",
    "=?utf-8?b?YQ==?=@evil.example",
    "a@evil.example,b@evil.example",
    "a@evil.example;b@evil.example",
    "Wenjing <a@evil.example>",
    "<a@evil.example>",
    '"a@evil.example"@example.com',
    "a(b)@evil.example",
    "a\u200bb@evil.example",
    "a\u202eb@evil.example",
    "a@evil.example\r\nBcc: b@evil.example",
    "\u0430@evil.example",
    "a@\u0435vil.example",
    "a@[127.0.0.1]",
)
SPELLINGS = ("Spelled.Often@Example.com", " spelled.often@example.com\u200b", "spelled.often＠example．com")
OWNER, PHONE = "spelled.often@example.com", "13712345678"
PHONES = ("+86 137 1234 5678", "0086-13712345678", "１３７１２３４５６７８", "137.1234.5678")


def findings(target: Target) -> list[str]:
    found = []
    for email in MISLEADING:
        before = _count(target)
        status = _registers(target, email=email)
        if status != 422 or _count(target) != before:
            found.append(f"{email!r} was answered {status}, {_count(target) - before} letters left")
    joins_by_email(target, OWNER)
    joins_by_phone(target, PHONE)
    for field, spellings in (("email", SPELLINGS), ("phone", PHONES)):
        for typed in spellings:
            _registers(target, **{field: typed})
            if "已有账号" not in _newest(target):
                found.append(f"{typed!r} is another account than its plain spelling")
    abroad = _registers(target, phone="+1 202 555 0123")
    if abroad != 422:
        found.append(f"a message to a country that was not chosen: {abroad}")
    return found


def _registers(target: Target, **typed: str) -> int:
    browser = target.browser()
    page = "/register?by=phone" if "phone" in typed else "/register"
    status, _, _ = browser.ask("POST", "/register", {**browser.hidden(page), **typed})
    return status


def _count(target: Target) -> int:
    return sum(1 for _ in target.outbox.glob("*.eml"))


def _newest(target: Target) -> str:
    newest = max(target.outbox.glob("*.eml"))
    letter = cast(EmailMessage, message_from_bytes(newest.read_bytes(), policy=policy.default))
    body = letter.get_body(("plain",))
    return str(body.get_content()) if body else ""
