"""The door: one command, one transaction, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.lifecycle import Status
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events.registration import PaymentUnusable
from ncre.gateways.payment import ChannelSilent, Paid
from ncre.projections import refunds, registrations, seats, tickets, timeline
from ncre.projections.upkeep import check
from tests.houses import house_on, open_round
from tests.people import (
    LIQIANG,
    OFFICE,
    REVIEWER,
    ROUND,
    SITE,
    WENJING,
    Candidate,
    Clock,
    approved,
    rejected,
    somebody,
)


@pytest.fixture
def here(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[House]:
    """A house on SQLite, then on PostgreSQL."""
    house = house_on(database_url, tmp_path / "here", clock)
    open_round(house)
    yield house
    assert rows_agree(house)
    house.close()


def rows_agree(house: House) -> bool:
    return not check(house.database, house.application.store, house.application.listeners)


def row_of(house: House, candidate: Candidate) -> registrations.Row:
    with house.database.reading() as connection:
        row = registrations.one(connection, candidate.id)
    assert row is not None
    return row


def left(house: House, subject: str, site: str = SITE) -> int:
    with house.database.reading() as connection:
        found = house.application.exams.site(connection, ROUND, site)
        assert found is not None
        return seats.seats_left(connection, house.application.claims, ROUND, found)[subject].left


def test_a_registration_goes_all_the_way(here: House) -> None:
    wenjing = somebody(here)
    assert wenjing.until_waiting().status is Status.PENDING_REVIEW
    assert rejected(here, wenjing).status is Status.REJECTED
    assert wenjing.requests_review().status is Status.PENDING_REVIEW
    assert approved(here, wenjing).status is Status.APPROVED
    assert wenjing.pays().status is Status.PAID
    confirmed = here.application.handle(c.Confirm(registration=wenjing.id, actor=REVIEWER))
    assert confirmed.status is Status.CONFIRMED
    seated = here.office.seat(ROUND, SITE, OFFICE)
    assert (seated.people, seated.sittings) == (1, 2)
    assert here.papers.ticket(wenjing.id).pdf.startswith(b"%PDF")


def test_a_page_read_after_a_command_is_current(here: House) -> None:
    wenjing = somebody(here)
    wenjing.agrees()
    wenjing.fills()
    row = row_of(here, wenjing)
    assert (row["status"], row["version"], row["name_masked"]) == ("info-filled", 2, "欧**")


def test_a_command_sent_twice_happens_once(here: House) -> None:
    wenjing = somebody(here)
    wenjing.agrees()
    person = here.people.person(WENJING.document_type, WENJING.document_number)
    fill = c.FillInfo(**wenjing.asking, details=WENJING, person=person, seen=1)
    assert here.application.handle(fill).version == 2
    assert here.application.handle(fill).version == 2


def test_a_refused_command_leaves_nothing_behind(here: House) -> None:
    wenjing = somebody(here)
    wenjing.agrees()
    wenjing.fills()
    with pytest.raises(Refusal):
        wenjing.submits(subjects=("66", "17", "99"))
    assert row_of(here, wenjing)["number"] is None
    assert wenjing.submits().number == "78420019000001"


def test_a_person_has_one_place_in_a_round(here: House) -> None:
    first, second = somebody(here), somebody(here, "second")
    first.agrees()
    first.fills()
    second.agrees()
    with pytest.raises(Refusal) as refused:
        second.fills()
    assert refused.value.code is RefusalCode.PLACE_TAKEN
    first.does(c.Withdraw)
    assert second.fills().status is Status.INFO_FILLED


def test_amending_to_another_document_frees_the_old_place(here: House) -> None:
    first, second = somebody(here), somebody(here, "second")
    first.agrees()
    first.fills()
    person = here.people.person(LIQIANG.document_type, LIQIANG.document_number)
    first.does(c.AmendInfo, details=LIQIANG, person=person)
    second.agrees()
    assert second.fills().status is Status.INFO_FILLED


def test_a_seat_taken_is_a_seat_less_and_comes_back(here: House) -> None:
    wenjing, before = somebody(here), left(here, "17")
    wenjing.agrees()
    wenjing.fills()
    wenjing.submits(subjects=("17", "66"))
    assert left(here, "17") == before - 1
    wenjing.does(c.ChangeSubjects, site=SITE, subjects=("66",))
    assert left(here, "17") == before
    wenjing.does(c.Withdraw)
    assert left(here, "66") == 30


def test_a_full_subject_is_refused_and_nothing_changes(here: House) -> None:
    """The bundled round keeps two seats in subject 17 at 420019."""
    candidates = []
    for number in range(3):
        digits = f"4201152006031{50 + 2 * number:04}"
        details = replace(LIQIANG, document_number=digits, document_typed=digits)
        candidate = somebody(here, f"candidate {number}", details)
        candidate.agrees()
        candidate.fills()
        candidates.append(candidate)
    for candidate in candidates[:2]:
        candidate.submits(subjects=("17",))
    with pytest.raises(Refusal) as refused:
        candidates[2].submits(subjects=("16", "17"))
    assert refused.value.code is RefusalCode.SUBJECT_FULL
    assert refused.value.particulars == {"subject": "17"}
    assert left(here, "16") == 100


def test_who_acts_on_an_old_page_is_told(here: House) -> None:
    wenjing = somebody(here)
    wenjing.until_waiting()
    approve = c.Approve(registration=wenjing.id, actor=REVIEWER, seen=4)
    with pytest.raises(Refusal) as refused:
        here.application.handle(approve)
    assert refused.value.code is RefusalCode.OUT_OF_DATE


def test_an_unpaid_registration_lapses_and_its_seats_are_free(here: House, clock: Clock) -> None:
    wenjing, before = somebody(here), left(here, "66")
    wenjing.until_waiting()
    approved(here, wenjing)
    clock.advance(hours=24)
    assert here.worker.once().lapsed == 0
    clock.advance(seconds=1)
    assert here.worker.once().lapsed == 1
    assert row_of(here, wenjing)["status"] == "lapsed"
    assert left(here, "66") == before
    assert wenjing.submits().status is Status.SUBMITTED


def test_who_paid_in_the_last_second_does_not_lapse(here: House, clock: Clock) -> None:
    wenjing = somebody(here)
    wenjing.until_waiting()
    approved(here, wenjing)
    order = here.money.pay(wenjing.id).rsplit("/", 1)[1]
    here.till.pay(order)
    clock.advance(hours=25)
    did = here.worker.once()
    assert (did.found_paid, did.lapsed) == (1, 0)
    assert row_of(here, wenjing)["status"] == "paid"


def test_nothing_lapses_while_the_channel_is_silent(
    here: House, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wenjing = somebody(here)
    wenjing.until_waiting()
    approved(here, wenjing)
    clock.advance(hours=25)

    def silent(_order: str) -> Paid | None:
        raise ChannelSilent

    monkeypatch.setattr(here.till, "close", silent)
    did = here.worker.once()
    assert (did.put_off, did.lapsed) == (1, 0)
    assert row_of(here, wenjing)["status"] == "approved"


def news(candidate: Candidate, order: str, trade: str, amount: int = 16000) -> Paid:
    return Paid(order, candidate.id, "till", trade, amount, candidate.house.clock())


def test_money_that_cannot_be_used_goes_back_once(here: House) -> None:
    wenjing = somebody(here)
    wenjing.until_waiting()
    approved(here, wenjing)
    wenjing.pays()
    order = row_of(here, wenjing)["payment"]["order"]
    for _ in range(2):
        here.money.receive(news(wenjing, order, "paid twice"))
    with here.database.reading() as connection:
        (owed,) = refunds.outstanding(connection)
    assert (owed["trade"], owed["reason"]) == ("paid twice", "duplicate")
    assert here.worker.once().sent_back == 1
    assert here.worker.once().sent_back == 0
    with here.database.reading() as connection:
        assert refunds.outstanding(connection) == []


def test_late_news_finds_its_seat_gone_and_the_money_is_owed_back(
    database_url: str, tmp_path: Path, clock: Clock
) -> None:
    house = house_on(database_url, tmp_path / "small", clock)
    open_round(house, quota=1)
    first, second = somebody(house), somebody(house, "second", LIQIANG)
    first.until_waiting()
    approved(house, first)
    order = house.money.pay(first.id).rsplit("/", 1)[1]
    paid = Paid(order, first.id, "till", "late", 16000, clock())
    clock.advance(hours=25)
    house.worker.once()
    second.agrees()
    second.fills()
    second.submits()
    after = house.money.receive(paid)
    assert (after.status, after.owed) == (Status.LAPSED, frozenset({"late"}))
    with house.database.reading() as connection:
        last = house.application.store.history(connection, first.id)[-1]
    assert isinstance(last, PaymentUnusable)
    assert last.reason == "seat-gone"
    house.close()


def test_a_look_at_private_details_stands_in_the_history(here: House) -> None:
    wenjing = somebody(here)
    wenjing.until_waiting()
    here.application.look(wenjing.id, REVIEWER, "review")
    here.application.look(wenjing.id, REVIEWER, "review")
    with here.database.reading() as connection:
        story = timeline.story(connection, wenjing.id)
    looks = [told for told in story if told["topic"] == "access.details_viewed"]
    assert [look["actor"] for look in looks] == [REVIEWER.id] * 2
    assert row_of(here, wenjing)["version"] == 5


def test_seating_again_moves_nobody(here: House) -> None:
    first, second = somebody(here), somebody(here, "second", LIQIANG)
    for candidate in (first, second):
        candidate.until_waiting()
        approved(here, candidate)
    first.pays()
    here.office.seat(ROUND, SITE, OFFICE)
    with here.database.reading() as connection:
        before = tickets.seats_of(connection, first.id)
    second.pays()
    assert here.office.seat(ROUND, SITE, OFFICE).people == 1
    with here.database.reading() as connection:
        assert tickets.seats_of(connection, first.id) == before
        assert len({seat["ticket"] for seat in tickets.taken_at(connection, ROUND, SITE)}) == 4


def test_a_withdrawn_candidate_may_begin_again(here: House) -> None:
    wenjing = somebody(here)
    wenjing.agrees()
    wenjing.fills()
    wenjing.does(c.Withdraw)
    again = Candidate(here, wenjing.account, WENJING, ordinal=2)
    again.agrees()
    assert again.fills().status is Status.INFO_FILLED


def test_planning_a_round_twice_changes_nothing(here: House) -> None:
    before = here.application.store.newest()
    open_round(here)
    assert here.application.store.newest() == before


def test_an_unknown_registration_is_refused(here: House) -> None:
    withdraw = c.Withdraw(registration=uuid4(), actor=OFFICE)
    with pytest.raises(Refusal):
        here.application.handle(withdraw)
