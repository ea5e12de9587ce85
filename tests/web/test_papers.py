"""Printing: the form from payment on, the ticket once seated and while printing is open."""

from __future__ import annotations

import pytest
from flask import Flask

from ncre.bootstrap import House
from tests.people import OFFICE, ROUND, SITE, Candidate, Clock, approved, somebody
from tests.web.visitor import Visitor, row_of, signed_in


@pytest.fixture
def wenjing(house: House) -> Candidate:
    candidate = somebody(house)
    candidate.until_waiting()
    approved(house, candidate)
    return candidate


@pytest.fixture
def visitor(site: Flask, wenjing: Candidate) -> Visitor:
    return signed_in(site, wenjing)


def home(candidate: Candidate) -> str:
    return f"/registrations/{candidate.id}"


def test_before_payment_the_form_is_refused_with_words(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(f"{home(wenjing)}/form.pdf", 409)
    assert "支付完成后才能打印报名登记表" in visitor.text()
    visitor.get(home(wenjing))
    assert "form.pdf" not in visitor.page


def test_after_payment_the_form_is_a_pdf_with_a_plain_name(
    house: House, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    visitor.get(home(wenjing))
    assert f"{home(wenjing)}/form.pdf" in visitor.page
    answer = visitor.get(f"{home(wenjing)}/form.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.get_data().startswith(b"%PDF-")
    number = row_of(house, wenjing.id)["number"]
    assert answer.headers["Content-Disposition"] == f'inline; filename="ncre-registration-form-{number}.pdf"'


def test_the_ticket_waits_for_the_seats(wenjing: Candidate, visitor: Visitor) -> None:
    wenjing.pays()
    visitor.get(f"{home(wenjing)}/ticket.pdf", 409)
    assert "考点还没有编排考场" in visitor.text()
    visitor.get(home(wenjing))
    assert "ticket.pdf" not in visitor.page
    assert "打印准考证的时间：2027-01-04 09:00 至 2027-01-28 18:00" in visitor.text()


def test_the_ticket_is_printed_once_seated_and_no_more_after_the_window(
    house: House, clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    wenjing.pays()
    house.office.seat(ROUND, SITE, OFFICE)
    visitor.get(home(wenjing))
    assert f"{home(wenjing)}/ticket.pdf" in visitor.page
    assert visitor.get(f"{home(wenjing)}/ticket.pdf").get_data().startswith(b"%PDF-")
    clock.advance(days=30)
    visitor.get(f"{home(wenjing)}/ticket.pdf", 403)
    assert "准考证打印时间已于 2027-01-28 18:00 结束" in visitor.text()
