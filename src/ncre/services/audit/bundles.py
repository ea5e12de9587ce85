"""Bundles for auditors and proof files for candidates. What an auditor takes or looks at is itself a fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Final
from uuid import UUID, uuid5

from sqlalchemy import Connection, select

from ncre.domain.exam.plan import round_id, site_id
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.state import NAMESPACE
from ncre.events.audit import AuditViewed, BundleExported, RecordViewed
from ncre.events.base import Fact
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.ledger import export
from ncre.ledger.checkpoints import Sealed
from ncre.ledger.export import NothingSealed
from ncre.projections.audit.timeline import timeline
from ncre.projections.registration.registrations import registrations

STREAM: Final = uuid5(NAMESPACE, "audit")
"""The stream of what auditors did that is about no single registration."""


class BundleScope(StrEnum):
    """What a bundle shows of the log."""

    ALL = "all"
    ROUND = "round"
    SITE = "site"
    REGISTRATION = "registration"


@dataclass(frozen=True)
class BundleRequest:
    """`of` is the id of a registration, or the code of a site or round; "" for all."""

    scope: BundleScope
    of: str = ""
    round: str = ""

    def __str__(self) -> str:
        return f"{self.scope.value} {self.of}".strip()


class AuditBundles:
    """Bundles that prove what a record says, and the record of who asked for one."""

    def __init__(self, command_handler: CommandHandler) -> None:
        self._command_handler = command_handler

    def export(self, wanted: BundleRequest, actor: Actor, out: IO[bytes]) -> Sealed:
        """Write the bundle; that it was taken is recorded first. Raises NothingSealed, ValueError for an unknown code."""
        with self._command_handler.database.snapshot() as connection:
            streams = _streams(connection, wanted)
            size = export.sealed_size(connection)
        self._record(BundleExported(wanted.scope.value, wanted.of, size), actor, STREAM)
        if wanted.scope is BundleScope.REGISTRATION:
            self.record_view(UUID(wanted.of), actor, "export")
        with self._command_handler.database.snapshot() as connection:
            if streams is None:
                return export.write_whole(connection, out)[0]
            return export.write_part(connection, out, str(wanted), streams)[0]

    def proof(self, registration: UUID, out: IO[bytes]) -> Sealed:
        """A candidate's own file. Raises Refusal while nothing of it is sealed."""
        with self._command_handler.database.snapshot() as connection:
            streams = _about(connection, [registration])
            try:
                return export.write_proof(connection, out, f"registration {registration}", streams)[0]
            except NothingSealed:
                raise Refusal(RefusalCode.NOT_SEALED) from None

    def record_view(self, registration: UUID, actor: Actor, page: str) -> None:
        """An auditor looks at the record of a registration. Raises Refusal where it cannot be recorded."""
        self._record(RecordViewed(registration, page), actor, uuid5(registration, "access"))

    def record_audit(self, page: str, of: str, actor: Actor) -> None:
        """An auditor looks at something that is about no single registration."""
        self._record(AuditViewed(page, of), actor, STREAM)

    def _record(self, fact: Fact, actor: Actor, stream: UUID) -> None:
        handler = self._command_handler
        handler.run_in_transaction(
            lambda connection: handler.record_behind(connection, Act(actor), stream, [fact])
        )


def _streams(connection: Connection, wanted: BundleRequest) -> Sequence[UUID] | None:
    """The streams that a bundle shows; None for all. Raises ValueError where there is nothing of the kind."""
    c = registrations.c
    match wanted.scope:
        case BundleScope.ALL:
            return None
        case BundleScope.REGISTRATION:
            found, also = [UUID(wanted.of)], list[UUID]()
        case BundleScope.ROUND:
            found = list(connection.scalars(select(c.id).where(c.round == wanted.of)))
            sites = connection.scalars(select(c.site).where(c.round == wanted.of).distinct())
            also = [round_id(wanted.of), *(site_id(wanted.of, site) for site in sites if site)]
        case BundleScope.SITE:
            rows = connection.execute(select(c.id, c.round).where(c.site == wanted.of)).all()
            found = [row.id for row in rows]
            rounds = sorted({row.round for row in rows})
            also = [stream for one in rounds for stream in (round_id(one), site_id(one, wanted.of))]
    streams = [*_about(connection, found), *also]
    if not streams:
        raise ValueError(wanted.of)
    return streams


def _about(connection: Connection, cases: Sequence[UUID]) -> list[UUID]:
    """The streams of registrations with those beside them: looks, orders, payments."""
    found = set[UUID]()
    for start in range(0, len(cases), 500):
        some = timeline.c.about.in_(cases[start : start + 500])
        found.update(connection.scalars(select(timeline.c.stream).where(some).distinct()))
    return sorted(found)
