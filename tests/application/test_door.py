"""At the door: genuine and current, or which of the other things it is, online and from a list."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.admission import ADMITS, WORTH_WORDS, Worth
from ncre.events.keys import Keys
from ncre.printing.stamp import StampKey, read
from ncre.projections import timeline
from ncre.services.door import Finding, examine
from ncre.services.door_list import DoorList, DoorListUnusable, read_door_list
from tests import people
from tests.people import KEEPING, OFFICE, REVIEWER, ROUND, SITE, Candidate, approved, somebody


@pytest.fixture
def wenjing(house: House) -> Candidate:
    """Somebody with a printed ticket."""
    candidate = somebody(house)
    candidate.until_waiting()
    approved(house, candidate)
    candidate.pays()
    house.office.seat(ROUND, SITE, OFFICE)
    return candidate


@pytest.fixture
def code(house: House, wenjing: Candidate) -> str:
    return house.papers.ticket_page(wenjing.id).sheet.record.code


@pytest.fixture
def offline(house: House, wenjing: Candidate, tmp_path: Path) -> DoorList:
    return read_door_list(exported(house, tmp_path), house.door_lists.public)


def exported(house: House, folder: Path) -> Path:
    lists = house.door_lists
    entries = [one for one in lists.entries(lists.people(ROUND, SITE), OFFICE) if one]
    (folder / "door.json").write_bytes(lists.signed(ROUND, SITE, entries))
    return folder / "door.json"


def online(house: House, text: str) -> Finding:
    return examine(text, house.door.at(REVIEWER))


def test_a_ticket_is_current_and_shows_whose_face_to_expect(
    house: House, code: str, offline: DoorList
) -> None:
    for finding in (online(house, code), examine(code, offline)):
        assert finding.worth is Worth.CURRENT
        assert finding.expected is not None
        assert finding.expected.name == people.WENJING.name
        assert people.WENJING.document_number not in repr(finding.expected)
        assert finding.expected.photo is not None
        assert finding.expected.photo.startswith(b"\xff\xd8")
        assert {seat.subject[:2] for seat in finding.expected.seats} == {"66", "67"}


def test_a_typed_number_finds_the_person_and_says_that_it_proves_nothing(
    house: House, wenjing: Candidate, offline: DoorList
) -> None:
    sheet = house.papers.ticket_page(wenjing.id).sheet
    ticket = sheet.seats[0].ticket
    for number in (sheet.record.number, ticket, f" {ticket[:2]} {ticket[2:4]} {ticket[4:]} "):
        for finding in (online(house, number), examine(number, offline)):
            assert finding.worth is Worth.TYPED
            assert finding.expected is not None


def test_the_confirmation_in_person_does_not_outdate_a_ticket(
    house: House, wenjing: Candidate, code: str
) -> None:
    house.application.handle(c.Confirm(registration=wenjing.id, actor=REVIEWER))
    assert online(house, code).worth is Worth.CURRENT


def test_a_cancelled_registration_admits_nobody(house: House, wenjing: Candidate, code: str) -> None:
    house.application.handle(
        c.Cancel(registration=wenjing.id, actor=OFFICE, reason="考生书面申请", **KEEPING)
    )
    assert online(house, code).worth is Worth.NOT_ADMITTED


def test_a_ticket_of_another_state_is_genuine_and_outdated(
    house: House, code: str, offline: DoorList
) -> None:
    stamp = replace(read(code, offline.public), digest="0" * 16)
    other = StampKey(Keys.derived_from(people.SECRET).stamp).signed(stamp)
    assert online(house, other).worth is Worth.OUTDATED
    assert examine(other, offline).worth is Worth.OUTDATED


def test_the_form_is_genuine_but_no_ticket(house: House, wenjing: Candidate, offline: DoorList) -> None:
    form = house.papers.form_page(wenjing.id).sheet.record.code
    assert online(house, form).worth is Worth.FORM
    assert examine(form, offline).worth is Worth.FORM


def test_a_forged_code_an_unknown_number_and_nonsense_are_told_apart(house: House, code: str) -> None:
    assert online(house, code.replace(".v", ".v9", 1)) == Finding(Worth.FORGED)
    assert online(house, "78420019999999") == Finding(Worth.UNKNOWN)
    assert online(house, "大家好") == Finding(Worth.UNREADABLE)


def test_a_door_knows_nobody_of_another_site(house: House, code: str) -> None:
    elsewhere = replace(REVIEWER, sites=frozenset({"420098"}))
    assert examine(code, house.door.at(elsewhere)) == Finding(Worth.UNKNOWN)


def test_who_is_shown_at_the_door_was_recorded_first(house: House, wenjing: Candidate, code: str) -> None:
    online(house, code)
    with house.database.reading() as connection:
        told = timeline.story(connection, wenjing.id)
    assert [row["role"] for row in told if row["topic"] == "access.details_viewed"] == ["reviewer"]


def test_a_list_that_was_altered_or_is_from_elsewhere_is_not_believed(
    house: House, wenjing: Candidate, tmp_path: Path
) -> None:
    file = exported(house, tmp_path)
    told = json.loads(file.read_text())
    told["list"]["people"][0]["name"] = "别人"
    file.write_text(json.dumps(told))
    with pytest.raises(DoorListUnusable, match="altered"):
        read_door_list(file)
    with pytest.raises(DoorListUnusable, match="altered"):
        read_door_list(exported(house, tmp_path), StampKey(bytes(32)).public)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"list": 1, "signature": "x"}', "\x00"])
def test_any_other_file_is_called_no_list(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(DoorListUnusable, match=r"x\.json"):
        read_door_list(tmp_path / "x.json")


def test_a_list_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(DoorListUnusable, match="cannot be read"):
        read_door_list(tmp_path / "nothing.json")


def test_who_has_no_seat_is_not_on_the_list(house: House, wenjing: Candidate, tmp_path: Path) -> None:
    house.application.handle(
        c.Cancel(registration=wenjing.id, actor=OFFICE, reason="考生书面申请", **KEEPING)
    )
    assert read_door_list(exported(house, tmp_path)).people == {}


def test_everything_a_door_can_say_has_its_words() -> None:
    assert WORTH_WORDS.keys() == set(Worth)
    assert {Worth.CURRENT, Worth.TYPED} == ADMITS
