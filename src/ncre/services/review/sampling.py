"""Which decisions get a second look: drawn by a keyed hash of case and version, in the transaction of the decision.

Without the key nobody can tell beforehand which decision will be drawn; with it, and the rates, anybody can draw again.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.registration.state import Registration
from ncre.events.base import Envelope
from ncre.operational import second_looks
from ncre.operational.second_looks import LookState, SecondLook
from ncre.store.keys import blind_index

WHOLE: Final = 1000
"""Rates are given in thousandths."""


class Sampling:
    """`key` is the pepper of the installation; the kind of the keyed hash keeps this use of it apart."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def lot(self, registration: UUID, version: int) -> int:
        """The lot of a decision, from 0 to 999: it is drawn where the lot is below the rate of its site."""
        digest = blind_index(self._key, "second-look", f"{registration}:{version}")
        return int(digest[:16], 16) % WHOLE

    def drawn(self, registration: UUID, version: int, per_mille: int) -> bool:
        """Whether a decision is drawn at a rate in thousandths."""
        return self.lot(registration, version) < per_mille

    def draw(
        self, connection: Connection, registration: Registration, decided: Envelope, verdict: str
    ) -> None:
        """Note the decision for a second look, where it is drawn at the rate in force."""
        rate = second_looks.rate_at(connection, registration.site, decided.recorded_at)
        by = _account(decided.actor)
        drawn = self.drawn(registration.id, decided.version, rate)
        if not drawn or by is None or registration.candidate is None:
            return
        second_looks.add(
            connection,
            SecondLook(
                registration=registration.id,
                version=decided.version,
                round=registration.round,
                site=registration.site,
                candidate=registration.candidate,
                first_by=by,
                first_verdict=verdict,
                decided_at=decided.recorded_at,
                state=LookState.WAITING.value,
                second_reasons=[],
            ),
        )


def _account(actor: str) -> UUID | None:
    """The account of whoever decided; machines have none, and nobody measures them."""
    try:
        return UUID(actor)
    except ValueError:
        return None
