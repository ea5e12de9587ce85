"""What it costs to take facts in: replay of one history, and rebuilding every row from the log."""

from __future__ import annotations

import tracemalloc
from time import process_time
from uuid import UUID

from ncre.domain.registration.state import replay
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.maintenance.checking import check_against_log
from ncre.projections.maintenance.rebuild import rebuild


def replay_cost(app: CommandHandler, registrations: list[UUID], passes: int = 20) -> tuple[float, float]:
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


def rebuild_rate(app: CommandHandler) -> tuple[int, float, float]:
    """Facts in the log, and facts a second of one core, through reading, opening, folding and writing.

    And the longest time in seconds for which writers waited: all rows are missing, so all are taken over.
    """
    begun = process_time()
    rebuilt = rebuild(app.database, app.store, app.listeners)
    return rebuilt.facts, rebuilt.facts / (process_time() - begun), rebuilt.held


def check_rate(app: CommandHandler) -> tuple[float, float]:
    """Facts a second of one core through the database's own check, reading, opening, folding and comparing.

    And the most memory of Python's own that it took, in MB, measured by itself for it costs time.
    """
    begun = process_time()
    found = check_against_log(app.database, app.store, app.listeners)
    rate = found.facts / (process_time() - begun)
    assert found.sound, found
    tracemalloc.start()
    check_against_log(app.database, app.store, app.listeners)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return rate, most / 1e6
