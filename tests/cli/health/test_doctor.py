"""`ncre doctor`: each part of an installation is well, or it is said what is wrong and what to do; nothing secret is said."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from ncre.bootstrap import Container
from ncre.cli.health import doctor, inside, outside
from ncre.cli.health.findings import Finding, FindingLevel, graded, version_of
from tests.cli.conftest import Run
from tests.support.people import SECRET, Clock


@pytest.fixture(autouse=True)
def tests_own_container(container: Container, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    build = doctor.build_container
    monkeypatch.setattr(
        doctor, "build_container", lambda settings: build(settings, clock, container.payments.channels)
    )


def found(ncre: Run, code: int) -> dict[str, dict[str, str]]:
    said = ncre("--lang", "en", "doctor", "--json")
    assert said.code == code, said
    assert SECRET.hex() not in said.out
    return {one["subject"]: one for one in json.loads(said.out)["findings"]}


def test_a_sound_installation_is_well_and_every_line_says_so(ncre: Run, container: Container) -> None:
    container.beats.worker()
    container.beats.backed_up()
    parts = found(ncre, 0)
    assert {one["level"] for one in parts.values()} <= {"ok", "warn"}
    assert {
        "python",
        "database",
        "schema",
        "keys",
        "ledger",
        "erasures",
        "worker",
        "backup",
        "photos",
    } <= parts.keys()
    said = ncre("doctor")
    assert "正常" in said.out
    assert not any(line.startswith("故障") for line in said.out.splitlines())


def test_a_worker_that_never_ran_is_a_failure_with_what_to_do(ncre: Run) -> None:
    parts = found(ncre, 1)
    assert parts["worker"]["level"] == "fail"
    assert "ncre worker" in parts["worker"]["todo"]


def test_a_worker_that_stopped_is_told(ncre: Run, container: Container, clock: Clock) -> None:
    container.beats.worker()
    clock.advance(minutes=5)
    assert found(ncre, 0)["worker"]["level"] == "warn"
    clock.advance(minutes=10)
    assert found(ncre, 1)["worker"]["level"] == "fail"


def test_a_schema_of_another_release_is_told_and_nothing_else_is_asked_of_it(
    ncre: Run, container: Container
) -> None:
    with container.database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    parts = found(ncre, 1)
    assert "ncre migrate" in parts["schema"]["todo"]
    assert "worker" not in parts


def test_another_secret_is_told_without_saying_it(ncre: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    other = bytes(reversed(range(32))).hex()
    monkeypatch.setenv("NCRE_SECRET", other)
    parts = found(ncre, 1)
    assert parts["keys"]["level"] == "fail"
    assert other not in json.dumps(parts)


def test_a_wrong_setting_is_told_and_ends_it(ncre: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCRE_PORT", "many")
    parts = found(ncre, 1)
    assert "NCRE_PORT" in parts["settings"]["said"]
    assert "database" not in parts


def test_a_disk_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(inside.tempfile, "NamedTemporaryFile", full)
    one = inside._room("disk data", tmp_path)
    assert one.level is FindingLevel.FAIL
    assert "No space left" in one.said


@contextmanager
def answering(body: dict[str, Any], secure: ssl.SSLContext | None = None) -> Iterator[int]:
    """Somebody on this machine who answers every GET with this."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            return None

    server = HTTPServer(("127.0.0.1", 0), Answers)
    if secure is not None:
        server.socket = secure.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def patroni(version: str, state: str = "running") -> Finding:
    body = {"state": state, "role": "primary", "patroni": {"version": version, "scope": "ncre"}}
    with answering(body) as port:
        (one,) = outside.patroni((f"http://127.0.0.1:{port}",))
    return one


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ("3.0.2", FindingLevel.FAIL),
        ("3.3.9", FindingLevel.FAIL),
        ("4.0.0", FindingLevel.OK),
        ("4.1.5", FindingLevel.OK),
        ("10.0", FindingLevel.OK),
    ],
)
def test_a_patroni_that_loses_facts_is_refused(version: str, level: FindingLevel) -> None:
    one = patroni(version)
    assert one.level is level
    assert version in one.said
    assert ("4.0" in one.todo) == (level is FindingLevel.FAIL)


def test_a_member_that_does_not_stream_and_one_that_does_not_answer() -> None:
    assert patroni("4.1.5", "start failed").level is FindingLevel.WARN
    (gone,) = outside.patroni(("http://127.0.0.1:9",))
    assert gone.level is FindingLevel.FAIL


def made(folder: Path, days: int) -> tuple[Path, Path]:
    """A certificate for localhost that ends in so many days, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return public, private


@pytest.mark.parametrize(
    ("days", "level"),
    [(90, FindingLevel.OK), (14, FindingLevel.WARN), (3, FindingLevel.FAIL), (-2, FindingLevel.FAIL)],
)
def test_how_long_the_certificate_lasts(tmp_path: Path, days: int, level: FindingLevel) -> None:
    public, private = made(tmp_path, days)
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(public, private)
    with answering({}, secure) as port:
        (one,) = outside.certificate(f"https://localhost:{port}", datetime.now(UTC), str(public))
    assert one.level is level
    assert days > 0 or "expired" in one.said


def test_a_certificate_that_nobody_trusts_and_an_address_that_nobody_answers(tmp_path: Path) -> None:
    public, private = made(tmp_path, 90)
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(public, private)
    with answering({}, secure) as port:
        (one,) = outside.certificate(f"https://localhost:{port}", datetime.now(UTC))
    assert one.level is FindingLevel.FAIL
    (one,) = outside.certificate("https://localhost:9", datetime.now(UTC))
    assert one.level is FindingLevel.WARN


def test_postgresql_that_may_lose_facts_or_has_the_memory_it_came_with_is_told(
    postgres_url: str, ncre: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server of the tests runs without fsync."""
    monkeypatch.setenv("NCRE_DATABASE_URL", postgres_url)
    parts = found(ncre, 1)
    assert parts["fsync"]["level"] == "fail"
    assert parts["synchronous_commit"]["level"] == "ok"
    assert parts["database"]["said"].startswith("PostgreSQL ")
    assert (parts["memory"]["level"], parts["memory"]["said"]) == ("warn", "shared_buffers 128 MB")


def test_grades_and_versions() -> None:
    assert [graded("x", value, 2, 5, "", "").level.value for value in (1, 2, 5)] == ["ok", "warn", "fail"]
    assert version_of("15.18 (Debian 15.18-0+deb12u1)") == (15, 18)
    assert version_of("none") == ()
