"""Somebody at a browser: cookies, the hidden fields of the page they are on, and what the page says."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from ncre.bootstrap import Container
from ncre.projections.base import Row
from ncre.projections.registration import registrations
from tests.support.people import Candidate

ORIGIN = "https://localhost"


class Visitor:
    """Follows no redirect by itself; `page` is the text of the last page that was not one."""

    def __init__(self, site: Flask) -> None:
        self._client = site.test_client()
        self.page = ""
        self._name = ""

    def get(self, path: str, status: int = 200) -> TestResponse:
        answer = self._client.get(path, base_url=ORIGIN)
        if self._name and (answer.location or "").startswith("/sign-in") and status != 302:
            self.signs_in(self._name)  # the test moved the clock, and the session ended meanwhile
            answer = self._client.get(path, base_url=ORIGIN)
        self._noted(answer, path, status)
        if path.startswith("/staff/cases/") and f'action="{path}/open"' in self.page:
            self.post(f"{path}/open", opening="review")
            answer = self._noted(self._client.get(path, base_url=ORIGIN), path, status)
        return answer

    def post(self, path: str, status: int = 303, **form: Any) -> TestResponse:
        """Send the page's hidden fields, its lists and `form`; bytes among them are files."""
        files = {name: (BytesIO(value), "a.jpg") for name, value in form.items() if isinstance(value, bytes)}
        answer = self._client.post(
            path,
            base_url=ORIGIN,
            headers={"Referer": f"{ORIGIN}/"},
            data={**self.hidden(), **form, **files},
            content_type="multipart/form-data" if files else None,
        )
        return self._noted(answer, path, status)

    def hidden(self) -> dict[str, str]:
        main = self.page[max(0, self.page.find("<main")) :]
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', main)
        return {name: unescape(value) for name, value in found} | self._chosen(main)

    @staticmethod
    def _chosen(main: str) -> dict[str, str]:
        """The lists of the page, each with the option that stands in it."""
        lists = re.findall(r'<select id="\w+" name="(\w+)"[^>]*>(.*?)</select>', main, re.DOTALL)
        chosen = {name: re.search(r'<option value="([^"]*)" selected>', options) for name, options in lists}
        return {name: unescape(found[1]) for name, found in chosen.items() if found}

    def text(self) -> str:
        """What the page says, without its markup."""
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", self.page)))

    def value(self, name: str) -> str:
        """What stands in an input of the page."""
        found = re.search(rf'<input id="{name}"[^>]*? value="([^"]*)"', self.page)
        assert found is not None, name
        return unescape(found.group(1))

    def signs_in(self, name: str) -> None:
        self._name = ""
        self.get("/sign-in")
        self.post("/sign-in", name=name, password=f"a password of {name}")
        self._name = name

    def _noted(self, answer: TestResponse, path: str, status: int) -> TestResponse:
        assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True))
        if not 300 <= answer.status_code < 400 and answer.mimetype == "text/html":
            self.page = answer.get_data(as_text=True)
        return answer


def signed_in(site: Flask, candidate: Candidate) -> Visitor:
    visitor = Visitor(site)
    visitor.signs_in(candidate.account.name)
    return visitor


def row_of(container: Container, registration: UUID) -> Row:
    with container.database.reading() as connection:
        row = registrations.one(connection, registration)
    assert row is not None
    return row


def facts_of(container: Container, registration: UUID) -> list[str]:
    """The stored names of everything that happened, oldest first."""
    with container.database.reading() as connection:
        return [fact.TOPIC for fact in container.command_handler.store.history(connection, registration)]


def errors_are_linked(page: str) -> bool:
    """Whether every line of the error summary leads to something on the page."""
    targets = re.findall(r'<a href="#([\w-]+)">', page[page.index('id="faults"') :].split("</ul>")[0])
    return bool(targets) and all(f'id="{target}"' in page for target in targets)
