"""The candidate reads the log of letters, and takes sittings and deadlines into a calendar."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Flask
from icalendar import Calendar, Event

from ncre.bootstrap import Container
from tests.services.letters.post import Server, letters_over, with_mail
from tests.support.people import Candidate, approved
from tests.web.visitor import Visitor, signed_in

SHANGHAI = ZoneInfo("Asia/Shanghai")


def events(page: Visitor, candidate: Candidate) -> dict[str, Event]:
    answer = page.get(f"/registrations/{candidate.id}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    calendar = Calendar.from_ical(answer.get_data())
    assert max(len(line) for line in answer.get_data().split(b"\r\n")) <= 75, "lines are folded"
    return {str(one["UID"]): one for one in calendar.walk("VEVENT")}


def test_the_log_says_what_was_sent_and_what_is_planned(container: Container, site: Flask) -> None:
    candidate, server = with_mail(container), Server()
    letters = letters_over(container, server)
    candidate.until_waiting()
    approved(container, candidate)
    letters.once()
    page = signed_in(site, candidate)
    page.get(f"/registrations/{candidate.id}/letters")
    said = page.text()
    assert "w***@example.com" in said
    assert "wenjing@example.com" not in said
    assert "审核通过，请支付 邮件 已发出" in said
    assert "支付期限还剩 1 小时 邮件 等待发送 计划" in said


def test_the_time_to_pay_is_one_event_that_moves_and_ends(container: Container, site: Flask) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    pay_by = approved(container, candidate).pay_by
    assert pay_by is not None
    page = signed_in(site, candidate)
    uid = f"{candidate.id}-pay@ncre"
    event = events(page, candidate)[uid]
    assert event["DTEND"].dt == pay_by
    assert event["DTEND"].params["TZID"] == "Asia/Shanghai"
    assert str(event["STATUS"]) == "CONFIRMED"
    first = int(event["SEQUENCE"])
    candidate.pays()
    over = events(page, candidate)[uid]
    assert str(over["STATUS"]) == "CANCELLED"
    assert int(over["SEQUENCE"]) > first
