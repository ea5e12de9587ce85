"""Administrators of a site change what the office left to them at their own site, and nothing anywhere else."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from uuid import uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.services.exam.revision_commands import Revise
from ncre.web.site import create_site
from tests.support.people import LIQIANG, OFFICE, SITE, WENJING, Clock, somebody
from tests.web.office.test_drafts import cells_on
from tests.web.staff_members import Visitor, auditor, hidden, office, reviewer, visitor

ELSEWHERE = "429901"
EVERYTHING = ("rooms", "offers", "notice", "reviewers")


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def guanli(container: Container, site: Flask) -> Visitor:
    leave(container, *EVERYTHING)
    return visitor(container, site, "guanli", Role.SITE_ADMIN, SITE)


def leave(container: Container, *parts: str) -> None:
    """The office leaves these parts to every site."""
    now = container.revisions.wanted("78")
    sites = tuple(replace(one, manages=parts) for one in now.sites)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(now, sites=sites), why="放权"))


def form_of(text: str, part: str) -> dict[str, object]:
    """What a browser would send of the form of a part, with the hidden fields."""
    action = rf'<form class="full draft" method="post" action="/staff/site/{SITE}/{part}".*?</form>'
    found = re.search(action, text, re.DOTALL)
    assert found is not None, part
    return dict(cells_on(found[0]))


def changed(guanli: Visitor, part: str, why: str = "机房检修", **cells: str) -> object:
    """Type, look, confirm."""
    path = f"/staff/site/{SITE}/{part}"
    sent = form_of(guanli.get(f"/staff/site/{SITE}"), part)
    shown = guanli.send(path, sent | {name.replace("__", "."): cell for name, cell in cells.items()})
    assert shown.status_code == 200, shown.text
    return guanli.send(path, all_hidden(shown.text, path) | {"confirmed": "1", "why": why})


def all_hidden(text: str, action: str) -> dict[str, str]:
    (body,) = re.findall(rf'<form[^>]*action="{action}"[^>]*>(.*?)</form>', text, re.DOTALL)
    found = re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)">', body)
    return {name: unescape(value) for name, value in found}


def plan(container: Container, code: str = SITE) -> object:
    found = container.queries.exams.site("78", code)
    assert found is not None
    return found.plan


def test_rooms_offers_and_notice_are_changed_after_a_look(container: Container, guanli: Visitor) -> None:
    assert SITE in guanli.get("/staff/site")
    assert ELSEWHERE not in guanli.get("/staff/site")
    before = {one.code: one.plan for one in container.queries.exams.sites("78")}
    assert changed(guanli, "rooms", rooms__8__room="新机房", rooms__8__seats="30").status_code == 303  # type: ignore[attr-defined]
    assert changed(guanli, "offers", offers__14="81").status_code == 303  # type: ignore[attr-defined]
    assert changed(guanli, "notice", site__notice="走南门").status_code == 303  # type: ignore[attr-defined]
    now = plan(container)
    assert now.rooms[-1].name == "新机房"  # type: ignore[attr-defined]
    assert {one.subject: one.quota for one in now.offers}["14"] == 81  # type: ignore[attr-defined]
    assert now.notice == "走南门"  # type: ignore[attr-defined]
    assert replace(now, rooms=before[SITE].rooms, offers=before[SITE].offers, notice="") == before[SITE]  # type: ignore[type-var]
    for code, was in before.items():
        assert code == SITE or plan(container, code) == was
    made = container.revisions.made("78")[-3:]
    assert {one.actor for one in made} == {str(guanli.account.id)}  # type: ignore[union-attr]
    assert {one.role for one in made} == {"site_admin"}


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(
    container: Container, guanli: Visitor
) -> None:
    sent = form_of(guanli.get(f"/staff/site/{SITE}"), "rooms") | {"rooms.0.seats": "很多"}
    answer = guanli.send(f"/staff/site/{SITE}/rooms", sent)
    assert answer.status_code == 422
    assert 'id="rooms.0.seats-fault"' in answer.text
    assert "很多" in answer.text
    assert changed(guanli, "notice", "", site__notice="走南门").status_code == 422  # type: ignore[attr-defined]


def test_what_people_hold_is_kept_and_a_quota_below_it_is_refused_in_the_preview(
    container: Container, guanli: Visitor
) -> None:
    for name, person in (("wenjing", WENJING), ("liqiang", LIQIANG)):
        somebody(container, name, person).until_waiting()
    shown = form_of(guanli.get(f"/staff/site/{SITE}"), "offers")
    gone = {name: cell for name, cell in shown.items() if name != "offers.66"}
    text = guanli.send(f"/staff/site/{SITE}/offers", gone).text
    assert "2 份报名：已报的保留" in text
    assert 'name="confirmed"' in text
    text = guanli.send(f"/staff/site/{SITE}/offers", shown | {"offers.66": "1"}).text
    assert "1 份报名：已报人数超过新限额" in text
    assert 'name="confirmed"' not in text
    sent = all_hidden(text, f"/staff/site/{SITE}/offers") | {"confirmed": "1", "why": "x"}
    assert 'role="alert"' in guanli.send(f"/staff/site/{SITE}/offers", sent).text
    assert {one.subject: one.quota for one in plan(container).offers}["66"] > 1  # type: ignore[attr-defined]


def test_two_administrators_over_one_site_meet(container: Container, site: Flask, guanli: Visitor) -> None:
    old = form_of(guanli.get(f"/staff/site/{SITE}"), "notice")
    assert changed(guanli, "notice", site__notice="走南门").status_code == 303  # type: ignore[attr-defined]
    answer = guanli.send(f"/staff/site/{SITE}/notice", old | {"site.notice": "走北门"})
    assert answer.status_code == 409
    assert "走北门" in answer.text


@pytest.mark.parametrize("part", ["rooms", "offers", "notice", "reviewers"])
def test_what_the_office_did_not_leave_cannot_be_changed(
    container: Container, guanli: Visitor, part: str
) -> None:
    page = guanli.get(f"/staff/site/{SITE}")
    token = hidden(page, "")
    sent = form_of(page, part) if part != "reviewers" else {**token, "name": "x", "why": "y"}
    leave(container, *(one for one in EVERYTHING if one != part))
    text = guanli.get(f"/staff/site/{SITE}")
    assert f'action="/staff/site/{SITE}/{part}"' not in text
    number = container.revisions.number("78")
    sent["seen"] = str(container.queries.exams.site("78", SITE).version)  # type: ignore[union-attr]
    answer = guanli.send(f"/staff/site/{SITE}/{part}", sent | {"confirmed": "1", "why": "x"})
    assert answer.status_code == 403
    assert container.revisions.number("78") == number


def test_cells_of_other_parts_in_a_form_are_left_alone(container: Container, guanli: Visitor) -> None:
    leave(container, "notice")
    before = plan(container)
    changed(
        guanli,
        "notice",
        site__notice="走南门",
        site__name="别的名字",
        policies__quota="9999",
        offers__14="9999",
    )
    assert plan(container) == replace(before, notice="走南门")  # type: ignore[type-var]


def test_every_route_is_closed_to_other_sites_and_other_roles(
    container: Container, site: Flask, guanli: Visitor
) -> None:
    other = container.accounts.add("li4", "a password of li4 here", Role.REVIEWER, frozenset({ELSEWHERE}))
    token = hidden(guanli.get("/staff/site"), "")
    paths = [
        f"/staff/site/{ELSEWHERE}",
        f"/staff/site/{ELSEWHERE}/rooms",
        f"/staff/site/{ELSEWHERE}/offers",
        f"/staff/site/{ELSEWHERE}/notice",
        f"/staff/site/{ELSEWHERE}/reviewers",
        f"/staff/site/{ELSEWHERE}/reviewers/{other.id}/take",
    ]
    form = {**token, "seen": "2", "command_id": str(uuid4()), "confirmed": "1", "why": "x", "name": "li4"}
    guanli.get(paths[0], expect=404)
    for path in paths[1:]:
        assert guanli.send(path, form | {"site.notice": "x", "offers.14": "1"}).status_code == 404, path
    assert container.revisions.number("78") == 2
    for who in (reviewer(container, site), office(container, site), auditor(container, site)):
        token = hidden(who.get("/passport"), "")
        for path in ("/staff/site", *(one.replace(ELSEWHERE, SITE) for one in paths)):
            answer = who.send(path, form | token) if path.count("/") > 3 else None
            if answer is not None:
                assert answer.status_code == 403, path
            else:
                who.get(path, expect=403)
    anybody = Visitor(site, None)
    assert "/sign-in" in anybody.get("/staff/site", expect=302)


def test_reviewers_of_the_own_site_come_and_go(container: Container, site: Flask, guanli: Visitor) -> None:
    candidate = container.accounts.add("wang5", "a password of wang5", Role.CANDIDATE)
    away = container.accounts.add("li4", "a password of li4 here", Role.REVIEWER, frozenset({ELSEWHERE}))
    page, give = f"/staff/site/{SITE}", f"/staff/site/{SITE}/reviewers"
    for name in ("wang5", "li4"):
        assert guanli.post(give, page=page, name=name, why="新同事").status_code == 303
    assert container.accounts.find(candidate.id).sites == {SITE}  # type: ignore[union-attr]
    assert container.accounts.find(candidate.id).role is Role.REVIEWER  # type: ignore[union-attr]
    assert container.accounts.find(away.id).sites == {SITE, ELSEWHERE}  # type: ignore[union-attr]
    assert "wang5" in guanli.get(page)
    assert guanli.post(give, page=page, name="wang5", why="").status_code in (303, 422)
    for one in (candidate, away):
        take = f"/staff/site/{SITE}/reviewers/{one.id}/take"
        assert guanli.post(take, page=page, why="").status_code == 422
        assert guanli.post(take, page=page, why="调走").status_code == 303
    assert container.accounts.find(candidate.id).role is Role.CANDIDATE  # type: ignore[union-attr]
    assert container.accounts.find(away.id).sites == {ELSEWHERE}  # type: ignore[union-attr]


@pytest.mark.parametrize("role", [Role.OFFICE, Role.AUDITOR, Role.SITE_ADMIN])
def test_accounts_of_other_roles_are_not_touched(
    container: Container, site: Flask, guanli: Visitor, role: Role
) -> None:
    other = container.accounts.add("chen6", "a password of chen6", role, frozenset({SITE}))
    page = f"/staff/site/{SITE}"
    answer = guanli.post(f"{page}/reviewers", page=page, name="chen6", why="x")
    assert answer.status_code == 404
    token = hidden(guanli.get(page), "")
    answer = guanli.send(f"{page}/reviewers/{other.id}/take", token | {"why": "x"})
    assert answer.status_code == 404
    assert container.accounts.find(other.id).role is role  # type: ignore[union-attr]
    own = guanli.post(f"{page}/reviewers", page=page, name="guanli", why="x")
    assert own.status_code in (403, 404)


def test_what_is_typed_is_kept_until_it_is_carried_out(guanli: Visitor, clock: Clock) -> None:
    page, path = f"/staff/site/{SITE}", f"/staff/site/{SITE}/notice"
    typed = "考试当天从北门进，带好证件，还没有写完"
    sent = form_of(guanli.get(page), "notice") | {"site.notice": typed}
    clock.advance(hours=2)
    lost = guanli.send(path, sent)
    assert (lost.location or "").startswith("/sign-in")
    text = guanli.get(page)
    assert typed in text
    assert "开始填写，还没有保存" in text
    assert typed not in text[text.index('action="/staff/site/' + SITE + '/rooms"') : text.index(path)]
    assert changed(guanli, "notice", site__notice=typed).status_code == 303  # type: ignore[attr-defined]
    assert "开始填写，还没有保存" not in guanli.get(page)
