"""What it costs to take facts in: replay of one history, and rebuilding every row from the log."""

from __future__ import annotations

from time import process_time
from uuid import UUID

from ncre.application import Application
from ncre.domain.registration import replay
from ncre.projections.upkeep import rebuild


def replay_cost(app: Application, registrations: list[UUID], passes: int = 20) -> tuple[float, float]:
    """CPU microseconds a fact: read, opened and folded; and folded alone."""
    with app.database.reading() as connection:
        histories = [app.store.history(connection, registration) for registration in registrations]
        begun = process_time()
        for _ in range(passes):
            for registration in registrations:
                replay(registration, app.store.history(connection, registration))
        whole = process_time() - begun
    begun = process_time()
    for _ in range(passes):
        for registration, history in zip(registrations, histories, strict=True):
            replay(registration, history)
    folded = process_time() - begun
    facts = passes * sum(len(history) for history in histories)
    return 1e6 * whole / facts, 1e6 * folded / facts


def rebuild_rate(app: Application) -> tuple[int, float]:
    """Facts in the log, and facts a second of one core, through reading, opening, folding and writing."""
    begun = process_time()
    rebuilt = rebuild(app.database, app.store, app.listeners)
    return rebuilt.facts, rebuilt.facts / (process_time() - begun)
