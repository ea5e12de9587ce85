"""What stands on the papers of a registration, which of them may be had, and what is kept of one that was drawn."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4, uuid5

import pytest

from ncre.bootstrap import Container
from ncre.documents.codes.ticket_token import read_ticket_token
from ncre.documents.view_models import Printed
from ncre.domain.exam.subject_names import subject_words
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.projections.audit.snapshots import AsOfMoment, AsOfVersion
from ncre.services.documents.cache import DocumentCache
from ncre.services.documents.issuing import missing_glyphs
from ncre.services.documents.printed_case import whole_case
from tests.handlers.ground import Walker, history_of, refusal, revise
from tests.support.people import NOW, OFFICE, REVIEWER, ROUND, SITE, WENJING, Clock, bundled_round

WINDOWS = bundled_round()[0].plan.windows


@pytest.fixture
def walker(container: Container) -> Walker:
    """Somebody who has paid and sits."""
    walker = Walker(container, WENJING)
    walker.paid(("66",))
    container.seating.seat(ROUND, SITE, OFFICE)
    return walker


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The sheets that were drawn, instead of the drawing."""
    sheets: list[Any] = []

    def draws(*asked: Any) -> Printed:
        sheets.append(asked[-1])
        return Printed(b"%PDF", ())

    for name in ("registration_form", "admission_ticket", "receipt", "admission_tickets"):
        monkeypatch.setattr(f"ncre.documents.drawing.{name}", draws)
    return sheets


def test_the_form_says_what_was_recorded(container: Container, walker: Walker) -> None:
    page = container.documents.form_page(walker.id)
    sheet, row = page.sheet, walker.row
    assert (sheet.person.name, sheet.person.document_number) == (WENJING.name, WENJING.document_number)
    assert (sheet.birth, sheet.address, sheet.postcode) == ("2006-03-15", WENJING.address, WENJING.postcode)
    assert (sheet.mobile, sheet.site_mobile.replace(" ", "")[-11:]) == ("138****8000", "13800138000")
    assert (sheet.email, sheet.site_email) == ("w***@example.com", WENJING.email)
    assert sheet.remark == WENJING.remark
    assert sheet.site.startswith(f"{SITE} 武汉软件工程职业学院（")
    assert sheet.paid == "应缴 80.00 元 · 已支付 2027-01-05 10:00"
    assert (sheet.agreement, sheet.agreed, sheet.review) == (
        row["agreement"],
        "2027-01-05 10:00",
        "通过（2027-01-05 10:00）",
    )
    (subject,) = sheet.subjects
    assert (subject.code, subject.fee, subject.state) == ("66", 8000, "已支付")
    assert (sheet.record.number, sheet.record.version) == (row["number"], row["version"])
    token = read_ticket_token(sheet.record.code, container.ticket_verifier.public)
    assert (token.is_ticket, token.number, token.digest) == (False, row["number"], sheet.record.digest)
    english = dict(sheet.english or {})
    assert english[sheet.paid] == "due: 80.00 yuan, paid 2027-01-05 10:00"
    assert english[sheet.review] == "passed (2027-01-05 10:00)"
    assert english["已支付"] == "paid"
    assert english[subject.name].endswith(subject_words(bundled_round()[0].subject("66").name).en)
    assert english[sheet.person.sex].lower() == "female"
    assert english[sheet.round].endswith("(no. 78)")
    assert english[subject.name].isascii()


def test_the_ticket_says_where_to_sit_and_when(container: Container, walker: Walker) -> None:
    sheet = container.documents.ticket_page(walker.id).sheet
    (seat,), (line,) = container.queries.cases.seats(walker.id), sheet.seats
    assert (line.ticket, line.hall, line.room, line.seat, line.batch) == (
        *(seat["ticket"], seat["hall"], seat["room"], seat["seat"], seat["batch"]),
    )
    assert (line.starts_at, line.ends_at) == (seat["starts_at"], seat["ends_at"])
    assert line.subject.startswith("66 ")
    assert sheet.site == f"{SITE} 武汉软件工程职业学院"
    assert sheet.address == bundled_round()[1][SITE].plan.address
    assert sheet.unconfirmed
    token = read_ticket_token(sheet.record.code, container.ticket_verifier.public)
    assert (token.is_ticket, token.number, token.version) == (
        True,
        walker.row["number"],
        sheet.record.version,
    )
    assert dict(sheet.english or {})[line.subject].startswith("66 ")
    container.command_handler.handle(c.Confirm(registration=walker.id, actor=REVIEWER))
    confirmed = container.documents.ticket_page(walker.id).sheet
    assert not confirmed.unconfirmed
    assert confirmed.record.digest == sheet.record.digest


