"""`ncre mail bounce`: what a mail server pipes in, and how it is answered; `ncre worker --once` sends what is due."""

from __future__ import annotations

from email import message_from_bytes, policy
from io import BytesIO
from types import SimpleNamespace

import pytest

from ncre.bootstrap import Container
from ncre.clients.mail import MailEnvelope
from ncre.domain.letters.kinds import Channel
from tests.cli.conftest import Run, Said
from tests.services.letters.post import with_mail
from tests.services.letters.reports import report
from tests.support.people import approved


def piped(ncre: Run, monkeypatch: pytest.MonkeyPatch, raw: bytes) -> Said:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=BytesIO(raw)))
    return ncre("mail", "bounce")


def test_a_letter_that_the_worker_sent_comes_back(
    container: Container, ncre: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    assert ncre("worker", "--once").code == 0
    [file] = container.settings.outbox.glob("*.eml")
    sent = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert sent["To"] == "wenjing@example.com"
    back = report(MailEnvelope(str(sent["Message-ID"]).strip(), "back@mail.example"))
    said = piped(ncre, monkeypatch, back)
    assert said.code == 0
    assert "已记录" in said.out
    assert container.letters.log.unreachable(candidate.account) == [(Channel.MAIL, "w***@example.com")]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"Subject: hello\n\nhello", "不是退回的邮件"),
        (report(MailEnvelope("<x@mail.example>", "back@mail.example")), "不是本系统发出的邮件"),
    ],
)
def test_what_is_none_of_ours_changes_nothing(
    ncre: Run, monkeypatch: pytest.MonkeyPatch, raw: bytes, words: str
) -> None:
    said = piped(ncre, monkeypatch, raw)
    assert (said.code, words in said.out) == (0, True)


def test_what_is_too_early_is_handed_over_again(
    container: Container, ncre: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ncre.operational.letters import of_registration

    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    container.letters.planning.catch_up()
    with container.database.reading() as connection:
        identity = of_registration(connection, candidate.id, 1)[0].id
    said = piped(ncre, monkeypatch, report(container.letters.tokens.envelope(identity)))
    assert said.code == 75
