"""A person is erased: nothing of them is left in any row or file, on both databases, and they may come again."""

from __future__ import annotations

import logging
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events.account import account_stream
from ncre.ledger import checkpoints, lines
from ncre.ledger.verifier import leaf_hash
from ncre.projections.audit import timeline
from ncre.projections.maintenance.checking import check_against_log
from ncre.projections.registration import registrations
from ncre.store.schema import facts, person_keys
from tests.ledger import ground
from tests.services.erasure.traces import ACCOUNT_EMAIL, PRIVATE, SAID, Traced, found
from tests.support.people import LIQIANG, OFFICE, REVIEWER, Candidate, Clock, approved, somebody

WHY = "本人来信 2027-15"


def erase(container: Container, candidate: Candidate, why: str = WHY) -> None:
    erasure = container.erasures.erasure
    done = erasure.erase(erasure.of_account(candidate.account.id), why, OFFICE)
    assert done.is_new
    assert done.left == ""


def checked(container: Container) -> int:
    """How many rows, claims, counters and sums differ from the log."""
    handler = container.command_handler
    result = check_against_log(container.database, handler.store, handler.listeners)
    assert result.damages == []
    return result.differing


def test_the_search_finds_what_there_is_before(container: Container, traced: Traced) -> None:
    places = "\n".join(found(container, traced.photo))
    for word in (
        ACCOUNT_EMAIL,
        "table accounts",
        "table proofs",
        "table identities",
        "table sessions",
        "outbox",
    ):
        assert word in places


def test_nothing_is_left_anywhere(container: Container, traced: Traced) -> None:
    erase(container, traced)
    assert found(container, traced.photo) == []
    assert checked(container) == 0
    files = [
        file
        for name in ("photos", "drafts", "papers")
        for file in (container.settings.data / name).rglob("*")
    ]
    assert [file for file in files if file.is_file()] == []
    letters = [letter.to for letter in container.outbox.newest()] if container.outbox else []
    assert letters == ["somebody.else@example.net"]


def test_who_held_a_residence_card_may_come_again_with_it(container: Container) -> None:
    """Of a card not the number alone is claimed, but its holder too."""
    card = replace(LIQIANG, document_type="permanent_residence", document_number="911124198108030024")
    person = container.people.person(card.document_type, card.document_number)

    def fills(name: str) -> Candidate:
        candidate = somebody(container, name, card)
        candidate.agrees()
        candidate.does(c.FillInfo, details=card, person=person, holder=container.people.holder(card))
        return candidate

    first = fills("first")
    with pytest.raises(Refusal):
        fills("second")
    erase(container, first)
    fills("third")


def test_where_letters_leave_the_owner_is_told_by_the_last_one(
    container: Container, traced: Traced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container.erasures.erasure, "_mails", True)
    erase(container, traced)
    assert container.outbox is not None
    last = container.outbox.newest()[0]
    assert last.to in traced.account.addresses or last.to == ACCOUNT_EMAIL
    assert "删除" in last.text
    again = container.erasures.erasure
    assert not again.erase(again.of_account(traced.account.id), WHY, OFFICE).is_new
    assert [one.to for one in container.outbox.newest()].count(last.to) == 1


def test_a_person_is_found_by_what_their_account_is_known_by(container: Container, clock: Clock) -> None:
    account = container.accounts.add("somebody", "a password of somebody", Role.CANDIDATE)
    with container.database.transaction() as connection:
        for kind, address in (("email", "somebody@example.org"), ("phone", "+8613700137000")):
            container.accounts.set_contact(connection, account, kind, address)
    find = container.erasures.erasure.find
    for text in (f" {account.id} ", "Somebody", "SOMEBODY@example.org", "137 0013 7000"):
        assert find(text).accounts == (account.id,), text
    for text in ("nobody", "6a2f41a3-c54c-4d1c-8b1e-2f0f5e0a7b10", ""):
        with pytest.raises(Refusal) as refused:
            find(text)
        assert refused.value.code is RefusalCode.NOT_FOUND


