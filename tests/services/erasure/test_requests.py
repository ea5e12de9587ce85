"""The owner of an account asks to be erased; the exam office carries it out or declines with a date."""

from __future__ import annotations

import pytest

from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from tests.services.erasure.traces import SAID, Traced, found
from tests.support.people import OFFICE, REVIEWER

WHY = "本人申请"


def test_asking_twice_is_once_and_it_can_be_taken_back(container: Container, traced: Traced) -> None:
    requests = container.erasures.requests
    requests.ask(traced.account)
    newest = container.command_handler.store.newest()
    requests.ask(traced.account)
    assert container.command_handler.store.newest() == newest
    assert [row["account"] for row in requests.waiting()] == [traced.account.id]
    assert requests.of(traced.account).is_waiting
    requests.take_back(traced.account)
    assert requests.waiting() == []
    with pytest.raises(Refusal) as refusal:
        requests.decline(traced.account.id, WHY, OFFICE)
    assert refusal.value.code is RefusalCode.ERASURE_NOT_ASKED


def test_the_office_carries_it_out(container: Container, traced: Traced) -> None:
    requests = container.erasures.requests
    requests.ask(traced.account)
    assert requests.preview(traced.account.id).photos == 1
    requests.carry_out(traced.account.id, WHY, OFFICE)
    assert requests.waiting() == []
    container.worker.once()
    assert found(container, traced.photo) == []


def test_while_a_paid_round_runs_it_is_declined_with_the_date_and_the_owner_is_told(
    container: Container, traced: Traced
) -> None:
    traced.pays()
    requests = container.erasures.requests
    requests.ask(traced.account)
    possible = requests.of(traced.account).possible_from
    assert possible is not None
    shown = requests.preview(traced.account.id)
    number = traced.container.queries.cases.of_account(traced.account.id)[0]["number"]
    assert [(one.registration, one.number, one.until) for one in shown.holds] == [
        (traced.id, number, possible)
    ]
    assert (shown.possible_from, shown.is_erased, list(shown.ends)) == (possible, False, [])
    with pytest.raises(Refusal) as refusal:
        requests.carry_out(traced.account.id, WHY, OFFICE)
    assert refusal.value.code is RefusalCode.ERASURE_HELD
    for why, by, code in (
        ("", OFFICE, RefusalCode.WHY_MISSING),
        (f"{SAID.name}已缴费", OFFICE, RefusalCode.ERASURE_WHY_PRIVATE),
        ("已缴费", REVIEWER, RefusalCode.NOT_YOUR_ROLE),
    ):
        with pytest.raises(Refusal) as refusal:
            requests.decline(traced.account.id, why, by)
        assert refusal.value.code is code
    requests.decline(traced.account.id, "考次未结束", OFFICE)
    row = requests.of(traced.account).row
    assert row is not None
    assert (row["state"], row["possible_from"]) == ("declined", possible)
    assert container.outbox is not None
    assert any("考次未结束" in letter.text for letter in container.outbox.newest())


def test_staff_cannot_ask(container: Container) -> None:
    staff = container.accounts.add("staff", "a password of staff", Role.AUDITOR)
    with pytest.raises(Refusal) as refusal:
        container.erasures.requests.ask(staff)
    assert refusal.value.code is RefusalCode.ERASURE_OF_STAFF
