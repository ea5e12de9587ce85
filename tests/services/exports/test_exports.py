"""Files of what the office asks for: whole, harmless, sealed, recorded; private columns only with a reason."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from ncre.bootstrap import Container
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Cancel
from ncre.domain.registration.vocabulary import Role, Status
from ncre.domain.wording import STATUSES, channel_words
from ncre.events import access
from ncre.events import export as facts
from ncre.handlers.command_handler import Act
from ncre.operational import erasure_remains, export_jobs
from ncre.photo.file_store import PhotoNotKept, PhotoStoreUnavailable
from ncre.projections.audit.disclosures import of_case
from ncre.projections.audit.timeline import timeline
from ncre.projections.payment.ledger import payments
from ncre.projections.payment.sentences import why_unusable
from ncre.projections.seating.tickets import tickets
from ncre.services.accounts.actors import Actors
from ncre.services.exports import making
from ncre.services.exports import rows as export_rows
from ncre.services.exports.columns import COLUMNS
from ncre.services.exports.exports import ExportRequest
from ncre.services.exports.making import ExportMaker
from ncre.store.schema import facts as stored
from tests.handlers.ground import QUICK, Walker, history_of, open_exam, refusal
from tests.support.containers import container_on
from tests.support.people import KEEPING, OFFICE, REVIEWER, ROUND, SITE, WENJING, Clock

NAME = "=HYPERLINK(1)"


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data", clock)
    open_exam(container)
    yield container
    container.close()


@pytest.fixture
def act(container: Container) -> Act:
    return Act(container.accounts.add("kaowu", "a password of kaowu", Role.OFFICE).actor)


@pytest.fixture
def crowd(container: Container) -> list[Walker]:
    agreed, paid, quick = some = [
        Walker(container),
        Walker(container, replace(WENJING, name=NAME, address="+86 湖北省武汉市,江夏区")),
        Walker(container),
    ]
    agreed.agrees()
    paid.paid()
    quick.pictured(QUICK, ("24",))
    container.seating.seat(ROUND, SITE, OFFICE, 1)
    return some


def every(what: str, private: bool = False) -> tuple[str, ...]:
    return tuple(column.code for column in COLUMNS[what] if private or not column.private)


def asked(what: str = "candidates", form: str = "csv", **changed: Any) -> ExportRequest:
    return replace(ExportRequest(what, form, "", every(what)), **changed)


def fresh(act: Act) -> Act:
    return Act(act.actor)


def made(container: Container, act: Act, request: ExportRequest) -> tuple[UUID, bytes]:
    export = container.exports.request(fresh(act), request)
    for _ in range(50):
        container.worker.once()
        if container.exports.one(UUID(act.actor.id), export)["state"] == "done":
            break
    job, pieces = container.exports.download(fresh(act), export)
    whole = b"".join(pieces)
    assert (len(whole), sha256(whole).hexdigest()) == (job["size"], job["digest"])
    return export, whole


def lines(whole: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(whole.decode("utf-8-sig"), newline="")))


def test_candidates_are_all_there_and_masked(container: Container, act: Act, crowd: list[Walker]) -> None:
    export, whole = made(container, act, asked())
    found = lines(whole)
    assert len(found) == 3
    statuses = [line["状态"] for line in sorted(found, key=lambda line: line["报名号"])]
    assert statuses == [STATUSES[walker.stands.status].zh for walker in crowd]
    (paid,) = (line for line in found if line["支付时间"])
    assert (paid["应缴（元）"], paid["科目"], paid["考点"]) == ("160.00", "66 67", f"{SITE}")
    assert WENJING.document_number.encode() not in whole
    assert WENJING.mobile.encode() not in whole
    told = [type(fact) for fact in history_of(container, export)]
    assert told == [facts.ExportRequested, facts.ExportMade, facts.ExportTaken]
    requested, done, _ = history_of(container, export)
    assert isinstance(requested, facts.ExportRequested)
    assert requested.columns == every("candidates")
    assert isinstance(done, facts.ExportMade)
    assert (done.rows, done.digest) == (3, sha256(whole).hexdigest())
    assert {fact.metadata.actor for fact in history_of(container, export)} == {act.actor.id}


def test_private_columns_ask_for_a_reason_and_every_look_stands_in_its_case(
    container: Container, act: Act, crowd: list[Walker]
) -> None:
    request = asked(columns=every("candidates", private=True))
    assert refusal(container.exports.request, act, request) is RefusalCode.OPENING_REASON
    _, whole = made(container, act, replace(request, why="通知考点停电改期"))
    (paid,) = (line for line in lines(whole) if line["支付时间"])
    assert paid["姓名"] == f"'{NAME}"
    assert paid["地址"].startswith("'+86")
    assert paid["证件号码"] == WENJING.document_number
    with container.database.reading() as connection:
        looks = of_case(connection, container.command_handler.store, crowd[1].id)
    assert [(look.purpose, look.why) for look in looks] == [("export", "通知考点停电改期")]
    assert isinstance(looks[0], access.DetailsViewed)


@pytest.mark.parametrize("what", sorted(COLUMNS))
@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_every_kind_in_every_form_has_the_same_rows(
    container: Container, act: Act, crowd: list[Walker], what: str, form: str
) -> None:
    reason = "核对数据抽查" if any(column.private for column in COLUMNS[what]) else ""
    _, whole = made(container, act, asked(what, form, columns=every(what, private=True), why=reason))
    expected = {"candidates": 3, "sittings": 2, "money": 1}
    if form == "csv":
        count = len(lines(whole))
    elif form == "xlsx":
        sheet = load_workbook(BytesIO(whole)).active
        assert sheet is not None
        count = sheet.max_row - 1
        assert not [
            cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink
        ]
    else:
        from pyarrow import parquet

        table = parquet.read_table(BytesIO(whole))
        count = table.num_rows
        assert table.column_names == list(every(what, private=True))
        if what == "candidates":
            assert NAME in table.column("name").to_pylist()
            assert str(max(table.column("amount").to_pylist())) == "160.00"
    assert count == expected.get(what, count)
    assert count > 0


def test_every_line_of_a_history_is_said_in_both_languages_with_who_did_it(
    container: Container, act: Act, crowd: list[Walker]
) -> None:
    _, whole = made(container, act, asked("history"))
    paid = crowd[1]
    mine = [line for line in lines(whole) if line["报名号"].strip() == paid.row["number"]]
    with container.database.reading() as connection:
        stands = timeline.c.about == paid.id
        story = connection.execute(select(timeline).where(stands).order_by(timeline.c.at)).mappings().all()
    name = container.accounts.name_in_office
    assert sorted(tuple(line.values())[3:] for line in mine) == sorted(
        (
            f"{row['at'].astimezone(EXAM_TIME):%Y-%m-%d %H:%M:%S}",
            row["topic"],
            row["zh"],
            row["en"],
            row["role"],
            "" if row["role"] == "candidate" else name(row["actor"]),
        )
        for row in story
    )
    assert {line["考点"] for line in mine} == {SITE}
    assert len({line["办理人"] for line in mine}) > 1


def test_money_and_sittings_say_what_was_paid_and_where_to_sit(
    container: Container, act: Act, crowd: list[Walker]
) -> None:
    paid = crowd[1]
    (line,) = lines(made(container, act, asked("money"))[1])
    with container.database.reading() as connection:
        (row,) = connection.execute(select(payments)).mappings().all()
        seats = connection.execute(select(tickets).order_by(tickets.c.subject)).mappings().all()
    at = f"{row['paid_at'].astimezone(EXAM_TIME):%Y-%m-%d %H:%M:%S}"
    assert tuple(cell.strip() for cell in line.values()) == (
        *(paid.row["number"], SITE, STATUSES[Status.PAID].zh, channel_words(row["channel"]).zh),
        *(row["order"], row["trade"], "160.00", at, "", "", ""),
    )
    found = sorted(lines(made(container, act, asked("sittings"))[1]), key=lambda one: one["科目"])
    assert [(one["科目"], one["准考证号"].strip(), one["机房"], one["座位"]) for one in found] == [
        (seat["subject"], seat["ticket"], seat["room"], str(seat["seat"])) for seat in seats
    ]
    assert {one["报名号"].strip() for one in found} == {paid.row["number"]}


def test_money_that_went_back_says_why_how_much_and_when(
    container: Container, act: Act, crowd: list[Walker]
) -> None:
    other = Walker(container)
    other.approved()
    other.hears(other.money("T-odd", amount=1))
    (owed,) = (
        line for line in lines(made(container, act, asked("money"))[1]) if line["金额（元）"] == "0.01"
    )
    assert owed["退款原因"] == why_unusable("wrong-amount").zh
    assert (owed["已退（元）"], owed["退款时间"]) == ("0.01", "2027-01-05 10:00:00")


def test_one_site_alone(container: Container, act: Act, crowd: list[Walker]) -> None:
    _, whole = made(container, act, asked(site=QUICK))
    assert [line["考点"] for line in lines(whole)] == [QUICK]
    assert refusal(container.exports.request, act, asked(site="999999")) is RefusalCode.STAFF_SITE_UNKNOWN


def test_only_the_office_exports_and_only_what_there_is(container: Container, act: Act) -> None:
    ask = container.exports.request
    assert refusal(ask, Act(REVIEWER), asked()) is RefusalCode.NOT_YOUR_ROLE
    assert refusal(ask, act, asked(columns=())) is RefusalCode.EXPORT_COLUMNS
    assert refusal(ask, act, asked(columns=("password",))) is RefusalCode.EXPORT_COLUMNS
    assert refusal(ask, act, replace(asked(), form="exe")) is RefusalCode.EXPORT_COLUMNS
    first = ask(act, asked())
    assert ask(act, asked()) == first, "sent twice, it is one"
    assert len(history_of(container, first)) == 1
    for _ in range(4):
        ask(fresh(act), asked())
    assert refusal(ask, fresh(act), asked()) is RefusalCode.EXPORTS_MANY


def test_another_account_sees_none_of_it(container: Container, act: Act, crowd: list[Walker]) -> None:
    export, _ = made(container, act, asked())
    other = Act(container.accounts.add("other", "a password of other", Role.OFFICE).actor)
    for method in (container.exports.download, container.exports.remove):
        assert refusal(method, other, export) is RefusalCode.EXPORT_UNKNOWN


def test_columns_are_remembered(container: Container, act: Act) -> None:
    account = UUID(act.actor.id)
    assert container.exports.choice(account, "candidates") == list(every("candidates"))
    container.exports.request(act, asked(columns=("number", "status")))
    assert container.exports.choice(account, "candidates") == ["number", "status"]


def test_a_file_lies_sealed_and_is_gone_after_a_day(
    container: Container, act: Act, crowd: list[Walker], clock: Clock
) -> None:
    export, whole = made(container, act, asked(columns=every("candidates", private=True), why="核对数据抽查"))
    folder = container.settings.data / "exports"
    kept = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    assert kept
    assert not any(NAME.encode() in content or b"HYPERLINK" in content for content in kept)
    clock.advance(hours=24, seconds=1)
    assert refusal(container.exports.download, fresh(act), export) is RefusalCode.EXPORT_GONE
    clock.advance(hours=1)
    container.worker.once()
    assert [file for file in folder.rglob("*") if file.is_file()] == []
    last = history_of(container, export)[-1]
    assert isinstance(last, facts.ExportRemoved)
    assert last.why == "expired"
    assert container.exports.one(UUID(act.actor.id), export)["key"] is None


def test_an_erasure_removes_every_file(container: Container, act: Act, crowd: list[Walker]) -> None:
    export, _ = made(container, act, asked())
    container.erasures.cleanup.run_due()
    assert container.exports.one(UUID(act.actor.id), export)["state"] == "done"
    with container.database.transaction() as connection:
        erasure_remains.note(connection, container.clock(), erasure_remains.Left(()))
    container.erasures.cleanup.run_due()
    assert refusal(container.exports.download, fresh(act), export) is RefusalCode.EXPORT_GONE
    assert [file for file in (container.settings.data / "exports").rglob("*") if file.is_file()] == []


def maker(container: Container, seconds: float = 60) -> ExportMaker:
    """Another worker's maker, as in another process."""
    jobs = export_jobs.ExportJobs(container.database, container.clock)
    rows = export_rows.ExportRows(
        container.command_handler, container.people, container.accounts.name_in_office
    )
    files = container.exports._files
    actors = Actors(container.database, container.accounts, container.integrations.integrations)
    return ExportMaker(container.command_handler, jobs, container.exports, rows, files, actors, seconds)