def test_what_could_not_be_removed_is_tried_again_in_a_while(
    container: Container, traced: Traced, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure, cleanup, tried = container.erasures.erasure, container.erasures.cleanup, list[object]()
    erasure.erase(erasure.of_account(traced.account.id), WHY, OFFICE, clean=False)

    def busy(*asked: object) -> str:
        tried.append(asked)
        return "the file is busy"

    with monkeypatch.context() as patched:
        patched.setattr("ncre.services.erasure.cleanup.scrub", busy)
        for seconds, count in ((0, 1), (0, 1), (599, 1), (1, 2), (-3600, 3), (1, 3)):
            clock.advance(seconds=seconds)
            cleanup.run_due()
            assert len(tried) == count
        assert cleanup.all() == "the file is busy"
    clock.advance(hours=1)
    cleanup.run_due()
    assert found(container, traced.photo) == []
    assert cleanup.all() == ""


def test_no_stored_fact_changes(container: Container, traced: Traced) -> None:
    asked = select(facts).order_by(facts.c.id)
    with container.database.reading() as connection:
        before = connection.execute(asked).all()
    erase(container, traced)
    with container.database.reading() as connection:
        after = connection.execute(asked).all()
    assert after[: len(before)] == before
    names = [row.topic for row in after[len(before) :]]
    assert names == ["registration.cancelled", "erasure.person_erased", "erasure.registration_erased"]
    said = b"".join(row.state for row in after[len(before) :]).decode()
    assert not [word for word in PRIVATE if word in said]


def test_what_was_sealed_before_still_verifies(
    container: Container, traced: Traced, clock: Clock, tmp_path: Path
) -> None:
    """A witness saw the log with the person in it; the bundle of afterwards extends it, the erased facts included."""
    sealer = ground.sealer_of(container, tmp_path)
    ground.seal(container, sealer)
    with container.database.reading() as connection:
        newest = checkpoints.newest(connection)
        assert newest is not None
        note = checkpoints.cosigned(connection, newest)
        seen = [leaf_hash(line) for _, line in lines.walk(connection, 0, newest.last_id)]
    erase(container, traced)
    ground.seal(container, sealer)
    bundle = ground.whole(container)
    assert ground.verdict(bundle, seen=[note], leaves=b"".join(seen)) == ("", "")
    with ZipFile(BytesIO(bundle)) as file:
        told = b"".join(file.read(name) for name in file.namelist())
    assert not [word for word in PRIVATE if word.encode() in told]


def test_the_logs_tell_of_it_and_not_of_the_person(
    container: Container, traced: Traced, log_file: Path
) -> None:
    erase(container, traced)
    container.worker.once()
    logging.getLogger("ncre").info("the log of this test is written")
    said = log_file.read_text("utf-8")
    assert "the log of this test is written" in said
    assert not [word for word in PRIVATE if word in said]


def test_the_registration_still_replays_and_its_history_says_what_happened(
    container: Container, traced: Traced
) -> None:
    erase(container, traced)
    with container.database.reading() as connection:
        row = registrations.one(connection, traced.id)
        story = [told["zh"] for told in timeline.story(connection, traced.id)]
        security = [told["zh"] for told in timeline.story(connection, account_stream(traced.account.id))]
    assert row is not None
    assert (row["status"], row["name_masked"], row["document_masked"], row["person"]) == (
        "cancelled",
        None,
        None,
        None,
    )
    assert "本报名的个人信息和照片已删除（考务办公室办理）。" in story
    assert f"全部个人信息已删除（考务办公室办理：{WHY}）。" in security


def test_the_person_may_register_anew_under_a_new_key(container: Container, traced: Traced) -> None:
    erase(container, traced)
    second = Candidate(container, traced.account, SAID, ordinal=2)
    second.agrees()
    with pytest.raises(Refusal) as refusal:
        second.fills()
    assert refusal.value.code is RefusalCode.PERSON_ERASED
    again = Traced(container)
    assert again.account.id != traced.account.id
    assert again.until_waiting().status is Status.PENDING_REVIEW
    assert checked(container) == 0
    with container.database.reading() as connection:
        kept = dict(connection.execute(select(person_keys.c.subject, person_keys.c.wrapped)).all())
    assert kept[traced.account.id] is None
    assert kept[again.account.id] is not None


def test_keys_of_all_accounts_of_the_person_are_destroyed(container: Container, traced: Traced) -> None:
    """Decision 15: a registration that was moved stays sealed under the key of the account it left."""
    to = container.accounts.add("murong-2", "a password of murong-2", Role.CANDIDATE)
    container.transfer.move(
        c.Move(registration=traced.id, actor=OFFICE, to=to.id, evidence="核对了身份证原件")
    )
    erasure = container.erasures.erasure
    with container.database.reading() as connection:
        number = registrations.one(connection, traced.id)["number"]  # type: ignore[index]
    assert erasure.find(number).accounts == erasure.find("murong-2").accounts
    done = erasure.erase(erasure.find("murong-2"), WHY, OFFICE)
    assert (done.accounts, done.registrations) == (2, 1)
    assert found(container, traced.photo) == []
    with container.database.reading() as connection:
        assert all(
            container.command_handler.store.is_erased(connection, one) for one in (to.id, traced.account.id)
        )


def test_another_person_keeps_everything(container: Container, traced: Traced) -> None:
    other = somebody(container, "liqiang", LIQIANG)
    other.until_waiting()
    erase(container, traced)
    with container.database.reading() as connection:
        row = registrations.one(connection, other.id)
    assert row is not None
    assert container.people.details(other.id, row["details_version"]) == LIQIANG
    assert container.photos.show(other.account.id, row["photo"]["digest"]).startswith(b"\xff\xd8")
    assert container.photo_inspection.inspect(container.clock()).lost == []


def test_who_paid_for_a_running_round_is_kept_with_a_date(
    container: Container, traced: Traced, clock: Clock
) -> None:
    traced.pays()
    erasure = container.erasures.erasure
    person = erasure.of_account(traced.account.id)
    preview = erasure.preview(person)
    assert (preview.photos, preview.drafts, preview.papers, preview.letters) == (1, 1, 1, 1)
    assert preview.possible_from is not None
    newest = container.command_handler.store.newest()
    with pytest.raises(Refusal) as refusal:
        erasure.erase(person, WHY, OFFICE)
    assert refusal.value.code is RefusalCode.ERASURE_HELD
    assert "20" in str(refusal.value.particulars["possible"])
    assert container.command_handler.store.newest() == newest
    clock.now = preview.possible_from
    with pytest.raises(Refusal):
        erasure.erase(person, WHY, OFFICE)
    clock.advance(seconds=1)
    assert erasure.erase(erasure.of_account(traced.account.id), WHY, OFFICE).is_new
    assert found(container, traced.photo) == []
    assert checked(container) == 0


@pytest.mark.parametrize(
    "why", ["", " ", f"删除{SAID.name}", f"证件 {SAID.document_number}", f"写信给{ACCOUNT_EMAIL}"]
)
def test_a_reason_is_asked_for_and_says_nothing_private(
    container: Container, traced: Traced, why: str
) -> None:
    newest = container.command_handler.store.newest()
    with pytest.raises(Refusal) as refusal:
        erase(container, traced, why)
    assert refusal.value.code in (RefusalCode.WHY_MISSING, RefusalCode.ERASURE_WHY_PRIVATE)
    assert container.command_handler.store.newest() == newest


def test_only_the_office_erases_and_never_an_account_of_staff(container: Container, traced: Traced) -> None:
    erasure = container.erasures.erasure
    with pytest.raises(Refusal) as refusal:
        erasure.erase(erasure.of_account(traced.account.id), WHY, REVIEWER)
    assert refusal.value.code is RefusalCode.NOT_YOUR_ROLE
    staff = container.accounts.add("staff", "a password of staff", Role.AUDITOR)
    with pytest.raises(Refusal) as refusal:
        erasure.of_account(staff.id)
    assert refusal.value.code is RefusalCode.ERASURE_OF_STAFF


def test_again_it_is_so_already(container: Container, traced: Traced) -> None:
    erase(container, traced)
    newest = container.command_handler.store.newest()
    erasure = container.erasures.erasure
    assert not erasure.erase(erasure.of_account(traced.account.id), WHY, OFFICE).is_new
    assert container.command_handler.store.newest() == newest


def test_an_account_with_the_same_document_and_name_is_the_same_person(
    container: Container, traced: Traced, clock: Clock
) -> None:
    """In another round, or after giving up: nobody has to know both accounts."""
    traced.does(c.Withdraw)
    second = Candidate(
        container, container.accounts.add("murong-2", "a password of hers", Role.CANDIDATE), SAID
    )
    second.until_waiting()
    assert len(container.erasures.erasure.of_account(traced.account.id).accounts) == 2
    erase(container, traced)
    assert found(container, traced.photo) == []


def test_a_worker_removes_what_a_crash_left(container: Container, traced: Traced) -> None:
    erasure = container.erasures.erasure
    erasure.erase(erasure.of_account(traced.account.id), WHY, OFFICE, clean=False)
    assert any(file.is_file() for file in container.settings.photos.rglob("*"))
    container.worker.once()
    assert not container.worker.in_trouble
    assert found(container, traced.photo) == []
    assert [one.person for one in container.erasures.tombstones.all()] == [traced.account.id]


def test_what_cannot_be_removed_now_is_tried_again(
    container: Container, traced: Traced, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    erasure = container.erasures.erasure
    with monkeypatch.context() as broken:
        broken.setattr(container.erasures.tombstones, "add", full)
        done = erasure.erase(erasure.of_account(traced.account.id), WHY, OFFICE)
        assert "No space left" in done.left
        container.worker.once()
    assert list(container.erasures.tombstones.all()) == []
    clock.advance(minutes=11)
    container.worker.once()
    assert found(container, traced.photo) == []
    assert [one.person for one in container.erasures.tombstones.all()] == [traced.account.id]


def test_approving_meanwhile_is_no_way_back(container: Container) -> None:
    waiting = somebody(container)
    waiting.until_waiting()
    erase(container, waiting)
    with pytest.raises(Refusal):
        approved(container, waiting)
