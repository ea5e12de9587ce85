"""Letters that come back: the address is written to no more, its owner sees it, and nobody else can say so."""

from __future__ import annotations

from mailbox import Maildir
from pathlib import Path

import pytest

from ncre.bootstrap import Container
from ncre.clients.mail import MailEnvelope
from ncre.domain.letters.kinds import Channel, LetterKind
from ncre.domain.registration import commands as c
from ncre.operational.letters import of_registration
from ncre.services.letters.assembly import LetterServices
from ncre.services.letters.bounces import BounceOutcome, Bounces
from tests.services.letters.post import Server, kinds, with_mail
from tests.services.letters.reports import report
from tests.support.people import Candidate, approved, rejected


@pytest.fixture
def told(container: Container, server: Server, post: LetterServices) -> Candidate:
    """Somebody whose registration was rejected, and who was told."""
    candidate = with_mail(container)
    candidate.until_waiting()
    rejected(container, candidate)
    post.once()
    return candidate


def envelope(server: Server) -> MailEnvelope:
    return server.arrived[-1].mail.envelope


def again(container: Container, post: LetterServices, candidate: Candidate) -> None:
    """Rejected once more, with a letter."""
    candidate.does(c.RequestReview)
    rejected(container, candidate)
    post.once()


def test_an_address_that_is_wrong_is_written_to_no_more_and_its_owner_sees_it(
    container: Container, server: Server, post: LetterServices, told: Candidate
) -> None:
    assert envelope(server).return_path.startswith("back+")
    assert len(envelope(server).return_path.partition("@")[0]) <= 64
    raw = report(envelope(server))
    assert post.bounces.take(raw) is BounceOutcome.NOTED
    assert post.bounces.take(raw) is BounceOutcome.NOTED
    assert kinds(post, told) == [(LetterKind.REJECTED, "bounced", "refused")]
    assert post.log.unreachable(told.account) == [(Channel.MAIL, "w***@example.com")]
    again(container, post, told)
    assert len(server.arrived) == 1
    post.log.send_again_to(told.account, Channel.MAIL)
    again(container, post, told)
    assert len(server.arrived) == 2


@pytest.mark.parametrize("named", ["return path", "head of the letter"])
def test_a_letter_is_known_by_either_name(
    server: Server, post: LetterServices, told: Candidate, named: str
) -> None:
    sent = envelope(server)
    if named == "return path":
        raw = report(sent, head=False)
    else:
        raw = report(MailEnvelope(sent.message_id, "postmaster@mail.example"))
    post.bounces.take(raw)
    assert post.log.unreachable(told.account)


def test_a_full_mailbox_stops_nothing_until_the_third_time(
    container: Container, server: Server, post: LetterServices, told: Candidate
) -> None:
    for count in (1, 2, 3):
        assert not post.log.unreachable(told.account)
        post.bounces.take(report(envelope(server), "5.2.2"))
        if count < 3:
            again(container, post, told)
    assert post.log.unreachable(told.account)


def test_a_delay_is_no_failure(server: Server, post: LetterServices, told: Candidate) -> None:
    raw = report(envelope(server), "4.4.1", "delayed")
    assert post.bounces.take(raw) is BounceOutcome.NO_FAILURE
    assert kinds(post, told) == [(LetterKind.REJECTED, "sent", "")]


def test_nobody_stops_letters_of_another_by_a_report_that_he_wrote(
    server: Server, post: LetterServices, told: Candidate
) -> None:
    sent = envelope(server)
    head, at, rest = sent.message_id.partition("-")
    forged = f"{head}-{'0' * 24}@mail.example>"
    raw = report(MailEnvelope(forged, f"back+{head.strip('<')}-{'0' * 24}@mail.example"))
    assert post.bounces.take(raw) is BounceOutcome.NOT_OURS
    assert not post.log.unreachable(told.account)
    assert at + rest


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: Out of office\n\nI am away.",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\n--x--",
        b"a" * (1024 * 1024 + 1),
    ],
)
def test_what_is_no_report_is_none(post: LetterServices, raw: bytes) -> None:
    assert post.bounces.take(raw) is BounceOutcome.NO_REPORT


def test_without_a_folder_nothing_is_noted_and_none_is_made(
    container: Container, post: LetterServices, tmp_path: Path
) -> None:
    folder = tmp_path / "nowhere"
    for place in (None, folder):
        assert Bounces(container.command_handler, post.tokens, place).take_from_folder() == 0
    assert not folder.exists()


def test_a_report_that_is_quicker_than_our_note_is_read_again(
    container: Container, server: Server, post: LetterServices, tmp_path: Path
) -> None:
    candidate = with_mail(container, "liqiang")
    candidate.until_waiting()
    approved(container, candidate)
    post.planning.catch_up()
    folder = tmp_path / "bounces"
    box = Maildir(folder)
    bounces = Bounces(container.command_handler, post.tokens, folder)
    with container.database.reading() as connection:
        waiting = of_registration(connection, candidate.id, 10)
        identity = next(one.id for one in waiting if one.kind == LetterKind.APPROVED)
    box.add(report(post.tokens.envelope(identity)))
    box.add(b"Subject: Out of office\n\nI am away.")
    assert bounces.take_from_folder() == 0
    assert len(Maildir(folder)) == 1, "what is none goes, what is early stays"
    post.once()
    assert bounces.take_from_folder() == 1
    assert len(Maildir(folder)) == 0
    assert (LetterKind.APPROVED, "bounced", "refused") in kinds(post, candidate)
