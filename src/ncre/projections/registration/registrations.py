"""Where each registration stands now: the row behind the candidate's page, the queue and the desk.

Private data is not here: a masked number, keyed hashes for look-up, and `details_version`, the
fact that holds the details sealed. The same step, folded over part of a history, says how the
registration stood at any version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    bindparam,
    func,
    select,
)

from ncre.domain.candidate import masked_name, masked_number
from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.lifecycle import LIFE, PAID, TERMINATED
from ncre.domain.registration.machine import arrival
from ncre.domain.registration.vocabulary import Opening, Status, Step
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.projections.base import Key, Projection, Row, as_json, changed, found_in
from ncre.store.columns import Moment
from ncre.store.schema import metadata

registrations = Table(
    "registrations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("round", String(8), nullable=False),
    Column("account", Uuid, nullable=False),
    Column("account_since", Moment, nullable=False),
    Column("sealed_for", Uuid, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("agreement", String(40), nullable=False),
    Column("agreed_at", Moment, nullable=False),
    Column("details_version", Integer),
    Column("person", String(64)),
    Column("holder", String(64)),
    Column("name_masked", String(80)),
    Column("document_masked", String(40)),
    Column("number", String(14)),
    Column("site", String(6)),
    Column("lines", JSON, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("submitted_at", Moment),
    Column("photo", JSON),
    Column("requested_at", Moment),
    Column("rejections", Integer, nullable=False),
    Column("rejected_version", Integer),
    Column("reasons", JSON, nullable=False),
    Column("approved_at", Moment),
    Column("pay_by", Moment),
    Column("order_version", Integer),
    Column("payment", JSON),
    Column("paid_at", Moment),
    Column("confirmed_at", Moment),
    Column("seated", Integer, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("registrations_of_account", "account", "round"),
    Index("registrations_begun_at", "sealed_for", "round"),
    Index("registrations_at_site", "site", "status", "requested_at"),
    Index("registrations_by_number", "number"),
    Index("registrations_in_order", "site", "id"),
    Index("registrations_by_person", "person"),
    Index("registrations_due", "status", "pay_by"),
    Index("registrations_to_seat", "round", "status", "seated", "site"),
    Index("registrations_waiting", "status", "requested_at"),
    Index("registrations_of_round", "round", "sealed_for"),
)
"""One row a registration. `lines` is [{subject, fee}], amounts are fen, moments UTC.

