"""People who registered in two provinces are found by keyed hashes, whoever comes first, and the office says what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ncre.bootstrap import Container, build_container
from ncre.domain.duplicates.exchange_file import (
    ExchangedPerson,
    ExchangeUnreadable,
    key_of,
    read_exchange_file,
    written,
)
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.events import exchange as facts
from ncre.handlers.command_handler import Act
from ncre.projections.maintenance.rebuild import check, rebuild
from ncre.projections.payment import ledger
from ncre.services.duplicates.duplicates import DuplicateOutcome, duplicate_stream, exchange_stream
from ncre.services.registration.case_request import CaseRequest
from tests.handlers.ground import Walker, history_of, open_exam, refusal
from tests.support.containers import settings_on
from tests.support.fake_channel import FakeChannel
from tests.support.people import OFFICE, REVIEWER, ROUND, Clock

SHARED = bytes(range(100, 132))
OTHER = "43"


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    settings = replace(settings_on(database_url, tmp_path / "data"), exchange_key=SHARED)
    container = build_container(settings, clock, {"till": FakeChannel(clock)})
    container.command_handler.photos = None
    open_exam(container)
    yield container
    container.close()


def foreign(*people: Walker, province: str = OTHER, round_code: str = ROUND, secret: bytes = SHARED) -> bytes:
    """The file of another province in which these people stand."""
    some = sorted(
        (
            ExchangedPerson(key_of(secret, one.details.document_type, one.details.document_number), ("66",))
            for one in people
        ),
        key=lambda one: one.key,
    )
    return b"".join(written(secret, round_code, province, len(some), some))


def is_sound(container: Container) -> bool:
    handler = container.command_handler
    return check(container.database, handler.store, handler.listeners) == []


def test_a_file_says_hashes_and_subjects_alone_and_is_read_again(container: Container) -> None:
    paid, filled = Walker(container), Walker(container)
    paid.paid()
    filled.filled()
    raw = container.duplicates.export(Act(OFFICE), "42")
    file = read_exchange_file(SHARED, raw)
    assert (file.round, file.province) == (ROUND, "42")
    number = paid.details.document_number
    assert file.people == (ExchangedPerson(key_of(SHARED, paid.details.document_type, number), ("66", "67")),)
    assert number.encode() not in raw
    (exported,) = history_of(container, exchange_stream(ROUND))
    assert exported == facts.DuplicatesExported(ROUND, "42", 1, file.digest)
    assert paid.stands.person not in raw.decode(), "our own index tells nothing to others"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda raw: raw[: len(raw) // 2], "不完整"),
        (lambda raw: raw.replace(b" 66\n", b" 67\n", 1), "不完整"),
        (lambda raw: raw.replace(b"duplicates 1", b"duplicates 2"), "版本"),
        (lambda raw: b"name,number\n", "版本"),
        (lambda raw: "姓名".encode(), "不是"),
        (lambda raw: b"", "不是"),
        (lambda raw: foreign(secret=bytes(32)), "密钥"),
        (lambda raw: foreign(round_code="77"), "77"),
        (lambda raw: foreign(province="42"), "本省"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_changes_nothing(
    container: Container, change, why: str
) -> None:  # type: ignore[no-untyped-def]
    known = Walker(container)
    known.filled()
    with pytest.raises(ExchangeUnreadable) as unreadable:
        container.duplicates.import_file(Act(OFFICE), change(foreign(known, Walker(container))))
    assert why in unreadable.value.words.zh
    assert container.duplicates.waiting() == []
    assert history_of(container, exchange_stream(ROUND)) == []


def test_lines_as_another_system_saves_them_are_read(container: Container) -> None:
    known = Walker(container)
    known.filled()
    raw = foreign(known).replace(b"\n", b"\r\n")
    assert container.duplicates.import_file(Act(OFFICE), raw)[1] == 1


def test_whoever_is_here_when_the_file_comes_is_found_once(container: Container) -> None:
    known, alone, gone = (Walker(container) for _ in range(3))
    known.submitted()
    alone.submitted()
    gone.submitted()
    gone.withdraws()
    raw = foreign(known, gone, Walker(container))
    file, hits = container.duplicates.import_file(Act(OFFICE), raw)
    assert (len(file.people), hits) == (3, 1)
    assert container.duplicates.import_file(Act(OFFICE), raw)[1] == 0
    (found,) = container.duplicates.waiting()
    assert (found["registration"], found["province"], found["subjects"]) == (known.id, OTHER, ["66"])
    assert history_of(container, duplicate_stream(known.id, OTHER)) == [
        facts.DuplicateFound(known.id, OTHER, ("66",))
    ]
    assert is_sound(container)


def test_whoever_fills_in_after_the_file_is_found_in_the_same_transaction_and_not_refused(
    container: Container,
) -> None:
    late, other = Walker(container), Walker(container)
    assert container.duplicates.import_file(Act(OFFICE), foreign(late))[1] == 0
    late.filled()
    other.filled()
    assert [row["registration"] for row in container.duplicates.waiting()] == [late.id]
    corrected = Walker(container)
    corrected.filled()
    person = container.people.person(late.details.document_type, "E11111111")
    details = replace(late.details, document_number="E11111111")
    assert container.duplicates.import_file(Act(OFFICE), foreign(Walker(container, details)))[1] == 0
    corrected.does(c.AmendInfo, details=details, person=person)
    assert {row["registration"] for row in container.duplicates.waiting()} == {late.id, corrected.id}
    assert is_sound(container)


def test_a_newer_file_takes_the_place_of_the_one_before(container: Container) -> None:
    first, second = Walker(container), Walker(container)
    container.duplicates.import_file(Act(OFFICE), foreign(first))
    container.duplicates.import_file(Act(OFFICE), foreign(second))
    first.filled()
    second.filled()
    assert [row["registration"] for row in container.duplicates.waiting()] == [second.id]


def test_each_outcome_is_carried_out_and_recorded(container: Container) -> None:
    kept, refunded, kept_fee, other = some = [Walker(container) for _ in range(4)]
    for one in some:
        one.approved(("66",))
        one.hears(one.money(f"T-{one.id}"))
    container.duplicates.import_file(Act(OFFICE), foreign(*some))
    outcomes = dict(zip((one.id for one in some), DuplicateOutcome, strict=True))
    for one in some:
        request = CaseRequest(registration=one.id, actor=OFFICE, seen=one.row["version"])
        resolve = container.duplicates.resolve
        assert refusal(resolve, request, OTHER, outcomes[one.id], " ") is RefusalCode.WHY_MISSING
        resolve(request, OTHER, outcomes[one.id], "已与该省核实")
        resolved = history_of(container, duplicate_stream(one.id, OTHER))[-1]
        assert isinstance(resolved, facts.DuplicateResolved)
        assert resolved.outcome == outcomes[one.id].value.partition("-")[0].replace("other", "other-person")
        assert refusal(resolve, request, OTHER, DuplicateOutcome.KEPT, "x") is RefusalCode.EXCHANGE_OVER
    assert container.duplicates.waiting() == []
    container.worker.once()
    assert [one.stands.status for one in some] == ["paid", "cancelled", "cancelled", "paid"]
    with container.database.reading() as connection:
        money = [ledger.of_registration(connection, one.id)[0]["returned_at"] for one in some]
    assert [at is not None for at in money] == [False, True, False, False]
    handler = container.command_handler
    rebuild(container.database, handler.store, handler.listeners)
    assert is_sound(container)
    assert container.duplicates.import_file(Act(OFFICE), foreign(*some))[1] == 0, (
        "what was dealt with stays so"
    )


def test_only_the_office_and_only_with_a_key(container: Container) -> None:
    assert refusal(container.duplicates.export, Act(REVIEWER), "42") is RefusalCode.NOT_YOUR_ROLE
    assert refusal(container.duplicates.import_file, Act(REVIEWER), b"") is RefusalCode.NOT_YOUR_ROLE
    assert refusal(container.duplicates.export, Act(OFFICE), "11") is RefusalCode.EXCHANGE_PROVINCE
    container.duplicates._secret = b""
    assert refusal(container.duplicates.export, Act(OFFICE), "42") is RefusalCode.EXCHANGE_NO_KEY


def test_an_erased_person_is_compared_no_more(container: Container, clock: Clock) -> None:
    gone = Walker(container)
    gone.filled()
    with container.database.transaction() as connection:
        container.command_handler.store.erase(connection, gone.account.id, clock())
        assert connection.exec_driver_sql("SELECT count(*) FROM exchange_keys").scalar() == 0
    assert container.duplicates.import_file(Act(OFFICE), foreign(gone))[1] == 0
