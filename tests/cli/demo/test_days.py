"""`make demo` on two days in a row: the windows move on, and who has a seat keeps it."""

from __future__ import annotations

from datetime import timedelta

from ncre.bootstrap import Container
from ncre.cli.processes import demonstration
from ncre.domain.exam.plan import EXAM_TIME
from ncre.projections.seating import tickets
from tests.handlers.ground import Walker
from tests.support.people import OFFICE, ROUND, SITE, Clock


def test_the_demo_of_the_next_day_is_open_and_gives_no_room_two_halls(
    container: Container, clock: Clock
) -> None:
    demonstration.prepare(container)
    early = Walker(container)
    early.paid()
    container.seating.seat(ROUND, SITE, OFFICE, 7)
    with container.database.reading() as connection:
        before = tickets.taken_at(connection, ROUND, SITE)
    clock.advance(hours=24)
    demonstration.prepare(container)
    with container.database.reading() as connection:
        round_ = container.command_handler.exams.round(connection, ROUND)
    assert round_ is not None
    today = clock().astimezone(EXAM_TIME).date()
    assert round_.plan.windows.register.opens.astimezone(EXAM_TIME).date() == today - timedelta(days=1)
    for _ in range(3):
        Walker(container).paid()
    container.seating.seat(ROUND, SITE, OFFICE, 7)
    with container.database.reading() as connection:
        after = tickets.taken_at(connection, ROUND, SITE)
    assert all(one in after for one in before)
    halls = {(one["room"], one["starts_at"], one["ends_at"]): one["hall"] for one in after}
    assert len(set(halls.values())) == len(halls), "a number names one hall"
    sittings = container.hall_lists.sittings(ROUND, SITE, OFFICE)
    assert len({one.name for one in sittings}) == len(sittings)
    assert sum(one.people for one in sittings) == len(after) == 8
    assert container.documents.ticket(early.id).pdf.startswith(b"%PDF")
    assert [one.made.why for one in container.revisions.made(ROUND)][-1].startswith("演示")
