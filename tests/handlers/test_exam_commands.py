"""Commands about a round or a site that come twice."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from ncre.bootstrap import Container
from ncre.domain.exam.commands import DrawSeats, exam_stream_of
from ncre.events.exam import SeatsDrawn
from tests.handlers.ground import history_of
from tests.support import people

DRAWN = SeatsDrawn(people.ROUND, people.SITE, 7, 3, 4)


def test_an_exam_command_sent_twice_under_one_id_is_carried_out_once(container: Container) -> None:
    """A draw of the same seed may be recorded again, but not by the same command."""
    draw = DrawSeats(actor=people.OFFICE, command_id=uuid4(), drawn=DRAWN)
    before = len(history_of(container, exam_stream_of(draw)))
    container.command_handler.plan(draw)
    container.command_handler.plan(draw)
    assert history_of(container, exam_stream_of(draw))[before:] == [DRAWN]
    container.command_handler.plan(replace(draw, command_id=uuid4()))
    assert history_of(container, exam_stream_of(draw))[before:] == [DRAWN, DRAWN]
