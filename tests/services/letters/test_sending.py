"""Letters about registrations: each once for its cause, none about what is over, whatever the servers do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ncre.bootstrap import Container
from ncre.clients.mail import MailNotSent, MailRefused
from ncre.domain.letters.kinds import Channel, LetterKind, LetterLanguage
from ncre.domain.payment.orders import GRACE
from ncre.domain.registration import commands as c
from ncre.services.letters import sending
from ncre.services.letters.sending import DELAYS
from tests.services.letters.post import PUBLIC, Server, kinds, letters_over, with_mail
from tests.support.people import LIQIANG, OFFICE, REVIEWER, Clock, approved, rejected

MAIL = "wenjing@example.com"


def test_each_step_is_told_once_with_its_particulars(container: Container, server: Server) -> None:
    letters, candidate = letters_over(container, server), with_mail(container)
    candidate.until_waiting()
    rejected(container, candidate, ("P01", "P03"))
    letters.once()
    candidate.does(c.RequestReview)
    after = approved(container, candidate)
    letters.once()
    candidate.pays()
    for _ in range(3):
        letters.once()
    assert [one.split(" / ")[1] for one in server.titles(MAIL)] == [
        "Your registration was not approved: please correct it",
        f"Approved: please pay before {server.arrived[1].title.rpartition('before ')[2]}",
        "Your fee was received",
    ]
    refused, good, paid = server.arrived
    assert "照片" in refused.text
    assert f"{PUBLIC}/registrations/{candidate.id}" in refused.text
    assert after.number in good.text
    assert "160.00" in good.text or "80.00" in good.text
    assert after.number in paid.text


def test_what_is_over_before_it_is_sent_is_dropped_and_logged_so(
    container: Container, server: Server
) -> None:
    letters, candidate = letters_over(container, server), with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    letters.once()
    assert server.titles(MAIL) == ["考试费已收到 / Your fee was received"]
    assert (LetterKind.APPROVED, "dropped", "passed") in kinds(letters, candidate)


def test_reminders_come_before_the_deadline_and_follow_it(
    container: Container, server: Server, clock: Clock
) -> None:
    letters, candidate = letters_over(container, server), with_mail(container)
    candidate.until_waiting()
    pay_by = approved(container, candidate).pay_by
    assert pay_by is not None
    letters.once()
    clock.now = pay_by - timedelta(hours=6, seconds=1)
    letters.once()
    assert len(server.arrived) == 1
    clock.now = pay_by - timedelta(hours=6)
    letters.once()
    letters.once()
    clock.advance(hours=1)
    container.command_handler.handle(c.Suspend(registration=candidate.id, actor=OFFICE, reason="核对照片"))
    clock.advance(hours=2)
    resumed = container.command_handler.handle(c.Resume(registration=candidate.id, actor=OFFICE))
    assert resumed.pay_by is not None
    assert resumed.pay_by != pay_by
    clock.now = pay_by - timedelta(hours=1)
    letters.once()
    assert len(server.arrived) == 2, "the old deadline counts no more"
    clock.now = resumed.pay_by - timedelta(hours=1)
    letters.once()
    titles = [one.split(" / ")[1] for one in server.titles(MAIL)]
    assert [title.partition(":")[0] for title in titles] == [
        "Approved",
        "6 hours left to pay",
        "1 hour left to pay",
    ]
    assert (LetterKind.LAPSES_IN_1_HOUR, "dropped", "passed") in kinds(letters, candidate)


def test_a_lapsed_registration_is_told_the_way_back(
    container: Container, server: Server, clock: Clock
) -> None:
    letters, candidate = letters_over(container, server), with_mail(container)
    candidate.until_waiting()
    pay_by = approved(container, candidate).pay_by
    assert pay_by is not None
    clock.now = pay_by + timedelta(seconds=GRACE + 1)
    container.worker.once()
    letters.once()
    assert server.titles(MAIL) == ["报名已失效 / Your registration has lapsed"]
    assert "重新提交" in server.arrived[0].text


def test_a_dead_server_is_asked_again_later_and_the_letter_is_the_same(
    container: Container, server: Server, clock: Clock
) -> None:
    letters, candidate = letters_over(container, server), with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    server.fails = lambda _n: MailNotSent("mail.example: ConnectionRefusedError")
    for delay in DELAYS[:3]:
        letters.once()
        clock.advance(seconds=delay.total_seconds() - 1)
        before = server.asked
        letters.once()
        assert server.asked == before, "not before its time"
        clock.advance(seconds=1)
    server.fails = lambda _n: None
    server.loses = lambda _n: True
    letters.once()
    server.loses = lambda _n: False
    clock.advance(seconds=DELAYS[3].total_seconds())
    letters.once()
    assert len(server.arrived) == 2
    assert len(server.read) == 1


def test_a_server_that_takes_letters_gets_all_of_them_in_one_round(
    container: Container, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters, people = letters_over(container, server), [with_mail(container, "a"), with_mail(container, "b")]
    people[1].details = LIQIANG
    for one in people:
        one.until_waiting()
        approved(container, one)
    monkeypatch.setattr(sending, "THREADS", 1)
    monkeypatch.setattr(sending, "FAILURES", 1)
    letters.once()
    assert {one.to for one in server.arrived} == {"a@example.com", "b@example.com"}


def test_a_dead_mail_server_holds_up_no_message_to_a_phone(container: Container, server: Server) -> None:
    phone = Server()
    letters = letters_over(container, server, phone)
    candidate = with_mail(container, phone="+8613800138000")
    server.fails = lambda _n: MailNotSent("mail.example: TimeoutError")
    candidate.until_waiting()
    approved(container, candidate)
    letters.once()
    assert [one.to for one in phone.arrived] == ["+8613800138000"]
    assert server.arrived == []


def test_a_worker_that_was_killed_leaves_its_letter_to_another(
    container: Container, server: Server, clock: Clock
) -> None:
    letters, candidate = letters_over(container, server), with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    letters.planning.catch_up()
    assert letters.sending._taken(Channel.MAIL)
    letters.once()
    assert server.arrived == []
    clock.advance(minutes=3)
    letters.once()
    assert len(server.arrived) == 1


def test_an_address_that_is_refused_for_good_is_written_to_no_more(
    container: Container, server: Server
) -> None:
    letters, candidate = letters_over(container, server), with_mail(container)
    server.fails = lambda _n: MailRefused("5.1.1")
    candidate.until_waiting()
    rejected(container, candidate)
    letters.once()
    server.fails = lambda _n: None
    assert letters.log.unreachable(candidate.account) == [(Channel.MAIL, "w***@example.com")]
    candidate.does(c.RequestReview)
    approved(container, candidate)
    letters.once()
    assert server.arrived == []
    assert kinds(letters, candidate)[:2] == [
        (LetterKind.REJECTED, "bounced", "refused"),
        (LetterKind.APPROVED, "dropped", "suppressed"),
    ]
    with container.database.transaction() as connection:
        container.accounts.set_contact(connection, candidate.account, "email", "new@example.com")
    candidate.pays()
    letters.once()
    assert [one.to for one in server.arrived] == ["new@example.com"]


def test_it_comes_in_the_language_of_the_account(container: Container, server: Server) -> None:
    letters, candidate = letters_over(container, server), with_mail(container)
    letters.choices.set(candidate.account, {(LetterKind.SEATED, Channel.MAIL)}, LetterLanguage.ENGLISH)
    candidate.until_waiting()
    rejected(container, candidate)
    letters.once()
    mail = server.arrived[0].mail
    assert mail.title == "Your registration was not approved: please correct it"
    assert "审核" not in mail.text + mail.html
    assert mail.html.startswith('<!doctype html><html lang="en">')


def test_what_happened_before_letters_began_is_not_told(container: Container, server: Server) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    from sqlalchemy import delete

    from ncre.operational.letters import letter_progress

    with container.database.transaction() as connection:
        connection.execute(delete(letter_progress))
    letters_over(container, server).once()
    assert server.arrived == []


def test_an_account_without_an_address_gets_nothing_and_the_log_says_why(
    container: Container, server: Server
) -> None:
    from tests.support.people import somebody

    letters, candidate = letters_over(container, server), somebody(container)
    candidate.until_waiting()
    container.command_handler.handle(c.Approve(registration=candidate.id, actor=REVIEWER))
    letters.once()
    assert (LetterKind.APPROVED, "dropped", "no-address") in kinds(letters, candidate)
