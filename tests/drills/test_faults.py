"""Faults of a machine and of what is around it, done to running processes: each is told, loses nothing, and ends by itself."""

from __future__ import annotations

import http.client
import os
import re
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import boto3
import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from moto.server import ThreadedMotoServer

from ncre.bootstrap import Container, build_container
from ncre.clients.alipay import Alipay, AlipayTerms
from ncre.clients.exchange_service import ExchangeService, ExchangeServiceTerms, ExchangeUnavailable
from ncre.clients.mail import MailNotSent, Smtp, SmtpTerms
from ncre.clients.payment_channel import ChannelUnavailable
from ncre.config import Settings, read_settings
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration.vocabulary import Role
from ncre.photo.file_store import PhotoNotKept
from ncre.photo.lab.lab import PhotoLabPool
from ncre.photo.object_store import PhotoBucket
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.exam.revision_commands import Revise
from ncre.stand_ins.alipay import keys_in
from ncre.web import create_site
from tests.cli.health.test_doctor import answering, made
from tests.clients.test_mail import LETTER, Postbox
from tests.support.containers import development
from tests.support.outages import away
from tests.support.people import OFFICE, Clock, form_of_details, portrait, somebody
from tests.support.ports import free_port
from tests.support.served import Browser, serving
from tests.web.shared.test_killed_web import PASSWORD, _begin, _sign_in
from tests.web.visitor import Visitor, facts_of, signed_in

SOURCE = Path(__file__).parents[2] / "src"


class Candidate:
    """Changes their details at the pages of a process; a form that was refused is sent again as it is."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.browser = Browser(port)
        _sign_in(self.browser)
        self.registration = _begin(self.browser)
        self.acknowledged: list[UUID] = []
        self.form: dict[str, str] = {}

    @property
    def path(self) -> str:
        return f"/registrations/{self.registration}/details"

    def fills(self, remark: str) -> None:
        self.form = {**form_of_details(), "remark": remark, **self.browser.hidden(self.path)}

    def sends(self) -> tuple[int, str, str]:
        """Status, Retry-After and words."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.browser.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", self.path, urlencode(self.form), headers)
        answer = connection.getresponse()
        words = re.sub(r"<[^>]+>", " ", answer.read().decode())
        connection.close()
        if answer.status == 303:
            self.acknowledged.append(UUID(self.form["command_id"]))
        return answer.status, answer.headers.get("Retry-After", ""), words

    def amends(self, remark: str) -> None:
        self.fills(remark)
        status, _, words = self.sends()
        assert status == 303, words


@contextmanager
def served(url: str, folder: Path, log: Path) -> Iterator[tuple[Container, Candidate, Path]]:
    """A container beside a web process over the same database, a candidate at its pages, and its log."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("NCRE_")},
        **development(folder, NCRE_DATABASE_URL=url, NCRE_CAPTCHA="never", NCRE_SECURE_COOKIES="0"),
        "PYTHONPATH": str(SOURCE),
    }
    container = build_container(read_settings(environment))
    container.migrate()
    today = datetime.now(EXAM_TIME).date()
    container.revisions.revise(Revise(actor=OFFICE, wanted=load_round(bundled(), today), why="开考"))
    container.accounts.add("zhang", PASSWORD, Role.CANDIDATE)
    port = free_port()
    try:
        with serving(environment, port, log):
            yield container, Candidate(port), log
    finally:
        container.close()


def stands(container: Container, candidate: Candidate) -> None:
    """Everything acknowledged is in the history, once each."""
    with container.database.reading() as connection:
        history = container.command_handler.store.history(connection, UUID(candidate.registration))
    stored = [fact.metadata.command_id for fact in history]
    assert set(candidate.acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))


@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_the_database_is_gone_for_a_while(postgres_url: str, tmp_path: Path, seconds: int) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    with served(postgres_url, tmp_path / "data", tmp_path / "log") as (container, candidate, log):
        candidate.amends("before")
        candidate.fills("while it is gone")
        with away(container.database):
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                status, retry, words = candidate.sends()
                assert status == 503
                assert int(retry) > 0
                assert "暂时不能读写报名数据" in words
                time.sleep(seconds / 8)
        status, _, words = candidate.sends()
        assert status == 303, words
        candidate.amends("after")
        stands(container, candidate)
        assert len(candidate.acknowledged) == 3
        told = log.read_text()
        assert "the database is away" in told
        assert "no longer away" in told
        assert "Traceback" not in told


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "ncre-tried", str(place)]
    try:
        mounted = subprocess.run(options, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no file system can be mounted here: that is for root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path) -> Path:
    """Use up whatever is free on this disk."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    return ballast


@contextmanager
def full(place: Path) -> Iterator[None]:
    ballast = fill(place)
    yield
    ballast.unlink()


def test_a_real_disk_is_full(small_disk: Path, tmp_path: Path) -> None:
    """Forms are refused in words while pages are read; with room again the same form is taken, without a restart."""
    data = small_disk / "data"
    data.mkdir(mode=0o700)
    with served(f"sqlite:///{data / 'ncre.sqlite'}", data, tmp_path / "log") as (container, candidate, log):
        for number in range(3):
            candidate.amends(f"before {number}")
        refused = 0
        with full(small_disk):
            for number in range(60):  # what is free inside the file is used up first
                candidate.fills(f"meanwhile {number}")
                answer, _, words = candidate.sends()
                refused += answer != 303
                if refused == 3:
                    break
            assert refused == 3
            assert answer == 507, words
            assert Browser(candidate.port).ask("GET", "/sites")[0] == 200
        assert candidate.sends()[0] == 303
        candidate.amends("after")
        stands(container, candidate)
        assert "the database is full" in log.read_text()


