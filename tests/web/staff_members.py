"""Who comes to the pages of staff and auditors in tests, each with a browser of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from ncre.events.registration_values import Details
from ncre.identity.accounts import Account
from ncre.projections.audit import timeline
from ncre.projections.base import Row
from ncre.projections.registration import registrations
from tests.support.people import SITE, WENJING, Candidate, somebody

HERE: Final = "https://localhost"
"""Cookies are secure, so tests come over TLS."""

PASSWORD: Final = "kept in these tests alone"


@dataclass
class Visitor:
    """A browser; `account` is None for somebody who is not signed in."""

    site: Flask
    account: Account | None

    def __post_init__(self) -> None:
        self.client = self.site.test_client()
        self.signs_in()

    def signs_in(self) -> None:
        if self.account is not None:
            answer = self.post("/sign-in", page="/sign-in", name=self.account.name, password=PASSWORD)
            assert answer.status_code == 303, answer.text

    def get(self, path: str, expect: int = 200) -> str:
        answer = self.client.get(path, base_url=HERE)
        if self.account and (answer.location or "").startswith("/sign-in") and expect != 302:
            self.signs_in()  # the test moved the clock, and the session ended meanwhile
            answer = self.client.get(path, base_url=HERE)
        assert answer.status_code == expect, (path, answer.status_code, answer.text)
        return self._opened(path, answer.text) if expect == 200 else answer.text

    def _opened(self, path: str, text: str) -> str:
        """The page of a case as somebody at work sees it: they open it, for the reason that the page suggests."""
        opener = f"{path}/open"
        if not path.startswith("/staff/cases/") or f'action="{opener}"' not in text:
            return text
        answer = self.send(opener, {**hidden(text, opener), "opening": "review"})
        assert answer.status_code == 303, answer.text
        return self.client.get(path, base_url=HERE).text

    def post(self, path: str, page: str, **form: Any) -> TestResponse:
        """Send the form of a page: its hidden fields (those of the form that posts to `path`) and `form`."""
        text = self._opened(page, self.client.get(page, base_url=HERE, follow_redirects=True).text)
        return self.send(path, {**hidden(text, path), **form})

    def send(self, path: str, form: dict[str, Any]) -> TestResponse:
        return self.client.post(path, data=form, base_url=HERE, headers={"Referer": HERE})


def hidden(text: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`; of the sign-out form where there is none."""
    forms = re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', text, re.DOTALL)
    mine = [body for to, body in forms if unescape(to) == action] or [body for _, body in forms]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', mine[0] if mine else text)
    return {name: unescape(value) for name, value in found}


def visitor(container: Container, site: Flask, name: str, role: Role, *sites: str) -> Visitor:
    return Visitor(site, container.accounts.add(name, PASSWORD, role, frozenset(sites)))


def reviewer(container: Container, site: Flask, at: str = SITE, name: str = "shenhe") -> Visitor:
    return visitor(container, site, name, Role.REVIEWER, at)


def office(container: Container, site: Flask) -> Visitor:
    return visitor(container, site, "kaowu", Role.OFFICE)


def auditor(container: Container, site: Flask) -> Visitor:
    return visitor(container, site, "shenji", Role.AUDITOR)


def row_of(container: Container, registration: UUID) -> Row:
    with container.database.reading() as connection:
        row = registrations.one(connection, registration)
    assert row is not None
    return row


def story_of(container: Container, registration: UUID) -> list[Row]:
    with container.database.reading() as connection:
        return timeline.story(connection, registration)


def looks_at(container: Container, registration: UUID) -> list[Row]:
    return [told for told in story_of(container, registration) if told["topic"] == "access.details_viewed"]


def registration_of(container: Container, account: Account, candidate: Candidate) -> None:
    """Begin a registration under a staff member's own account, as one who is also a candidate has it."""
    candidate.account = Account(account.id, account.name, Role.CANDIDATE, frozenset())
    candidate.until_waiting()


def decided(container: Container, candidate: Candidate) -> c.Actor:
    """Somebody of the site's staff who is not in the test, to decide beforehand."""
    return c.Actor("99999999-9999-4999-8999-999999999999", Role.REVIEWER, frozenset({SITE}))


def paid(container: Container, name: str = "wenjing", details: Details = WENJING) -> Candidate:
    """Somebody who was approved and has paid, and waits for a seat."""
    candidate = somebody(container, name, details)
    candidate.until_waiting()
    container.command_handler.handle(
        c.Approve(registration=candidate.id, actor=decided(container, candidate))
    )
    candidate.pays()
    return candidate
