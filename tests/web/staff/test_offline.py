"""离线工作台: lists for a device, and what comes back from it: as commands, each once, with what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ncre.bootstrap import Container
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.offline_acts import KEPT, MOST_ACTS
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events.admission import EntryRecorded
from ncre.projections.admission import entries
from tests.support.people import LIQIANG, OFFICE, REVIEWER, ROUND, SITE, WENJING, Candidate, Clock
from tests.web.staff_members import (
    HERE,
    Visitor,
    auditor,
    looks_at,
    paid,
    reviewer,
    row_of,
    story_of,
    visitor,
)

DOOR = timedelta(minutes=18)
"""So long before the first sitting the people of these tests come."""


@dataclass
class Device:
    """A device with a list, as the page's scripts use it."""

    staff: Visitor
    token: str = ""
    receipt: dict[str, Any] | None = None
    people: list[dict[str, Any]] | None = None

    def downloads(self, day: str, site: str = SITE) -> Device:
        self.token = self.staff.client.get("/staff/offline/session", base_url=HERE).get_json()["token"]
        self.people, after = [], ""
        while True:
            form = {"csrf_token": self.token, "site": site, "day": day, "after": after}
            answer = self.staff.send("/staff/offline/people", form)
            assert answer.status_code == 200, answer.text
            told = answer.get_json()
            self.receipt = self.receipt or told["receipt"]
            self.people += told["people"]
            after = told["after"]
            if not after:
                return self

    def act(self, kind: str, registration: UUID, done_at: datetime, **more: Any) -> dict[str, Any]:
        seen = next((one["version"] for one in self.people or [] if one["id"] == str(registration)), 1)
        return {
            "command_id": str(uuid4()),
            "kind": kind,
            "registration": str(registration),
            "done_at": done_at.isoformat(),
            "seen": seen,
            **more,
        }

    def posts(self, body: Any, token: str | None = None) -> TestResponse:
        """As the page does: where the session has ended, it signs in again and sends the same once more."""
        headers = {"Referer": HERE, "X-CSRFToken": self.token if token is None else token}
        answer = self.staff.client.post("/staff/offline/sync", json=body, base_url=HERE, headers=headers)
        if not (answer.location or "").startswith("/sign-in"):
            return answer
        self.staff.signs_in()
        self.token = self.staff.client.get("/staff/offline/session", base_url=HERE).get_json()["token"]
        return self.posts(body, token)

    def sends(self, *acts: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.posts({"receipt": self.receipt, "acts": list(acts)})
        assert answer.status_code == 200, answer.text
        answers: list[dict[str, Any]] = answer.get_json()["answers"]
        assert [one["command_id"] for one in answers] == [one["command_id"] for one in acts]
        return answers


@pytest.fixture
def liqiang(container: Container) -> Candidate:
    return paid(container, "liqiang", LIQIANG)


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = paid(container)
    container.seating.seat(ROUND, SITE, OFFICE)
    return candidate


@pytest.fixture
def first(container: Container, wenjing: Candidate, clock: Clock) -> Any:
    """Her first sitting; the clock stands an hour before the doors."""
    expected = container.ticket_verifier.expected(wenjing.id)
    assert expected is not None
    clock.now = expected.seats[0].starts_at - timedelta(hours=2)
    return expected.seats[0]


def day_of(seat: Any) -> str:
    return str(seat.starts_at.astimezone(EXAM_TIME).date())


def entries_of(container: Container, candidate: Candidate) -> dict[str, Any]:
    with container.database.reading() as connection:
        return entries.entries_of(connection, candidate.id)


def confirms(container: Container, candidate: Candidate) -> None:
    container.command_handler.handle(c.Confirm(registration=candidate.id, actor=REVIEWER))


def test_a_list_holds_what_a_door_needs_and_each_look_is_recorded(
    container: Container, site: Flask, wenjing: Candidate, first: Any
) -> None:
    device = Device(reviewer(container, site)).downloads(day_of(first))
    (person,) = device.people or []
    assert person["name"] == WENJING.name
    assert WENJING.document_number not in str(person)
    assert WENJING.mobile not in str(person)
    assert person["version"] == row_of(container, wenjing.id)["version"]
    assert len(looks_at(container, wenjing.id)) == 1
    assert device.downloads("2027-01-01").people == []
    assert [one["id"] for one in device.downloads("confirmation").people or []] == [str(wenjing.id)]


def test_a_confirmation_and_an_entry_made_without_a_network_keep_their_moment(
    container: Container, site: Flask, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    device = Device(reviewer(container, site)).downloads(day_of(first))
    came = first.starts_at - DOOR
    clock.now = first.starts_at + timedelta(hours=1)
    answers = device.sends(
        device.act("confirm", wenjing.id, came - timedelta(minutes=5)),
        device.act("enter", wenjing.id, came, code=first.ticket),
    )
    assert [one["outcome"] for one in answers] == ["done", "done"]
    assert row_of(container, wenjing.id)["status"] == Status.CONFIRMED
    assert entries_of(container, wenjing)[first.ticket]["entered_at"] == came
    told = [one["zh"] for one in story_of(container, wenjing.id) if "离线设备于" in one["zh"]]
    assert len(told) == 2


def test_sent_again_everything_was_done_once(
    container: Container, site: Flask, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    device = Device(reviewer(container, site)).downloads(day_of(first))
    clock.now = first.starts_at - DOOR
    acts = (
        device.act("confirm", wenjing.id, clock.now),
        device.act("enter", wenjing.id, clock.now, code=first.ticket),
        device.act("revoke", wenjing.id, clock.now, ticket=first.ticket),
    )
    device.sends(*acts)
    before = container.command_handler.store.newest()
    assert [one["outcome"] for one in device.sends(*acts)] == ["done"] * 3
    assert container.command_handler.store.newest() == before
    assert entries_of(container, wenjing) == {}


def test_the_second_device_is_told_who_did_it_and_when(
    container: Container, site: Flask, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    one, two = (
        Device(reviewer(container, site, name=name)).downloads(day_of(first))
        for name in ("shenhe", "shenhe2")
    )
    clock.now = first.starts_at - DOOR
    acts = [
        [
            device.act("confirm", wenjing.id, clock.now),
            device.act("enter", wenjing.id, clock.now, code=first.ticket),
        ]
        for device in (one, two)
    ]
    one.sends(*acts[0])
    answers = two.sends(*acts[1])
    assert [answer["outcome"] for answer in answers] == ["already", "already"]
    assert {answer["by"] for answer in answers} == {"shenhe"}
    hour = clock.now.astimezone(EXAM_TIME).strftime("%H:%M")
    assert all(hour in answer["at"] for answer in answers)
    assert f"已于 {hour} 入场" in answers[1]["words"]
    assert [told["topic"] for told in story_of(container, wenjing.id)].count(EntryRecorded.TOPIC) == 1


def test_two_devices_of_one_person_are_told_too(
    container: Container, site: Flask, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    device = Device(reviewer(container, site)).downloads(day_of(first))
    acts = [device.act("confirm", wenjing.id, clock.now) for _ in range(2)]
    assert [device.sends(act)[0]["outcome"] for act in acts] == ["done", "already"]


def test_a_case_that_changed_meanwhile_is_a_conflict_and_its_entry_is_refused_with_words(
    container: Container, site: Flask, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    device = Device(reviewer(container, site)).downloads(day_of(first))
    container.command_handler.handle(
        c.Suspend(registration=wenjing.id, actor=REVIEWER, reason="考点正在接受调查")
    )
    clock.now = first.starts_at - DOOR
    confirm, enter = device.sends(
        device.act("confirm", wenjing.id, clock.now),
        device.act("enter", wenjing.id, clock.now, code=first.ticket),
    )
    assert (confirm["outcome"], enter["outcome"]) == ("conflict", "refused")
    assert confirm["words"]
    assert enter["words"]
    assert entries_of(container, wenjing) == {}


def test_whom_the_device_let_in_where_only_a_person_may_is_in_and_that_is_told(
    container: Container, site: Flask, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    confirms(container, wenjing)
    code = container.documents.ticket_page(wenjing.id).sheet.record.code
    device = Device(reviewer(container, site)).downloads(day_of(first))
    clock.now = first.starts_at + timedelta(minutes=20)  # too late by now, which only a person may let pass
    (answer,) = device.sends(device.act("enter", wenjing.id, clock.now, code=code))
    assert answer["outcome"] == "conflict"
    assert "入场已截止" in answer["words"]
    assert entries_of(container, wenjing)[first.ticket]["verdict"] == "too-late"


@pytest.mark.parametrize(
    ("moment", "accepted"),
    [
        (timedelta(), True),
        (timedelta(minutes=-1), True),
        (timedelta(minutes=-3), False),
        (timedelta(minutes=61), True),
        (timedelta(minutes=63), False),
        (timedelta(days=400), False),
        (timedelta(days=-400), False),
    ],
)
def test_a_moment_before_the_list_or_in_the_future_is_refused(
    container: Container,
    site: Flask,
    wenjing: Candidate,
    first: Any,
    clock: Clock,
    moment: timedelta,
    accepted: bool,
) -> None:
    device = Device(reviewer(container, site)).downloads(day_of(first))
    made = clock.now
    clock.advance(hours=1)
    (answer,) = device.sends(device.act("confirm", wenjing.id, made + moment))
    assert (answer["outcome"] == "done") is accepted
    assert ("设备记录的办理时间" in answer["words"]) is not accepted


def test_what_was_done_before_our_clock_was_set_back_is_kept_by_the_device_and_counts_later(
    container: Container, site: Flask, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    device = Device(reviewer(container, site)).downloads(day_of(first))
    act = device.act("confirm", wenjing.id, clock.now + timedelta(hours=1))
    clock.advance(hours=-3)
    (answer,) = device.sends(act)
    assert answer["outcome"] == "later"
    clock.advance(hours=5)
    (answer,) = device.sends(act)
    assert answer["outcome"] == "done"


def test_what_is_sent_days_later_counts_if_it_was_done_in_time(
    container: Container, site: Flask, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    device = Device(reviewer(container, site)).downloads(day_of(first))
    made = clock.now
    clock.now = made + timedelta(days=3)
    late, done = device.sends(
        device.act("confirm", wenjing.id, made + KEPT + timedelta(minutes=5)),
        device.act("confirm", wenjing.id, made + timedelta(hours=1)),
    )
    assert (late["outcome"], done["outcome"]) == ("refused", "done")


def test_a_list_of_somebody_else_or_an_altered_one_sends_nothing(
    container: Container, site: Flask, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    mine = Device(reviewer(container, site)).downloads(day_of(first))
    other = Device(reviewer(container, site, name="shenhe2")).downloads(day_of(first))
    act = mine.act("confirm", wenjing.id, clock.now)
    before = container.command_handler.store.newest()
    assert mine.receipt is not None
    assert other.receipt is not None
    for receipt in (
        other.receipt,
        {**other.receipt, "account": mine.receipt["account"]},
        {**mine.receipt, "made_at": (clock.now - timedelta(days=2)).isoformat()},
        {**mine.receipt, "site": "429901"},
        {**mine.receipt, "signature": ""},
    ):
        answer = mine.posts({"receipt": receipt, "acts": [act]})
        assert answer.status_code == 403
        assert "不是您本人下载的" in answer.text
    assert container.command_handler.store.newest() == before


def test_another_site_is_neither_listed_nor_acted_upon(
    container: Container, site: Flask, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    far = Device(reviewer(container, site, at="429901", name="far")).downloads(day_of(first), "429901")
    assert far.people == []
    form = {"csrf_token": far.token, "site": SITE, "day": day_of(first)}
    assert far.staff.send("/staff/offline/people", form).status_code == 404
    answers = far.sends(
        far.act("confirm", wenjing.id, clock.now),
        far.act("enter", wenjing.id, clock.now, code=first.ticket),
        far.act("revoke", wenjing.id, clock.now, ticket=first.ticket),
        far.act("confirm", uuid4(), clock.now),
    )
    assert {(one["outcome"], one["words"]) for one in answers} == {("refused", answers[3]["words"])}
    assert row_of(container, wenjing.id)["status"] == Status.PAID


def test_a_code_of_somebody_else_lets_nobody_in(
    container: Container, site: Flask, liqiang: Candidate, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    confirms(container, wenjing)
    device = Device(reviewer(container, site)).downloads(day_of(first))
    clock.now = first.starts_at - DOOR
    (answer,) = device.sends(
        device.act("enter", wenjing.id, clock.now, code=row_of(container, liqiang.id)["number"])
    )
    assert answer["outcome"] == "refused"
    assert entries_of(container, wenjing) == {}


def test_what_is_no_batch_or_too_large_is_refused_whole(
    container: Container, site: Flask, wenjing: Candidate, first: Any, clock: Clock
) -> None:
    device = Device(reviewer(container, site)).downloads(day_of(first))
    act, before = device.act("confirm", wenjing.id, clock.now), container.command_handler.store.newest()
    for body in (
        [],
        {},
        {"receipt": device.receipt, "acts": [act] * (MOST_ACTS + 1)},
        {"receipt": device.receipt, "acts": [{**act, "kind": "approve"}]},
        {"receipt": device.receipt, "acts": [{**act, "done_at": "2027-03-27T08:00:00"}]},
        {"receipt": device.receipt, "acts": [{**act, "seen": 0}]},
        {"receipt": device.receipt, "acts": [{**act, "code": "x" * 1001}]},
        {"receipt": device.receipt, "acts": [{**act, "room": "\x00"}]},
    ):
        answer = device.posts(body)
        assert answer.status_code == 422, body
        assert "无法识别" in answer.text
    assert device.posts({"receipt": device.receipt, "acts": [act]}, token="forged").status_code == 400
    assert container.command_handler.store.newest() == before


def test_whoever_is_not_staff_of_a_site_gets_none_of_it(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    gets = ("", "/worker.js", "/manifest.webmanifest", "/session")
    strangers = [
        (auditor(container, site), 403),
        (visitor(container, site, "zhao", Role.CANDIDATE), 403),
        (Visitor(site, None), 302),
    ]
    for someone, status in strangers:
        for path in gets:
            someone.get(f"/staff/offline{path}", status)


def test_the_kept_page_holds_nothing_of_anybody(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    pages = {
        reviewer(container, site, name=name).get("/staff/offline").replace(name, "")
        for name in ("shenhe", "zhang3")
    }
    assert len(pages) == 1, "the same page for everybody"
    assert 'name="csrf_token" value=""' in pages.pop()


def test_signing_out_waits_for_what_was_not_sent(container: Container, site: Flask) -> None:
    shenhe = reviewer(container, site)
    token = {"csrf_token": shenhe.client.get("/staff/offline/session", base_url=HERE).get_json()["token"]}
    shenhe.client.set_cookie("ncre-unsent", "3", domain="localhost", secure=True)
    assert shenhe.send("/sign-out", token).location == "/staff/offline#unsent"
    shenhe.get("/staff/desk")
    kept = shenhe.send("/sign-out", {**token, "unsent": "keep"})
    assert kept.headers["Clear-Site-Data"] == '"cache"'
    shenhe.get("/staff/desk", 302)
    shenhe.signs_in()
    token = {"csrf_token": shenhe.client.get("/staff/offline/session", base_url=HERE).get_json()["token"]}
    gone = shenhe.send("/sign-out", {**token, "unsent": "discard"})
    assert gone.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert shenhe.client.get_cookie("ncre-unsent") is None
