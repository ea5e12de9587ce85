"""A registration moves to another account of the same person: upon evidence, told to both, and nothing is lost."""

from __future__ import annotations

from uuid import UUID

import pytest

from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.state import Registration
from ncre.events.account import account_stream
from ncre.events.registration import Moved
from ncre.identity.accounts import Account
from ncre.projections.audit import snapshots, timeline
from ncre.projections.registration import registrations
from tests.support.people import (
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
def lost(container: Container) -> Candidate:
    """Somebody who registered and cannot get back into the account."""
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


@pytest.fixture
def found(container: Container) -> Account:
    """The other account of the same person."""
    account = somebody(container, "wenjing-2").account
    with container.database.transaction() as connection:
        container.accounts.set_contact(connection, account, "email", "second@example.com")
    return account


def move(container: Container, candidate: Candidate, to: Account, evidence: str = EVIDENCE) -> Registration:
    return container.transfer.move(
        c.Move(registration=candidate.id, actor=OFFICE, to=to.id, evidence=evidence)
    )


def newest(container: Container, account: Account) -> UUID | None:
    with container.database.reading() as connection:
        row = registrations.newest_of(connection, account.id, ROUND)
    return row["id"] if row else None


def refused(container: Container, candidate: Candidate, to: Account, evidence: str = EVIDENCE) -> RefusalCode:
    before = container.command_handler.store.newest()
    with pytest.raises(Refusal) as refusal:
        move(container, candidate, to, evidence)
    assert container.command_handler.store.newest() == before
    return refusal.value.code


def test_it_belongs_to_the_other_account_and_goes_on_from_there(
    container: Container, lost: Candidate, found: Account
) -> None:
    before = lost.container.command_handler.handle(c.Approve(registration=lost.id, actor=REVIEWER))
    after = move(container, lost, found)
    assert (after.status, after.candidate, after.version) == (before.status, found.id, before.version + 1)
    assert newest(container, found) == lost.id
    assert newest(container, lost.account) is None
    with pytest.raises(Refusal) as refusal:
        lost.does(c.Withdraw)
    assert refusal.value.code is RefusalCode.NOT_YOURS
    lost.account = found
    lost.pays()
    assert container.command_handler.handle(c.Confirm(registration=lost.id, actor=REVIEWER)).settled_trade


def test_what_was_sealed_opens_afterwards_and_what_comes_is_sealed_under_the_same_key(
    container: Container, lost: Candidate, found: Account
) -> None:
    with container.database.reading() as connection:
        row = registrations.one(connection, lost.id)
    assert row is not None
    move(container, lost, found)
    assert container.people.details(lost.id, row["details_version"]) == WENJING
    container.command_handler.handle(
        c.Reject(registration=lost.id, actor=REVIEWER, reasons=("P01",), note="请更换")
    )
    lost.account = found
    photo = container.photos.take_in(row["sealed_for"], portrait()).photo
    lost.does(c.ReplacePhoto, photo=photo)
    with container.database.reading() as connection:
        history = container.command_handler.store.history(connection, lost.id)
    assert {fact.metadata.subject for fact in history} == {row["sealed_for"]}
    assert container.photos.show(row["sealed_for"], photo.digest)


def test_the_evidence_is_sealed_and_an_auditor_reads_it(
    container: Container, lost: Candidate, found: Account
) -> None:
    move(container, lost, found)
    with container.database.reading() as connection:
        shut = container.command_handler.store.history(connection, lost.id, opened=False)
        history = container.command_handler.store.history(connection, lost.id)
        story = timeline.story(connection, lost.id)
    assert not isinstance(shut[-1], Moved) or shut[-1].evidence != EVIDENCE
    standing = snapshots.state_at(history)
    assert standing is not None
    assert snapshots.shown(standing, "zh", opened=True)["evidence"] == EVIDENCE
    assert EVIDENCE not in snapshots.shown(standing, "zh")["evidence"]
    assert story[-1]["zh"] == "考务办公室核对证据后，把报名转到了考生本人的另一账号。"


def test_both_accounts_are_told(container: Container, lost: Candidate, found: Account) -> None:
    with container.database.transaction() as connection:
        container.accounts.set_contact(connection, lost.account, "email", "first@example.com")
    after = move(container, lost, found)
    container.letters.once()
    assert container.outbox is not None
    letters = {letter.to: letter.text for letter in container.outbox.newest()}
    assert f"把您的报名转到了您的另一账号（报名号 {after.number}）" in letters["first@example.com"]
    assert f"把您在另一账号的报名转到了本账号（报名号 {after.number}）" in letters["second@example.com"]
    for account, said in ((lost.account, "转到了您的另一账号"), (found, "转到了本账号")):
        with container.database.reading() as connection:
            newest_told = timeline.story(connection, account_stream(account.id))[-1]
        assert said in newest_told["zh"]
        assert newest_told["actor"] == OFFICE.id


def test_moved_twice_it_moved_once(container: Container, lost: Candidate, found: Account) -> None:
    asked = c.Move(registration=lost.id, actor=OFFICE, to=found.id, evidence=EVIDENCE)
    after = container.transfer.move(asked)
    assert container.transfer.move(asked).version == after.version
    assert move(container, lost, found).version == after.version
    container.letters.once()
    container.letters.once()
    assert container.outbox is not None
    assert len(container.outbox.newest()) == 1


def test_the_account_it_left_may_begin_anew_but_its_person_has_one_place(
    container: Container, lost: Candidate, found: Account
) -> None:
    move(container, lost, found)
    with container.database.reading() as connection:
        assert registrations.next_ordinal(connection, lost.account.id, ROUND) == 2
        assert registrations.next_ordinal(connection, found.id, ROUND) == 1
    anew = Candidate(container, lost.account, ordinal=2)
    anew.agrees()
    with pytest.raises(Refusal) as refusal:
        anew.fills()
    assert refusal.value.code is RefusalCode.PLACE_TAKEN
    anew.details = LIQIANG
    anew.fills()
    assert newest(container, lost.account) == anew.id
    with pytest.raises(Refusal) as late:
        lost.agrees()
    assert late.value.code is RefusalCode.NOT_YOURS


def test_an_account_that_gave_its_own_up_takes_it_and_shows_it_first(
    container: Container, lost: Candidate, found: Account
) -> None:
    own = Candidate(container, found)
    own.agrees()
    assert refused(container, lost, found) is RefusalCode.ACCOUNT_BUSY
    own.does(c.Withdraw)
    move(container, lost, found)
    assert newest(container, found) == lost.id


def test_it_does_not_move_to_an_account_whose_details_are_somebody_else_s(
    container: Container, lost: Candidate, found: Account
) -> None:
    container.profiles.keep(found, LIQIANG)
    assert refused(container, lost, found) is RefusalCode.OTHER_PERSON
    container.profiles.keep(found, WENJING)
    move(container, lost, found)
    assert newest(container, found) == lost.id


def test_it_moves_to_a_candidate_s_account_that_is_there(
    container: Container, lost: Candidate, found: Account
) -> None:
    for name in ("", "nobody", "office@example.com"):
        with pytest.raises(Refusal) as refusal:
            container.transfer.target(name)
        assert refusal.value.code is RefusalCode.ACCOUNT_UNKNOWN
    with container.database.transaction() as connection:
        container.accounts.close(connection, found.id)
    assert refused(container, lost, found) is RefusalCode.ACCOUNT_UNKNOWN


def test_it_needs_evidence_and_the_exam_office(container: Container, lost: Candidate, found: Account) -> None:
    assert refused(container, lost, found, "  ") is RefusalCode.EVIDENCE_MISSING
    for actor in (REVIEWER, lost.account.actor, found.actor):
        with pytest.raises(Refusal) as refusal:
            container.transfer.move(c.Move(registration=lost.id, actor=actor, to=found.id, evidence=EVIDENCE))
        assert refusal.value.code is RefusalCode.NOT_YOUR_ROLE


def test_what_was_given_up_stays_where_it_is(container: Container, found: Account) -> None:
    candidate = somebody(container)
    candidate.agrees()
    candidate.does(c.Withdraw)
    assert refused(container, candidate, found) is RefusalCode.OUT_OF_TURN


def test_the_history_of_a_moved_registration_folds_to_its_row(
    container: Container, lost: Candidate, found: Account
) -> None:
    approved(container, lost)
    move(container, lost, found)
    with container.database.reading() as connection:
        row = registrations.one(connection, lost.id)
        folded = registrations.stood(container.command_handler.store.history(connection, lost.id))
    assert row == folded
    assert row is not None
    assert (row["account"], row["sealed_for"]) == (found.id, lost.account.id)
