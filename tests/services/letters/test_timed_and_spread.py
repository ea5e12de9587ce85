"""Letters of seats, of the day before, of refunds, of a revised round; and what an erasure leaves of letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from ncre.bootstrap import Container
from ncre.domain.exam.revision import Change, ChangeKind
from ncre.domain.letters.kinds import LetterKind
from ncre.domain.registration import commands as c
from ncre.domain.registration.commands import PaidFee
from ncre.domain.registration.vocabulary import Role
from ncre.events import registration as facts
from ncre.handlers.command_handler import Act
from ncre.identity.letters.choices import letter_choices
from ncre.operational.letters import letter_addresses, letters
from ncre.projections.exam.holders import holders
from ncre.projections.registration import registrations
from ncre.services.exam.calling_off_request import CallOff
from ncre.services.exam.revision_commands import Revise
from ncre.services.letters import planning
from ncre.services.letters.assembly import LetterServices
from ncre.services.letters.round_changes import RoundChanges, _holder
from tests.services.letters.post import Server, kinds, letters_over, with_mail
from tests.services.letters.reports import report
from tests.support.people import LIQIANG, NOW, OFFICE, ROUND, SITE, Candidate, Clock, approved, rejected

STARTS = NOW + timedelta(days=30)


def seats(container: Container, candidate: Candidate, *starts: object) -> None:
    """Both subjects of the candidate get seats, by one command."""
    handler = container.command_handler
    given = [
        facts.SeatAssigned(
            subject, f"{subject}24420019010105", 1, "机房一", 5, 1, at, at + timedelta(hours=2)
        )
        for subject, at in zip(("66", "67"), starts, strict=True)
    ]
    with container.database.transaction() as connection:
        version = handler.store.version(connection, candidate.id)
        handler.record(connection, Act(OFFICE, uuid4()), candidate.id, version, given, candidate.account.id)


def titles(server: Server) -> list[str]:
    return [one.title.partition(" / ")[0] for one in server.read]


def test_two_seats_of_one_command_are_one_letter_and_each_day_has_its_eve(
    container: Container, server: Server, post: LetterServices, paid: Candidate, clock: Clock
) -> None:
    seats(container, paid, STARTS, STARTS + timedelta(days=1))
    post.once()
    assert titles(server) == ["考场和座位已编排"]
    assert "机房一" in server.arrived[0].text
    clock.now = STARTS - timedelta(days=1, hours=3)
    post.once()
    assert len(server.arrived) == 1
    clock.now = STARTS - timedelta(hours=20)
    post.once()
    clock.advance(days=1)
    post.once()
    days = [one.partition("（")[2].partition("）")[0] for one in titles(server)[1:]]
    assert days == [(STARTS + timedelta(days=more)).strftime("%Y-%m-%d") for more in (0, 1)]


def test_an_eve_follows_a_seat_that_is_assigned_anew(
    container: Container, server: Server, post: LetterServices, paid: Candidate, clock: Clock
) -> None:
    seats(container, paid, STARTS, STARTS)
    post.once()
    seats(container, paid, STARTS + timedelta(days=2), STARTS + timedelta(days=2))
    clock.now = STARTS - timedelta(hours=20)
    post.once()
    clock.advance(days=2)
    post.once()
    day = (STARTS + timedelta(days=2)).strftime("%Y-%m-%d")
    assert [one for one in titles(server) if "明天" in one] == [f"明天（{day}）考试"]
    assert (LetterKind.EXAM_TOMORROW, "dropped", "passed") in kinds(post, paid)


def test_who_was_cancelled_gets_no_eve_but_the_news_of_the_money(
    container: Container, server: Server, post: LetterServices, paid: Candidate, clock: Clock
) -> None:
    seats(container, paid, STARTS, STARTS)
    container.changes.carry_out(
        c.Cancel(
            registration=paid.id,
            actor=OFFICE,
            reason="重复报名",
            money=c.PaidFee.REFUND,
            money_reason="考点的错",
        )
    )
    for _ in range(3):
        container.worker.once()
        clock.advance(minutes=10)
    post.once()
    assert sorted(titles(server)) == ["您的报名已取消", "款项已退回"]
    assert all("160.00" in one.text for one in server.arrived)
    clock.now = STARTS - timedelta(hours=20)
    post.once()
    assert len(server.arrived) == 2


def moves_site(container: Container, address: str) -> None:
    wanted = container.revisions.wanted(ROUND)
    sites = tuple(replace(one, address=address) if one.code == SITE else one for one in wanted.sites)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(wanted, sites=sites), why="迁址"))


def test_a_change_of_the_round_is_told_to_whom_it_touches_in_portions(
    container: Container,
    server: Server,
    post: LetterServices,
    paid: Candidate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planning, "PORTION", 1)
    other = Candidate(container, with_mail(container, "liqiang").account, LIQIANG)
    other.agrees()
    moves_site(container, "乙路 2 号")
    post.once()
    assert [(one.to, one.title.partition(" / ")[0]) for one in server.read] == [
        ("wenjing@example.com", "考次安排有变动")
    ]
    assert "乙路 2 号" in server.arrived[0].text


def test_a_letter_weighs_a_registration_as_the_revision_did(container: Container, paid: Candidate) -> None:
    """With its seats and the province of its site: a fee of that province is told to whoever pays it there."""
    container.seating.seat(ROUND, SITE, OFFICE)
    unpaid = Candidate(container, with_mail(container, "liqiang").account, LIQIANG)
    unpaid.until_waiting()
    changes = RoundChanges(container.command_handler)
    fees = {
        item: Change(ChangeKind.FEE, item=item, after="90.00") for item in ("2 湖北", "2 ≠湖北", "2 山西")
    }
    with container.database.reading() as connection:
        site = container.command_handler.exams.site(connection, ROUND, SITE)
        weighed = {one.id: one for one in holders(connection, ROUND, [SITE], container.clock())}
        for one in (paid, unpaid):
            row = registrations.one(connection, one.id)
            assert row is not None
            mine, theirs = _holder(connection, row, site, container.clock()), weighed[one.id]
            assert set(mine.seats) == set(theirs.seats)
            assert replace(mine, seats=()) == replace(theirs, seats=())
        assert weighed[paid.id].seats
        assert weighed[unpaid.id].province == "湖北"
        assert changes.of(connection, row, fees.values()) == [fees["2 湖北"]]


def test_a_site_that_is_closed_is_told_unless_it_was_called_off_as_a_whole(
    container: Container, paid: Candidate
) -> None:
    changes = RoundChanges(container.command_handler)
    closed, moved = Change(ChangeKind.SITE_CLOSED, SITE), Change(ChangeKind.SITE_ADDRESS, SITE)

    def touching() -> list[Change]:
        with container.database.reading() as connection:
            row = registrations.one(connection, paid.id)
            assert row is not None
            return changes.of(connection, row, [closed, moved])

    assert touching() == [closed, moved]
    shown = container.calling_off.preview(ROUND, SITE)
    container.calling_off.begin(
        CallOff(
            actor=OFFICE,
            round=ROUND,
            site=SITE,
            to="",
            money=PaidFee.KEEP,
            why="停电",
            seen=shown.mark,
            command_id=uuid4(),
        )
    )
    assert touching() == [moved]


def test_of_two_changes_of_one_thing_the_newer_is_told(
    container: Container, server: Server, post: LetterServices, paid: Candidate
) -> None:
    moves_site(container, "乙路 2 号")
    moves_site(container, "丙路 3 号")
    post.once()
    assert len(server.arrived) == 1
    assert "→ 丙路 3 号" in server.arrived[0].text
    assert (LetterKind.ROUND_CHANGED, "dropped", "passed") in kinds(post, paid)


def test_an_erased_person_leaves_no_letter_and_gets_none(
    container: Container, server: Server, post: LetterServices, clock: Clock
) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    rejected(container, candidate)
    post.once()
    post.bounces.take(report(server.arrived[0].mail.envelope))
    post.choices.set(candidate.account, set(), post.choices.language_of(candidate.account))
    server.arrived.clear()
    erasure = container.erasures.erasure
    erasure.erase(erasure.of_account(candidate.account.id), "本人来信 2027-15", OFFICE)
    with container.database.reading() as connection:
        for table in (letters, letter_addresses, letter_choices):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0, table
    clock.advance(days=2)
    post.once()
    assert server.arrived == []
    assert candidate.account.role is Role.CANDIDATE


def test_no_address_stands_in_the_outbox(
    container: Container, server: Server, post: LetterServices, paid: Candidate
) -> None:
    with container.database.reading() as connection:
        rows = connection.execute(select(letters)).all()
    assert rows
    assert "example.com" not in repr(rows)


def test_nothing_private_is_logged(
    container: Container, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    from ncre.clients.mail import MailNotSent

    post, candidate = letters_over(container, server), with_mail(container)
    server.fails = lambda _n: MailNotSent("mail.example: TimeoutError")
    candidate.until_waiting()
    approved(container, candidate)
    with caplog.at_level("DEBUG"):
        post.once()
    assert "put off" in caplog.text
    for private in ("wenjing@example.com", "欧阳文静", candidate.details.document_number):
        assert private not in caplog.text


def test_what_happened_before_a_revision_is_told_though_both_are_read_at_once(
    container: Container, server: Server, post: LetterServices, paid: Candidate
) -> None:
    seats(container, paid, STARTS, STARTS)
    moves_site(container, "乙路 2 号")
    post.once()
    told = {kind for kind, state, _ in kinds(post, paid) if state == "sent"}
    assert {LetterKind.SEATED, LetterKind.ROUND_CHANGED} <= told
