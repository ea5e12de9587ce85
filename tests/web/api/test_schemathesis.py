"""Whatever the document allows and forbids, generated: no 500, no undocumented answer, no invalid body accepted.

The seeds are kept, so that a failure is met again; the second runs with `make soak`. A few examples an operation;
`NCRE_SCHEMATHESIS` asks for more.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
from flask import Flask
from werkzeug.serving import make_server

from ncre.bootstrap import Container
from tests.support.people import somebody
from tests.web.api.caller import caller

SEEDS: Final = (18, pytest.param(4711, marks=pytest.mark.soak))
EXAMPLES: Final = os.environ.get("NCRE_SCHEMATHESIS", "5")
CHECKS: Final = ",".join(
    (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "missing_required_header",
        "ignored_auth",
    )
)


@pytest.fixture
def served(site: Flask) -> Iterator[str]:
    site.extensions["ncre.api.limit"].most = 10**9
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_that_is_generated_breaks_what_the_document_says(
    container: Container, site: Flask, served: str, tmp_path: Path, seed: int
) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    (tmp_path / "schemathesis.toml").write_text(f'[parameters]\n"path.registration_id" = "{candidate.id}"\n')
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{served}/api/v1/openapi.json",
        "--header", f"Authorization: Bearer {caller(container, site, sites=('*',)).secret}",
        "--phases", "fuzzing", "--mode", "all", "--checks", CHECKS, "--max-examples", EXAMPLES,
        "--seed", str(seed), "--no-color", "--max-failures", "5",
        "--exclude-operation-id", "listEvents",
    ]  # fmt: skip
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "no_proxy": "*"}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    generated = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert generated is not None, run.stdout[-2000:]
    assert int(generated[2]) > 80
