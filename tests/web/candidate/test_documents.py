"""Printing: the form from payment on, the ticket once seated and while printing is open."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.projections.audit.snapshots import AsOfMoment, AsOfVersion
from tests.handlers.ground import planning
from tests.support.people import (
    LIQIANG,
    OFFICE,
    REVIEWER,
    ROUND,
    SITE,
    WENJING,
    Candidate,
    Clock,
    approved,
    somebody,
)
from tests.web.staff_members import auditor, looks_at, office
from tests.web.visitor import Visitor, row_of, signed_in


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    return candidate


def home(candidate: Candidate) -> str:
    return f"/registrations/{candidate.id}"


def test_before_payment_the_form_is_refused_with_words(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(f"{home(wenjing)}/form.pdf", 409)
    assert "支付完成后才能打印报名登记表" in visitor.text()
    visitor.get(home(wenjing))
    assert "form.pdf" not in visitor.page


def test_after_payment_the_form_is_a_pdf_with_a_plain_name(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    visitor.get(home(wenjing))
    assert f"{home(wenjing)}/form.pdf" in visitor.page
    answer = visitor.get(f"{home(wenjing)}/form.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.get_data().startswith(b"%PDF-")
    number = row_of(container, wenjing.id)["number"]
    assert answer.headers["Content-Disposition"] == f'inline; filename="ncre-registration-form-{number}.pdf"'


def test_the_ticket_waits_for_the_seats(wenjing: Candidate, visitor: Visitor) -> None:
    wenjing.pays()
    visitor.get(f"{home(wenjing)}/ticket.pdf", 409)
    assert "考点还没有编排考场" in visitor.text()
    visitor.get(home(wenjing))
    assert "ticket.pdf" not in visitor.page
    assert "打印准考证的时间：2027-01-04 09:00 至 2027-01-28 18:00" in visitor.text()


def test_the_ticket_is_printed_once_seated_and_no_more_after_the_window(
    container: Container, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    visitor.get(home(wenjing))
    assert f"{home(wenjing)}/ticket.pdf" in visitor.page
    assert visitor.get(f"{home(wenjing)}/ticket.pdf").get_data().startswith(b"%PDF-")
    clock.advance(days=30)
    visitor.get(f"{home(wenjing)}/ticket.pdf", 403)
    assert "打印准考证的时间已于 2027-01-28 18:00 结束" in visitor.text()


def test_the_papers_are_pages_too_with_the_same_content(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(f"{home(wenjing)}/form", 409)
    wenjing.pays()
    visitor.get(f"{home(wenjing)}/form")
    assert WENJING.document_number in visitor.text()
    assert "Python语言程序设计" in visitor.text()
    container.seating.seat(ROUND, SITE, OFFICE)
    visitor.get(f"{home(wenjing)}/ticket")
    for seat in container.documents.ticket_page(wenjing.id).sheet.seats:
        assert seat.ticket in visitor.text()
    assert visitor.page.count('<svg class="code') == 2


def test_another_candidate_gets_neither_page_nor_file(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    other = signed_in(site, somebody(container, "liqiang", LIQIANG))
    for path in ("form", "form.pdf", "ticket", "ticket.pdf"):
        other.get(f"{home(wenjing)}/{path}", 404)


def test_a_paper_comes_from_the_shelf_until_what_it_says_changes(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    first = visitor.get(f"{home(wenjing)}/form.pdf").get_data()
    (kept,) = container.settings.papers.glob("??/*")
    assert WENJING.name.encode() not in kept.read_bytes()
    assert not kept.read_bytes().startswith(b"%PDF")
    assert visitor.get(f"{home(wenjing)}/form.pdf").get_data() == first
    assert list(container.settings.papers.glob("??/*")) == [kept]
    container.seating.seat(ROUND, SITE, OFFICE)
    assert visitor.get(f"{home(wenjing)}/form.pdf").get_data() != first


def test_a_damaged_paper_on_the_shelf_is_drawn_anew(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    first = visitor.get(f"{home(wenjing)}/form.pdf").get_data()
    (kept,) = container.settings.papers.glob("??/*")
    kept.write_bytes(b"1:nonsense")
    assert visitor.get(f"{home(wenjing)}/form.pdf").get_data() == first


def test_a_lost_photo_keeps_nobody_from_the_exam(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    for file in container.settings.photos.rglob("*"):
        if file.is_file():
            file.unlink()
    pdf = visitor.get(f"{home(wenjing)}/ticket.pdf").get_data()
    assert "无照片" in PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert list(container.settings.papers.glob("??/*")) == [], "it is drawn anew once the photo is back"


PRIVATE = (
    WENJING.name,
    WENJING.document_number,
    WENJING.mobile,
    WENJING.email,
    WENJING.address,
    WENJING.birth.isoformat(),
    "汉族",
)


def said_on(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_an_auditor_reprints_it_masked_and_no_look_is_recorded(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.pays()
    paid = row_of(container, wenjing.id)["version"]
    container.seating.seat(ROUND, SITE, OFFICE)
    shenji = auditor(container, site)
    assert "form.pdf?at=v" in shenji.get(f"/audit/{wenjing.id}?at=v{paid}")
    assert "form.pdf?at=v" not in shenji.get(f"/audit/{wenjing.id}?at=v{paid - 1}")
    for path in (f"form.pdf?at=v{paid}", "form.pdf", "ticket.pdf"):
        pdf = shenji.client.get(f"/audit/{wenjing.id}/{path}", base_url="https://localhost").get_data()
        drawn = [image.name for page in PdfReader(BytesIO(pdf)).pages for image in page.images]
        assert drawn, "the codes are drawn"
        assert not [name for name in drawn if name.endswith(".jpg")], "and the face is not"
        text = said_on(pdf)
        assert not [private for private in PRIVATE if private in text], path
        assert row_of(container, wenjing.id)["number"] in text
        assert "欧**" in text
        assert "照片不显示" in text
    shenji.get(f"/audit/{wenjing.id}/ticket.pdf?at=v{paid}", 409)
    for at in ("yesterday", "0001-01-01 00:00", "v" + "9" * 20):
        shenji.get(f"/audit/{wenjing.id}/form.pdf?at={at}", 404)
    assert looks_at(container, wenjing.id) == []


def test_the_office_reprints_what_was_printed_then_once_it_said_why(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.pays()
    paid = row_of(container, wenjing.id)["version"]
    then = container.documents.form(wenjing.id).pdf
    container.seating.seat(ROUND, SITE, OFFICE)
    ticket = container.documents.ticket(wenjing.id).pdf
    kaowu = office(container, site)
    path, here = f"/audit/{wenjing.id}/form.pdf?at=v{paid}", "https://localhost"
    assert WENJING.name not in said_on(kaowu.client.get(path, base_url=here).data)
    assert looks_at(container, wenjing.id) == []
    kaowu.post(f"/audit/{wenjing.id}/open", page=f"/audit/{wenjing.id}", why="核对考生的更正申请")
    assert kaowu.client.get(path, base_url=here).data == then
    assert kaowu.client.get(f"/audit/{wenjing.id}/ticket.pdf", base_url=here).data == ticket
    (look,) = looks_at(container, wenjing.id)
    assert look["role"] == "office"
    assert "原因：核对考生的更正申请" in look["zh"]


def test_a_site_that_moved_since_stands_on_the_reprint_as_it_was(
    container: Container, clock: Clock, wenjing: Candidate
) -> None:
    wenjing.pays()
    version = AsOfVersion(row_of(container, wenjing.id)["version"])
    then = container.documents.form_then(wenjing.id, version).pdf
    moment = AsOfMoment(clock())
    clock.advance(hours=1)
    moves(container, "武汉市新地址9号")
    assert container.documents.form_then(wenjing.id, moment).pdf == then
    assert container.documents.form(wenjing.id).pdf != then


def moves(container: Container, address: str) -> None:
    """The site of these tests, at another address from now on."""
    with container.database.reading() as connection:
        site = container.command_handler.exams.site(connection, ROUND, SITE)
    assert site is not None
    container.command_handler.plan(planning(replace(site.plan, address=address)))


def test_the_shelf_is_tidied_by_the_worker_and_the_paper_drawn_again(
    container: Container, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    first = visitor.get(f"{home(wenjing)}/form.pdf").get_data()
    (kept,) = container.settings.papers.glob("??/*")
    os.utime(kept, (clock().timestamp(),) * 2)
    container.worker.once()
    assert kept.exists()
    clock.advance(days=8)
    container.worker.once()
    assert not kept.exists()
    assert container.documents.form(wenjing.id).pdf == first


def test_a_shelf_without_room_still_prints(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("ncre.operational.private_files.os.replace", full)
    assert container.documents.form(candidate.id).pdf.startswith(b"%PDF")
    assert not [file for file in container.settings.papers.rglob("*") if file.is_file()]


def test_a_ticket_does_not_wait_for_confirmation_and_says_that_it_is_to_come(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    """The manual prints in the print window (part 2, 6) and confirms when the site's notice says (part 2, 7)."""
    wenjing.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    visitor.get(home(wenjing))
    assert "准考证不必等到确认之后" in visitor.text()
    visitor.get(f"{home(wenjing)}/ticket")
    assert "您还没有确认" in visitor.text()
    paper = PdfReader(BytesIO(visitor.get(f"{home(wenjing)}/ticket.pdf").get_data())).pages[0].extract_text()
    assert "本准考证生成时尚未确认" in "".join(paper.split())
    container.command_handler.handle(c.Confirm(registration=wenjing.id, actor=REVIEWER))
    visitor.get(f"{home(wenjing)}/ticket")
    assert "您还没有确认" not in visitor.text()
    paper = PdfReader(BytesIO(visitor.get(f"{home(wenjing)}/ticket.pdf").get_data())).pages[0].extract_text()
    assert "尚未确认" not in "".join(paper.split())


