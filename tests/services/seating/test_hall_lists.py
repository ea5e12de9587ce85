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

from ncre.bootstrap import Container
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.seating.sittings import sitting_name
from ncre.projections.audit import timeline
from ncre.projections.base import Row
from ncre.projections.seating import tickets
from ncre.services.seating.hall_lists import FACE
from tests.documents.examples import photos, words
from tests.handlers.ground import QUICK, Walker, details_of, refusal, revise
from tests.support import people

HERE = (people.ROUND, people.SITE)
_BATCH = people.bundled_round()[1][people.SITE].plan.batches[0]
FIRST = sitting_name(_BATCH.starts_at, _BATCH.ends_at)


def named(container: Container, name: str, subjects: tuple[str, ...] = ("66",)) -> Walker:
    """Somebody who has paid; the photo is a record only."""
    walker = Walker(container)
    walker.details = replace(walker.details, name=name)
    walker.paid(subjects)
    return walker


def pictured(container: Container, name: str) -> Walker:
    """Somebody who has paid and whose photo is kept."""
    walker = Walker(container, replace(details_of(77), name=name))
    walker.submitted(subjects=("66",))
    people.Candidate.uploads(walker)
    walker.requests_review()
    people.approved(container, walker)
    container.payments.receive(walker.money())
    return walker


def one_batch(container: Container, **rooms: int) -> None:
    batches = people.bundled_round()[1][people.SITE].plan.batches
    revise(container, people.SITE, rooms=rooms, batches=batches[:1])


def seat(container: Container) -> None:
    container.seating.seat(*HERE, people.OFFICE)


def looks(container: Container, registration: UUID) -> list[Row]:
    with container.database.reading() as connection:
        story = timeline.story(connection, registration)
    return [told for told in story if told["topic"] == "access.details_viewed"]


def text(pdf: bytes) -> str:
    return "".join(words(pdf, page) for page in range(len(PdfReader(BytesIO(pdf)).pages)))


def test_the_list_names_everybody_of_the_batch_hall_by_hall_with_masked_numbers(container: Container) -> None:
    one_batch(container, A=2, B=1)
    walkers = [named(container, f"考生{letter}") for letter in "甲乙丙"]
    seat(container)
    pdf = container.hall_lists.seat_lists(*HERE, FIRST, people.REVIEWER).pdf
    said = text(pdf)
    assert len(PdfReader(BytesIO(pdf)).pages) == 2
    for walker in walkers:
        assert walker.details.name in said
        assert str(walker.stands.number) in said
        assert walker.details.document_number not in said
    with container.database.reading() as connection:
        given = [row["ticket"] for row in tickets.taken_at(connection, *HERE)]
    assert set(re.findall(r"6678420019\d{6}", said)) == set(given)


def test_printing_a_list_is_recorded_for_everybody_on_it_and_for_nobody_else(container: Container) -> None:
    batches = people.bundled_round()[1][people.SITE].plan.batches
    revise(container, people.SITE, rooms={"A": 1}, batches=batches[:2])
    walkers = [named(container, "考生甲"), named(container, "考生乙")]
    seat(container)
    with container.database.reading() as connection:
        (first,) = tickets.seats_in(connection, *HERE, _BATCH.starts_at, _BATCH.ends_at)
    inside, outside = sorted(walkers, key=lambda walker: walker.id != first["registration"])
    container.hall_lists.seat_lists(*HERE, FIRST, people.REVIEWER)
    container.hall_lists.seat_lists(*HERE, FIRST, people.OFFICE)
    assert [told["actor"] for told in looks(container, inside.id)] == [people.REVIEWER.id, people.OFFICE.id]
    assert looks(container, outside.id) == []


def test_an_erased_person_keeps_a_seat_on_the_list_and_neither_name_nor_face(container: Container) -> None:
    one_batch(container, A=9)
    walker = pictured(container, "考生甲")
    seat(container)
    with container.database.transaction() as connection:
        container.command_handler.store.erase(connection, walker.account.id, container.clock())
    said = text(container.hall_lists.seat_lists(*HERE, FIRST, people.REVIEWER).pdf)
    assert "考生甲" not in said
    assert "（个人信息已删除）" in said
    assert "无照片" in said


