"""The sealer at work: round after round beside the worker, until told to stop."""

from __future__ import annotations

import logging
from threading import Event
from typing import Final

from ncre.ledger.sealer import Sealer
from ncre.supervision import repeat

log = logging.getLogger("ncre.ledger")

POLLING: Final = 1.0
"""Seconds between two looks at the log."""


def run(sealer: Sealer, stop: Event, every: float = POLLING) -> None:
    """Until `stop` is set. Without a key nothing is sealed here; what fails is told, and tried again."""
    if not sealer.has_key:
        log.warning("there is no key of the ledger here: another worker has to seal the log")
        return
    repeat(sealer.catch_up, "sealing the log", stop, every, log)
