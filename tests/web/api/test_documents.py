"""The documents of the interface: the OpenAPI file is sound, the page needs nothing from elsewhere, the curl calls work."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from werkzeug.serving import make_server

from ncre.bootstrap import Container
from ncre.domain.refusals import RefusalCode
from ncre.web.api.document import WORDS
from ncre.web.api.spec import OPERATIONS
from ncre.web.refusal_statuses import STATUS
from tests.support.oracles import ORACLES, needs_node
from tests.support.people import somebody
from tests.web.api.caller import HERE, caller
from tests.web.visitor import facts_of

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"
LINTER = ORACLES / "node_modules" / ".bin" / "redocly"


@pytest.fixture
def served(site: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_the_curl_calls_of_the_document_do_what_it_says(
    container: Container, site: Flask, served: str, tmp_path: Path
) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    blocks = re.findall(r"```bash\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 6
    environment = {
        "PATH": os.environ["PATH"],
        "BASE": served,
        "TOKEN": caller(container, site).secret,
        "ID": str(candidate.id),
        "no_proxy": "*",
    }
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr
    assert facts_of(container, candidate.id).count("registration.approved") == 1
    assert "agreement_accepted" in run.stdout


def test_the_document_is_sound_and_open_to_anybody(site: Flask) -> None:
    from openapi_spec_validator import validate  # a second, of the one worker that comes to it

    served = site.test_client().get("/api/v1/openapi.json", base_url=HERE)
    assert served.status_code == 200
    assert served.json["openapi"].startswith("3.1")
    validate(served.json)


@needs_node("@redocly/cli")
def test_a_linter_finds_nothing_in_the_document(site: Flask, tmp_path: Path) -> None:
    """Redocly's recommended rules, with every warning as an error."""
    document = tmp_path / "openapi.json"
    document.write_bytes(site.test_client().get("/api/v1/openapi.json", base_url=HERE).data)
    run = subprocess.run(
        [LINTER, "lint", "--extends=recommended-strict", "--format=codeframe", document],
        cwd=tmp_path, env={**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_page_needs_nothing_from_elsewhere(site: Flask) -> None:
    page = site.test_client().get("/api/docs", base_url=HERE)
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    assert "style=" not in page.text
    for operation in OPERATIONS:
        assert f'id="{operation}"' in page.text


def test_every_status_of_a_refusal_is_documented() -> None:
    assert {str(int(STATUS[code])) for code in RefusalCode} <= WORDS.keys()
