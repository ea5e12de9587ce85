"""What the office does besides rounds, by the interface: exports, bans, money, duplicates, letters, papers, statistics."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from flask import Flask

from ncre.bootstrap import Container
from ncre.clients.payment_channel import NewsKind, NewsSource, PaymentNotification
from ncre.domain.duplicates.exchange_file import ExchangedPerson, key_of, written
from ncre.handlers.command_handler import Act
from ncre.projections.duplicates.duplicates import ExchangeKeys
from ncre.projections.payment import orders
from ncre.services.payment.counter_payments import CashTaken
from tests.handlers.ground import Walker
from tests.support.people import OFFICE, REVIEWER, ROUND, SITE, WENJING, Candidate, approved, somebody
from tests.web.api.caller import Caller, caller

BAN = {
    "document_number": WENJING.document_number,
    "starts": "2026-01-01",
    "ends": "2029-12-31",
    "decision": "教考〔2026〕7 号",
    "reason": "替考",
}


def waiting(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def paid(container: Container) -> Candidate:
    candidate = waiting(container)
    approved(container, candidate)
    candidate.pays()
    return candidate


def office(container: Container, site: Flask, *scopes: str) -> Caller:
    return caller(container, site, *scopes, sites=("*",), name="省平台")


def test_an_export_is_asked_for_made_downloaded_and_removed(container: Container, site: Flask) -> None:
    waiting(container)
    portal = office(container, site, "exports:make")
    known = portal.ask("GET", "/export-columns/candidates").json
    assert {"number", "status"} <= {one["code"] for one in known["items"]}
    asked = {"what": "candidates", "form": "csv", "columns": ["number", "status"]}
    job = portal.ask("POST", "/exports", key="e", json=asked).json
    assert portal.ask("POST", "/exports", key="e", json=asked).json["id"] == job["id"]
    path = f"/exports/{job['id']}"
    assert portal.ask("POST", f"{path}/downloads", 409).json["code"] == "export_gone"
    container.worker.once()
    made = portal.ask("GET", path).json
    assert (made["state"], made["rows"]) == ("done", 1)
    file = portal.ask("POST", f"{path}/downloads")
    assert file.mimetype == "application/octet-stream"
    assert sha256(file.data).hexdigest() == made["sha256"]
    assert "报名号,状态" in file.data.decode("utf-8-sig")
    assert portal.ask("GET", "/export-columns/candidates").json["chosen"] == ["number", "status"]
    stranger = office(container, site, "exports:make")
    for method, address in (("GET", path), ("POST", f"{path}/downloads"), ("POST", f"{path}/removal")):
        assert stranger.ask(method, address, 404).json["code"] == "export_unknown"
    assert portal.ask("POST", f"{path}/removal").json["state"] == "removed"
    assert portal.ask("POST", f"{path}/downloads", 409).json["code"] == "export_gone"
    daily = portal.ask("POST", "/daily-exports", json={**asked, "at": "06:30"}).json["daily"]
    assert [one["at"] for one in daily] == ["06:30"]
    assert portal.ask("POST", f"/daily-exports/{daily[0]['id']}/end").json["daily"] == []


def test_private_columns_and_other_sites_are_not_for_every_exporter(
    container: Container, site: Flask
) -> None:
    waiting(container)
    private = {"what": "candidates", "form": "csv", "columns": ["number", "mobile"], "why": "通知考点停电"}
    plain = office(container, site, "exports:make")
    assert plain.ask("POST", "/exports", 403, json=private).json["code"] == "scope_missing"
    here = caller(container, site, "exports:make", "private:read", name="考点")
    assert here.ask("POST", "/exports", 404, json=private).json["code"] == "not_your_site"
    job = here.ask("POST", "/exports", json={**private, "site": SITE}).json
    container.worker.once()
    download = f"/exports/{job['id']}/downloads"
    assert WENJING.mobile in here.ask("POST", download).text
    container.integrations.scope(Act(OFFICE), here.id, ("exports:make",), frozenset({SITE}), "收回")
    assert here.ask("POST", download, 403).json["code"] == "scope_missing"


def test_a_ban_is_imposed_read_lifted_and_decided_about(container: Container, site: Flask) -> None:
    paid(container)
    portal = office(container, site, "bans:manage")
    shown = portal.ask("POST", "/ban-previews", json={"bans": [BAN, {**BAN, "ends": "2020-01-01"}]}).json
    assert [(one["state"], one["paid"]) for one in shown["items"]] == [("new", 1), ("faulty", 0)]
    assert portal.ask("GET", "/bans").json["items"] == []
    done = portal.ask("POST", "/ban-imports", json={"bans": [BAN]}).json
    assert (done["imposed"], done["items"][0]["state"]) == (1, "same")
    ban = portal.ask("POST", "/bans", json=BAN).json
    assert (ban["in_force"], ban["document_masked"] == WENJING.document_number) == (True, False)
    found = portal.ask("POST", "/ban-searches", json={"document_number": WENJING.document_number}).json
    assert [one["id"] for one in found["items"]] == [ban["id"]]
    before = container.command_handler.store.newest()
    assert portal.ask("POST", f"/bans/{ban['id']}/reason-views").json == {"reason": "替考"}
    assert container.command_handler.store.newest() == before + 1
    (row,) = portal.ask("GET", "/banned-registrations").json["items"]
    outcome = f"/bans/{ban['id']}/registrations/{row['registration']}/outcome"
    asked = {"outcome": "keep", "why": "决定之前已缴费"}
    portal.ask("POST", outcome, 428, json=asked)
    portal.ask("POST", outcome, seen=row["version"], json=asked)
    assert portal.ask("GET", "/banned-registrations").json["items"] == []
    assert portal.ask("POST", f"/bans/{ban['id']}/lifting", json={"why": "复议撤销"}).json["lifted_at"]
    assert portal.ask("GET", f"/bans/{ban['id']}").json["in_force"] is False


def test_statistics_are_of_the_sites_of_the_caller(container: Container, site: Flask) -> None:
    waiting(container)
    whole = office(container, site, "statistics:read").ask("GET", "/statistics").json
    assert (whole["people"], whole["statuses"]) == (1, {"pending-review": 1})
    here = caller(container, site, "statistics:read")
    assert here.ask("GET", f"/statistics?site={SITE}").json["people"] == 1
    assert here.ask("GET", "/statistics", 404).json["code"] == "not_your_site"
    assert here.ask("GET", "/statistics?site=429901", 404).json["code"] == "not_your_site"


def test_money_is_seen_by_day_and_what_is_owed_handed_back(container: Container, site: Flask) -> None:
    other = Walker(container)
    other.approved(("66",))
    cash = CashTaken(registration=other.id, receipt="1", amount=8000, actor=REVIEWER)
    container.counter_payments.take(cash)
    with container.database.reading() as connection:
        number = orders.of_registration(connection, other.id)[-1]["number"]
    twice = PaymentNotification(
        NewsKind.PAID, "counter", number, "T-2", "", 8000, container.clock(), NewsSource.COUNTER
    )
    container.payments.receive(twice)
    portal = office(container, site, "payments:office")
    (owed,) = portal.ask("GET", "/payments/open").json["owed"]
    today = container.clock().date()
    days = portal.ask("GET", f"/payments/days?first={today}&last={today + timedelta(days=1)}").json["items"]
    assert sum(day["received"] for day in days) == 16000
    portal.ask("GET", f"/payments/days?first={today}&last={today - timedelta(days=1)}", 422)
    portal.ask("GET", f"/payments/days?first={today}&last={today + timedelta(days=400)}", 422)
    back = {"trade": owed["trade"]}
    assert portal.ask("POST", "/payments/counter-refunds", json=back).json["owed_count"] == 0
    assert portal.ask("POST", "/payments/counter-refunds", 409, json=back).json["code"] == "nothing_owed"
    nobody = {"channel": "alipay", "trade": "1", "why": "不明"}
    assert portal.ask("POST", "/payments/send-backs", 409, json=nobody).json["code"] == "nothing_owed"
    item = f"/payments/items/{other.id}/resolution"
    assert portal.ask("POST", item, 409, json={"why": "不明"}).json["code"] == "nothing_owed"


def test_duplicates_go_out_come_in_and_are_decided_about(container: Container, site: Flask) -> None:
    secret = bytes(range(100, 132))
    container.duplicates._secret = secret
    for projection in container.command_handler.listeners.all:
        if isinstance(projection, ExchangeKeys):
            projection._secret = secret
    waiting(container)
    portal = office(container, site, "duplicates:manage")
    assert portal.ask("GET", "/duplicates").json["provinces"] == ["14", "42"]
    out = portal.ask("POST", "/duplicates/exports", json={"province": "42"})
    assert out.data.startswith(b"ncre-duplicates 1\n")
    headers = {"Content-Type": "application/octet-stream"}
    portal.ask("POST", "/duplicates/imports", 422, data=b"x", headers=headers)
    portal.ask("POST", "/duplicates/imports", 415, data=b"x", headers={"Content-Type": "text/csv"})
    key = key_of(secret, WENJING.document_type, WENJING.document_number)
    raw = b"".join(written(secret, ROUND, "43", 1, [ExchangedPerson(key, ("24",))]))
    done = portal.ask("POST", "/duplicates/imports", data=raw, headers=headers).json
    assert done == {"province": "43", "people": 1, "found": 1}
    (one,) = portal.ask("GET", "/duplicates").json["items"]
    path = f"/duplicates/{one['registration']}/43/outcome"
    portal.ask("POST", path, seen=one["version"], json={"outcome": "kept", "why": "该省已取消"})
    assert portal.ask("GET", "/duplicates").json["items"] == []


def test_a_letter_is_changed_from_the_version_that_was_looked_at(container: Container, site: Flask) -> None:
    portal = office(container, site, "letters:manage")
    now = portal.ask("GET", "/letters").json["items"][0]
    text = {name: now[name] for name in ("subject", "body", "short", "subject_en", "body_en", "short_en")}
    asked = {**text, "subject": "新的题目", "why": "更清楚", "replaces": now["version"]}
    path = f"/letters/{now['kind']}"
    new = portal.ask("POST", path, json=asked).json
    assert (new["own"], new["subject"]) == (True, "新的题目")
    old = portal.ask("POST", path, 412, json={**asked, "subject": "又一个"})
    assert old.json["code"] == "out_of_date"
    unknown = portal.ask("POST", path, 422, json={**asked, "body": "{nobody}", "replaces": new["version"]})
    assert unknown.json["code"].startswith("letter_placeholder")
    back = portal.ask("POST", f"{path}/reset", json={"why": "还是原来的好", "replaces": new["version"]}).json
    assert (back["own"], back["subject"]) == (False, now["subject"])
    portal.ask("POST", "/letters/none", 404, json=asked)


def test_photo_and_hall_papers_are_opened_and_recorded(container: Container, site: Flask) -> None:
    candidate = paid(container)
    portal = caller(container, site)
    picture = portal.ask("POST", f"/registrations/{candidate.id}/photo-views", json={"why": "review"})
    assert picture.data.startswith(b"\xff\xd8")
    story = portal.ask("GET", f"/registrations/{candidate.id}/history").json["items"]
    assert [one["topic"] for one in story].count("access.details_viewed") == 1
    seat = portal.ask("POST", f"/sites/{SITE}/seating-previews", json={}).json
    portal.ask("POST", f"/sites/{SITE}/seatings", json={"seed": seat["seed"], "digest": seat["digest"]})
    sitting = portal.ask("GET", f"/sites/{SITE}/sittings").json["items"][0]
    below = f"/sites/{SITE}/sittings/{sitting['name']}"
    for printed in (portal.ask("POST", f"{below}/seat-lists"), portal.ask("GET", f"{below}/door-sheets")):
        assert printed.data.startswith(b"%PDF")
    elsewhere = caller(container, site, sites=("429901",), name="other")
    elsewhere.ask("POST", f"{below}/seat-lists", 404)
    elsewhere.ask("GET", f"/sites/{SITE}/sittings", 404)
