"""Who is banned neither registers nor pays; money of theirs goes back, and what was paid before is for the office to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from ncre.bootstrap import Container
from ncre.domain.candidate import masked_number
from ncre.domain.refusal_wording import refusal_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.events import registration as facts
from ncre.handlers.command_handler import Act
from ncre.projections.maintenance.rebuild import check, rebuild
from ncre.projections.payment import ledger
from ncre.services.bans.ban_file import BanFileUnreadable, NewBan, read_bans
from ncre.services.bans.bans import BanOutcome, RowState
from ncre.services.registration.case_request import CaseRequest
from tests.handlers.ground import Walker, open_exam, refusal
from tests.support.containers import container_on
from tests.support.people import OFFICE, REVIEWER, WENJING, Clock

TODAY = date(2027, 1, 5)
DECISION = "鄂考罚〔2026〕31号"


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data", clock)
    open_exam(container)
    yield container
    container.close()


def ban_of(walker: Walker, **changed: object) -> NewBan:
    said = walker.details
    ban = NewBan(said.document_type, said.document_number, TODAY, date(2028, 1, 4), DECISION, "替考")
    return replace(ban, **changed)  # type: ignore[arg-type]


def bans(container: Container, walker: Walker, **changed: object):  # type: ignore[no-untyped-def]
    return container.bans.impose(Act(OFFICE), ban_of(walker, **changed))


def test_the_banned_cannot_fill_in_and_are_told_until_when_by_what_and_whom_to_ask(
    container: Container,
) -> None:
    walker = Walker(container)
    walker.agrees()
    bans(container, walker)
    with pytest.raises(Refusal) as refused:
        walker.fills()
    assert refused.value.code is RefusalCode.BANNED
    for language in ("zh", "en"):
        told = refusal_words(refused.value.code, refused.value.particulars, language)
        assert "2028-01-04" in told
        assert DECISION in told
        assert "考务办公室" in told or "exam office" in told
    assert len(walker.history) == 1


def test_every_step_towards_the_exam_is_refused_and_giving_up_is_not(container: Container) -> None:
    filled, submitted, pictured, waiting, approved = (Walker(container) for _ in range(5))
    filled.filled()
    submitted.submitted()
    pictured.pictured()
    waiting.pictured()
    waiting.requests_review()
    approved.approved()
    for one in (filled, submitted, pictured, waiting, approved):
        bans(container, one)
    assert refusal(filled.submits) is RefusalCode.BANNED
    assert (
        refusal(filled.does, c.AmendInfo, details=WENJING, person=filled.stands.person) is RefusalCode.BANNED
    )
    chosen = {"site": submitted.stands.site, "subjects": ("66",)}
    assert refusal(submitted.does, c.ChangeSubjects, **chosen) is RefusalCode.BANNED
    assert refusal(pictured.requests_review) is RefusalCode.BANNED
    approve = c.Approve(registration=waiting.id, actor=REVIEWER)
    assert refusal(container.command_handler.handle, approve) is RefusalCode.BANNED
    assert refusal(container.checkout.open, approved.id, "till") is RefusalCode.BANNED
    reject = c.Reject(registration=waiting.id, actor=REVIEWER, reasons=("E01",))
    assert container.command_handler.handle(reject).status is Status.REJECTED
    assert approved.withdraws().status is Status.WITHDRAWN


def test_money_that_comes_after_the_ban_goes_back(container: Container) -> None:
    walker = Walker(container)
    walker.approved()
    news = walker.money()
    bans(container, walker)
    assert walker.hears(news).status is Status.APPROVED
    unusable = walker.history[-1]
    assert isinstance(unusable, facts.PaymentUnusable)
    assert unusable.reason == "banned"
    container.worker.once()
    with container.database.reading() as connection:
        (payment,) = ledger.of_registration(connection, walker.id)
    assert payment["returned_at"] is not None
    assert (
        check(container.database, container.command_handler.store, container.command_handler.listeners) == []
    )


def test_it_holds_on_its_days_alone_and_until_it_is_lifted(container: Container, clock: Clock) -> None:
    early, late, lifted = (Walker(container) for _ in range(3))
    for one in (early, late, lifted):
        one.agrees()
    bans(container, early, starts=TODAY + timedelta(days=1))
    bans(container, late, starts=date(2026, 1, 1), ends=TODAY)
    ban = bans(container, lifted)
    early.fills()
    assert refusal(late.fills) is RefusalCode.BANNED
    clock.advance(hours=13, minutes=59)
    assert refusal(late.fills) is RefusalCode.BANNED, "its last day is included, in the time of the exam"
    clock.advance(minutes=1)
    late.fills()
    assert refusal(early.submits) is RefusalCode.BANNED, "its first day has begun"
    assert refusal(lifted.fills) is RefusalCode.BANNED
    assert refusal(container.bans.lift, Act(OFFICE), ban, " ") is RefusalCode.WHY_MISSING
    container.bans.lift(Act(OFFICE), ban, "复核后撤销决定")
    container.bans.lift(Act(OFFICE), ban, "再说一次")
    lifted.fills()


def test_only_the_office_bans(container: Container) -> None:
    walker = Walker(container)
    assert refusal(container.bans.impose, Act(REVIEWER), ban_of(walker)) is RefusalCode.NOT_YOUR_ROLE
    ban = bans(container, walker)
    assert bans(container, walker) == ban, "the same again is so already"
    assert refusal(bans, container, walker, ends=date(2029, 1, 1)) is RefusalCode.BAN_EXISTS
    assert refusal(container.bans.lift, Act(REVIEWER), ban, "x") is RefusalCode.NOT_YOUR_ROLE
    assert container.bans.reason(Act(OFFICE), ban) == "替考"
    (row,) = container.bans.search(walker.details.document_number.lower())
    assert (row["id"], row["document_masked"]) == (ban, masked_number(walker.details.document_number))
    assert container.bans.search("E99999999") == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ends": TODAY - timedelta(days=1)}, RefusalCode.BAN_DAYS_UNFIT),
        ({"ends": date(2038, 1, 1)}, RefusalCode.BAN_DAYS_UNFIT),
        ({"decision": ""}, RefusalCode.BAN_DECISION_MISSING),
        ({"reason": " "}, RefusalCode.REASON_TEXT_MISSING),
        ({"document_number": "1"}, RefusalCode.BAN_DOCUMENT_UNFIT),
        ({"document_type": "library card"}, RefusalCode.BAN_DOCUMENT_UNFIT),
        ({"decision": "x" * 61}, RefusalCode.TEXT_TOO_LONG),
    ],
)
def test_a_ban_that_cannot_be_meant_is_refused(
    container: Container, changed: dict[str, object], code: RefusalCode
) -> None:
    assert refusal(bans, container, Walker(container), **changed) is code


def request(walker: Walker) -> CaseRequest:
    return CaseRequest(registration=walker.id, actor=OFFICE, seen=walker.row["version"])


def test_what_was_paid_before_waits_for_the_office_and_each_outcome_is_recorded(container: Container) -> None:
    refunded, kept_fee, kept = (Walker(container) for _ in range(3))
    for one in (refunded, kept_fee, kept):
        one.approved()
        one.hears(one.money(f"T-{one.id}"))
    of = {one.id: bans(container, one) for one in (refunded, kept_fee, kept)}
    assert {row["registration"] for row in container.bans.waiting()} == set(of)
    container.bans.resolve(request(refunded), of[refunded.id], BanOutcome.REFUND, "决定溯及本次考试")
    container.bans.resolve(request(kept_fee), of[kept_fee.id], BanOutcome.KEEP_FEE, "按规定不退")
    container.bans.resolve(request(kept), of[kept.id], BanOutcome.KEEP, "决定不溯及本次考试")
    assert container.bans.waiting() == []
    container.worker.once()
    with container.database.reading() as connection:
        money = {one.id: ledger.of_registration(connection, one.id) for one in (refunded, kept_fee, kept)}
    assert [money[one.id][0]["returned_at"] is not None for one in (refunded, kept_fee, kept)] == [
        True,
        False,
        False,
    ]
    assert [one.stands.status for one in (refunded, kept_fee, kept)] == ["cancelled", "cancelled", "paid"]
    again = container.bans.resolve
    assert refusal(again, request(kept), of[kept.id], BanOutcome.REFUND, "x") is RefusalCode.BAN_NOT_CONCERNED
    handler = container.command_handler
    assert check(container.database, handler.store, handler.listeners) == []
    rebuild(container.database, handler.store, handler.listeners)
    assert check(container.database, handler.store, handler.listeners) == []
    assert container.bans.waiting() == []


def test_a_ban_and_a_payment_at_once_end_as_if_one_came_before_the_other(container: Container) -> None:
    """Once a ban was imposed, no payment settles: a rival that asked before is waited for, and then stands in the list."""
    for _ in range(12):
        walker = Walker(container)
        walker.approved()
        news, start = walker.money(f"T-{walker.id}"), Barrier(2)
        after_ban: list[Status] = []

        def pays() -> None:
            start.wait()  # noqa: B023
            walker.hears(news)  # noqa: B023

        def imposes() -> None:
            start.wait()  # noqa: B023
            bans(container, walker)  # noqa: B023
            after_ban.append(walker.stands.status)  # noqa: B023

        threads = [Thread(target=pays), Thread(target=imposes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        status, listed = walker.stands.status, {row["registration"] for row in container.bans.waiting()}
        assert status == after_ban[0], "what stood when the ban was imposed stands"
        if status is Status.PAID:
            assert walker.id in listed
        else:
            assert status is Status.APPROVED
            assert isinstance(walker.history[-1], facts.PaymentUnusable)
            assert walker.id not in listed


def test_a_payment_that_asked_before_the_ban_is_waited_for(container: Container) -> None:
    """The exact moment: between the question for bans and the commit of the payment."""
    if container.database.dialect == "sqlite":
        pytest.skip("one writer at a time there")
    walker = Walker(container)
    walker.approved()
    news = walker.money()
    order: list[str] = []
    imposing: list[Thread] = []
    handler = container.command_handler
    append = handler.store.append

    def appended(connection, recorded):  # type: ignore[no-untyped-def]
        if any(isinstance(fact, facts.PaymentSettled) for fact in recorded):
            thread = Thread(target=lambda: (bans(container, walker), order.append("ban")))
            imposing.append(thread)
            thread.start()
            thread.join(0.5)
            order.append("payment")
        return append(connection, recorded)

    handler.store.append = appended  # type: ignore[method-assign]
    walker.hears(news)
    imposing[0].join()
    assert order == ["payment", "ban"]
    assert [row["registration"] for row in container.bans.waiting()] == [walker.id]


HEADER = "证件类型,证件号码,起始日期,截止日期,决定编号,理由"


def lines(*rows: str) -> str:
    return "\r\n".join((HEADER, *rows))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "days",
    [
        ("2027-01-05", "2028-01-04"),
        ("2027/1/5", "2028年1月4日"),
        ("2027-1-5 0:00:00", "2028/1/4 00:00"),
        ("46392", "46756"),
    ],
)
def test_a_file_is_read_as_an_office_saves_it(encoding: str, days: tuple[str, str]) -> None:
    text = lines(
        f"居民身份证,42011520060315002x,{days[0]},{days[1]},{DECISION},组织作弊，情节严重".replace("，", "；")
    )
    (row,) = read_bans(text.encode(encoding))
    assert row.ban == NewBan(
        "resident_id", "42011520060315002X", TODAY, date(2028, 1, 4), DECISION, "组织作弊；情节严重"
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "空文件"),
        (b"PK\x03\x04rest", "工作簿"),
        (HEADER.encode(), "没有内容"),
        ("证件号码,起始日期\n1,2".encode(), "缺少列"),
        (f"{HEADER},理由\n".encode() + b"a,b,c,d,e,f,g", "重复"),
        (lines('"').encode(), "CSV"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(raw: bytes, why: str) -> None:
    with pytest.raises(BanFileUnreadable) as unreadable:
        read_bans(raw)
    assert why in unreadable.value.words.zh


def test_every_line_has_its_outcome_and_only_what_is_new_is_entered_together(container: Container) -> None:
    paid, known = Walker(container), Walker(container)
    paid.paid()
    bans(container, known)
    number = paid.details.document_number
    raw = lines(
        f"护照,{number},2027-01-05,2028-01-04,{DECISION},替考",
        f"护照,{number},2027-01-05,2028-01-04,{DECISION},替考",
        f"护照,{known.details.document_number},2027-01-05,2028-01-04,{DECISION},替考",
        f"护照,{known.details.document_number},2027-01-05,2029-01-04,{DECISION},替考",
        f"居民身份证,4.20115E+17,2027-01-05,2028-01-04,{DECISION},替考",
        f"居民身份证,420115200603150020,2027-01-05,2028-01-04,{DECISION},替考",
        f"护照,E55555555,2027-13-05,2028-01-04,{DECISION},替考",
        "护照,E55555555,2027-01-05,2028-01-04,,替考",
    ).encode("gb18030")
    rows = read_bans(raw)
    states = [one.state for one in container.bans.preview(rows)]
    assert states == [RowState.NEW, RowState.REPEATED, RowState.SAME, *[RowState.FAULTY] * 5]
    assert (container.bans.preview(rows)[0].registered, container.bans.preview(rows)[0].paid) == (1, 1)
    assert container.bans.import_rows(Act(OFFICE), rows) == 1
    assert container.bans.import_rows(Act(OFFICE), rows) == 0
    assert [one.state for one in container.bans.preview(rows)][0] is RowState.SAME
    assert [row["registration"] for row in container.bans.waiting()] == [paid.id]


def test_a_file_is_entered_whole_or_not_at_all(container: Container) -> None:
    rows = read_bans(
        lines(*(f"护照,E{number:08},2027-01-05,2028-01-04,{DECISION},替考" for number in range(30))).encode()
    )
    store, count = container.command_handler.store, 0
    append = store.append

    def fails(connection, recorded):  # type: ignore[no-untyped-def]
        nonlocal count
        count += 1
        if count == 20:
            raise KeyboardInterrupt
        return append(connection, recorded)

    store.append = fails  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        container.bans.import_rows(Act(OFFICE), rows)
    store.append = append  # type: ignore[method-assign]
    assert container.bans.page(1) == ([], False)
    assert container.bans.import_rows(Act(OFFICE), rows) == 30