`account` is whose it is, `account_since` from when; `sealed_for` the account under whose key its
private fields, photos and papers are sealed. They differ once the exam office moved it. `ordinal`
counts the registrations that began at `sealed_for`.
"""


class RegistrationProjection(Projection):
    table = registrations
    listens = tuple(dict.fromkeys(row.fact for row in LIFE))
    opens = (facts.InfoFilled, facts.InfoAmended)
    by_stream = "id"

    def key(self, fact: Fact) -> Key:
        return (fact.metadata.stream,)

    def step(self, fact: Fact, row: Row | None) -> Row | None:
        stamp = fact.metadata
        status = Status(row["status"]) if row else Status.NEW
        change = _CHANGES.get(type(fact))
        return changed(
            row or _begun(stamp.stream),
            version=stamp.version,
            status=arrival(status, fact).value,
            changed_at=stamp.recorded_at,
            **(change(fact, row or {}) if change else {}),
        )


def stood(history: Iterable[Fact]) -> Row | None:
    """The row as it stood after these facts: the past is folded with the very same step."""
    projection, row = RegistrationProjection(), None
    for fact in history:
        row = projection.step(fact, row)
    return row


def _begun(stream: UUID) -> Row:
    empty: Row = dict.fromkeys(column.name for column in registrations.columns)
    return {**empty, "id": stream, "lines": [], "amount": 0, "rejections": 0, "reasons": [], "seated": 0}


def _agreed(accepted: facts.AgreementAccepted, _: Row) -> Row:
    return {
        "round": accepted.round,
        "account": accepted.candidate,
        "account_since": accepted.metadata.recorded_at,
        "sealed_for": accepted.candidate,
        "ordinal": accepted.ordinal,
        "agreement": accepted.agreement,
        "agreed_at": accepted.metadata.recorded_at,
    }


def _informed(filled: facts.InfoFilled | facts.InfoAmended, _: Row) -> Row:
    """Of an erased person neither the masks nor the keyed hash are left, by which the document could be told again."""
    known = filled.details if isinstance(filled.details, facts.Details) else None
    return {
        "details_version": filled.metadata.version,
        "person": filled.person if known else None,
        "holder": (filled.holder or None) if known else None,
        "name_masked": masked_name(known.name) if known else None,
        "document_masked": masked_number(known.document_number) if known else None,
    }


def _chosen(chosen: facts.Submitted | facts.SubjectsChanged, row: Row) -> Row:
    return {
        "number": chosen.number,
        "site": chosen.site,
        "lines": [{"subject": line.subject, "fee": line.fee} for line in chosen.lines],
        "amount": sum(line.fee for line in chosen.lines),
        "pay_by": chosen.pay_by,
        "order_version": chosen.metadata.version,
    }


def _submitted(submitted: facts.Submitted, row: Row) -> Row:
    return {
        **_chosen(submitted, row),
        "submitted_at": submitted.metadata.recorded_at,
        "approved_at": None,
        "requested_at": None,
    }


def _pictured(taken: facts.PhotoUploaded | facts.PhotoReplaced, _: Row) -> Row:
    return {"photo": as_json(taken.photo)}


def _requested(requested: facts.ReviewRequested, _: Row) -> Row:
    return {"requested_at": requested.metadata.recorded_at}


def _taken_back(_: facts.ReviewTakenBack, __: Row) -> Row:
    return {"requested_at": None}


def _approved(approved: facts.Approved, _: Row) -> Row:
    return {
        "approved_at": approved.metadata.recorded_at,
        "pay_by": approved.pay_by,
        "order_version": approved.metadata.version,
        "reasons": [],
        "rejected_version": None,
    }


def _rejected(rejected: facts.Rejected, row: Row) -> Row:
    return {
        "rejections": row["rejections"] + 1,
        "rejected_version": rejected.metadata.version,
        "reasons": list(rejected.reasons),
    }


def _settled(settled: facts.PaymentSettled, _: Row) -> Row:
    payment = {"order": settled.order, "channel": settled.channel, "trade": settled.trade}
    return {"payment": {**payment, "amount": settled.amount}, "paid_at": settled.paid_at}


def _confirmed(confirmed: facts.ConfirmedOnSite, _: Row) -> Row:
    return {"confirmed_at": confirmed.metadata.recorded_at}


def _seated(_: facts.SeatAssigned, row: Row) -> Row:
    return {"seated": row["seated"] + 1}


def _moved(moved: facts.Moved, _: Row) -> Row:
    return {"account": moved.to, "account_since": moved.metadata.recorded_at}


def _resumed(resumed: facts.Resumed, _: Row) -> Row:
    return {"pay_by": resumed.pay_by}


_CHANGES: Final[dict[type[Fact], Callable[[Any, Row], Row]]] = {
    facts.AgreementAccepted: _agreed,
    facts.InfoFilled: _informed,
    facts.InfoAmended: _informed,
    facts.Submitted: _submitted,
    facts.SubjectsChanged: _chosen,
    facts.PhotoUploaded: _pictured,
    facts.PhotoReplaced: _pictured,
    facts.ReviewRequested: _requested,
    facts.ReviewTakenBack: _taken_back,
    facts.Approved: _approved,
    facts.Rejected: _rejected,
    facts.PaymentSettled: _settled,
    facts.ConfirmedOnSite: _confirmed,
    facts.SeatAssigned: _seated,
    facts.Moved: _moved,
    facts.Resumed: _resumed,
}

_ONE = select(registrations).where(registrations.c.id == bindparam("registration"))
_NEWEST = (
    select(registrations)
    .where(registrations.c.account == bindparam("candidate"), registrations.c.round == bindparam("code"))
    .order_by(
        registrations.c.status.in_(sorted(TERMINATED)),
        registrations.c.account_since.desc(),
        registrations.c.ordinal.desc(),
    )
)
_OF_ACCOUNT = (
    select(registrations)
    .where(registrations.c.account == bindparam("candidate"))
    .order_by(registrations.c.account_since.desc())
)
_BEGUN = select(func.max(registrations.c.ordinal)).where(
    registrations.c.sealed_for == bindparam("begun_at"), registrations.c.round == bindparam("code")
)
_MOVED_AWAY = select(registrations.c.id).where(
    registrations.c.sealed_for == bindparam("begun_at"),
    registrations.c.round == bindparam("code"),
    registrations.c.account != registrations.c.sealed_for,
    registrations.c.status.not_in(sorted(TERMINATED)),
)
_MAY_LAPSE = sorted({source for row in LIFE if row.step is Step.LAPSE for source in row.sources})
_DUE = (
    select(registrations)
    .where(registrations.c.pay_by < bindparam("moment"), registrations.c.status.in_(_MAY_LAPSE))
    .order_by(registrations.c.pay_by, registrations.c.id)
)
_STRANDED = (
    select(registrations)
    .where(
        registrations.c.status.in_(bindparam("statuses", expanding=True)),
        registrations.c.round == bindparam("code"),
    )
    .order_by(registrations.c.id)
)
_SEATLESS = (
    select(registrations.c.site, func.count().label("people"))
    .where(
        registrations.c.round == bindparam("code"),
        registrations.c.status.in_(sorted(PAID)),
        registrations.c.seated == 0,
    )
    .group_by(registrations.c.site)
    .order_by(registrations.c.site)
)
_UNSEATED = (
    select(registrations.c.id, registrations.c.status, registrations.c.lines, registrations.c.seated)
    .where(
        registrations.c.round == bindparam("code"),
        registrations.c.site == bindparam("at"),
        registrations.c.status.in_(sorted(PAID)),
    )
    .order_by(registrations.c.number)
)


def one(connection: Connection, registration: UUID) -> Row | None:
    """The row of a registration, or None."""
    return found_in(connection.execute(_ONE, {"registration": registration}).mappings().first())


def page(
    connection: Connection, sites: frozenset[str], status: str | None, after: UUID | None, limit: int
) -> list[Row]:
    """Registrations at these sites in the order of their ids, those after one id; with a status, those in it."""
    asked = select(registrations).order_by(registrations.c.id).limit(limit)
    if sites != EVERY_SITE:
        asked = asked.where(registrations.c.site.in_(sorted(sites)))
    if status is not None:
        asked = asked.where(registrations.c.status == status)
    if after is not None:
        asked = asked.where(registrations.c.id > after)
    return [dict(row) for row in connection.execute(asked).mappings()]


def newest_of(connection: Connection, account: UUID, round_code: str) -> Row | None:
    """The account's registration in a round: the one under way, else the newest that was given up."""
    asked = {"candidate": account, "code": round_code}
    return found_in(connection.execute(_NEWEST.limit(1), asked).mappings().first())


