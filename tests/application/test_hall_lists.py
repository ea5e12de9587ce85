"""The papers of a site's halls: who is on them, who may print them, and what printing leaves behind."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image
from pypdf import PdfReader

from ncre.bootstrap import House
from ncre.domain import commands as c
from ncre.domain.refusals import RefusalCode
from ncre.projections import tickets, timeline
from ncre.projections.base import Row
from ncre.services.hall_lists import FACE
from tests import people
from tests.application.ground import QUICK, Walker, details_of, refusal, revise
from tests.printing.examples import photos, words

HERE = (people.ROUND, people.SITE)


def named(house: House, name: str, subjects: tuple[str, ...] = ("66",)) -> Walker:
    """Somebody who has paid; the photo is a record only."""
    walker = Walker(house)
    walker.details = replace(walker.details, name=name)
    walker.paid(subjects)
    return walker


def pictured(house: House, name: str) -> Walker:
    """Somebody who has paid and whose photo is kept."""
    walker = Walker(house, replace(details_of(77), name=name))
    walker.submitted(subjects=("66",))
    people.Candidate.uploads(walker)
    walker.requests_review()
    people.approved(house, walker)
    house.money.receive(walker.money())
    return walker


def one_batch(house: House, **rooms: int) -> None:
    batches = people.bundled_round()[1][people.SITE].plan.batches
    revise(house, people.SITE, rooms=rooms, batches=batches[:1])


def seat(house: House) -> None:
    house.office.seat(*HERE, people.OFFICE)


def looks(house: House, registration: UUID) -> list[Row]:
    with house.database.reading() as connection:
        story = timeline.story(connection, registration)
    return [told for told in story if told["topic"] == "access.details_viewed"]


def text(pdf: bytes) -> str:
    return "".join(words(pdf, page) for page in range(len(PdfReader(BytesIO(pdf)).pages)))


def test_the_list_names_everybody_of_the_batch_hall_by_hall_with_masked_numbers(house: House) -> None:
    one_batch(house, A=2, B=1)
    walkers = [named(house, f"考生{letter}") for letter in "甲乙丙"]
    seat(house)
    pdf = house.hall_lists.seat_lists(*HERE, 1, people.REVIEWER).pdf
    said = text(pdf)
    assert len(PdfReader(BytesIO(pdf)).pages) == 2
    for walker in walkers:
        assert walker.details.name in said
        assert str(walker.stands.number) in said
        assert walker.details.document_number not in said
    with house.database.reading() as connection:
        given = [row["ticket"] for row in tickets.taken_at(connection, *HERE)]
    assert set(re.findall(r"6678420019\d{6}", said)) == set(given)


def test_printing_a_list_is_recorded_for_everybody_on_it_and_for_nobody_else(house: House) -> None:
    batches = people.bundled_round()[1][people.SITE].plan.batches
    revise(house, people.SITE, rooms={"A": 1}, batches=batches[:2])
    walkers = [named(house, "考生甲"), named(house, "考生乙")]
    seat(house)
    with house.database.reading() as connection:
        (first,) = tickets.seats_in(connection, *HERE, 1)
    inside, outside = sorted(walkers, key=lambda walker: walker.id != first["registration"])
    house.hall_lists.seat_lists(*HERE, 1, people.REVIEWER)
    house.hall_lists.seat_lists(*HERE, 1, people.OFFICE)
    assert [told["actor"] for told in looks(house, inside.id)] == [people.REVIEWER.id, people.OFFICE.id]
    assert looks(house, outside.id) == []


def test_an_erased_person_keeps_a_seat_on_the_list_and_neither_name_nor_face(house: House) -> None:
    one_batch(house, A=9)
    walker = pictured(house, "考生甲")
    seat(house)
    with house.database.transaction() as connection:
        house.application.store.erase(connection, walker.account.id, house.clock())
    said = text(house.hall_lists.seat_lists(*HERE, 1, people.REVIEWER).pdf)
    assert "考生甲" not in said
    assert "（个人信息已删除）" in said
    assert "无照片" in said


def test_sheets_for_doors_name_nobody_and_are_no_look(house: House) -> None:
    one_batch(house, A=9)
    walkers = [named(house, "考生甲"), named(house, "考生乙", ("67",))]
    seat(house)
    said = text(house.hall_lists.door_sheets(*HERE, 1, people.REVIEWER).pdf)
    assert "考场0001" in said
    assert "座位01–02" in said
    assert "66二级Python语言程序设计1" in said
    assert not [walker for walker in walkers if walker.details.name in said]
    assert looks(house, walkers[0].id) == []


def test_the_faces_are_small_on_the_list(house: House) -> None:
    one_batch(house, A=9)
    pictured(house, "考生甲")
    seat(house)
    (face,) = photos(house.hall_lists.seat_lists(*HERE, 1, people.REVIEWER).pdf)
    with Image.open(BytesIO(face)) as picture:
        assert picture.width <= FACE[0]
        assert picture.height <= FACE[1]
        assert FACE[0] in picture.size or FACE[1] in picture.size
    assert len(face) < 12_000


def test_a_lost_photo_leaves_an_empty_place_and_a_line_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    one_batch(house, A=9)
    walker = named(house, "考生甲")
    seat(house)
    with caplog.at_level(logging.ERROR):
        assert "无照片" in text(house.hall_lists.seat_lists(*HERE, 1, people.REVIEWER).pdf)
    assert str(walker.id) in caplog.text


def test_who_was_cancelled_is_on_no_list_and_their_chair_stays_empty(house: House) -> None:
    one_batch(house, A=9)
    gone, stays = named(house, "考生甲"), named(house, "考生乙")
    seat(house)
    house.application.handle(
        c.Cancel(registration=gone.id, actor=people.OFFICE, reason="重复报名", **people.KEEPING)
    )
    (batch,) = house.hall_lists.batches(*HERE, people.REVIEWER)
    assert batch.people == 1
    said = text(house.hall_lists.seat_lists(*HERE, 1, people.REVIEWER).pdf)
    assert stays.details.name in said
    assert gone.details.name not in said
    assert looks(house, gone.id) == []


def test_a_name_no_font_can_draw_is_printed_by_its_code_point_and_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    one_batch(house, A=9)
    named(house, "王\U0003fffd")
    seat(house)
    assert "王〔U+3FFFD〕" in text(house.hall_lists.seat_lists(*HERE, 1, people.REVIEWER).pdf)
    assert "U+3FFFD" in caplog.text


def test_the_batches_of_a_site_are_those_in_which_people_sit(house: House) -> None:
    assert house.hall_lists.batches(*HERE, people.REVIEWER) == []
    named(house, "考生甲", ("66", "67"))
    seat(house)
    found = house.hall_lists.batches(*HERE, people.OFFICE)
    assert [batch.people for batch in found] == [1, 1]
    assert found[0].ends_at <= found[1].starts_at


def test_the_same_seats_print_the_same_file(house: House) -> None:
    one_batch(house, A=9)
    named(house, "考生甲")
    seat(house)
    for printing in (house.hall_lists.seat_lists, house.hall_lists.door_sheets):
        assert printing(*HERE, 1, people.REVIEWER) == printing(*HERE, 1, people.OFFICE)


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (people.ELSEWHERE, RefusalCode.NOT_YOUR_SITE),
        (people.CANDIDATE, RefusalCode.NOT_YOUR_ROLE),
        (people.AUDITOR, RefusalCode.NOT_YOUR_ROLE),
    ],
)
def test_only_the_sites_own_staff_and_the_office_print(
    house: House, actor: c.Actor, code: RefusalCode
) -> None:
    one_batch(house, A=9)
    walker = named(house, "考生甲")
    seat(house)
    lists = house.hall_lists
    assert refusal(lists.batches, *HERE, actor) is code
    assert refusal(lists.seat_lists, *HERE, 1, actor) is code
    assert refusal(lists.door_sheets, *HERE, 1, actor) is code
    assert looks(house, walker.id) == []


def test_a_batch_in_which_nobody_sits_has_no_papers(house: House) -> None:
    for printing in (house.hall_lists.seat_lists, house.hall_lists.door_sheets):
        assert refusal(printing, *HERE, 1, people.OFFICE) is RefusalCode.NOBODY_SEATED
        assert refusal(printing, people.ROUND, QUICK, 1, people.OFFICE) is RefusalCode.NOBODY_SEATED
