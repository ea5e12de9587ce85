"""入场核验: what the door is told about a ticket, by whom it may be asked, and what is recorded of it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.documents.view_models import SeatLine
from ncre.domain.admission import TicketVerdict
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration import commands as c
from ncre.events.admission import EntryRecorded, EntryRevoked
from ncre.projections.admission import entries
from ncre.projections.audit import timeline
from ncre.services.admission.verification import verify_ticket
from tests.support.people import OFFICE, REVIEWER, ROUND, SITE, WENJING, Candidate, Clock, approved, somebody
from tests.web.staff_members import HERE, Visitor, auditor, hidden, looks_at, reviewer


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    return candidate


def sittings(container: Container, wenjing: Candidate) -> tuple[SeatLine, ...]:
    expected = container.ticket_verifier.expected(wenjing.id)
    assert expected is not None
    return expected.seats


def confirms(container: Container, wenjing: Candidate) -> None:
    container.command_handler.handle(c.Confirm(registration=wenjing.id, actor=REVIEWER))


@pytest.fixture
def morning(container: Container, wenjing: Candidate, clock: Clock, code: str) -> SeatLine:
    """Confirmed, on the day, 18 minutes before the first sitting."""
    confirms(container, wenjing)
    first = sittings(container, wenjing)[0]
    clock.now = first.starts_at - timedelta(minutes=18)
    return first


@pytest.fixture
def code(container: Container, wenjing: Candidate) -> str:
    return container.documents.ticket_page(wenjing.id).sheet.record.code


def checked(visitor: Visitor, code: str) -> str:
    answer = visitor.post("/staff/door", page="/staff/door", code=code)
    assert answer.status_code == 200
    return answer.text


def test_a_genuine_ticket_shows_face_name_and_seats(
    container: Container, site: Flask, code: str, wenjing: Candidate, morning: SeatLine
) -> None:
    shenhe = reviewer(container, site)
    text = checked(shenhe, code)
    assert "可以核对放行" in text
    assert WENJING.name in text
    assert WENJING.document_number not in text
    assert f"/staff/door/{wenjing.id}/photo.jpg" in text
    assert shenhe.client.get(f"/staff/door/{wenjing.id}/photo.jpg", base_url=HERE).data[:2] == b"\xff\xd8"


@pytest.mark.parametrize("typed", ["78420019999999", "hello", "x" * 5000, "T1.1"])
def test_what_is_no_ticket_admits_nobody_and_shows_nobody(
    container: Container, site: Flask, code: str, typed: str
) -> None:
    text = checked(reviewer(container, site), typed)
    assert "请勿直接放行" in text
    assert WENJING.name not in text


def test_a_forged_code_is_called_forged(container: Container, site: Flask, code: str) -> None:
    assert "签名不符" in checked(reviewer(container, site), code.replace(".V", ".V9", 1))


def test_another_site_learns_nothing(
    container: Container, site: Flask, code: str, wenjing: Candidate
) -> None:
    elsewhere = reviewer(container, site, at="429901")
    assert "这里没有这个号码" in checked(elsewhere, code)
    elsewhere.get(f"/staff/door/{wenjing.id}/photo.jpg", 404)


def test_a_look_at_the_door_is_recorded_once_in_a_session(
    container: Container, site: Flask, code: str, wenjing: Candidate
) -> None:
    shenhe = reviewer(container, site)
    checked(shenhe, code)
    checked(shenhe, code)
    shenhe.client.get(f"/staff/door/{wenjing.id}/photo.jpg", base_url=HERE)
    assert len(looks_at(container, wenjing.id)) == 1


def entries_in(container: Container, wenjing: Candidate) -> list[str]:
    with container.database.reading() as connection:
        told = timeline.story(connection, wenjing.id)
    return [row["topic"] for row in told if row["topic"].startswith("entry.")]


def test_three_weeks_early_is_not_today(
    container: Container, site: Flask, code: str, wenjing: Candidate
) -> None:
    confirms(container, wenjing)
    text = checked(reviewer(container, site), code)
    assert "请勿直接放行" in text
    assert "不是今天的考试" in text
    assert entries_in(container, wenjing) == []


def test_who_is_not_confirmed_where_the_site_confirms_stays_out(
    container: Container, site: Flask, code: str, wenjing: Candidate, clock: Clock
) -> None:
    clock.now = sittings(container, wenjing)[0].starts_at - timedelta(minutes=18)
    text = checked(reviewer(container, site), code)
    assert "尚未确认" in text
    assert 'class="verdict fades bad"' in text
    assert entries_in(container, wenjing) == []


def test_the_second_scan_says_when_the_first_was_let_in(
    container: Container, site: Flask, code: str, wenjing: Candidate, morning: SeatLine, clock: Clock
) -> None:
    shenhe = reviewer(container, site)
    assert "可以核对放行" in checked(shenhe, code)
    first = (morning.starts_at - timedelta(minutes=18)).astimezone(EXAM_TIME).strftime("%H:%M")
    clock.advance(minutes=5)
    text = checked(shenhe, code)
    assert "请勿直接放行" in text
    assert f"已于 {first} 入场" in text
    assert f"已于 {first} 入场" in checked(shenhe, morning.ticket)
    assert entries_in(container, wenjing) == [EntryRecorded.TOPIC]


def test_a_form_that_is_sent_twice_lets_in_once_and_says_the_same(
    container: Container, site: Flask, code: str, morning: SeatLine, wenjing: Candidate
) -> None:
    shenhe = reviewer(container, site)
    form = {**hidden(shenhe.get("/staff/door"), "/staff/door"), "code": code}
    for _ in range(2):
        assert "可以核对放行" in shenhe.send("/staff/door", form).text
    assert entries_in(container, wenjing) == [EntryRecorded.TOPIC]


def test_of_two_doors_at_one_moment_one_lets_in(
    container: Container, code: str, wenjing: Candidate, morning: SeatLine
) -> None:
    finding = verify_ticket(code, container.ticket_verifier.at(REVIEWER))
    with ThreadPoolExecutor(4) as pool:
        said = list(
            pool.map(
                lambda _: container.ticket_verifier.let_in(finding, wenjing.id, REVIEWER).verdict, range(4)
            )
        )
    assert sorted(said) == [TicketVerdict.CURRENT, *[TicketVerdict.ENTERED_BEFORE] * 3]
    assert entries_in(container, wenjing) == [EntryRecorded.TOPIC]


def test_another_hall_is_named_and_the_door_is_remembered(
    container: Container, site: Flask, code: str, wenjing: Candidate, morning: SeatLine
) -> None:
    shenhe = reviewer(container, site)
    rooms = re.findall(r"<option[^>]*>(第[^<]+)</option>", shenhe.get("/staff/door"))
    other = next(room for room in rooms if room != morning.room)
    answer = shenhe.post("/staff/door", page="/staff/door", code=code, room=other)
    assert f"{morning.hall:04}（{morning.room}）" in answer.text
    assert entries_in(container, wenjing) == []
    assert f"<option selected>{other}</option>" in shenhe.get("/staff/door")


def test_an_entry_is_taken_back_and_given_again(
    container: Container, site: Flask, code: str, wenjing: Candidate, morning: SeatLine
) -> None:
    shenhe = reviewer(container, site)
    revoke = f"/staff/door/{wenjing.id}/revoke"
    shown = checked(shenhe, code)
    assert shenhe.send(revoke, hidden(shown, revoke)).status_code == 303
    assert shenhe.send(revoke, hidden(shown, revoke)).status_code == 404
    assert "可以核对放行" in checked(shenhe, code)
    assert entries_in(container, wenjing) == [EntryRecorded.TOPIC, EntryRevoked.TOPIC, EntryRecorded.TOPIC]


def test_who_comes_too_late_enters_by_a_person_alone(
    container: Container, site: Flask, code: str, wenjing: Candidate, morning: SeatLine, clock: Clock
) -> None:
    clock.now = morning.starts_at + timedelta(minutes=20)
    shenhe = reviewer(container, site)
    shown = checked(shenhe, code)
    assert "入场已截止" in shown
    assert entries_in(container, wenjing) == []
    let_in = f"/staff/door/{wenjing.id}/entry"
    assert shenhe.send(let_in, hidden(shown, let_in)).status_code == 303
    assert entries_in(container, wenjing) == [EntryRecorded.TOPIC]
    with container.database.reading() as connection:
        assert entries.entries_of(connection, wenjing.id)[morning.ticket]["verdict"] == TicketVerdict.TOO_LATE


def test_the_button_lets_nobody_in_whom_the_door_turns_away(
    container: Container, site: Flask, code: str, wenjing: Candidate
) -> None:
    shenhe = reviewer(container, site)
    checked(shenhe, code)
    sent = shenhe.send(
        f"/staff/door/{wenjing.id}/entry",
        {**hidden(shenhe.get("/staff/door"), "/staff/door"), "command_id": str(uuid4())},
    )
    assert "尚未确认" in sent.text
    assert entries_in(container, wenjing) == []


def test_another_site_takes_no_entry_back(
    container: Container, site: Flask, code: str, wenjing: Candidate, morning: SeatLine
) -> None:
    checked(reviewer(container, site), code)
    elsewhere = reviewer(container, site, at="429901", name="elsewhere")
    fields = hidden(elsewhere.get("/staff/door"), "/staff/door")
    for act in ("revoke", "entry"):
        sent = elsewhere.send(f"/staff/door/{wenjing.id}/{act}", {**fields, "ticket": morning.ticket})
        assert sent.status_code == 404
    assert entries_in(container, wenjing) == [EntryRecorded.TOPIC]


@pytest.mark.parametrize(
    ("sent", "says"),
    [("]Q3{}\r\n", "可以核对放行"), ("{0}{0}", "可以核对放行"), ("{}体", "切换到英文输入")],
)
def test_what_scanners_send_around_a_code_does_no_harm(
    container: Container, site: Flask, code: str, morning: SeatLine, sent: str, says: str
) -> None:
    assert says in checked(reviewer(container, site), sent.format(code))


def test_caps_lock_changes_nothing(container: Container, site: Flask, code: str, morning: SeatLine) -> None:
    assert "可以核对放行" in checked(reviewer(container, site), code.swapcase())


def test_the_door_is_not_for_auditors(container: Container, site: Flask) -> None:
    auditor(container, site).get("/staff/door", 403)
