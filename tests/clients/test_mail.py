"""Letters by SMTP and messages by the relay, against servers that really speak; and what happens where none does."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from flask import Flask, request

from ncre.bootstrap import build_container
from ncre.clients.mail import MailEnvelope, MailFolder, MailNotSent, MailRefused, Smtp, SmtpTerms
from ncre.clients.messages import Mailer, Relay, RelayTerms
from ncre.config import Misconfigured, Settings, read_settings
from ncre.identity import email_templates
from tests.stand_ins.market import serving
from tests.support.containers import development
from tests.support.ports import free_port

NOW = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
LETTER = email_templates.join("wenjing@example.com", "https://ncre.example/register/abc")
MESSAGE = email_templates.join_code("13800138000", "123456")


class Postbox:
    """A mail server's memory; it refuses an address that it does not know."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], EmailMessage]] = []
        self.senders: list[str | None] = []

    async def handle_RCPT(  # noqa: N802 -- the library's name
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("full@"):
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.senders.append(envelope.mail_from)
        self.letters.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.SMTP)))
        return "250 OK"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def terms(postbox: Postbox) -> Iterator[SmtpTerms]:
    server = Controller(postbox, hostname="127.0.0.1", port=free_port())
    server.start()
    yield SmtpTerms("127.0.0.1", server.port, "ncre@exam.example")
    server.stop()


@pytest.fixture
def relay() -> Iterator[tuple[RelayTerms, list[dict[str, Any]]]]:
    taken: list[dict[str, Any]] = []
    site = Flask("relay")

    @site.post("/messages")
    def take() -> tuple[str, int]:
        if request.headers.get("Authorization") != "Bearer token of the relay":
            return "", 401
        taken.append(json.loads(request.data))
        return "", 202

    with serving(site) as address:
        yield RelayTerms(f"{address}/messages", "token of the relay"), taken


def test_a_letter_arrives_in_both_languages_as_text_and_as_html(postbox: Postbox, terms: SmtpTerms) -> None:
    Smtp(terms, lambda: NOW).send(LETTER)
    ((to, message),) = postbox.letters
    assert to == ["wenjing@example.com"]
    assert message["From"] == "ncre@exam.example"
    assert message["Subject"] == "请确认邮箱，完成注册 / Confirm your address to create your account"
    assert message["Date"].datetime == NOW
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        said = part.get_content()
        for words in ("设置密码完成注册", "choose a password", "https://ncre.example/register/abc"):
            assert words in said


def test_a_mailbox_that_is_not_there_and_a_server_that_is_not_there_are_said(terms: SmtpTerms) -> None:
    with pytest.raises(MailNotSent):
        Smtp(terms, lambda: NOW).send(email_templates.unknown("nobody@example.com"))
    with pytest.raises(MailNotSent):
        Smtp(replace(terms, port=1), lambda: NOW).send(LETTER)


def test_a_password_is_never_sent_in_the_clear(postbox: Postbox, terms: SmtpTerms) -> None:
    with pytest.raises(MailNotSent):
        Smtp(replace(terms, user="ncre", password="secret"), lambda: NOW).send(LETTER)
    assert postbox.letters == []


