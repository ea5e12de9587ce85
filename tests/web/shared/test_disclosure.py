"""One rule for private details: no GET opens them or records a look; a POST with a reason does, for one version."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from tests.support.people import LIQIANG, OFFICE, ROUND, SITE, WENJING, Candidate, Clock, portrait, somebody
from tests.web.staff_members import (
    HERE,
    Visitor,
    auditor,
    decided,
    hidden,
    looks_at,
    office,
    reviewer,
    row_of,
)

PRIVATE = (WENJING.name, WENJING.document_number, WENJING.mobile, WENJING.email, WENJING.address)


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def page_of(visitor: Visitor, path: str) -> str:
    """What a GET alone shows."""
    answer = visitor.client.get(path, base_url=HERE, follow_redirects=True)
    return answer.get_data().decode("utf-8", "replace")


def case_of(candidate: Candidate) -> str:
    return f"/staff/cases/{candidate.id}"


def whys(container: Container, candidate: Candidate) -> list[str]:
    found = [re.search("原因：(.*?)）", look["zh"]) for look in looks_at(container, candidate.id)]
    return [one[1] if one else "" for one in found]


def test_no_get_of_any_role_shows_private_details_or_leaves_a_look(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    """Every address that takes an id of the case, for everybody but its owner."""
    container.command_handler.handle(c.Approve(registration=wenjing.id, actor=decided(container, wenjing)))
    wenjing.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    digest = row_of(container, wenjing.id)["photo"]["digest"]
    given = {
        "registration": wenjing.id,
        "digest": digest,
        "order": "N1",
        "code": SITE,
        "sitting": "2027-03-27-0800-1000",
        "kind": "csv",
    }
    face = portrait()
    tried = 0
    for someone in (reviewer(container, site), office(container, site), auditor(container, site)):
        for rule in site.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or not rule.arguments or not rule.arguments <= given.keys():
                continue
            if rule.endpoint.startswith("contacts."):
                continue
            path = site.url_map.bind("localhost").build(
                rule.endpoint, {name: given[name] for name in rule.arguments}
            )
            answer = someone.client.get(path, base_url=HERE)
            text = answer.get_data().decode("utf-8", "replace")
            assert not [private for private in PRIVATE if private in text], (rule.endpoint, someone.account)
            assert answer.mimetype != "image/jpeg", (rule.endpoint, someone.account)
            assert face[-200:] not in answer.get_data(), rule.endpoint
            tried += 1
    assert tried > 60
    assert looks_at(container, wenjing.id) == []


def test_a_case_is_opened_with_a_reason_from_the_page(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    li = reviewer(container, site)
    closed = page_of(li, case_of(wenjing))
    assert "个人信息未显示" in closed
    assert "/approve" not in closed
    for opening in ("", "x", "continued "):
        answer = li.send(
            f"{case_of(wenjing)}/open", {**hidden(closed, f"{case_of(wenjing)}/open"), "opening": opening}
        )
        assert answer.status_code == 422
        assert WENJING.name not in answer.text
    assert looks_at(container, wenjing.id) == []
    li.send(
        f"{case_of(wenjing)}/open", {**hidden(closed, f"{case_of(wenjing)}/open"), "opening": "confirmation"}
    )
    assert WENJING.name in page_of(li, case_of(wenjing))
    assert whys(container, wenjing) == ["现场确认"]


def test_the_queue_and_the_desk_open_the_case_that_is_meant(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    li = reviewer(container, site)
    form = hidden(page_of(li, "/staff/queue"), f"{case_of(wenjing)}/open")
    assert li.send(f"{case_of(wenjing)}/open", form).location == case_of(wenjing)
    assert WENJING.name in page_of(li, case_of(wenjing))
    other = reviewer(container, site, name="shenhe2")
    other.post("/staff/desk", page="/staff/desk", q=row_of(container, wenjing.id)["number"])
    assert WENJING.name in page_of(other, case_of(wenjing))
    assert whys(container, wenjing) == ["信息审核", "考生咨询或申请"]


def test_an_opening_counts_for_one_version(
    container: Container, site: Flask, wenjing: Candidate, clock: Clock
) -> None:
    li = reviewer(container, site)
    li.get(case_of(wenjing))
    photo = f"{case_of(wenjing)}/photo/{row_of(container, wenjing.id)['photo']['digest']}.jpg"
    assert li.client.get(photo, base_url=HERE).status_code == 200
    container.command_handler.handle(
        c.Reject(registration=wenjing.id, actor=decided(container, wenjing), reasons=("P01",))
    )
    assert WENJING.name not in page_of(li, case_of(wenjing))
    assert li.client.get(photo, base_url=HERE).status_code == 403


def test_whoever_decides_goes_on_with_the_case_and_with_the_next_one(
    container: Container, site: Flask, wenjing: Candidate, clock: Clock
) -> None:
    clock.advance(minutes=1)
    second = somebody(container, "liqiang", LIQIANG)
    second.until_waiting()
    li = reviewer(container, site)
    answer = li.post(f"{case_of(wenjing)}/approve", page=case_of(wenjing))
    assert answer.location == case_of(second)
    assert LIQIANG.name in page_of(li, case_of(second))
    assert whys(container, second) == ["信息审核"]
    kaowu = office(container, site)
    kaowu.post(f"{case_of(wenjing)}/cancel", page=case_of(wenjing), why="考生申请")
    assert WENJING.name in page_of(kaowu, case_of(wenjing))
    assert whys(container, wenjing)[-1] == "继续办理"


def test_a_form_of_somebody_who_never_opened_the_case_shows_nothing(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    li = reviewer(container, site)
    form = {**hidden(page_of(li, "/staff/desk"), "/staff/desk"), "seen": "1", "command_id": str(uuid4())}
    answer = li.send(f"{case_of(wenjing)}/approve", form)
    assert answer.status_code == 409
    assert WENJING.name not in answer.text
    assert looks_at(container, wenjing.id) == []


def test_a_face_at_the_door_needs_the_check(container: Container, site: Flask, wenjing: Candidate) -> None:
    container.command_handler.handle(c.Approve(registration=wenjing.id, actor=decided(container, wenjing)))
    wenjing.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    li = reviewer(container, site)
    photo = f"/staff/door/{wenjing.id}/photo.jpg"
    assert li.client.get(photo, base_url=HERE).status_code == 403
    assert looks_at(container, wenjing.id) == []
    li.post("/staff/door", page="/staff/door", code=row_of(container, wenjing.id)["number"])
    assert li.client.get(photo, base_url=HERE).status_code == 200
    assert len(looks_at(container, wenjing.id)) == 1


def test_a_mended_name_is_not_told_by_an_old_opening(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    li = reviewer(container, site)
    li.get(case_of(wenjing))
    container.command_handler.handle(
        c.Reject(registration=wenjing.id, actor=decided(container, wenjing), reasons=("I01",))
    )
    mended = replace(WENJING, name="欧阳文婧")
    wenjing.does(
        c.AmendInfo,
        details=mended,
        person=container.people.person(mended.document_type, mended.document_number),
    )
    assert mended.name not in page_of(li, case_of(wenjing))