def test_the_form_says_where_proofs_are_checked_where_the_address_is_known(
    container: Container, walker: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert container.documents.form_page(walker.id).sheet.proof == ""
    monkeypatch.setattr(container.documents._cases, "_proof_page", "https://exam.example/ledger/check")
    assert container.documents.form_page(walker.id).sheet.proof == "https://exam.example/ledger/check"


def test_of_an_erased_person_there_is_no_paper(container: Container, walker: Walker) -> None:
    case = container.documents._cases.now(walker.id)
    rules = case.paid_under
    with_details = whole_case(case.row, case.seats, rules, (rules, rules), case.details)
    assert with_details.details == WENJING
    assert refusal(whole_case, case.row, case.seats, rules, (rules, rules), None) is RefusalCode.PERSON_ERASED


def test_the_receipt_masks_the_document_and_names_the_clerk(
    container: Container, walker: Walker, drawn: list[Any]
) -> None:
    container.documents.receipt(walker.id, bilingual=True)
    sheet, payment = drawn[-1], walker.row["payment"]
    assert (sheet.name, sheet.amount, sheet.paid) == (WENJING.name, "80.00 元", "2027-01-05 10:00")
    assert sheet.document_number != WENJING.document_number
    assert "*" in sheet.document_number
    assert (sheet.order, sheet.trade, sheet.clerk) == (payment["order"], payment["trade"], "")
    assert sheet.english[sheet.amount] == "80.00 yuan"
    assert sheet.english[sheet.remark].isascii()
    assert sheet.english[sheet.channel] == sheet.channel or sheet.english[sheet.channel].isascii()
    container.documents.receipt(walker.id)
    assert drawn[-1].english is None


def test_a_paper_is_drawn_once_and_kept_sealed_for_the_next_time(
    container: Container, walker: Walker, drawn: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ncre.services.documents.assembly.DocumentAssembler.photo", lambda *_: b"a face")
    folder = container.settings.data / "papers"
    for _ in range(2):
        assert container.documents.form(walker.id).pdf == b"%PDF"
    (kept,) = [file for file in folder.rglob("*") if file.is_file()]
    assert (len(drawn), drawn[0].person.photo) == (1, b"a face")
    assert b"%PDF" not in kept.read_bytes()
    container.documents.form(walker.id, bilingual=True)
    assert len(drawn) == 2, "it says more"
    kept.write_bytes(b"another box")
    assert container.documents.form(walker.id).pdf == b"%PDF"
    assert len(drawn) == 3, "what is damaged is drawn anew"
    assert container.documents.sweep(datetime(2100, 1, 1, tzinfo=UTC)) == 2
    container.documents.form(walker.id)
    assert len(drawn) == 4


def test_what_may_not_be_printed_is_refused_with_its_reason(
    container: Container, clock: Clock, walker: Walker, drawn: list[Any]
) -> None:
    papers = container.documents
    unpaid = Walker(container)
    unpaid.approved(("66",))
    early = Walker(container)
    early.filled()
    unseated = Walker(container)
    unseated.paid(("66",))
    for paper in (papers.form, papers.ticket, papers.receipt, papers.form_page, papers.ticket_page):
        assert refusal(paper, unpaid.id) is RefusalCode.PRINT_NOT_PAID
        assert refusal(paper, early.id) is RefusalCode.NOT_FOUND
        assert refusal(paper, uuid4()) is RefusalCode.NOT_FOUND
    assert refusal(papers.ticket, unseated.id) is RefusalCode.PRINT_NOT_SEATED
    assert refusal(papers.ticket_then, unseated.id, AsOfVersion(unseated.row["version"])) is (
        RefusalCode.PRINT_NOT_SEATED
    )
    for moment, code in (
        (WINDOWS.printing.opens - timedelta(seconds=1), RefusalCode.PRINT_NOT_YET),
        (WINDOWS.printing.closes, RefusalCode.PRINT_OVER),
    ):
        clock.now = moment
        assert refusal(papers.ticket, walker.id) is code
        papers.form(walker.id)


def test_a_paper_of_then_is_drawn_as_the_rules_and_the_record_were(
    container: Container, clock: Clock, walker: Walker, drawn: list[Any]
) -> None:
    papers, before = container.documents, walker.row["version"]
    was = papers.ticket_page(walker.id).sheet
    clock.advance(hours=1)
    revise(container, SITE, name="新校名", address="新校址")
    now = papers.ticket_page(walker.id).sheet
    assert now.site == was.site, "its papers are those of the plan under which they were made"
    assert now.address == f"新校址（原：{was.address}）"
    clock.advance(hours=1)
    container.command_handler.handle(c.Confirm(registration=walker.id, actor=REVIEWER))
    for at, unconfirmed in ((AsOfVersion(before), True), (AsOfMoment(clock.now), False)):
        papers.ticket_then(walker.id, at)
        assert drawn[-1].unconfirmed is unconfirmed
    papers.ticket_then(walker.id, AsOfMoment(NOW + timedelta(minutes=1)))
    assert (drawn[-1].address, drawn[-1].record.version) == (was.address, before)
    papers.form_then(walker.id, AsOfVersion(before), masked=True)
    assert WENJING.name not in repr(drawn[-1])
    papers.ticket_then(walker.id, AsOfVersion(before), masked=True)
    assert WENJING.name not in repr(drawn[-1])
    assert refusal(papers.form_then, walker.id, AsOfVersion(1)) is RefusalCode.NOT_FOUND


def test_the_papers_for_staff_are_those_of_the_newest_version(
    container: Container, walker: Walker, drawn: list[Any]
) -> None:
    for kind, field in (("form", "birth"), ("ticket", "seats"), ("receipt", "trade")):
        assert container.documents.for_staff(walker.row, kind) == b"%PDF"
        assert hasattr(drawn[-1], field)


def test_tickets_of_a_site_come_in_files_and_each_look_is_recorded(
    container: Container, walker: Walker, drawn: list[Any]
) -> None:
    second = Walker(container)
    second.paid(("66",))
    container.seating.seat(ROUND, SITE, OFFICE)
    gone = Walker(container)
    gone.paid(("66",))
    seated = container.documents.seated_at(ROUND, SITE)
    assert set(seated) == {walker.id, second.id}
    files = list(container.documents.bundles(ROUND, SITE, OFFICE, 2, [*seated, gone.id]))
    assert [(one.name, one.done) for one in files] == [(f"tickets-{ROUND}-{SITE}-0001.pdf", 2)]
    assert [sheet.record.number for sheet in drawn[-1]] == [
        container.queries.cases.rows([one])[0]["number"] for one in seated
    ]
    (look,) = history_of(container, uuid5(walker.id, "access"))
    assert (look.purpose, look.metadata.actor) == ("ticket-batch", OFFICE.id)  # type: ignore[attr-defined]
    assert history_of(container, uuid5(gone.id, "access")) == []
    one_by_one = list(container.documents.bundles(ROUND, SITE, OFFICE, 1, seated))
    assert [one.done for one in one_by_one] == [1, 2]
    assert one_by_one[1].name.endswith("-0002.pdf")


def test_a_cache_keeps_gives_back_and_forgets_by_age(tmp_path: Path) -> None:
    cache = DocumentCache(tmp_path)
    old, young = "ab" + "0" * 62, "cd" + "1" * 62
    assert (cache.get(old), cache.sweep(NOW)) == (None, 0)
    for key in (old, young):
        cache.put(key, key.encode())
    assert cache.get(old) == old.encode()
    assert sorted(cache.names()) == [old, young]
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    os.utime(tmp_path / "ab" / old, (moment.timestamp() - 1,) * 2)
    os.utime(tmp_path / "cd" / young, (moment.timestamp(),) * 2)
    assert cache.sweep(moment) == 1
    assert list(cache.names()) == [young]
    cache.remove(young)
    cache.remove(young)
    assert cache.get(young) is None


def test_what_no_font_draws_is_named() -> None:
    assert missing_glyphs("欧阳文静") == ()
    assert missing_glyphs("\U0010fffd") == ("\U0010fffd",)


def test_a_wallet_shows_the_ticket_without_its_holder(container: Container, walker: Walker) -> None:
    case = container.queries.cases.case(walker.id)
    assert case is not None
    card, sheet = container.wallets.card(case), container.documents.ticket_page(walker.id).sheet
    (sitting,), (seat,) = card.sittings, container.queries.cases.seats(walker.id)
    assert sheet.record.code in vars(card).values()
    assert {sheet.site, sheet.address, sheet.record.number} <= {
        one for one in vars(card).values() if isinstance(one, str)
    }
    said, name = repr(sitting), subject_words(case.round.subject("66").name)
    assert f"66 {name.zh}" in said
    assert f"66 {name.en}" in said
    assert f"第 {seat['hall']} 考场（{seat['room']}）{seat['seat']} 号" in said
    assert f"hall {seat['hall']} ({seat['room']}), seat {seat['seat']}" in said
    starts = [one for one in vars(sitting).values() if isinstance(one, datetime)]
    assert starts == [seat["starts_at"], seat["ends_at"]]
    assert {one.utcoffset() for one in starts} == {timedelta(hours=8)}
    assert WENJING.name not in repr(card)
    assert refusal(container.wallets.card, replace(case, row={**case.row, "id": uuid4()})) is (
        RefusalCode.NOT_FOUND
    )