def test_sheets_for_doors_name_nobody_and_are_no_look(container: Container) -> None:
    one_batch(container, A=9)
    walkers = [named(container, "考生甲"), named(container, "考生乙", ("67",))]
    seat(container)
    said = text(container.hall_lists.door_sheets(*HERE, FIRST, people.REVIEWER).pdf)
    assert "考场0001" in said
    assert "座位01–02" in said
    assert "66二级Python语言程序设计1" in said
    assert not [walker for walker in walkers if walker.details.name in said]
    assert looks(container, walkers[0].id) == []


def test_the_faces_are_small_on_the_list(container: Container) -> None:
    one_batch(container, A=9)
    pictured(container, "考生甲")
    seat(container)
    (face,) = photos(container.hall_lists.seat_lists(*HERE, FIRST, people.REVIEWER).pdf)
    with Image.open(BytesIO(face)) as picture:
        assert picture.width <= FACE[0]
        assert picture.height <= FACE[1]
        assert FACE[0] in picture.size or FACE[1] in picture.size
    assert len(face) < 12_000


def test_a_lost_photo_leaves_an_empty_place_and_a_line_in_the_log(
    container: Container, caplog: pytest.LogCaptureFixture
) -> None:
    one_batch(container, A=9)
    walker = named(container, "考生甲")
    seat(container)
    with caplog.at_level(logging.ERROR):
        assert "无照片" in text(container.hall_lists.seat_lists(*HERE, FIRST, people.REVIEWER).pdf)
    assert str(walker.id) in caplog.text


def test_who_was_cancelled_is_on_no_list_and_their_chair_stays_empty(container: Container) -> None:
    one_batch(container, A=9)
    gone, stays = named(container, "考生甲"), named(container, "考生乙")
    seat(container)
    container.command_handler.handle(
        c.Cancel(registration=gone.id, actor=people.OFFICE, reason="重复报名", **people.KEEPING)
    )
    (batch,) = container.hall_lists.sittings(*HERE, people.REVIEWER)
    assert batch.people == 1
    said = text(container.hall_lists.seat_lists(*HERE, FIRST, people.REVIEWER).pdf)
    assert stays.details.name in said
    assert gone.details.name not in said
    assert looks(container, gone.id) == []


def test_a_name_no_font_can_draw_is_printed_by_its_code_point_and_logged(
    container: Container, caplog: pytest.LogCaptureFixture
) -> None:
    one_batch(container, A=9)
    named(container, "王\U0003fffd")
    seat(container)
    assert "王〔U+3FFFD〕" in text(container.hall_lists.seat_lists(*HERE, FIRST, people.REVIEWER).pdf)
    assert "U+3FFFD" in caplog.text


def test_the_batches_of_a_site_are_those_in_which_people_sit(container: Container) -> None:
    assert container.hall_lists.sittings(*HERE, people.REVIEWER) == []
    named(container, "考生甲", ("66", "67"))
    seat(container)
    found = container.hall_lists.sittings(*HERE, people.OFFICE)
    assert [batch.people for batch in found] == [1, 1]
    assert found[0].ends_at <= found[1].starts_at


def test_the_same_seats_print_the_same_file(container: Container) -> None:
    one_batch(container, A=9)
    named(container, "考生甲")
    seat(container)
    for printing in (container.hall_lists.seat_lists, container.hall_lists.door_sheets):
        assert printing(*HERE, FIRST, people.REVIEWER) == printing(*HERE, FIRST, people.OFFICE)


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (people.ELSEWHERE, RefusalCode.NOT_YOUR_SITE),
        (people.CANDIDATE, RefusalCode.NOT_YOUR_ROLE),
        (people.AUDITOR, RefusalCode.NOT_YOUR_ROLE),
    ],
)
def test_only_the_sites_own_staff_and_the_office_print(
    container: Container, actor: c.Actor, code: RefusalCode
) -> None:
    one_batch(container, A=9)
    walker = named(container, "考生甲")
    seat(container)
    lists = container.hall_lists
    assert refusal(lists.sittings, *HERE, actor) is code
    assert refusal(lists.seat_lists, *HERE, FIRST, actor) is code
    assert refusal(lists.door_sheets, *HERE, FIRST, actor) is code
    assert looks(container, walker.id) == []


def test_a_batch_in_which_nobody_sits_has_no_papers(container: Container) -> None:
    for printing in (container.hall_lists.seat_lists, container.hall_lists.door_sheets):
        assert refusal(printing, *HERE, FIRST, people.OFFICE) is RefusalCode.NOBODY_SEATED
        assert refusal(printing, people.ROUND, QUICK, FIRST, people.OFFICE) is RefusalCode.NOBODY_SEATED