def test_a_letter_leaves_this_machine_over_tls_alone(
    postbox: Postbox, terms: SmtpTerms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server elsewhere that offers no TLS, or somebody on the way who hides the offer, gets no letter."""
    connect = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda address, *rest: connect(("127.0.0.1", address[1]), *rest)
    )
    for host in ("mail.example", "localhost.example", "192.0.2.7"):
        with pytest.raises(MailNotSent):
            Smtp(replace(terms, host=host), lambda: NOW).send(LETTER)
    assert postbox.letters == []


def test_a_message_goes_to_the_relay_in_few_words(relay: tuple[RelayTerms, list[dict[str, Any]]]) -> None:
    terms, taken = relay
    Relay(terms).send(MESSAGE)
    (message,) = taken
    assert message["to"] == "13800138000"
    assert message["text"].startswith("【NCRE】注册验证码：123456")
    assert "Your code to register: 123456" in message["text"]


def test_a_relay_that_refuses_or_is_silent_is_said(relay: tuple[RelayTerms, list[dict[str, Any]]]) -> None:
    terms, taken = relay
    for wrong in (replace(terms, token="another"), replace(terms, url="http://127.0.0.1:1/messages")):
        with pytest.raises(MailNotSent) as refused:
            Relay(wrong).send(MESSAGE)
        assert "123456" not in str(refused.value)
    assert taken == []


def test_letters_go_by_mail_and_messages_to_phones_where_there_is_a_way(
    postbox: Postbox, terms: SmtpTerms, relay: tuple[RelayTerms, list[dict[str, Any]]], tmp_path: Path
) -> None:
    both = Mailer(Smtp(terms, lambda: NOW), Relay(relay[0]))
    both.send(LETTER)
    both.send(MESSAGE)
    assert (len(postbox.letters), len(relay[1]), both.reaches_phones) == (1, 1, True)
    mail_alone = Mailer(Smtp(terms, lambda: NOW), None)
    with pytest.raises(MailNotSent):
        mail_alone.send(MESSAGE)
    assert not mail_alone.reaches_phones
    folder = MailFolder(tmp_path, lambda: NOW)
    Mailer(folder, folder).send(MESSAGE)
    assert folder.newest()[0].to == "13800138000"


def test_production_does_not_start_without_a_mail_server(tmp_path: Path) -> None:
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'ncre.sqlite'}", bytes(32))
    with pytest.raises(Misconfigured, match="NCRE_SMTP_HOST"):
        build_container(settings, lambda: NOW)


def test_the_relay_s_settings_are_https_and_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("token\n")
    given = {
        **development(tmp_path),
        "NCRE_MESSAGES_URL": "https://relay.example/messages",
        "NCRE_MESSAGES_TOKEN": str(tmp_path / "token"),
    }
    assert read_settings(given).messages == RelayTerms("https://relay.example/messages", "token")
    with pytest.raises(Misconfigured, match="https"):
        read_settings({**given, "NCRE_MESSAGES_URL": "http://relay.example"})
    with pytest.raises(Misconfigured, match="NCRE_MESSAGES_TOKEN"):
        read_settings({key: value for key, value in given.items() if key != "NCRE_MESSAGES_TOKEN"})


def test_a_letter_about_a_registration_comes_back_to_its_own_address_and_is_switched_off_by_one_click(
    postbox: Postbox, terms: SmtpTerms
) -> None:
    link = "https://exam.example/letters/unsubscribe/" + "x" * 100
    envelope = MailEnvelope("<0-1@mail.example>", "back+0-1@mail.example", link)
    Smtp(terms, lambda: NOW).send(replace(LETTER, envelope=envelope))
    [(to, letter)] = postbox.letters
    assert to == ["wenjing@example.com"]
    assert postbox.senders == ["back+0-1@mail.example"]
    assert letter["From"] == "ncre@exam.example"
    assert str(letter["Message-ID"]).strip() == "<0-1@mail.example>"
    assert "".join(str(letter["List-Unsubscribe"]).split()) == f"<{link}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Auto-Submitted"] == "auto-generated"


def test_an_address_that_is_refused_for_good_is_told_from_one_that_is_full(terms: SmtpTerms) -> None:
    with pytest.raises(MailRefused) as refused:
        Smtp(terms, lambda: NOW).send(replace(LETTER, to="nobody@example.com"))
    assert refused.value.status == "5.1.1"
    with pytest.raises(MailNotSent) as full:
        Smtp(terms, lambda: NOW).send(replace(LETTER, to="full@example.com"))
    assert not isinstance(full.value, MailRefused)
    for said in (str(refused.value), str(full.value)):
        assert "@" not in said
