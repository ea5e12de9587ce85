"""A registration moves to another account of the same person: upon evidence, told to both, and nothing is lost."""

from __future__ import annotations

from uuid import UUID

import pytest

from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import Registration
from ncre.events.passport import stream_of
from ncre.events.registration import Moved
from ncre.passport.accounts import Account
from ncre.projections import record, registrations, timeline
from tests.people import (
    LIQIANG,
    OFFICE,
    REVIEWER,
    ROUND,
    WENJING,
    Candidate,
    approved,
    portrait,
    somebody,
)

EVIDENCE = "核对了身份证原件和本人，申请书 2027-15"


@pytest.fixture
def lost(house: House) -> Candidate:
    """Somebody who registered and cannot get back into the account."""
    candidate = somebody(house)
    candidate.until_waiting()
    return candidate


@pytest.fixture
def found(house: House) -> Account:
    """The other account of the same person."""
    account = somebody(house, "wenjing-2").account
    with house.database.transaction() as connection:
        house.accounts.set_contact(connection, account, "email", "second@example.com")
    return account


def move(house: House, candidate: Candidate, to: Account, evidence: str = EVIDENCE) -> Registration:
    return house.moving.move(c.Move(registration=candidate.id, actor=OFFICE, to=to.id, evidence=evidence))


def newest(house: House, account: Account) -> UUID | None:
    with house.database.reading() as connection:
        row = registrations.newest_of(connection, account.id, ROUND)
    return row["id"] if row else None


def refused(house: House, candidate: Candidate, to: Account, evidence: str = EVIDENCE) -> RefusalCode:
    before = house.application.store.newest()
    with pytest.raises(Refusal) as refusal:
        move(house, candidate, to, evidence)
    assert house.application.store.newest() == before
    return refusal.value.code


def test_it_belongs_to_the_other_account_and_goes_on_from_there(
    house: House, lost: Candidate, found: Account
) -> None:
    before = lost.house.application.handle(c.Approve(registration=lost.id, actor=REVIEWER))
    after = move(house, lost, found)
    assert (after.status, after.candidate, after.version) == (before.status, found.id, before.version + 1)
    assert newest(house, found) == lost.id
    assert newest(house, lost.account) is None
    with pytest.raises(Refusal) as refusal:
        lost.does(c.Withdraw)
    assert refusal.value.code is RefusalCode.NOT_YOURS
    lost.account = found
    lost.pays()
    assert house.application.handle(c.Confirm(registration=lost.id, actor=REVIEWER)).settled_trade


def test_what_was_sealed_opens_afterwards_and_what_comes_is_sealed_under_the_same_key(
    house: House, lost: Candidate, found: Account
) -> None:
    with house.database.reading() as connection:
        row = registrations.one(connection, lost.id)
    assert row is not None
    move(house, lost, found)
    assert house.people.details(lost.id, row["details_version"]) == WENJING
    house.application.handle(c.Reject(registration=lost.id, actor=REVIEWER, reasons=("P01",), note="请更换"))
    lost.account = found
    photo = house.photos.take_in(row["sealed_for"], portrait()).photo
    lost.does(c.ReplacePhoto, photo=photo)
    with house.database.reading() as connection:
        history = house.application.store.history(connection, lost.id)
    assert {fact.stamp.subject for fact in history} == {row["sealed_for"]}
    assert house.photos.show(row["sealed_for"], photo.digest)


def test_the_evidence_is_sealed_and_an_auditor_reads_it(
    house: House, lost: Candidate, found: Account
) -> None:
    move(house, lost, found)
    with house.database.reading() as connection:
        shut = house.application.store.history(connection, lost.id, opened=False)
        history = house.application.store.history(connection, lost.id)
        story = timeline.story(connection, lost.id)
    assert not isinstance(shut[-1], Moved) or shut[-1].evidence != EVIDENCE
    standing = record.standing(history)
    assert standing is not None
    assert record.shown(standing, "zh", opened=True)["evidence"] == EVIDENCE
    assert EVIDENCE not in record.shown(standing, "zh")["evidence"]
    assert story[-1]["zh"] == "考务办公室核对证据后，把报名转到了考生本人的另一账号。"


