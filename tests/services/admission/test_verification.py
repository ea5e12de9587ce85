"""At the door: genuine and current, or which of the other things it is, online and from a list."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ncre.bootstrap import Container
from ncre.documents.codes.ticket_token import TicketKey, read_ticket_token
from ncre.domain.admission import ADMITS, VERDICT_WORDS, TicketVerdict
from ncre.domain.registration import commands as c
from ncre.projections.audit import timeline
from ncre.services.admission.offline_list import AdmissionList, AdmissionListUnusable, read_door_list
from ncre.services.admission.verification import Verification, verify_ticket
from ncre.store.keys import Keys
from tests.support import people
from tests.support.people import KEEPING, OFFICE, REVIEWER, ROUND, SITE, Candidate, approved, somebody


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    """Somebody with a printed ticket."""
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    return candidate


@pytest.fixture
def code(container: Container, wenjing: Candidate) -> str:
    return container.documents.ticket_page(wenjing.id).sheet.record.code


@pytest.fixture
def offline(container: Container, wenjing: Candidate, tmp_path: Path) -> AdmissionList:
    return read_door_list(exported(container, tmp_path), container.offline_admission_lists.public)


def exported(container: Container, folder: Path) -> Path:
    lists = container.offline_admission_lists
    entries = [one for one in lists.entries(lists.people(ROUND, SITE), OFFICE) if one]
    (folder / "door.json").write_bytes(lists.signed(ROUND, SITE, entries))
    return folder / "door.json"


def online(container: Container, text: str) -> Verification:
    return verify_ticket(text, container.ticket_verifier.at(REVIEWER))


def test_a_ticket_is_current_and_shows_whose_face_to_expect(
    container: Container, code: str, offline: AdmissionList
) -> None:
    for finding in (online(container, code), verify_ticket(code, offline)):
        assert finding.verdict is TicketVerdict.CURRENT
        assert finding.expected is not None
        assert finding.expected.name == people.WENJING.name
        assert people.WENJING.document_number not in repr(finding.expected)
        assert finding.expected.photo is not None
        assert finding.expected.photo.startswith(b"\xff\xd8")
        assert {seat.subject[:2] for seat in finding.expected.seats} == {"66", "67"}


def test_a_typed_number_finds_the_person_and_says_that_it_proves_nothing(
    container: Container, wenjing: Candidate, offline: AdmissionList
) -> None:
    sheet = container.documents.ticket_page(wenjing.id).sheet
    ticket = sheet.seats[0].ticket
    for number in (sheet.record.number, ticket, f" {ticket[:2]} {ticket[2:4]} {ticket[4:]} "):
        for finding in (online(container, number), verify_ticket(number, offline)):
            assert finding.verdict is TicketVerdict.TYPED
            assert finding.expected is not None


def test_the_confirmation_in_person_does_not_outdate_a_ticket(
    container: Container, wenjing: Candidate, code: str
) -> None:
    container.command_handler.handle(c.Confirm(registration=wenjing.id, actor=REVIEWER))
    assert online(container, code).verdict is TicketVerdict.CURRENT


def test_a_cancelled_registration_admits_nobody(container: Container, wenjing: Candidate, code: str) -> None:
    container.command_handler.handle(
        c.Cancel(registration=wenjing.id, actor=OFFICE, reason="考生书面申请", **KEEPING)
    )
    assert online(container, code).verdict is TicketVerdict.NOT_ADMITTED


def test_a_ticket_of_another_state_is_genuine_and_outdated(
    container: Container, code: str, offline: AdmissionList
) -> None:
    stamp = replace(read_ticket_token(code, offline.public), digest="0" * 16)
    other = TicketKey(Keys.derived_from(people.SECRET).stamp).signed(stamp)
    assert online(container, other).verdict is TicketVerdict.OUTDATED
    assert verify_ticket(other, offline).verdict is TicketVerdict.OUTDATED


def test_the_form_is_genuine_but_no_ticket(
    container: Container, wenjing: Candidate, offline: AdmissionList
) -> None:
    form = container.documents.form_page(wenjing.id).sheet.record.code
    assert online(container, form).verdict is TicketVerdict.FORM
    assert verify_ticket(form, offline).verdict is TicketVerdict.FORM


def test_a_forged_code_an_unknown_number_and_nonsense_are_told_apart(container: Container, code: str) -> None:
    assert online(container, code.replace(".V", ".V9", 1)) == Verification(TicketVerdict.FORGED)
    assert online(container, "78420019999999") == Verification(TicketVerdict.UNKNOWN)
    assert online(container, "大家好") == Verification(TicketVerdict.UNREADABLE)


def test_a_door_knows_nobody_of_another_site(container: Container, code: str) -> None:
    elsewhere = replace(REVIEWER, sites=frozenset({"420098"}))
    assert verify_ticket(code, container.ticket_verifier.at(elsewhere)) == Verification(TicketVerdict.UNKNOWN)


def test_who_is_shown_at_the_door_was_recorded_first(
    container: Container, wenjing: Candidate, code: str
) -> None:
    online(container, code)
    with container.database.reading() as connection:
        told = timeline.story(connection, wenjing.id)
    assert [row["role"] for row in told if row["topic"] == "access.details_viewed"] == ["reviewer"]


def test_a_list_that_was_altered_or_is_from_elsewhere_is_not_believed(
    container: Container, wenjing: Candidate, tmp_path: Path
) -> None:
    file = exported(container, tmp_path)
    told = json.loads(file.read_text())
    told["list"]["people"][0]["name"] = "别人"
    file.write_text(json.dumps(told))
    with pytest.raises(AdmissionListUnusable, match="altered"):
        read_door_list(file)
    with pytest.raises(AdmissionListUnusable, match="altered"):
        read_door_list(exported(container, tmp_path), TicketKey(bytes(32)).public)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"list": 1, "signature": "x"}', "\x00"])
def test_any_other_file_is_called_no_list(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(AdmissionListUnusable, match=r"x\.json"):
        read_door_list(tmp_path / "x.json")


def test_a_list_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(AdmissionListUnusable, match="cannot be read"):
        read_door_list(tmp_path / "nothing.json")


def test_who_has_no_seat_is_not_on_the_list(container: Container, wenjing: Candidate, tmp_path: Path) -> None:
    container.command_handler.handle(
        c.Cancel(registration=wenjing.id, actor=OFFICE, reason="考生书面申请", **KEEPING)
    )
    assert read_door_list(exported(container, tmp_path)).people == {}


def test_everything_a_door_can_say_has_its_words() -> None:
    assert VERDICT_WORDS.keys() == set(TicketVerdict)
    assert {TicketVerdict.CURRENT, TicketVerdict.TYPED} == ADMITS
