"""Rounds by the interface: drafted, mended, looked at, published; two who write at once; sites changed and called off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.handlers.command_handler import Act
from ncre.services.exam.revision_commands import Revise
from ncre.services.review.bulk import ItemState
from tests.support.people import LIQIANG, OFFICE, SITE, approved, somebody
from tests.web.api.caller import Caller, caller

SCOPES = ("exam:rounds", "exam:read", "sites:manage")


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Caller:
    return caller(container, site, *SCOPES, sites=("*",))


def part_of(kaowu: Caller, draft: str, part: str) -> dict[str, Any]:
    answer = kaowu.ask("GET", f"/drafts/{draft}/parts/{part}")
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'
    return dict(answer.json)


def changed(kaowu: Caller, draft: str, part: str, status: int = 200, **cells: str) -> Any:
    known = part_of(kaowu, draft, part)
    cells = known["cells"] | {name.replace("__", "."): cell for name, cell in cells.items()}
    path = f"/drafts/{draft}/parts/{part}"
    return kaowu.ask("POST", path, status, seen=known["version"], json={"cells": cells}).json


def test_a_revision_is_drafted_mended_looked_at_and_published_once(
    container: Container, kaowu: Caller
) -> None:
    first = kaowu.ask("POST", "/rounds/78/drafts", key="revise-1").json
    assert kaowu.ask("POST", "/rounds/78/drafts", key="revise-1").json["id"] == first["id"]
    draft = first["id"]
    faulty = changed(kaowu, draft, "round", round__title="")
    assert [one["name"] for one in faulty["faults"]] == ["round.title"]
    assert kaowu.ask("GET", f"/drafts/{draft}/preview", 422).json["code"] == "draft_faulty"
    assert changed(kaowu, draft, "round", round__title="第 78 次考试（改）")["faults"] == []
    shown = kaowu.ask("GET", f"/drafts/{draft}/preview").json
    assert [(one["kind"], one["outcome"]) for one in shown["items"]][0][0] == "title"
    version = kaowu.ask("GET", f"/drafts/{draft}").json["version"]
    publication, why = f"/drafts/{draft}/publication", {"why": "题名有误"}
    assert kaowu.ask("POST", publication, 428, json=why).json["code"] == "version-missing"
    old = kaowu.ask("POST", publication, 412, seen=version - 1, json=why)
    assert old.json["code"] == "draft_changed"
    done = kaowu.ask("POST", publication, seen=version, key="publish-1", json=why).json
    assert done == {"round": "78", "revision": container.revisions.number("78"), "changes": 1}
    kaowu.ask("POST", publication, seen=version, key="publish-1", json=why)
    assert container.revisions.number("78") == done["revision"]
    assert kaowu.ask("GET", "/rounds/current").json["title"] == "第 78 次考试（改）"
    assert changed(kaowu, draft, "round", 409)["code"] == "draft_over"


def test_a_new_round_begins_from_another_and_is_discarded(kaowu: Caller) -> None:
    asked = {"source": "78", "code": "79", "begins": "2027-06-20"}
    draft = kaowu.ask("POST", "/drafts", json=asked).json
    assert draft["state"] == "open"
    assert {"round", "windows", f"site:{SITE}"} <= {one["name"] for one in draft["parts"]}
    assert draft["id"] in {one["id"] for one in kaowu.ask("GET", "/drafts").json["items"]}
    windows = part_of(kaowu, draft["id"], "windows")["cells"]
    assert windows["windows.register.opens"].startswith("2027-06-20")
    taken = {**asked, "code": "78"}
    assert kaowu.ask("POST", "/drafts", 409, json=taken).json["code"] == "round_exists"
    kaowu.ask("POST", "/drafts", 422, json={**asked, "begins": "9999-12-31"})
    assert kaowu.ask("POST", f"/drafts/{draft['id']}/disposal").json["state"] == "discarded"
    assert kaowu.ask("POST", f"/drafts/{draft['id']}/disposal").json["state"] == "discarded"
    assert draft["id"] not in {one["id"] for one in kaowu.ask("GET", "/drafts").json["items"]}


def test_two_who_write_one_part_are_told_and_a_lost_answer_is_none(
    kaowu: Caller, container: Container, site: Flask
) -> None:
    draft = kaowu.ask("POST", "/rounds/78/drafts").json["id"]
    known, path = part_of(kaowu, draft, "round"), f"/drafts/{draft}/parts/round"
    mine = {"cells": known["cells"] | {"office.phone": "027-1111111"}}
    saved = kaowu.ask("POST", path, seen=known["version"], json=mine).json
    assert kaowu.ask("POST", path, seen=known["version"], json=mine).json == saved
    other = caller(container, site, *SCOPES, sites=("*",), name="other")
    theirs = {"cells": known["cells"] | {"office.phone": "027-2222222"}}
    assert other.ask("POST", path, 412, seen=known["version"], json=theirs).json["code"] == "draft_changed"
    assert part_of(kaowu, draft, "round")["cells"]["office.phone"] == "027-1111111"


def test_sites_come_into_a_draft_leave_it_and_catching_up_names_what_both_changed(
    container: Container, kaowu: Caller
) -> None:
    draft = kaowu.ask("POST", "/rounds/78/drafts").json["id"]
    added = kaowu.ask("POST", f"/drafts/{draft}/sites", json={"site": "420998", "like": SITE}).json
    assert added["name"] == "site:420998"
    again = kaowu.ask("POST", f"/drafts/{draft}/sites", 409, json={"site": SITE})
    assert again.json["code"] == "site_code_taken"
    out = kaowu.ask("POST", f"/drafts/{draft}/sites/420998/removal", seen=added["version"]).json
    assert out["removed"]
    back = kaowu.ask("POST", f"/drafts/{draft}/sites/420998/restoration", seen=out["version"]).json
    assert not back["removed"]
    changed(kaowu, draft, "round", office__phone="027-1111111")
    now = container.revisions.wanted("78")
    plan = replace(now.plan, office=replace(now.plan.office, phone="027-3333333"))
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(now, plan=plan), why="x"))
    told = kaowu.ask("POST", f"/drafts/{draft}/catch-up").json
    assert told["both"] == {"round": ["office.phone"]}


def left_to(container: Container, *parts: str) -> None:
    now = container.revisions.wanted("78")
    sites = tuple(replace(one, manages=parts) for one in now.sites)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(now, sites=sites), why="授权"))


def test_a_site_changes_what_the_office_left_to_it_and_nothing_else(
    container: Container, site: Flask
) -> None:
    left_to(container, "notice")
    here = caller(container, site, *SCOPES)
    known = here.ask("GET", f"/sites/{SITE}/parts").json
    assert known["manages"] == ["notice"]
    path = f"/sites/{SITE}/parts"
    new = {"cells": {"site.notice": "请走南门"}, "why": "施工"}
    assert (
        here.ask("POST", f"{path}/rooms", 403, seen=known["version"], json=new).json["code"]
        == "not_left_to_site"
    )
    done = here.ask("POST", f"{path}/notice", seen=known["version"], key="n", json=new).json
    assert done["cells"]["site.notice"] == "请走南门"
    assert (
        here.ask("POST", f"{path}/notice", 412, seen=known["version"], json=new).json["code"]
        == "draft_changed"
    )
    elsewhere = caller(container, site, *SCOPES, sites=("429901",), name="other")
    elsewhere.ask("GET", path, 404)
    elsewhere.ask("POST", f"{path}/notice", 404, seen=done["version"], json=new)


def test_a_site_is_called_off_as_it_was_looked_at(container: Container, kaowu: Caller) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    where = f"/rounds/78/sites/{SITE}"
    shown = kaowu.ask("GET", f"{where}/call-off-preview").json
    assert (shown["people"], shown["paid"]) == (1, 1)
    asked = {"way": "refund", "why": "停电", "mark": shown["mark"]}
    outdated = kaowu.ask("POST", f"{where}/call-offs", 409, json={**asked, "mark": "0" * 32})
    assert outdated.json["code"] == "preview_outdated"
    run = kaowu.ask("POST", f"{where}/call-offs", key="off", json=asked).json
    assert (run["total"], run["waiting"]) == (1, 1)
    assert kaowu.ask("POST", f"{where}/call-offs", key="off", json=asked).json["id"] == run["id"]
    done = kaowu.ask("POST", f"/call-offs/{run['id']}/retry").json
    assert (done["done"], done["refused"], done["ended"]) == (1, 0, True)
    assert kaowu.ask("GET", f"/call-offs/{run['id']}").json == done
    row = container.queries.cases.row(candidate.id)
    assert row is not None
    assert row["status"] == "cancelled"


def test_many_are_decided_in_a_run_and_refusals_say_why(container: Container, site: Flask) -> None:
    one, other = somebody(container), somebody(container, "liqiang", LIQIANG)
    one.until_waiting()
    other.until_waiting()
    portal = caller(container, site, "registrations:review", "registrations:read")
    rows = portal.ask("GET", "/registrations?status=pending-review").json["items"]
    cases = [{"id": row["id"], "version": row["version"]} for row in rows]
    cases[1]["version"] -= 1
    run = portal.ask("POST", "/review-runs", key="r", json={"step": "approve", "cases": cases}).json
    assert (run["state"], run["waiting"], run["refused"]) == ("draft", 1, 1)
    again = portal.ask("POST", "/review-runs", key="r", json={"step": "approve", "cases": cases})
    assert again.json["id"] == run["id"]
    path = f"/review-runs/{run['id']}"
    refused = portal.ask("GET", f"{path}/items").json["items"]
    assert [(item["registration"], item["code"]) for item in refused] == [(cases[1]["id"], "out_of_date")]
    started = portal.ask("POST", f"{path}/start", json={}).json
    assert started["done"] == 1
    done = portal.ask("POST", f"{path}/portions").json
    assert (done["state"], done["done"], done["refused"]) == ("done", 1, 1)
    stranger = caller(container, site, "registrations:review", name="other")
    for method, below in (("GET", ""), ("GET", "/items"), ("POST", "/portions")):
        assert stranger.ask(method, path + below, 404).json["code"] == "run_unknown"
    assert stranger.ask("POST", f"{path}/start", 404, json={}).json["code"] == "run_unknown"
    assert stranger.ask("GET", "/review-runs").json["items"] == []
    elsewhere = caller(container, site, "registrations:review", sites=("429901",), name="elsewhere")
    nothing = elsewhere.ask("POST", "/review-runs", 422, json={"step": "approve", "cases": cases})
    assert nothing.json["code"] == "nothing_chosen"


def test_a_run_of_an_integration_that_lost_its_scope_decides_nothing(
    container: Container, site: Flask
) -> None:
    candidate = somebody(container)
    candidate.until_waiting()
    portal = caller(container, site, "registrations:review", "registrations:read")
    (row,) = portal.ask("GET", "/registrations?status=pending-review").json["items"]
    asked = {"step": "reject", "cases": [{"id": row["id"], "version": row["version"]}]}
    run = portal.ask("POST", "/review-runs", json=asked).json["id"]
    owner = container.integrations.integrations.by_secret(portal.secret)
    assert owner is not None
    container.bulk_review.start(owner, UUID(run), ("P01",))
    container.integrations.scope(Act(OFFICE), portal.id, ("registrations:read",), frozenset({SITE}), "收回")
    container.bulk_review.run_due()
    (item,) = container.bulk_review.items(UUID(run), (ItemState.REFUSED,), 9)
    assert item.code == "not_your_role"
    assert portal.ask("GET", f"/registrations/{row['id']}").json["status"] == "pending-review"
