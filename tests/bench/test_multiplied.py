"""Copies of people stand as the projector would have made them: every row once more, apart from all others, and the sums of all."""

from __future__ import annotations

from sqlalchemy import func, select

from bench.ground import ROUND, command_handler, plan_exam
from bench.grown_site import fill
from bench.multiplied import NAMES, Copies, tables_of_lives
from ncre.domain.registration.vocabulary import Status
from ncre.projections.registration import registration_counts
from ncre.projections.registration.registrations import registrations
from ncre.projections.summaries import Totals
from ncre.store.schema import facts


def test_copies_are_people_of_their_own_and_the_sums_are_those_of_all(database_url: str) -> None:
    app = command_handler(database_url)
    plan_exam(app)
    fill(app, 20, facts_too=True)
    with app.database.reading() as connection:
        recorded = connection.execute(select(func.count()).select_from(facts)).scalar_one()
    copies = Copies(app.database, tables_of_lives(app), app.listeners.summaries, NAMES)
    copies.grow(3)
    copies.grow(4)
    copies.forget()
    held = registrations.c
    with app.database.transaction() as connection:
        for column in (held.id, held.account, held.person, held.number):
            assert connection.execute(select(func.count(column.distinct()))).scalar_one() == 80, column.name
        assert connection.execute(select(func.count()).select_from(facts)).scalar_one() > 3 * recorded
        (counts,) = registration_counts.by_site(connection, ROUND).values()
        assert counts[Status.PENDING_REVIEW] == 8
        totals = Totals(app.listeners.summaries)
        totals.take_stored(connection)
        differing = [
            one[:3]
            for summary in app.listeners.summaries
            if summary.of is registrations and not summary.sparse
            for one in totals.differences(connection, summary)
        ]
    app.database.close()
    assert differing == []