def test_both_accounts_are_told(house: House, lost: Candidate, found: Account) -> None:
    with house.database.transaction() as connection:
        house.accounts.set_contact(connection, lost.account, "email", "first@example.com")
    after = move(house, lost, found)
    assert house.outbox is not None
    letters = {letter.to: letter.text for letter in house.outbox.newest()}
    assert f"把您的报名转到了您的另一账号（报名号 {after.number}）" in letters["first@example.com"]
    assert f"把您在另一账号的报名转到了本账号（报名号 {after.number}）" in letters["second@example.com"]
    for account, said in ((lost.account, "转到了您的另一账号"), (found, "转到了本账号")):
        with house.database.reading() as connection:
            newest_told = timeline.story(connection, stream_of(account.id))[-1]
        assert said in newest_told["zh"]
        assert newest_told["actor"] == OFFICE.id


def test_moved_twice_it_moved_once(house: House, lost: Candidate, found: Account) -> None:
    asked = c.Move(registration=lost.id, actor=OFFICE, to=found.id, evidence=EVIDENCE)
    after = house.moving.move(asked)
    assert house.moving.move(asked).version == after.version
    assert move(house, lost, found).version == after.version
    assert house.outbox is not None
    assert len(house.outbox.newest()) == 1


def test_the_account_it_left_may_begin_anew_but_its_person_has_one_place(
    house: House, lost: Candidate, found: Account
) -> None:
    move(house, lost, found)
    with house.database.reading() as connection:
        assert registrations.next_ordinal(connection, lost.account.id, ROUND) == 2
        assert registrations.next_ordinal(connection, found.id, ROUND) == 1
    anew = Candidate(house, lost.account, ordinal=2)
    anew.agrees()
    with pytest.raises(Refusal) as refusal:
        anew.fills()
    assert refusal.value.code is RefusalCode.PLACE_TAKEN
    anew.details = LIQIANG
    anew.fills()
    assert newest(house, lost.account) == anew.id
    with pytest.raises(Refusal) as late:
        lost.agrees()
    assert late.value.code is RefusalCode.NOT_YOURS


def test_an_account_that_gave_its_own_up_takes_it_and_shows_it_first(
    house: House, lost: Candidate, found: Account
) -> None:
    own = Candidate(house, found)
    own.agrees()
    assert refused(house, lost, found) is RefusalCode.ACCOUNT_BUSY
    own.does(c.Withdraw)
    move(house, lost, found)
    assert newest(house, found) == lost.id


def test_it_does_not_move_to_an_account_whose_details_are_somebody_else_s(
    house: House, lost: Candidate, found: Account
) -> None:
    house.profiles.keep(found, LIQIANG)
    assert refused(house, lost, found) is RefusalCode.OTHER_PERSON
    house.profiles.keep(found, WENJING)
    move(house, lost, found)
    assert newest(house, found) == lost.id


def test_it_moves_to_a_candidate_s_account_that_is_there(
    house: House, lost: Candidate, found: Account
) -> None:
    for name in ("", "nobody", "office@example.com"):
        with pytest.raises(Refusal) as refusal:
            house.moving.target(name)
        assert refusal.value.code is RefusalCode.ACCOUNT_UNKNOWN
    with house.database.transaction() as connection:
        house.accounts.close(connection, found.id)
    assert refused(house, lost, found) is RefusalCode.ACCOUNT_UNKNOWN


def test_it_needs_evidence_and_the_exam_office(house: House, lost: Candidate, found: Account) -> None:
    assert refused(house, lost, found, "  ") is RefusalCode.EVIDENCE_MISSING
    for actor in (REVIEWER, lost.account.actor, found.actor):
        with pytest.raises(Refusal) as refusal:
            house.moving.move(c.Move(registration=lost.id, actor=actor, to=found.id, evidence=EVIDENCE))
        assert refusal.value.code is RefusalCode.NOT_YOUR_ROLE


def test_what_was_given_up_stays_where_it_is(house: House, found: Account) -> None:
    candidate = somebody(house)
    candidate.agrees()
    candidate.does(c.Withdraw)
    assert refused(house, candidate, found) is RefusalCode.OUT_OF_TURN


def test_the_history_of_a_moved_registration_folds_to_its_row(
    house: House, lost: Candidate, found: Account
) -> None:
    approved(house, lost)
    move(house, lost, found)
    with house.database.reading() as connection:
        row = registrations.one(connection, lost.id)
        folded = registrations.stood(house.application.store.history(connection, lost.id))
    assert row == folded
    assert row is not None
    assert (row["account"], row["sealed_for"]) == (found.id, lost.account.id)
