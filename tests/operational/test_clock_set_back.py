"""Working notes of a clock that stood days ahead, once it is set right: nothing is held, put off or open until it catches up."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import pytest

from ncre.bootstrap import Container
from ncre.clients.mail import MailNotSent
from ncre.clients.webhook_sender import NotSent, WebhookSender
from ncre.domain.letters.kinds import Channel
from ncre.domain.registration.vocabulary import Role, Step
from ncre.handlers.command_handler import Act
from ncre.identity.accounts import Account
from ncre.operational import review_runs
from ncre.operational.export_jobs import ExportJobs
from ncre.services.exports.exports import ExportRequest
from ncre.services.registration.case_request import CaseRequest
from ncre.services.review.bulk import Chosen
from tests.services.exports.test_exports import every
from tests.services.integration.test_webhooks import Sending, receiver
from tests.services.letters.post import Server, letters_over, with_mail
from tests.support.people import SITE, Candidate, Clock, somebody
from tests.support.receiver import Receiver

__all__ = ["receiver"]

AHEAD: Final = timedelta(days=3)


def staff(container: Container, name: str, role: Role = Role.REVIEWER) -> Account:
    return container.accounts.add(name, "kept in these tests alone", role, frozenset({SITE}))


@pytest.fixture
def case(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def test_a_claim_keeps_nobody_from_a_case_until_the_clock_catches_up(
    container: Container, case: Candidate, clock: Clock
) -> None:
    li, wang, claims = staff(container, "li"), staff(container, "wang"), container.review_claims
    row = container.queries.cases.row(case.id)
    assert row is not None
    clock.now += AHEAD
    claims.take(row, li)
    clock.now -= AHEAD
    assert claims.of([case.id]) == {}
    assert claims.held() == []
    taken = claims.take(row, wang)
    assert taken is not None
    assert taken.account == wang.id
    clock.advance(minutes=-4)  # machines of one installation may differ by so much
    assert claims.of([case.id])[case.id].account == wang.id


def test_a_bulk_run_whose_process_died_goes_on(container: Container, case: Candidate, clock: Clock) -> None:
    li, bulk = staff(container, "li"), container.bulk_review
    run = bulk.prepare(uuid4(), li, Step.APPROVE, [Chosen(case.id, 5, "1")]).id
    bulk.start(li, run)
    clock.now += AHEAD
    with container.database.transaction() as connection:
        assert review_runs.lease(connection, run, clock(), clock() + review_runs.LEASE)
    assert bulk.carry_on(run, 5) == 0
    clock.now -= AHEAD
    assert bulk.carry_on(run, 5) == 1


def test_a_second_look_that_nobody_ended_is_free(container: Container, case: Candidate, clock: Clock) -> None:
    li, wang, zhao = (staff(container, name) for name in ("li", "wang", "zhao"))
    container.second_looks.set_rates(staff(container, "boss", Role.OFFICE), [SITE], 1000)
    container.registrations.approve(CaseRequest(registration=case.id, actor=li.actor, seen=5))
    clock.now += AHEAD
    assert container.second_looks.take(wang) is not None
    assert container.second_looks.take(zhao) is None
    clock.now -= AHEAD
    assert container.second_looks.take(zhao) is not None


def test_letters_that_were_put_off_or_taken_go_out_within_the_hour(
    container: Container, clock: Clock
) -> None:
    server = Server()
    letters, candidate = letters_over(container, server), with_mail(container)
    candidate.until_waiting()
    container.registrations.reject(
        CaseRequest(registration=candidate.id, actor=staff(container, "li").actor, seen=5), ("P01",), ""
    )
    server.fails = lambda _n: MailNotSent("down")
    letters.once()
    clock.advance(hours=20)
    letters.once()
    assert server.arrived == []
    clock.advance(hours=-20)
    server.fails = lambda _n: None
    clock.advance(hours=1)
    letters.sending.tidy(clock())
    assert letters.sending.once(Channel.MAIL) == 1
    assert len(server.arrived) == 1


def test_letters_that_are_due_later_stay_so(container: Container, clock: Clock) -> None:
    server = Server()
    letters, candidate = letters_over(container, server), with_mail(container)
    candidate.until_waiting()
    container.registrations.approve(
        CaseRequest(registration=candidate.id, actor=staff(container, "li").actor, seen=5)
    )
    letters.once()
    sent = len(server.arrived)
    letters.sending.tidy(clock())
    assert letters.sending.once(Channel.MAIL) == 0
    assert len(server.arrived) == sent


class Down(WebhookSender):
    """A receiver that can be switched off."""

    off = True

    def send(self, url: str, headers: dict[str, str], body: bytes) -> object:  # type: ignore[override]
        if self.off:
            raise NotSent("down")
        return super().send(url, headers, body)


def test_events_that_were_put_off_go_out_within_the_hour(
    container: Container, clock: Clock, receiver: Receiver
) -> None:
    sender = Down(lambda _address: True)
    sending, candidate = Sending(container, receiver, sender), somebody(container)
    candidate.agrees()
    clock.now += AHEAD
    sending.dispatcher.once()
    clock.now -= AHEAD
    sender.off = False
    clock.advance(hours=1)
    sending.dispatcher.tidy(clock() - timedelta(days=7))
    sending.dispatcher.once()
    assert len(receiver.got) == 1


@pytest.fixture
def office(container: Container) -> Act:
    return Act(staff(container, "kaowu", Role.OFFICE).actor)


def test_an_export_whose_worker_died_is_taken_up_by_another(
    container: Container, clock: Clock, office: Act
) -> None:
    export = container.exports.request(office, ExportRequest("candidates", "csv", "", every("candidates")))
    clock.now += AHEAD
    jobs = ExportJobs(container.database, clock)
    assert jobs.take() is not None
    clock.now -= AHEAD
    taken = jobs.take()
    assert taken is not None
    assert taken["id"] == export


def test_a_file_does_not_live_longer_and_the_daily_one_is_made_again(
    container: Container, clock: Clock, office: Act
) -> None:
    request = ExportRequest("candidates", "csv", "", every("candidates"))
    container.exports.schedule(office, request, "00:30")
    account = UUID(office.actor.id)
    clock.now += AHEAD
    container.worker.once()
    assert [job["state"] for job in container.exports.of(account)[0]] == ["done"]
    clock.now -= AHEAD
    container.exports.tidy(clock())
    assert [job["state"] for job in container.exports.of(account)[0]] == ["removed"]
    clock.advance(days=1)
    container.worker.once()
    assert sorted(job["state"] for job in container.exports.of(account)[0]) == ["done", "removed"]
