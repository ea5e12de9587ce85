"""The crowd that measurements stand on is what commands would have made."""

from __future__ import annotations

from bench.ground import command_handler, plan_exam
from bench.grown_site import fill
from ncre.projections.maintenance.rebuild import check


def test_rows_written_at_once_are_what_the_facts_lead_to(database_url: str) -> None:
    app = command_handler(database_url)
    plan_exam(app)
    fill(app, 45, facts_too=True)
    assert check(app.database, app.store, app.listeners) == []
    app.database.close()