def is_active(row: Row | None) -> bool:
    """Whether there is a registration, and it was not given up."""
    return row is not None and row["status"] not in TERMINATED


def of_account(connection: Connection, account: UUID) -> list[Row]:
    """Every registration that belongs to the account, in all rounds, the newest first."""
    return [dict(row) for row in connection.execute(_OF_ACCOUNT, {"candidate": account}).mappings()]


def under_way(connection: Connection, account: UUID, round_code: str) -> list[UUID]:
    """The registrations of an account in a round that were not given up: one, or none."""
    asked = {"candidate": account, "code": round_code}
    rows = connection.execute(_NEWEST, asked).mappings()
    return [row["id"] for row in rows if is_active(dict(row))]


def moved_away(connection: Connection, account: UUID, round_code: str) -> bool:
    """Whether a registration that began at this account, and is not given up, belongs to another by now."""
    asked = {"begun_at": account, "code": round_code}
    return connection.execute(_MOVED_AWAY, asked).first() is not None


def next_ordinal(connection: Connection, account: UUID, round_code: str) -> int:
    """The ordinal of the registration that the account would begin next, also after one was moved away."""
    begun = connection.execute(_BEGUN, {"begun_at": account, "code": round_code}).scalar_one()
    return (begun or 0) + 1


def due(connection: Connection, now: datetime, limit: int = 200, offset: int = 0) -> list[Row]:
    """Unpaid registrations whose time to pay is over, longest overdue first.

    Whether such a one lapses is for the site's policy to say, which may have changed since.
    """
    return [
        dict(row) for row in connection.execute(_DUE.limit(limit).offset(offset), {"moment": now}).mappings()
    ]


def stranded(
    connection: Connection, round_code: str, after: Opening, limit: int = 200, offset: int = 0
) -> list[Row]:
    """Registrations of a round that cannot go on after this window of it closed, by id.

    Whether such a one lapses is for the site's policy to say.
    """
    rows = [row for row in LIFE if row.step is Step.EXPIRE and row.after is after]
    statuses = sorted({source.value for row in rows for source in row.sources})
    if not statuses:
        return []
    asked = {"statuses": statuses, "code": round_code}
    return [dict(row) for row in connection.execute(_STRANDED.limit(limit).offset(offset), asked).mappings()]


def without_seats(connection: Connection, round_code: str) -> dict[str, int]:
    """How many people have paid in a round and sit nowhere, by site; sites with nobody are left out."""
    found = connection.execute(_SEATLESS, {"code": round_code})
    return {row.site: row.people for row in found}


def to_be_seated(connection: Connection, round_code: str, site: str) -> list[Row]:
    """Paid registrations of a site, by registration number: id, status, lines, and how many of them are seated."""
    return [dict(row) for row in connection.execute(_UNSEATED, {"code": round_code, "at": site}).mappings()]