def at_page(container: Container, site: Flask) -> tuple[UUID, Visitor, str]:
    wenjing = somebody(container)
    wenjing.agrees()
    wenjing.fills()
    wenjing.submits()
    visitor = signed_in(site, wenjing)
    return wenjing.id, visitor, f"/registrations/{wenjing.id}/photo"


def test_a_photo_worker_is_killed(container: Container, clock: Clock) -> None:
    """The picture that comes next is measured by its successor."""
    settings = replace(container.settings, photo_workers=1)
    busy = build_container(settings, clock, container.payments.channels)
    registration, visitor, page = at_page(busy, create_site(busy))
    lab = busy.photos._lab
    assert isinstance(lab, PhotoLabPool)
    lab.measure(portrait())
    (worker,) = lab.processes
    os.kill(worker, signal.SIGKILL)
    visitor.get(page)
    visitor.post(page, photo=portrait())
    assert "registration.photo_uploaded" in facts_of(busy, registration)
    busy.close()


def test_the_store_of_photos_is_gone_and_comes_back(
    container: Container, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    port = free_port()
    store = ThreadedMotoServer(ip_address="127.0.0.1", port=port)
    store.start()
    endpoint = f"http://127.0.0.1:{port}"
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket="photos")
    settings: Settings = replace(container.settings, photo_store="s3://photos/ncre", s3_endpoint=endpoint)
    away_from_home = build_container(settings, clock, container.payments.channels)
    registration, visitor, page = at_page(away_from_home, create_site(away_from_home))
    store.stop()
    visitor.get(page)
    answer = visitor.post(page, 507, photo=portrait())
    assert int(answer.headers["Retry-After"]) > 0
    assert "registration.photo_uploaded" not in facts_of(away_from_home, registration)
    again = ThreadedMotoServer(ip_address="127.0.0.1", port=port)
    again.start()
    visitor.get(page)
    visitor.post(page, photo=portrait())
    assert "registration.photo_uploaded" in facts_of(away_from_home, registration)
    again.stop()
    away_from_home.close()


def test_mail_is_gone_and_comes_back(container: Container, clock: Clock) -> None:
    port = free_port()
    settings = replace(container.settings, smtp=SmtpTerms("127.0.0.1", port, "ncre@exam.example"))
    mailing = build_container(settings, clock, container.payments.channels)
    visitor = Visitor(create_site(mailing))
    visitor.get("/register")
    visitor.post("/register", 503, email="wenjing@example.com")
    assert "暂时不能发送" in visitor.page
    postbox = Postbox()
    server = Controller(postbox, hostname="127.0.0.1", port=port)
    server.start()
    clock.advance(minutes=10)
    visitor.post("/register", 200, email="wenjing@example.com")
    assert len(postbox.letters) == 1
    server.stop()
    mailing.close()


@pytest.mark.parametrize("days", [-2, 30])
def test_a_channel_with_an_expired_certificate_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """And asked again later, as any that is silent; with a new certificate it is heard."""
    public, private = made(tmp_path, days)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(public))
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(public, private)
    keys, merchant = keys_in(tmp_path / "cashier", "cashier"), keys_in(tmp_path / "cashier", "merchant")
    with answering({}, secure) as port:
        terms = AlipayTerms(
            gateway=f"https://localhost:{port}/gateway.do",
            app_id="1",
            seller_id="2088000000000001",
            private_key=merchant.private,
            notify_url="https://exam.example/notices/alipay",
            alipay_key=keys.public,
        )
        with pytest.raises(ChannelUnavailable) as told:
            Alipay(terms, lambda: datetime.now(UTC)).query("1")
    assert ("certificate has expired" in str(told.value)) == (days < 0)
    assert ("HTTP 501" in str(told.value)) == (days > 0)


def test_a_mail_server_with_an_expired_certificate_gets_no_letter_and_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, private = made(tmp_path, -2)
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(public, private)
    postbox = Postbox()
    server = Controller(postbox, hostname="127.0.0.1", port=free_port(), tls_context=secure)
    server.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    with pytest.raises(MailNotSent, match="certificate has expired"):
        Smtp(SmtpTerms("localhost", server.port, "ncre@exam.example"), lambda: datetime.now(UTC)).send(LETTER)
    assert postbox.letters == []
    server.stop()


def test_a_store_of_photos_and_an_exchange_service_with_an_expired_certificate_get_nothing_and_are_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, private = made(tmp_path, -2)
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(public, private)
    for name, value in {
        "AWS_CA_BUNDLE": str(public),
        "REQUESTS_CA_BUNDLE": str(public),
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    with answering({}, secure) as port:
        address = f"https://localhost:{port}"
        with pytest.raises(PhotoNotKept, match="certificate has expired"):
            PhotoBucket("s3://photos/ncre", address).put(b"a picture")
        terms = ExchangeServiceTerms(address, {"42": "a" * 64})
        with pytest.raises(ExchangeUnavailable, match="certificate has expired"):
            ExchangeService(terms).files("42", "78")
