"""Commands about a round or a site that come twice."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from ncre.bootstrap import House
from ncre.domain.exam import DrawSeats, stream_of
from ncre.events.exam import SeatsDrawn
from tests import people
from tests.application.ground import history_of

DRAWN = SeatsDrawn(people.ROUND, people.SITE, 7, 3, 4)


def test_an_exam_command_sent_twice_under_one_id_is_carried_out_once(house: House) -> None:
    """A draw of the same seed may be recorded again, but not by the same command."""
    draw = DrawSeats(actor=people.OFFICE, command_id=uuid4(), drawn=DRAWN)
    before = len(history_of(house, stream_of(draw)))
    house.application.plan(draw)
    house.application.plan(draw)
    assert history_of(house, stream_of(draw))[before:] == [DRAWN]
    house.application.plan(replace(draw, command_id=uuid4()))
    assert history_of(house, stream_of(draw))[before:] == [DRAWN, DRAWN]
