"""The rows of an export, a page of registrations at a time; private details are opened after the look is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.domain.payment.settlement import yuan
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Status
from ncre.domain.wording import STATUSES, channel_words
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.audit.timeline import timeline
from ncre.projections.payment.ledger import payments
from ncre.projections.payment.sentences import why_unusable
from ncre.projections.registration.registration_counts import registration_counts
from ncre.projections.registration.registrations import registrations
from ncre.projections.seating.tickets import tickets
from ncre.projections.statistics.registration_sums import unplaced_counts
from ncre.services.exports.columns import ExportColumn
from ncre.services.registration.people import People
from ncre.store.schema import facts

PORTION: Final = 200
"""Registrations that are read, looked at and written together."""

PURPOSE: Final = "export"

Cell = str | int | Decimal | datetime | date | None
Known = dict[str, Any]
NameOf = Callable[[str], str]


@dataclass(frozen=True)
class WantedRows:
    """What is exported, for whom and why."""

    what: str
    round: str
    site: str
    columns: tuple[ExportColumn, ...]
    actor: Actor
    why: str


class ExportRows:
    """Rows of any export, portion after portion."""

    def __init__(self, command_handler: CommandHandler, people: People, name_of: NameOf) -> None:
        self._command_handler = command_handler
        self._people = people
        self._name_of = name_of

    def total(self, round_code: str, site: str) -> int:
        """How many registrations there are, from the sums."""
        held, other = registration_counts.c, unplaced_counts.c
        placed = select(func.coalesce(func.sum(held.people), 0)).where(held.round == round_code)
        if site:
            placed = placed.where(held.site == site)
        unplaced = select(func.coalesce(func.sum(other.people), 0)).where(other.round == round_code)
        with self._command_handler.database.reading() as connection:
            count = int(connection.execute(placed).scalar_one())
            return count if site else count + int(connection.execute(unplaced).scalar_one())

    def position(self, connection: Connection) -> int:
        """The newest fact that this snapshot shows."""
        return int(connection.execute(select(func.max(facts.c.id))).scalar_one() or 0)

    def portions(self, connection: Connection, wanted: WantedRows) -> Iterator[tuple[int, list[list[Cell]]]]:
        """How many registrations were gone through, and the rows of the portion, all from this one snapshot."""
        after: UUID | None = None
        while cases := self._page(connection, wanted, after):
            after = cases[-1]["id"]
            yield len(cases), self._rows(connection, wanted, cases)

    def _page(self, connection: Connection, wanted: WantedRows, after: UUID | None) -> list[Known]:
        asked = select(registrations).order_by(registrations.c.id).limit(PORTION)
        asked = asked.where(registrations.c.round == wanted.round)
        if wanted.site:
            asked = asked.where(registrations.c.site == wanted.site)
        if after is not None:
            asked = asked.where(registrations.c.id > after)
        return [dict(row) for row in connection.execute(asked).mappings()]

    def _rows(self, connection: Connection, wanted: WantedRows, cases: Sequence[Known]) -> list[list[Cell]]:
        private = any(column.private for column in wanted.columns)
        lines = _LINES[wanted.what](connection, cases, self._name_of)
        if private and lines:
            seen = {line["id"] for line in lines}
            self._command_handler.look_at_all(seen, wanted.actor, PURPOSE, wanted.why)
            self._open(lines)
        return [[line.get(column.code) for column in wanted.columns] for line in lines]

    def _open(self, lines: list[Known]) -> None:
        opened: dict[UUID, Known] = {}
        for line in lines:
            case = line["id"]
            if case not in opened:
                details = self._people.details(case, line["details_version"])
                opened[case] = (
                    {}
                    if details is None
                    else {name: getattr(details, name) for name in details.__dataclass_fields__}
                )
                if details is not None and details.document_type in DOCUMENT_TYPES:
                    opened[case]["document_type"] = DOCUMENT_TYPES[details.document_type].words.zh
            line.update(opened[case])


def _case(case: Known) -> Known:
    return {
        "id": case["id"],
        "details_version": case["details_version"],
        "number": case["number"],
        "site": case["site"],
        "status": STATUSES[Status(case["status"])].zh,
        "name_masked": case["name_masked"],
    }


def _candidates(_: Connection, cases: Sequence[Known], __: NameOf) -> list[Known]:
    return [
        {
            **case,
            **_case(case),
            "subjects": " ".join(line["subject"] for line in case["lines"]),
            "amount": Decimal(yuan(case["amount"])),
            "reasons": " ".join(case["reasons"]),
        }
        for case in cases
    ]


def _sittings(connection: Connection, cases: Sequence[Known], _: NameOf) -> list[Known]:
    return _joined(connection, tickets, tickets.c.registration, cases, lambda seat: seat)


def _money(connection: Connection, cases: Sequence[Known], _: NameOf) -> list[Known]:
    def said(paid: Known) -> Known:
        return {
            **paid,
            "channel": channel_words(paid["channel"]).zh,
            "paid": Decimal(yuan(paid["amount"])),
            "paid_on": paid["paid_at"],
            "back_why": why_unusable(paid["reason"]).zh if paid["reason"] else None,
            "returned": Decimal(yuan(paid["returned"])) if paid["returned"] is not None else None,
        }

    return _joined(connection, payments, payments.c.registration, cases, said)


def _history(connection: Connection, cases: Sequence[Known], name_of: NameOf) -> list[Known]:
    names: dict[str, str] = {}

    def said(row: Known) -> Known:
        if row["actor"] not in names:
            names[row["actor"]] = "" if row["role"] == "candidate" else name_of(row["actor"])
        return {
            "at": row["at"],
            "event": row["topic"],
            "sentence": row["zh"],
            "sentence_en": row["en"],
            "role": row["role"],
            "actor": names[row["actor"]],
            "version": row["version"],
        }

    return _joined(connection, timeline, timeline.c.about, cases, said)


def _joined(
    connection: Connection, table: Any, of: Any, cases: Sequence[Known], said: Callable[[Known], Known]
) -> list[Known]:
    """What a table says of each case, the case beside it."""
    known = {case["id"]: case for case in cases}
    asked = select(table).where(of.in_(list(known))).order_by(of, *table.primary_key.columns)
    return [{**said(dict(row)), **_case(known[row[of.name]])} for row in connection.execute(asked).mappings()]


_LINES: Final[dict[str, Callable[[Connection, Sequence[Known], NameOf], list[Known]]]] = {
    "candidates": _candidates,
    "sittings": _sittings,
    "money": _money,
    "history": _history,
}
