"""Commands about rounds, sites and notices: what they come to, and the quotas that a site's plan sets."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from ncre.domain.claims import SeatClaim
from ncre.domain.exam.commands import ExamCommand, exam_stream_of
from ncre.domain.exam.decisions import decide_exam
from ncre.domain.exam.plan import WHOLE_SITE
from ncre.domain.exam.state import replay_exam
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events import exam as facts
from ncre.events.base import Fact
from ncre.handlers.claim_moves import ClaimMoves
from ncre.handlers.fact_metadata import FactMetadata, caused, newest
from ncre.store.fact_store import FactStore


class ExamPlanning:
    """Thread-safe."""

    def __init__(self, store: FactStore, stamps: FactMetadata, claims: ClaimMoves) -> None:
        self._store = store
        self._stamps = stamps
        self._claims = claims

    def decided(self, connection: Connection, command: ExamCommand) -> list[Fact]:
        """The facts to record, none where the command was carried out before. Raises Refusal."""
        stream = exam_stream_of(command)
        history = self._store.history(connection, stream)
        if (before := caused(history, command)) and self._stamps.same(before, command):
            return []
        decided = decide_exam(replay_exam(stream, history), command)
        if before and decided:
            raise Refusal(RefusalCode.SENT_BEFORE)
        now = self._stamps.moment(newest(history))
        return self._stamps.on(decided, stream, len(history), command, None, now)

    def set_quotas(self, connection: Connection, recorded: Iterable[Fact]) -> None:
        """A site's plan says how many seats each counter has; what was taken stays taken."""
        for fact in recorded:
            if not isinstance(fact, facts.SiteOpened | facts.SiteRevised):
                continue
            quotas = {offer.subject: offer.quota for offer in fact.plan.offers}
            quotas[WHOLE_SITE] = fact.plan.quota
            for subject, quota in sorted(quotas.items()):
                self._claims.set_quota(connection, SeatClaim(fact.round, fact.plan.code, subject), quota)
