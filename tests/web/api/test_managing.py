"""Notices, seating and the door by the interface: what pages do, under the same rules."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from ncre.bootstrap import Container
from tests.support.people import SITE, Candidate, Clock, approved, somebody
from tests.web.api.caller import caller

NOTICE = {
    "kind": "announcement",
    "title": "公告",
    "title_en": "Notice",
    "body": "正文",
    "body_en": "Text",
    "why": "开考前",
}


def paid(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    return candidate


def test_a_notice_is_posted_over_the_one_that_was_looked_at(container: Container, site: Flask) -> None:
    office = caller(container, site, sites=("*",))
    before = {one["kind"]: one for one in office.ask("GET", "/notices").json["items"]}
    version = before["announcement"]["version"] if "announcement" in before else 0
    posted = office.ask("POST", "/notices", json={**NOTICE, "replaces": version}).json["items"]
    assert [one["title"] for one in posted if one["kind"] == "announcement"] == ["公告"]
    again = office.ask("POST", "/notices", 409, json={**NOTICE, "title": "另一份", "replaces": version})
    assert again.json["code"] == "notice_outdated"
    caller(container, site, name="市平台").ask("POST", "/notices", 404, json={**NOTICE, "replaces": 0})


def test_a_site_is_seated_as_the_preview_showed_it(container: Container, site: Flask) -> None:
    candidate = paid(container)
    office = caller(container, site)
    left = {one["subject"]: one for one in office.ask("GET", f"/sites/{SITE}/seats").json["items"]}
    assert left["66"]["left"] == left["66"]["quota"] - 1
    shown = office.ask("POST", f"/sites/{SITE}/seating-previews", json={}).json
    assert (shown["people"], shown["problem"]) == (1, None)
    assert sum(hall["new"] for hall in shown["halls"]) == shown["sittings"]
    seat = {"seed": shown["seed"], "digest": shown["digest"]}
    done = office.ask("POST", f"/sites/{SITE}/seatings", json=seat).json
    assert done == {"people": 1, "sittings": shown["sittings"], "left": 0}
    assert office.ask("GET", f"/registrations/{candidate.id}").json["seated"] == shown["sittings"]
    outdated = office.ask("POST", f"/sites/{SITE}/seatings", 409, json={**seat, "digest": "0" * 16})
    assert outdated.json["code"] == "preview_outdated"
    elsewhere = caller(container, site, sites=("429901",), name="市平台")
    elsewhere.ask("POST", f"/sites/{SITE}/seating-previews", 404, json={})
    unknown = {"rooms": ["没有这间"]}
    assert (
        office.ask("POST", f"/sites/{SITE}/seating-previews", 422, json=unknown).json["code"]
        == "halls_unknown"
    )


def test_a_ticket_is_checked_once_taken_back_and_checked_again(
    container: Container, site: Flask, clock: Clock
) -> None:
    candidate = paid(container)
    door = caller(container, site)
    seat = door.ask("POST", f"/sites/{SITE}/seating-previews", json={}).json
    door.ask("POST", f"/sites/{SITE}/seatings", json={"seed": seat["seed"], "digest": seat["digest"]})
    first = container.queries.cases.seats(candidate.id)[0]
    known = door.ask("GET", f"/registrations/{candidate.id}").json
    if "confirm" in known["steps"]:
        door.ask("POST", f"/registrations/{candidate.id}/confirmation", seen=known["version"])
    clock.now = first["starts_at"] - timedelta(minutes=20)
    said = door.ask("POST", "/admissions", key="scan-1", json={"code": first["ticket"]}).json
    assert said["admits"]
    assert said["ticket"] == first["ticket"]
    assert door.ask("POST", "/admissions", key="scan-1", json={"code": first["ticket"]}).json == said
    again = door.ask("POST", "/admissions", json={"code": first["ticket"]}).json
    assert (again["admits"], again["verdict"]) == (False, "entered-before")
    path = f"/registrations/{candidate.id}"
    door.ask("POST", f"{path}/entry-revocations", json={"ticket": first["ticket"]})
    assert door.ask("POST", "/admissions", json={"code": first["ticket"]}).json["admits"]
    elsewhere = caller(container, site, sites=("429901",), name="市平台")
    told = elsewhere.ask("POST", "/admissions", json={"code": first["ticket"]}).json
    assert (told["verdict"], told["registration"], told["name"]) == ("unknown", None, None)


def test_staff_let_in_whom_the_door_leaves_to_them(container: Container, site: Flask, clock: Clock) -> None:
    candidate = paid(container)
    door = caller(container, site)
    shown = door.ask("POST", f"/sites/{SITE}/seating-previews", json={}).json
    door.ask("POST", f"/sites/{SITE}/seatings", json={"seed": shown["seed"], "digest": shown["digest"]})
    known = door.ask("GET", f"/registrations/{candidate.id}").json
    if "confirm" in known["steps"]:
        door.ask("POST", f"/registrations/{candidate.id}/confirmation", seen=known["version"])
    first = container.queries.cases.seats(candidate.id)[0]
    clock.now = first["starts_at"] - timedelta(hours=3)
    early = door.ask("POST", "/admissions", json={"code": first["ticket"]}).json
    assert (early["admits"], early["by_a_person"]) == (False, True)
    let = door.ask("POST", f"/registrations/{candidate.id}/entries", json={"manner": "typed"}).json
    assert let["ticket"] == first["ticket"]
    again = door.ask("POST", "/admissions", json={"code": first["ticket"]}).json
    assert again["verdict"] == "entered-before"
