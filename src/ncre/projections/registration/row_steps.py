"""What each fact changes of the row of a registration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ncre.domain.candidate import masked_name, masked_number
from ncre.domain.registration.lifecycle import HOLD_FACTS
from ncre.domain.registration.vocabulary import Status
from ncre.events import registration as facts
from ncre.events.base import Fact
from ncre.events.registration_values import Details
from ncre.projections.base import Row, stored_as_json


def _agreed(accepted: facts.AgreementAccepted, _: Row) -> Row:
    return {
        "round": accepted.round,
        "account": accepted.candidate,
        "account_since": accepted.metadata.recorded_at,
        "sealed_for": accepted.candidate,
        "ordinal": accepted.ordinal,
        "begun_in": accepted.round,
        "agreement": accepted.agreement,
        "agreed_at": accepted.metadata.recorded_at,
    }


def _informed(filled: facts.InfoFilled | facts.InfoAmended, _: Row) -> Row:
    """Of an erased person neither the masks nor the keyed hash are left, by which the document could be told again."""
    known = filled.details if isinstance(filled.details, Details) else None
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
    return {"photo": stored_as_json(taken.photo)}


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


def _settled(settled: facts.PaymentSettled, row: Row) -> Row:
    payment = {"order": settled.order, "channel": settled.channel, "trade": settled.trade}
    back = Status.PAID.value if row["suspended_from"] else None
    return {
        "payment": {**payment, "amount": settled.amount},
        "paid_at": settled.paid_at,
        "suspended_from": back,
    }


def _confirmed(confirmed: facts.ConfirmedOnSite, _: Row) -> Row:
    return {"confirmed_at": confirmed.metadata.recorded_at}


def _seated(_: facts.SeatAssigned, row: Row) -> Row:
    return {"seated": row["seated"] + 1}


def _moved(moved: facts.Moved, _: Row) -> Row:
    return {"account": moved.to, "account_since": moved.metadata.recorded_at}


def _released(_: facts.SeatReleased, row: Row) -> Row:
    return {"seated": row["seated"] - 1}


def _postponed(postponed: facts.Postponed, _: Row) -> Row:
    return {"round": postponed.to, "confirmed_at": None}


def _resumed(resumed: facts.Resumed, _: Row) -> Row:
    return {"pay_by": resumed.pay_by, "suspended_from": None}


def _suspended(suspended: facts.Suspended, _: Row) -> Row:
    return {"suspended_from": suspended.was}


def _cancelled(_: facts.Cancelled, __: Row) -> Row:
    return {"suspended_from": None}


CHANGES: Final[dict[type[Fact], Callable[[Any, Row], Row]]] = {
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
    facts.SeatReleased: _released,
    facts.Postponed: _postponed,
    facts.Resumed: _resumed,
    facts.Cancelled: _cancelled,
    **dict.fromkeys(HOLD_FACTS.values(), _suspended),
}
