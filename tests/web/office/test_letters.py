"""The exam office edits the texts of letters: looked at first, checked, with its reason, and never run as a template."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.letters.kinds import LetterKind
from ncre.domain.letters.wording import SHIPPED
from tests.services.letters.post import Server, letters_over, with_mail
from tests.support.people import OFFICE, approved
from tests.web.staff_members import Visitor, auditor, office, reviewer

PAGE = "/office/letters/approved"
OURS = SHIPPED[LetterKind.APPROVED]
OWN = replace(
    OURS,
    subject="请在 {deadline} 前交费",
    body="{number}：请交 {amount} 元，{deadline} 前。\n\n<b>{site}</b>",
)


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    return office(container, site)


def test_a_text_is_looked_at_saved_sent_and_reset(container: Container, kaowu: Visitor) -> None:
    assert "原来的" in kaowu.get("/office/letters")
    shown = kaowu.post(PAGE, PAGE, **asdict(OWN), preview="1").text
    assert "78420019000001：请交 80.00 元" in shown
    assert "&lt;b&gt;420019" in shown
    assert container.letters.texts.one(LetterKind.APPROVED).text == OURS, "a preview keeps nothing"
    assert kaowu.post(PAGE, PAGE, **asdict(OWN), why="公函 5").status_code == 303
    assert container.letters.texts.one(LetterKind.APPROVED).text == OWN

    server = Server()
    letters = letters_over(container, server)
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    letters.once()
    mail = server.arrived[0].mail
    assert mail.title.startswith("请在 2027-")
    assert "&lt;b&gt;420019" in mail.html
    assert "<b>" not in mail.html

    page = kaowu.get(PAGE)
    assert "公函 5" in page
    assert "kaowu" in page
    assert kaowu.post(PAGE, PAGE, **asdict(OWN), why="公函 6", reset="1").status_code == 303
    assert container.letters.texts.one(LetterKind.APPROVED).text == OURS
    assert container.letters.texts.one(LetterKind.APPROVED).version == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"body": "请交费"}, "正文缺少 {amount} {deadline}"),
        ({"body_en": "Pay {amount}."}, "正文缺少 {deadline}"),
        ({"subject": "{password}"}, "这里不能用 {password}"),
        ({"short": "{{ config }}"}, "这里不能用 { }"),
        ({"subject": "{% for a in b %}"}, "这里不能用 { }"),
        ({"subject": "{number.__class__}"}, "这里不能用 { }"),
        ({"subject": ""}, "请填写这一项"),
        ({"why": ""}, "原因"),
    ],
)
def test_what_is_wrong_is_said_at_its_part_and_nothing_typed_is_lost(
    container: Container, kaowu: Visitor, changed: dict[str, str], said: str
) -> None:
    form = {**asdict(OWN), "why": "公函 5", **changed}
    answer = kaowu.post(PAGE, PAGE, **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert "请在 {deadline} 前交费" in answer.text or "subject" in changed
    assert container.letters.texts.one(LetterKind.APPROVED).version == 0


def test_two_who_edit_at_once_do_not_overwrite_each_other(container: Container, kaowu: Visitor) -> None:
    form = {**asdict(OWN), "why": "公函 5"}
    first = kaowu.client.get(PAGE, base_url="https://localhost").text
    assert kaowu.post(PAGE, PAGE, **form).status_code == 303
    from tests.web.staff_members import hidden

    late = kaowu.send(PAGE, {**hidden(first, PAGE), **form, "subject": "另一个 {deadline}"})
    assert late.status_code == 409
    assert "现行的文字" in late.text
    assert "另一个 {deadline}" in late.text
    assert container.letters.texts.one(LetterKind.APPROVED).version == 1


def test_what_was_filled_in_is_not_looked_through_again(container: Container) -> None:
    from ncre.domain.letters.text_rules import filled

    assert filled("{site} {number}", {"site": "{number}", "number": "7"}) == "{number} 7"
    assert OFFICE.role.value == "office"


def test_a_preview_of_a_registration_that_is_not_there_says_so(kaowu: Visitor) -> None:
    answer = kaowu.post(PAGE, PAGE, **asdict(OWN), preview="1", number="78420019999999")
    assert answer.status_code == 404
    assert "请在 {deadline} 前交费" in answer.text


def test_nobody_else_reads_or_writes_texts(container: Container, site: Flask) -> None:
    for other in (reviewer(container, site), auditor(container, site)):
        other.get("/office/letters", 403)
        other.get(PAGE, 403)
    Visitor(site, None).get(PAGE, 302)
    assert (
        office(container, site).client.get("/office/letters/none", base_url="https://localhost").status_code
        == 404
    )


def test_staff_read_the_log_of_their_sites_alone(container: Container, site: Flask) -> None:
    server = Server()
    letters = letters_over(container, server)
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    letters.once()
    mine = reviewer(container, site, name="own").get(f"/staff/letters/{candidate.id}")
    assert "w***@example.com" in mine
    assert "wenjing@example.com" not in mine
    assert "已发出" in mine
    reviewer(container, site, at="999999", name="far").get(f"/staff/letters/{candidate.id}", 404)