def test_ticket_and_form_are_english_whole(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    """Names, addresses and the names of subjects stay; every other word is English."""
    wenjing.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    visitor.get("/language/en?next=/", 302)
    chinese = [
        "男",
        "女",
        "居民身份证",
        "本科",
        "汉",
        "已支付",
        "应缴",
        "通过",
        "考生",
        "本人",
        "二级",
        "准考证",
        "：",
        "，",
        "（",
        "、",
    ]
    own = (WENJING.name, WENJING.address, WENJING.remark)
    for paper in ("form", "ticket"):
        visitor.get(f"{home(wenjing)}/{paper}")
        said = visitor.text().replace("考务办公室（样例地址）", "").replace("武汉", "").replace("工作日", "")
        for name in own:
            said = said.replace(name, "")
        assert [word for word in chinese if word in said] == [], paper
        assert "Level 2" in said


def test_who_reads_in_english_gets_papers_in_both_languages_and_may_have_the_chinese_ones(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    papers = {
        "form.pdf": (
            "考生报名登记表",
            "Registrationform",
            "Level2PythonProgramming",
            "resident identity card",
        ),
        "ticket.pdf": ("准考证", "Admissionticket", "66Level2PythonProgramming", "Notes for candidates"),
        "receipt.pdf": (
            "考试费缴费凭证",
            "Receiptoftheexaminationfee",
            "Level2PythonProgramming",
            "Amount received",
        ),
    }
    for path, (chinese, *english) in papers.items():
        visitor.get("/language/zh?next=/", 302)
        plain = said_on(visitor.get(f"{home(wenjing)}/{path}").get_data())
        both = said_on(visitor.get(f"{home(wenjing)}/{path}?edition=bilingual").get_data())
        visitor.get("/language/en?next=/", 302)
        assert said_on(visitor.get(f"{home(wenjing)}/{path}").get_data()) == both
        assert said_on(visitor.get(f"{home(wenjing)}/{path}?edition=zh").get_data()) == plain
        assert chinese in plain
        assert chinese in both
        for text in english:
            assert "".join(text.split()) in both, (path, text)
            assert "".join(text.split()) not in plain, (path, text)
    for path in ("form", "ticket"):
        visitor.get(f"{home(wenjing)}/{path}")
        assert f"{home(wenjing)}/{path}.pdf?edition=zh" in visitor.page
        visitor.get("/language/zh?next=/", 302)
        visitor.get(f"{home(wenjing)}/{path}")
        assert f"{home(wenjing)}/{path}.pdf?edition=bilingual" in visitor.page
        visitor.get("/language/en?next=/", 302)


def test_both_editions_of_a_paper_stay_on_the_shelf(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    first = [visitor.get(f"{home(wenjing)}/form.pdf?edition={one}").get_data() for one in ("zh", "bilingual")]
    assert len(list(container.settings.papers.glob("??/*"))) == 2
    assert [
        visitor.get(f"{home(wenjing)}/form.pdf?edition={one}").get_data() for one in ("zh", "bilingual")
    ] == first
    assert first[0] != first[1]
