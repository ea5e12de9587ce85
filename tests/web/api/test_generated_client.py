"""A client that a kept generator makes of our document drives a whole registration, staff included."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.web.api.spec import OPERATIONS
from tests.support.people import SITE, form_of_details, portrait, till_of
from tests.web.api.caller import HERE, caller
from tests.web.visitor import facts_of

SETTINGS = """\
content_type_overrides:
  image/jpeg: application/octet-stream
  application/pdf: application/octet-stream
post_hooks: []
"""


@pytest.fixture
def generated(site: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package `office_client`, made by openapi-python-client without a warning."""
    (tmp_path / "openapi.json").write_bytes(
        site.test_client().get("/api/v1/openapi.json", base_url=HERE).data
    )
    (tmp_path / "settings.yaml").write_text(SETTINGS)
    run = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--config", "settings.yaml",
         "--output-path", "office_client", "--meta", "none", "--fail-on-warning"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "office_client"
    for name in [name for name in sys.modules if name.partition(".")[0] == "office_client"]:
        del sys.modules[name]


class Generated:
    """Calls an operation by its name and tag, as its code stands in the generated package."""

    def __init__(self, site: Flask, secret: str) -> None:
        transport = httpx.WSGITransport(app=site)  # type: ignore[arg-type]
        client = importlib.import_module("office_client.client")
        self.client = client.AuthenticatedClient(
            base_url=HERE, token=secret, httpx_args={"transport": transport}, raise_on_unexpected_status=True
        )

    def models(self) -> ModuleType:
        return importlib.import_module("office_client.models")

    def ask(self, tag: str, operation: str, *path: UUID, **sent: Any) -> Any:
        call = importlib.import_module(f"office_client.api.{tag}.{operation}").sync_detailed
        answer = call(*path, client=self.client, **sent)
        assert answer.status_code == HTTPStatus.OK, answer.content
        return answer.parsed

    def act(self, tag: str, operation: str, known: Any, **sent: Any) -> Any:
        """A command upon a registration, from the version in which it is known."""
        version = f'"{known.version}"'
        return self.ask(tag, operation, known.id, if_match=version, idempotency_key=str(uuid4()), **sent)


def test_from_the_candidate_to_the_confirmation(container: Container, site: Flask, generated: Path) -> None:
    office = Generated(site, caller(container, site).secret)
    models = office.models()
    file = importlib.import_module("office_client.types").File

    key = {"idempotency_key": str(uuid4())}
    pupil = office.ask("applying", "bring_candidate", body=models.CandidateAsked(reference="pupil-1"), **key)
    agreed = models.AgreeAsked(candidate=pupil.id, agreement=office.ask("exam", "get_round").agreement)
    known = office.ask("applying", "agree", body=agreed, idempotency_key=str(uuid4()))
    details = models.DetailsAsked.from_dict(form_of_details())
    known = office.act("applying", "save_details", known, body=details)
    chosen = models.SubjectsAsked(site=SITE, subjects=["66"], declared=True)
    known = office.act("applying", "choose_subjects", known, body=chosen)
    known = office.act("applying", "send_photo", known, body=file(payload=BytesIO(portrait())))
    known = office.act("applying", "request_review", known)
    known = office.act("deciding", "reject", known, body=models.RejectAsked(reasons=["P01"], note=""))
    known = office.act("applying", "request_review", known)
    known = office.act("deciding", "approve", known)
    order = office.act("applying", "open_order", known, body=models.OrderAsked())
    container.payments.receive(till_of(container).pay(order.number))
    known = office.act("deciding", "confirm", office.ask("registrations", "get_registration", known.id))

    assert known.status == "confirmed"
    assert facts_of(container, known.id)[-1] == "registration.confirmed_on_site"
    told = office.ask("events", "list_events", after=0, limit=100)
    assert "registration.confirmed_on_site" in json.dumps(told.to_dict())


def test_every_operation_is_there(generated: Path) -> None:
    made = {file.stem for file in (generated / "api").glob("*/*.py")} - {"__init__"}
    assert len(made) == len(OPERATIONS)