def test_it_is_made_in_slices_and_says_how_far_it_is(
    container: Container, act: Act, crowd: list[Walker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_rows, "PORTION", 1)
    export, worker = container.exports.request(act, asked()), maker(container, seconds=1e-9)
    seen = []
    for _ in range(20):
        worker.run_due()
        job = container.exports.one(UUID(act.actor.id), export)
        seen.append((job["state"], job["done"], job["total"]))
    assert [one for one in dict.fromkeys(seen) if one[0] == "running"] == [
        ("running", done, 3) for done in range(1, 4)
    ]
    assert seen[-1] == ("done", 3, 3)


def test_a_worker_that_dies_leaves_its_job_to_another_and_nothing_twice(
    container: Container, act: Act, crowd: list[Walker], monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(export_rows, "PORTION", 1)
    export, dead, other = container.exports.request(act, asked()), maker(container, 1e-9), maker(container)
    dead.run_due()
    other.run_due()
    assert container.exports.one(UUID(act.actor.id), export)["state"] == "running", "it is the other's still"
    clock.advance(minutes=3)
    other.run_due()
    assert container.exports.one(UUID(act.actor.id), export)["state"] == "done"
    for _ in range(10):
        dead.run_due()
    told = [type(fact) for fact in history_of(container, export)]
    assert told == [facts.ExportRequested, facts.ExportMade]
    _, pieces = container.exports.download(fresh(act), export)
    assert len(lines(b"".join(pieces))) == 3


def left(container: Container) -> list[Path]:
    return [file for file in (container.settings.data / "exports").rglob("*") if file.is_file()]


def test_a_disk_that_is_full_leaves_no_piece_behind(
    container: Container, act: Act, crowd: list[Walker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PIECE", 100)
    put, kept = container.exports._files.put, list[str]()

    def full(data: bytes) -> str:
        if len(kept) == 3:
            raise PhotoNotKept("No space left on device")
        kept.append(put(data))
        return kept[-1]

    monkeypatch.setattr(container.exports._files, "put", full)
    export, worker = container.exports.request(act, asked()), maker(container)
    worker.run_due()
    assert container.exports.one(UUID(act.actor.id), export)["state"] == "failed"
    assert len(kept) == 3
    assert left(container) == []


@pytest.mark.parametrize("silent", ["store", "database"])
def test_an_export_outlives_what_is_away_for_a_moment(
    container: Container,
    act: Act,
    crowd: list[Walker],
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
    silent: str,
) -> None:
    export, worker = container.exports.request(act, asked()), maker(container)

    def away(*_: object, **__: object) -> None:
        raise PhotoStoreUnavailable("away") if silent == "store" else Refusal(RefusalCode.STORE_AWAY)

    with monkeypatch.context() as moment:
        at = (container.exports._files, "put") if silent == "store" else (export_rows.ExportRows, "portions")
        moment.setattr(*at, away)
        worker.run_due()
    assert container.exports.one(UUID(act.actor.id), export)["state"] == "running"
    clock.advance(minutes=3)
    maker(container).run_due()
    assert container.exports.one(UUID(act.actor.id), export)["state"] == "done"


def test_a_removed_one_is_not_finished(
    container: Container, act: Act, crowd: list[Walker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_rows, "PORTION", 1)
    export, worker = container.exports.request(act, asked()), maker(container, 1e-9)
    worker.run_due()
    container.exports.remove(fresh(act), export)
    for _ in range(10):
        worker.run_due()
    assert container.exports.one(UUID(act.actor.id), export)["state"] == "removed"
    assert [file for file in (container.settings.data / "exports").rglob("*") if file.is_file()] == []


def test_whoever_is_of_the_office_no_more_gets_nothing(
    container: Container, act: Act, crowd: list[Walker]
) -> None:
    export = container.exports.request(act, asked())
    with container.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE accounts SET role = 'candidate' WHERE name = 'kaowu'")
    container.worker.once()
    assert container.exports.one(UUID(act.actor.id), export)["state"] == "failed"


def test_daily_at_its_time_and_once_a_day(
    container: Container, act: Act, crowd: list[Walker], clock: Clock
) -> None:
    schedule, account = container.exports.schedule, UUID(act.actor.id)
    private = asked(columns=every("candidates", private=True), why="核对数据抽查")
    assert refusal(schedule, act, private, "11:00") is RefusalCode.EXPORT_PRIVATE_SCHEDULED
    assert refusal(schedule, act, asked(), "25:00") is RefusalCode.EXPORT_TIME
    schedule(act, asked(), "11:00")
    container.worker.once()
    assert container.exports.of(account)[0] == []
    clock.advance(hours=1)
    container.worker.once()
    container.worker.once()
    assert [job["state"] for job in container.exports.of(account)[0]] == ["done"]
    clock.advance(hours=23)
    container.worker.once()
    assert len(container.exports.of(account)[0]) == 1
    clock.advance(hours=1)
    container.worker.once()
    assert len(container.exports.of(account)[0]) == 2
    container.exports.unschedule(fresh(act), act.command_id)
    clock.advance(days=1)
    container.worker.once()
    assert len(container.exports.of(account)[0]) == 2
    told = [type(fact) for fact in history_of(container, act.command_id)]
    assert told == [facts.ExportScheduled, facts.ExportUnscheduled]


def test_one_that_is_set_after_its_time_begins_tomorrow(container: Container, act: Act, clock: Clock) -> None:
    container.exports.schedule(act, asked(), "06:30")
    container.worker.once()
    assert container.exports.of(UUID(act.actor.id))[0] == []
    clock.advance(hours=20, minutes=30)
    container.worker.once()
    assert len(container.exports.of(UUID(act.actor.id))[0]) == 1


def test_a_piece_cannot_be_left_out_or_exchanged() -> None:
    from ncre.operational.file_box import FileBox
    from ncre.store.sealing import CiphertextForged

    key = FileBox.fresh_key()
    box, other = FileBox(key, UUID(int=1)), FileBox(key, UUID(int=2))
    sealed = box.seal(0, b"first")
    assert box.open(0, sealed) == b"first"
    for opened in (lambda: box.open(1, sealed), lambda: other.open(0, sealed)):
        with pytest.raises(CiphertextForged):
            opened()


def test_a_file_shows_one_moment_whatever_happens_while_it_is_made(
    container: Container, act: Act, crowd: list[Walker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first registration is read; then the last one changes, and somebody new begins."""
    monkeypatch.setattr(export_rows, "PORTION", 1)
    export, worker = container.exports.request(fresh(act), asked()), maker(container, seconds=1e-9)
    with container.database.reading() as connection:
        newest = connection.execute(select(func.max(stored.c.id))).scalar_one()
    before = sorted(STATUSES[walker.stands.status].zh for walker in crowd)
    worker.run_due()
    last = max(crowd, key=lambda walker: walker.id)
    money = KEEPING if last.stands.status is Status.PAID else {}
    container.command_handler.handle(Cancel(registration=last.id, actor=OFFICE, reason="停考", **money))
    Walker(container).agrees()
    for _ in range(20):
        worker.run_due()
    _, pieces = container.exports.download(fresh(act), export)
    assert sorted(line["状态"] for line in lines(b"".join(pieces))) == before
    done = next(fact for fact in history_of(container, export) if isinstance(fact, facts.ExportMade))
    assert done.position == newest
    assert container.exports.one(UUID(act.actor.id), export)["position"] == newest
