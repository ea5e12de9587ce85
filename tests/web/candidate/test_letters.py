"""The candidate reads the log of letters, and takes sittings, deadlines and the ticket along."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

from flask import Flask
from icalendar import Calendar, Event

from ncre.bootstrap import Container
from ncre.clients.wallets.apple import ApplePassTerms, AppleWallet
from ncre.clients.wallets.google import GoogleWallet, GoogleWalletTerms
from ncre.domain.registration import commands as c
from ncre.events import registration as facts
from ncre.handlers.command_handler import Act
from ncre.services.documents.wallets import Wallets
from ncre.web.site import create_site
from tests.clients.test_wallets import PEM, certificate
from tests.services.letters.post import Server, letters_over, with_mail
from tests.support.people import NOW, OFFICE, Candidate, Clock, approved
from tests.web.visitor import Visitor, signed_in


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
    assert "缴费期限还剩 1 小时 邮件 等待发送 计划" in said


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


def seats(container: Container, candidate: Candidate, at: datetime, subject: str = "66") -> None:
    handler = container.command_handler
    assigned = facts.SeatAssigned(
        subject, f"{subject}42420019010105", 1, "机房一", 5, 1, at, at + timedelta(hours=2)
    )
    with container.database.transaction() as connection:
        version = handler.store.version(connection, candidate.id)
        act = Act(OFFICE, uuid4())
        handler.record(connection, act, candidate.id, version, [assigned], candidate.account.id)


def test_a_sitting_keeps_its_uid_moves_and_is_taken_back(container: Container, site: Flask) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    seats(container, candidate, NOW + timedelta(days=30))
    page, uid = signed_in(site, candidate), f"{candidate.id}-66@ncre"
    first = events(page, candidate)[uid]
    assert first["DTSTART"].dt == NOW + timedelta(days=30)
    assert first["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert "机房一" in str(first["DESCRIPTION"])
    seats(container, candidate, NOW + timedelta(days=31))
    moved = events(page, candidate)[uid]
    assert moved["DTSTART"].dt == NOW + timedelta(days=31)
    assert int(moved["SEQUENCE"]) == int(first["SEQUENCE"]) + 1
    container.changes.carry_out(
        c.Cancel(
            registration=candidate.id,
            actor=OFFICE,
            reason="重复报名",
            money=c.PaidFee.KEEP,
            money_reason="规定",
        )
    )
    gone = events(page, candidate)[uid]
    assert str(gone["STATUS"]) == "CANCELLED"
    assert int(gone["SEQUENCE"]) > int(moved["SEQUENCE"])


def test_the_calendar_of_who_reads_in_english_is_english(container: Container, site: Flask) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    page = signed_in(site, candidate)
    page.get("/language/en?next=/", 302)
    (due,) = events(page, candidate).values()
    assert str(due["SUMMARY"]) == "NCRE: last moment to pay the fee"
    assert [str(one["DESCRIPTION"]) for one in due.walk("VALARM")] == ["Please pay the fee"]
    candidate.pays()
    seats(container, candidate, NOW + timedelta(days=30))
    sitting = events(page, candidate)[f"{candidate.id}-66@ncre"]
    assert str(sitting["SUMMARY"]) == "NCRE exam: 66 Python Programming"
    assert str(sitting["DESCRIPTION"]) == "Ticket number 6642420019010105, hall 1 (机房一), seat 5"
    assert [str(one["DESCRIPTION"]) for one in sitting.walk("VALARM")] == ["The exam is tomorrow"]


def test_wallets_are_offered_where_there_are_keys_alone(container: Container, site: Flask) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    page = signed_in(site, candidate)
    for end in ("ticket.pkpass", "google-wallet"):
        page.get(f"/registrations/{candidate.id}/{end}", 404)


def test_a_wallet_gets_what_the_ticket_says_and_no_name(
    container: Container, site: Flask, clock: Clock
) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    own = certificate()
    apple = AppleWallet(ApplePassTerms("pass.org.example.ncre", "TEAM123456", PEM + own, own))
    account = json.dumps({"client_email": "ncre@project.iam.example", "private_key": PEM})
    google = GoogleWallet(GoogleWalletTerms("3388", account), clock)
    keyed = replace(container, wallets=Wallets(container.command_handler, container.documents, apple, google))
    page = signed_in(create_site(keyed), candidate)
    page.get(f"/registrations/{candidate.id}/ticket.pkpass", 409)
    seats(container, candidate, NOW + timedelta(days=70))
    seats(container, candidate, NOW + timedelta(days=71), "67")
    round_ = container.queries.exams.current()
    assert round_ is not None
    clock.now = round_.plan.windows.printing.opens + timedelta(hours=1)
    answer = page.get(f"/registrations/{candidate.id}/ticket.pkpass")
    assert answer.mimetype == "application/vnd.apple.pkpass"
    with ZipFile(BytesIO(answer.get_data())) as archive:
        said = archive.read("pass.json").decode()
    assert "机房一" in said
    assert candidate.details.name not in said
    assert candidate.details.document_number not in said
    link = page.get(f"/registrations/{candidate.id}/google-wallet", 303).location
    assert link is not None
    assert link.startswith("https://pay.google.com/gp/v/save/")
    page.get(f"/registrations/{candidate.id}/ticket")
    assert "Apple 钱包" in page.text()
    assert "Google 钱包" in page.text()
