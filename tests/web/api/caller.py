"""Another system of the office in tests: a token, and calls by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.test import TestResponse

from ncre.bootstrap import Container
from ncre.domain.integration.scopes import Scope
from ncre.handlers.command_handler import Act
from tests.support.people import OFFICE, SITE

HERE = "https://localhost"
ALL = tuple(scope.value for scope in Scope)


@dataclass
class Caller:
    site: Flask
    id: UUID
    secret: str

    def ask(
        self,
        method: str,
        path: str,
        status: int = 200,
        *,
        key: str = "",
        seen: int | None = None,
        **more: Any,
    ) -> TestResponse:
        """Call `/api/v1` + path; commands get a key of their own unless one is given."""
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Accept-Language": "en",
            **more.pop("headers", {}),
        }
        if method == "POST":
            headers.setdefault("Idempotency-Key", key or str(uuid4()))
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        answer = self.site.test_client().open(
            f"/api/v1{path}", method=method, base_url=HERE, headers=headers, **more
        )
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer


def caller(
    container: Container, site: Flask, *scopes: str, sites: tuple[str, ...] = (SITE,), name: str = "省平台"
) -> Caller:
    identity, secret = container.integrations.make(
        Act(OFFICE), name, scopes or ALL, frozenset(sites), "公函 31"
    )
    return Caller(site, identity, secret)
